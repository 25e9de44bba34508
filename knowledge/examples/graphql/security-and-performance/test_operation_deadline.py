import asyncio

from operation_deadline import SCHEMA, run

QUERY = "{ order { id recommendations } }"


def ask(order_delay, recommend_delay, seconds):
    cancelled = []

    async def order(*_):
        try:
            await asyncio.sleep(order_delay)
        except asyncio.CancelledError:
            cancelled.append("order")
            raise
        return {"id": "1"}

    async def recommend(_id):
        await asyncio.sleep(recommend_delay)
        return ["cup"]

    SCHEMA.query_type.fields["order"].resolve = order
    return asyncio.run(run(QUERY, {"recommend": recommend}, seconds)), cancelled


def test_a_slow_optional_field_is_given_up_alone():
    result, _ = ask(0, 5, seconds=1)
    assert result.data == {"order": {"id": "1", "recommendations": None}}
    assert result.errors[0].extensions["code"] == "TIMEOUT"


def test_the_operation_deadline_cancels_running_resolvers():
    result, cancelled = ask(5, 0, seconds=0.05)
    assert result.data is None and result.errors[0].extensions["code"] == "DEADLINE_EXCEEDED"
    assert cancelled == ["order"]
