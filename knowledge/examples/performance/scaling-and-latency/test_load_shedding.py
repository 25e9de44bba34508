from __future__ import annotations

import asyncio
import time

import httpx
from load_shedding import Admission

PATIENCE = 0.15  # clients give up after this


class Service:
    def __init__(self) -> None:
        self.database = asyncio.Semaphore(5)
        self.worked = 0

    async def __call__(self, scope, receive, send) -> None:
        async with self.database:
            await asyncio.sleep(0.01)
            self.worked += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def klass(scope) -> str:
    return dict(scope["headers"]).get(b"x-class", b"default").decode()


async def burst(app, count: int, header: str = "default") -> list[tuple[int, float]]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.example") as client:

        async def one() -> tuple[int, float]:
            begin = time.perf_counter()
            reply = await client.get("/orders", headers={"X-Class": header})
            return reply.status_code, time.perf_counter() - begin

        return await asyncio.gather(*(one() for _ in range(count)))


def test_without_a_limit_most_of_the_work_is_for_clients_that_left() -> None:
    async def scenario() -> None:
        open_door = Service()
        answers = await burst(open_door, 300)
        useful = sum(seconds < PATIENCE for _, seconds in answers)
        assert open_door.worked == 300
        assert useful < 150  # more than half of the work was wasted

        service = Service()
        guarded = Admission(service, limit=40, classify=klass)
        answers = await burst(guarded, 300)
        served = [seconds for status, seconds in answers if status == 200]
        refused = [seconds for status, seconds in answers if status == 503]
        assert service.worked == len(served) == 32  # 80 % of 40 for the default class
        assert len(refused) == guarded.shed == 268
        assert guarded.in_flight == 0

    asyncio.run(scenario())


def test_what_matters_gets_in_when_the_rest_is_refused() -> None:
    async def scenario() -> None:
        service = Service()
        guarded = Admission(service, limit=10, classify=klass)
        reports, orders, payments = await asyncio.gather(
            burst(guarded, 20, "sheddable"), burst(guarded, 20), burst(guarded, 20, "critical")
        )
        admitted = [sum(status == 200 for status, _ in group) for group in (reports, orders, payments)]
        assert admitted == [5, 3, 2]  # 5 of 10, up to 8, up to 10

        probe = httpx.AsyncClient(transport=httpx.ASGITransport(guarded), base_url="http://api.example")
        guarded.in_flight = 10
        async with probe as client:
            assert (await client.get("/readyz")).status_code == 200
            refused = await client.get("/orders", headers={"X-Class": "critical"})
            assert (refused.status_code, 1 <= int(refused.headers["retry-after"]) <= 5) == (503, True)

    asyncio.run(scenario())
