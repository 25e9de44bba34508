"""Server-side sessions: sliding and absolute expiry, and revoking one or all of a user's sessions."""
import hashlib
import secrets
import time
from collections.abc import Callable

import redis

# region sessions
UPDATE = """if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) return 1"""    # a plain HSET would bring a deleted session back


class Sessions:
    def __init__(self, client: redis.Redis, idle=1_800, absolute=43_200, clock: Callable[[], float] = time.time):
        self._redis, self._idle, self._absolute, self._clock = client, idle, absolute, clock

    def create(self, user: str) -> str:
        sid = secrets.token_urlsafe(32)                      # the cookie holds it, the store only its hash
        epoch = self._redis.get(f"epoch:{user}") or "0"
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(self._key(sid), mapping={"user": user, "created": self._clock(), "epoch": epoch})
            pipe.expire(self._key(sid), self._idle)
            pipe.execute()
        return sid

    def load(self, sid: str) -> dict[str, str] | None:
        session = self._redis.hgetall(self._key(sid))
        if not session:
            return None
        left = float(session["created"]) + self._absolute - self._clock()
        if left <= 0 or session["epoch"] != (self._redis.get(f"epoch:{session['user']}") or "0"):
            self.revoke(sid)
            return None
        self._redis.expire(self._key(sid), max(1, min(self._idle, int(left))))   # does nothing on a deleted key
        return session

    def put(self, sid: str, field: str, value: str) -> bool:
        return self._redis.register_script(UPDATE)(keys=[self._key(sid)], args=[field, value]) == 1

    def revoke(self, sid: str) -> None:
        self._redis.delete(self._key(sid))

    def revoke_all(self, user: str) -> None:
        self._redis.incr(f"epoch:{user}")                    # one step: also ends a session that is just being made

    @staticmethod
    def _key(sid: str) -> str:
        return "session:" + hashlib.sha256(sid.encode()).hexdigest()
# endregion
