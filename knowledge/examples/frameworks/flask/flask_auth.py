"""Session login for browsers and bearer tokens for other clients, in one guard and without an extension."""

import hashlib
import secrets
from collections.abc import Callable

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Blueprint, Flask, abort, g, request, session
from flask_shop import shop_errors
from pydantic import BaseModel, Field
from werkzeug.datastructures import WWWAuthenticate


class Sessions:
    """Stands for a table with user, creation time and last use; only hashes of the ids are stored."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}

    def create(self, user_id: int) -> str:
        sid = secrets.token_urlsafe(32)
        self.rows[hashlib.sha256(sid.encode()).hexdigest()] = user_id
        return sid

    def user(self, sid: str | None) -> int | None:
        return self.rows.get(hashlib.sha256((sid or "").encode()).hexdigest())

    def delete(self, sid: str | None) -> None:
        self.rows.pop(hashlib.sha256((sid or "").encode()).hexdigest(), None)


class Login(BaseModel):
    email: str
    password: str = Field(max_length=1000)  # hashing a megabyte costs you, not the caller


# region login
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = (None, HASHER.hash("no such account"))  # the same work for unknown addresses


def login_routes(accounts: dict[str, tuple[int, str]], sessions: Sessions) -> Blueprint:
    auth = Blueprint("auth", __name__)

    @auth.post("/session")
    def log_in():
        if not same_origin():
            abort(403)
        sent = Login.model_validate(request.get_json())
        user_id, stored = accounts.get(sent.email.lower(), NOBODY)
        try:
            HASHER.verify(stored, sent.password)
        except VerifyMismatchError:
            user_id = None
        if user_id is None:
            abort(401, "E-mail or password is wrong.", www_authenticate=WWWAuthenticate("bearer"))
        session.clear()  # nothing from before the login survives
        session["sid"] = sessions.create(user_id)  # the cookie is signed but cannot be taken back: the row can
        return "", 204

    @auth.delete("/session")
    def log_out():
        if not same_origin():
            abort(403)
        sessions.delete(session.pop("sid", None))
        return "", 204

    return auth
# endregion


# region guard
def same_origin() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin") == request.host_url.rstrip("/")


def guard(sessions: Sessions, validate: Callable[[str], dict]) -> Callable[[], None]:
    """For before_request of a blueprint: one caller in g, whatever the client used."""

    def authenticate() -> None:
        sent = request.authorization
        if sent is not None and sent.type == "bearer":  # a bearer token needs no CSRF check
            try:
                g.user_id = int(validate(sent.token)["sub"])
            except jwt.PyJWKClientConnectionError:  # the keys could not be fetched: the token was not judged
                abort(503)
            except (jwt.PyJWTError, KeyError, ValueError):
                abort(401, www_authenticate=WWWAuthenticate("bearer", {"error": "invalid_token"}))
            return
        if request.method not in ("GET", "HEAD", "OPTIONS") and not same_origin():
            abort(403, "Cross-site request refused.")
        g.user_id = sessions.user(session.get("sid"))
        if g.user_id is None:
            abort(401, www_authenticate=WWWAuthenticate("bearer"))

    return authenticate
# endregion


def create_auth_app(accounts: dict[str, tuple[int, str]], sessions: Sessions, validate: Callable[[str], dict]) -> Flask:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="test-only",
        SESSION_COOKIE_NAME="__Host-session",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    shop_errors.init_app(app)
    app.register_blueprint(login_routes(accounts, sessions))
    orders = Blueprint("orders", __name__, url_prefix="/orders")
    orders.before_request(guard(sessions, validate))

    @orders.route("", methods=["GET", "POST"])
    def mine():
        return {"user": g.user_id}

    app.register_blueprint(orders)
    return app
