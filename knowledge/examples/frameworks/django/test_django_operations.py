import asyncio
import json
import threading
import time

import caching_views
import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.exceptions import SynchronousOnlyOperation
from django.test import RequestFactory, override_settings
from django_shop.models import Order


@pytest.fixture(autouse=True)
def clean_cache():
    cache.clear()


def ask(view, token):  # a path for each view: the key of cache_page is the URL, not the view
    return json.loads(view(RequestFactory().get(f"/{id(view)}", HTTP_X_API_KEY=token)).content)["user"]


def test_cache_page_serves_alice_to_bob_unless_it_varies_or_is_private():
    assert [ask(caching_views.leaking, who) for who in ("alice", "bob")] == ["alice", "alice"]
    assert [ask(caching_views.separate, who) for who in ("alice", "bob")] == ["alice", "bob"]
    assert [ask(caching_views.never_shared, who) for who in ("alice", "bob")] == ["alice", "bob"]


def test_a_bearer_token_no_longer_leaks_since_5_2_15():
    view = caching_views.cache_page(60)(lambda request: caching_views.JsonResponse({"user": request.headers["Authorization"]}))
    replies = [view(RequestFactory().get("/token", HTTP_AUTHORIZATION=who)) for who in ("alice", "bob")]
    assert [json.loads(reply.content)["user"] for reply in replies] == ["alice", "bob"]
    assert replies[0]["Vary"] == "Authorization"


def together(work, count=5):
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_get_or_set_builds_in_every_thread_and_the_lock_in_one():
    built = []

    def build():
        built.append(1)
        time.sleep(0.1)
        return None  # None is a value, not a miss

    together(lambda: cache.get_or_set("plain", build, 60))
    assert len(built) == 5
    built.clear()
    together(lambda: caching_views.cached("locked", build, seconds=60))
    assert len(built) == 1


def test_a_failed_build_releases_the_lock():
    def fails():
        raise ConnectionError("database away")

    with pytest.raises(ConnectionError):
        caching_views.cached("broken", fails, seconds=60)
    assert caching_views.cached("broken", lambda: "fresh", seconds=60) == "fresh"
    assert cache.get("broken:filling") is None


def test_check_deploy_finds_what_the_development_settings_leave_open():
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert {"security.W001"} <= found  # SecurityMiddleware is missing
    secure = {
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ]
    }
    with override_settings(**secure):
        found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert {"security.W004", "security.W008", "security.W016"} <= found  # HSTS, redirect to HTTPS, secure CSRF cookie
    closed = secure | {
        "SECURE_HSTS_SECONDS": 31_536_000, "SECURE_HSTS_INCLUDE_SUBDOMAINS": True, "SECURE_HSTS_PRELOAD": True,
        "SECURE_SSL_REDIRECT": True, "CSRF_COOKIE_SECURE": True, "SESSION_COOKIE_SECURE": True,
    }
    with override_settings(**closed):
        assert {m.id for m in run_checks(include_deployment_checks=True) if m.id.startswith("security.")} == set()


def test_sync_orm_in_a_coroutine_is_refused_and_a_thread_is_the_way():
    async def direct():
        return Order.objects.none().exists(), list(Order.objects.all())

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(direct())

    async def wrapped():
        return await sync_to_async(lambda: threading.current_thread().name)()

    assert asyncio.run(wrapped()) != threading.current_thread().name
