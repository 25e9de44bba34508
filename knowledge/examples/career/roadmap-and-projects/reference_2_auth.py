"""Reference for project 2: in memory, no real provider. It proves the acceptance test; it is not an identity service."""

import base64
import hashlib
import hmac
import os
import secrets
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Cookie, FastAPI, Header, HTTPException, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

BREAK = os.environ.get("BREAK", "")
ORIGIN = "https://auth.example"
app = FastAPI()
users: dict[str, tuple[bytes, bytes]] = {}
sessions: dict[str, str] = {}
failures: dict[str, int] = {}
started: dict[str, dict] = {}
DUMMY = (b"0" * 16, b"0" * 64)


class Credentials(BaseModel):
    email: str
    password: str = Field(max_length=256)


class NewUser(Credentials):
    password: str = Field(min_length=8, max_length=256)


def derive(password: str, salt: bytes) -> bytes:
    # Small cost to keep the test quick; a service uses Argon2id.
    return hashlib.scrypt(password.encode(), salt=salt, n=2**10, r=8, p=1)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unauthorized() -> HTTPException:
    return HTTPException(401, "Not signed in or wrong credentials", {"WWW-Authenticate": 'Session realm="auth"'})


def who(session: str | None) -> str:
    if session is None or session not in sessions:
        raise unauthorized()
    return sessions[session]


SessionCookie = Annotated[str | None, Cookie(alias="__Host-session")]


@app.post("/users", status_code=202)
def register(user: NewUser) -> dict:
    salt = secrets.token_bytes(16)
    users.setdefault(user.email, (salt, derive(user.password, salt)))
    return {"status": "accepted"}


@app.post("/session", status_code=204)
def sign_in(user: Credentials, session: SessionCookie = None) -> Response:
    if failures.get(user.email, 0) >= 10:
        raise HTTPException(429, "Too many attempts", {"Retry-After": "60"})
    salt, expected = users.get(user.email, DUMMY)
    if not hmac.compare_digest(derive(user.password, salt), expected):
        failures[user.email] = failures.get(user.email, 0) + 1
        raise unauthorized()
    failures.pop(user.email, None)
    token = session if BREAK == "fixation" and session else secrets.token_urlsafe(32)
    sessions[token] = user.email
    reply = Response(status_code=204)
    reply.set_cookie("__Host-session", token, path="/", secure=True, httponly=True, samesite="lax", max_age=3600)
    return reply


@app.get("/me")
def me(session: SessionCookie = None) -> dict:
    return {"email": who(session)}


@app.delete("/session", status_code=204)
def sign_out(session: SessionCookie = None, origin: Annotated[str | None, Header()] = None) -> Response:
    if origin not in (None, ORIGIN):
        raise HTTPException(403, "Foreign origin")
    who(session)
    if BREAK != "logout":
        sessions.pop(session or "", None)
    reply = Response(status_code=204)
    reply.delete_cookie("__Host-session", path="/", secure=True, httponly=True)
    return reply


@app.get("/login/oidc")
def start() -> RedirectResponse:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    started[state] = {"nonce": nonce, "verifier": verifier}
    query = {
        "response_type": "code",
        "client_id": "auth-project",
        "redirect_uri": f"{ORIGIN}/login/oidc/callback",
        "scope": "openid email",
        "state": state,
        "nonce": nonce,
        "code_challenge": b64(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    return RedirectResponse("https://issuer.example/authorize?" + urlencode(query), 303)


@app.get("/login/oidc/callback")
def callback(code: str, state: str) -> JSONResponse:
    if started.pop(state, None) is None:
        raise HTTPException(400, "Unknown state")
    raise HTTPException(502, "This reference has no provider to exchange the code with")


@app.post("/passkeys/registration/options")
def registration_options(session: SessionCookie = None) -> dict:
    return {
        "challenge": b64(secrets.token_bytes(32)),
        "rp": {"id": "auth.example", "name": "Auth project"},
        "user": {"id": b64(hashlib.sha256(who(session).encode()).digest()[:16]), "name": who(session), "displayName": ""},
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-8, -7, -257)],
    }


@app.post("/passkeys/authentication/options")
def authentication_options() -> dict:
    return {"challenge": b64(secrets.token_bytes(32)), "rpId": "auth.example", "userVerification": "preferred"}


@app.post("/passkeys/authentication/verify")
def verify(assertion: dict) -> None:
    raise unauthorized()
