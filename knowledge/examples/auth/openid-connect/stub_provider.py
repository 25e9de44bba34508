"""A small OpenID provider on loopback, for tests: metadata, keys, code exchange with PKCE."""

import hashlib
import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm


class Provider:
    """`login(url, user)` plays the user at the provider's page and returns the callback parameters."""

    def __init__(self) -> None:
        self.key, self.kid, self.codes, self.change = ec.generate_private_key(ec.SECP256R1()), "k1", {}, {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None: ...

            def reply(self, status: int, body: dict) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:
                if self.path == "/.well-known/openid-configuration":
                    self.reply(200, provider.metadata())
                elif self.path == "/jwks":
                    self.reply(200, {"keys": [provider.jwk()]})
                else:
                    self.reply(404, {})

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                user, secret = b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode().split(":")
                grant = provider.codes.pop(form["code"][0], None)
                proof = urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).rstrip(b"=")
                good = grant and (user, secret) == ("shop-web", "s3cret") and grant["challenge"] == proof.decode()
                if not good:
                    self.reply(400, {"error": "invalid_grant"})
                    return
                self.reply(200, {"access_token": "at", "token_type": "Bearer", "id_token": provider.mint(grant)})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def metadata(self) -> dict:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token",
            "jwks_uri": self.issuer + "/jwks",
        } | self.change

    def jwk(self) -> dict:
        return ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True) | {"kid": self.kid, "alg": "ES256", "use": "sig"}

    # region stub
    def login(self, url: str, user: str = "a1") -> dict:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = {"sub": user, "nonce": asked["nonce"], "challenge": asked["code_challenge"]}
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def mint(self, grant: dict, key=None, typ: str = "JWT", **changes: object) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "shop-web", "sub": grant["sub"], "nonce": grant.get("nonce")}
        claims |= {"iat": now, "exp": now + 300, "auth_time": now, "sid": "s1", "email": "ann@example.com"}
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(claims, key or self.key, "ES256", headers={"kid": self.kid, "typ": typ})

    # endregion

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
