"""Login, a state-changing form and logout with cookie, id rotation and CSRF defence (FastAPI)."""

from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from csrf_check import issue_token, may_change_state, token_matches
from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response
from fixation import login
from session_store import Sessions

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
DECOY = HASHER.hash("no account has this password")  # same work for unknown names


# region app
COOKIE = "__Host-session"
ORIGIN = "https://app.example.com"


def create_app(sessions: Sessions, hashes: dict[str, str], key: bytes) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def refuse_cross_origin_writes(request: Request, call_next):
        if not may_change_state(request.method, request.headers, ORIGIN):  # login and logout included
            return Response("cross-origin request refused", 403)
        return await call_next(request)

    def session_id(request: Request) -> str:
        sent = request.cookies.get(COOKIE, "")
        if sessions.user(sent) is None:
            raise HTTPException(401)
        return sent

    @app.post("/login")
    def log_in(request: Request, name: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
        try:
            HASHER.verify(hashes.get(name, DECOY), password)
        except VerificationError:
            raise HTTPException(401, "Name or password is wrong.") from None
        fresh = login(sessions, request.cookies.get(COOKIE), name)
        response = Response(status_code=204, headers={"Cache-Control": "no-store"})
        response.set_cookie(COOKIE, fresh, secure=True, httponly=True, samesite="lax", path="/")
        return response

    # endregion
    @app.get("/form")
    def form(sent: Annotated[str, Depends(session_id)]) -> dict:
        return {"csrf": issue_token(sent, key)}

    @app.post("/transfer", status_code=204)
    def transfer(sent: Annotated[str, Depends(session_id)], csrf: Annotated[str, Form()]) -> None:
        if not token_matches(sent, csrf, key):
            raise HTTPException(403)

    @app.post("/logout")
    def log_out(sent: Annotated[str, Depends(session_id)]) -> Response:
        sessions.end(sent)
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
        return response

    return app
