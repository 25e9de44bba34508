"""Routing façade of a migration: stable share per customer, and a comparison of reads in the shadow."""
from __future__ import annotations

# region route
import hashlib
import logging
from collections.abc import Callable

log = logging.getLogger("strangler")


def bucket(customer: str, feature: str) -> int:
    """0..99, the same on every instance and after every restart: not hash(), which is salted."""
    return int.from_bytes(hashlib.sha256(f"{feature}:{customer}".encode()).digest()[:4], "big") % 100


def goes_to_new(customer: str, feature: str, share: int) -> bool:
    return bucket(customer, feature) < share          # raising the share never sends anybody back


def read_with_shadow(old: Callable[[], dict], new: Callable[[], dict], ignore: frozenset[str] = frozenset()) -> dict:
    """Answer from the old system, compare with the new one. Reads only: a shadowed write happens twice."""
    answer = old()
    try:                                              # in production: in the background, for a sample
        other = new()
        differing = {k for k in answer.keys() | other.keys() if answer.get(k) != other.get(k)} - ignore
        if differing:
            log.warning("shadow differs in %s", sorted(differing))
    except Exception:
        log.exception("shadow call failed")           # the new system's fault never reaches the user
    return answer
# endregion route
