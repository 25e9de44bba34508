"""Checking an opaque token at the authorization server (RFC 7662), with a short cache."""

import hashlib
import time
from collections.abc import Callable


# region introspection
class Introspector:
    """`ask` POSTs token=… with this API's own client credentials and returns the JSON body."""

    def __init__(self, ask: Callable[[str], dict], audience: str, max_age: float = 30, now=time.time) -> None:
        self.ask, self.audience, self.max_age, self.now = ask, audience, max_age, now
        self.cache: dict[str, tuple[float, dict]] = {}

    def active(self, token: str) -> dict | None:
        key = hashlib.sha256(token.encode()).hexdigest()  # no raw tokens in memory dumps or metrics
        until, claims = self.cache.get(key, (0.0, {}))
        if self.now() < until:
            return claims
        answer = self.ask(token)  # an outage raises: answer 503, never let the request through
        audience = answer.get("aud", [])
        ours = self.audience in ([audience] if isinstance(audience, str) else audience)
        if answer.get("active") is not True or not ours:
            self.cache.pop(key, None)
            return None
        if len(self.cache) >= 10_000:
            self.cache.clear()
        expires = answer.get("exp", self.now() + self.max_age)
        self.cache[key] = (min(expires, self.now() + self.max_age), answer)
        return answer
# endregion
