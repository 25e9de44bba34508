"""Client credentials with private_key_jwt: no shared secret, one cached token (PyJWT 2.15)."""

import threading
import time
import uuid
from collections.abc import Callable

import jwt

ISSUER = "https://id.example.com"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


# region client-credentials
class ServiceToken:
    """`post` sends the form to the token endpoint and returns the JSON; share one instance per process and audience."""

    def __init__(self, client_id: str, key, kid: str, resource: str, scope: str, post: Callable, now=time.time) -> None:
        self.client_id, self.key, self.kid, self.post, self.now = client_id, key, kid, post, now
        self.ask = {"grant_type": "client_credentials", "resource": resource, "scope": scope}
        self.token, self.renew_at, self.ends_at, self.lock = "", 0.0, 0.0, threading.Lock()

    def assertion(self) -> str:
        now = int(self.now())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": ISSUER,
            "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60,
        }
        return jwt.encode(claims, self.key, "ES256", headers={"kid": self.kid})

    def get(self) -> str:
        with self.lock:  # one request in flight, however many threads call
            if self.now() >= self.renew_at:
                assertion = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}
                try:
                    answer = self.post(self.ask | assertion)
                except Exception:
                    if self.now() >= self.ends_at:
                        raise  # nothing usable left: 503 to our caller
                    self.renew_at = self.now() + 5  # endpoint down: the token still works, ask again soon
                    return self.token
                self.token, lifetime = answer["access_token"], answer.get("expires_in", 300)
                self.renew_at = self.now() + lifetime * 0.8  # before expiry, not after a 401
                self.ends_at = self.now() + lifetime - 5
            return self.token

    def refused(self, token: str) -> None:
        """The API answered 401: drop this token once, so that the next call fetches a new one."""
        if token == self.token:
            self.renew_at = self.ends_at = 0.0
# endregion
