import django_project  # noqa: F401 - configures Django

# region cache_page
from django.http import JsonResponse
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.vary import vary_on_headers


def who(request):
    return JsonResponse({"user": request.headers.get("X-Api-Key", "nobody")})


leaking = cache_page(60)(who)  # key: URL and Vary; the API key is in neither
separate = cache_page(60)(vary_on_headers("X-Api-Key")(who))  # one entry for each key
never_shared = cache_page(60)(cache_control(private=True)(who))  # cache_page does not store private responses
# endregion


# region one_filler
import time
from collections.abc import Callable

from django.core.cache import cache


def cached(key: str, build: Callable[[], object], *, seconds: int, lock_seconds: int = 30) -> object:
    """get_or_set lets every caller build at once; cache.add is atomic, so here one of them does."""
    missing = object()
    if (value := cache.get(key, missing)) is not missing:
        return value
    if cache.add(f"{key}:filling", 1, lock_seconds):
        try:
            value = build()
            cache.set(key, value, seconds)
            return value
        finally:  # a failed build must not make the others wait for the lock to expire
            cache.delete(f"{key}:filling")
    for _ in range(20):
        time.sleep(0.05)
        if (value := cache.get(key, missing)) is not missing:
            return value
    return build()  # the filler died or is slow: be late, not wrong
# endregion
