"""One place that builds every key: prefix, type, entity in braces, format version, lifetime."""
import hashlib
from dataclasses import dataclass
from urllib.parse import quote

import redis


# region keys
@dataclass(frozen=True)
class Kind:
    """PRICE = Kind("price", version=3, ttl=300): declared once, next to the code that reads and writes the value."""
    name: str
    version: int        # of the value's format: raise it, and old entries are never read again
    ttl: int            # seconds; a kind without a lifetime does not exist

    def key(self, *entity: str, prefix: str = "shop") -> str:
        """shop:price:v3:{acme:tea}. Braces: all keys of one entity share a hash slot."""
        parts = [quote(part, safe="") for part in entity]    # input must not add ':', braces or line breaks
        text = ":".join(parts)
        if len(text) > 100:
            text = hashlib.sha256(text.encode()).hexdigest() # long input (a URL, a query) costs memory in every key
        return f"{prefix}:{self.name}:v{self.version}:{{{text}}}"

    def put(self, client: redis.Redis, value: str, *entity: str) -> None:
        client.set(self.key(*entity), value, ex=self.ttl)
# endregion
