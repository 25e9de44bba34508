from __future__ import annotations

from shared_cache import SharedCache


def origin(**headers: str):
    def answer(url: str, request: dict[str, str]):
        who = request.get("cookie") or request.get("authorization") or "nobody"
        return {name.replace("_", "-"): value for name, value in headers.items()}, f"hello {who}"

    return answer


def second_reader(header: str, **response: str) -> str:
    cache = SharedCache(origin(**response))
    cache.get("/me", {header: "ada"})
    return cache.get("/me", {header: "bob"})[1]


def test_a_cookie_does_not_keep_a_response_out_of_a_shared_cache() -> None:
    assert second_reader("cookie", cache_control="max-age=60") == "hello ada"  # bob reads ada's page
    assert second_reader("cookie", last_modified="yesterday") == "hello ada"  # even without any directive
    assert second_reader("cookie", cache_control="private, max-age=60") == "hello bob"
    assert second_reader("cookie", cache_control="no-store") == "hello bob"


def test_authorization_does_until_somebody_says_public() -> None:
    assert second_reader("authorization", cache_control="max-age=60") == "hello bob"
    assert second_reader("authorization", cache_control="public, max-age=60") == "hello ada"
    assert second_reader("authorization", cache_control="s-maxage=60") == "hello ada"


def test_vary_separates_and_costs_hits() -> None:
    cache = SharedCache(origin(cache_control="public, max-age=60", vary="Accept-Language"))
    for language in ("de", "en", "de", "en"):
        cache.get("/help", {"accept-language": language})
    assert cache.hits == 2
    cache = SharedCache(origin(cache_control="public, max-age=60", vary="User-Agent"))
    for n in range(50):
        cache.get("/help", {"user-agent": f"browser {n}"})
    assert cache.hits == 0
