"""Login with OpenID Connect, ending in an own session (FastAPI, httpx, PyJWT)."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from typing import Annotated
from urllib.parse import urlencode

import httpx
from fastapi import Cookie, FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse
from id_token import LoginRefused, validate_id_token
from jwt import PyJWKClient


# region discovery
class Provider:
    """Fetched once at start and again every few hours; the application is not ready without it."""

    def __init__(self, issuer: str, http: httpx.Client) -> None:
        found = http.get(issuer.rstrip("/") + "/.well-known/openid-configuration").raise_for_status().json()
        if found["issuer"] != issuer:  # otherwise one provider can pose as another
            raise RuntimeError(f"metadata of {found['issuer']!r}, configured is {issuer!r}")
        self.issuer, self.authorize, self.token = issuer, found["authorization_endpoint"], found["token_endpoint"]
        self.keys = PyJWKClient(found["jwks_uri"], lifespan=600, timeout=5)  # unknown kid: refetched, at most every 30 s
# endregion


COOKIE = {"secure": True, "httponly": True, "samesite": "lax", "path": "/"}


def create_app(provider: Provider, http: httpx.Client, client: tuple[str, str], base: str) -> FastAPI:
    app, pending, sessions = FastAPI(), {}, {}  # in production: a shared store with expiry
    app.state.sessions = sessions

    # region login
    @app.get("/login")
    def login() -> RedirectResponse:
        attempt = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        handle = secrets.token_urlsafe(32)
        pending[handle] = attempt  # expires after ten minutes
        challenge = urlsafe_b64encode(hashlib.sha256(attempt["verifier"].encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": client[0], "redirect_uri": base + "/callback",
            "scope": "openid email", "state": attempt["state"], "nonce": attempt["nonce"],
            "code_challenge": challenge, "code_challenge_method": "S256",
        }
        response = RedirectResponse(f"{provider.authorize}?{urlencode(query)}", 303)
        response.set_cookie("__Host-login", handle, max_age=600, **COOKIE)
        return response

    @app.get("/callback")
    def callback(request: Request, handle: Annotated[str, Cookie(alias="__Host-login")] = "") -> RedirectResponse:
        attempt, params = pending.pop(handle, None), request.query_params  # one use
        if attempt is None or not secrets.compare_digest(params.get("state", "").encode(), attempt["state"].encode()):
            raise HTTPException(400, "This sign-in was not started here.")
        if params.get("iss", provider.issuer) != provider.issuer or "code" not in params:
            raise HTTPException(400, "The provider refused.")
        form = {"grant_type": "authorization_code", "code": params["code"], "redirect_uri": base + "/callback",
                "code_verifier": attempt["verifier"]}
        reply = http.post(provider.token, data=form, auth=client)
        if reply.status_code != 200:
            raise HTTPException(400, "Sign-in failed.")
        return start_session(reply.json()["id_token"], attempt["nonce"])
    # endregion

    # region session
    def start_session(id_token: str, nonce: str) -> RedirectResponse:
        try:
            claims = validate_id_token(
                id_token, provider.keys, issuer=provider.issuer, client_id=client[0], nonce=nonce
            )
        except LoginRefused:
            raise HTTPException(400, "Sign-in failed.") from None
        session_id = secrets.token_urlsafe(32)  # new id after login; the tokens are not kept
        sessions[session_id] = {"user": (claims["iss"], claims["sub"]), "sid": claims.get("sid")}
        response = RedirectResponse("/", 303)  # the code leaves the address bar
        response.set_cookie("__Host-session", session_id, **COOKIE)
        response.delete_cookie("__Host-login", secure=True, httponly=True, samesite="lax", path="/")
        return response
    # endregion

    @app.get("/me")
    def me(session_id: Annotated[str, Cookie(alias="__Host-session")] = "") -> dict:
        if session_id not in sessions:
            raise HTTPException(401)
        return {"subject": sessions[session_id]["user"][1]}

    return app
