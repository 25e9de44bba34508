import asyncio
import io
import json
import logging

import httpx
import pytest
from service_json_logs import RequestIdMiddleware, request_id, set_up

log = logging.getLogger("orders")


@pytest.fixture
def stream():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []
    out = io.StringIO()
    listener = set_up(out)
    yield out, listener
    root.handlers[:] = before
    root.setLevel(level)


def lines(setup) -> list[dict]:
    out, listener = setup
    listener.stop()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_record_is_one_json_line_whatever_is_in_it(stream) -> None:
    log.info('paid\n{"level": "forged"}', extra={"order_id": 7})
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        log.exception("failed")
    first, second = lines(stream)
    assert first["message"] == 'paid\n{"level": "forged"}' and first["order_id"] == 7 and first["level"] == "INFO"
    assert "ZeroDivisionError" in second["error"] and "Traceback" in second["error"]


def test_ids_do_not_mix_between_concurrent_requests_and_reach_threads(stream) -> None:
    async def app(scope, receive, send) -> None:
        await asyncio.sleep(0.005)
        log.info("async")
        await asyncio.to_thread(log.info, "thread")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": request_id.get().encode()})

    async def main() -> None:
        transport = httpx.ASGITransport(RequestIdMiddleware(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://orders.example") as client:
            ids = [f"request-{n}" for n in range(8)]
            replies = await asyncio.gather(*(client.get("/", headers={"X-Request-Id": i}) for i in ids))
            assert [r.text for r in replies] == ids == [r.headers["x-request-id"] for r in replies]
            forged = await client.get("/", headers={"X-Request-Id": 'a" , "admin": true'})
            assert len(forged.text) == 36
            assert request_id.get() == "-"

    asyncio.run(main())
    seen = [line for line in lines(stream) if line["logger"] == "orders"]
    for n in range(8):
        assert sorted(line["message"] for line in seen if line["request_id"] == f"request-{n}") == ["async", "thread"]
