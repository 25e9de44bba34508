"""A small shared cache that obeys the storing rules of RFC 9111, to see what it may keep and for whom."""

from __future__ import annotations


# region shared-cache
def directives(headers: dict[str, str]) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in headers.get("cache-control", "").lower().split(","))
    return {name: value for name, _, value in pairs if name}


class SharedCache:
    """A CDN in forty lines: GET and 200 only, no validation, no clock."""

    def __init__(self, origin) -> None:
        self._origin, self._stored, self.hits = origin, {}, 0

    def get(self, url: str, request: dict[str, str]) -> tuple[dict[str, str], str]:
        for vary, seen, response in self._stored.get(url, []):
            if all(request.get(name) == seen.get(name) for name in vary):
                self.hits += 1
                return response
        headers, body = self._origin(url, request)
        vary = [name.strip().lower() for name in headers.get("vary", "").split(",") if name.strip()]
        if self._may_store(request, headers) and "*" not in vary:
            self._stored.setdefault(url, []).append((vary, dict(request), (headers, body)))
        return headers, body

    @staticmethod
    def _may_store(request: dict[str, str], headers: dict[str, str]) -> bool:
        said = directives(headers)
        if {"no-store", "private", "no-cache"} & said.keys():  # no-cache: storing is allowed, reuse is not
            return False
        if "authorization" in request and not {"public", "s-maxage", "must-revalidate"} & said.keys():
            return False  # the only protection a shared cache gives on its own: Cookie has none
        return "s-maxage" in said or "max-age" in said or "last-modified" in headers  # the last: heuristic


# endregion
