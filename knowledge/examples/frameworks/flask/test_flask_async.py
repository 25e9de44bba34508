import time

import pytest
from flask_async import create_async_app

pytest.importorskip("asgiref")


def test_three_calls_overlap_inside_one_async_view():
    client = create_async_app().test_client()
    client.get("/fan-out")  # first call: imports
    start = time.perf_counter()
    assert client.get("/fan-out").json == {"answers": ["stock", "price", "tax"]}
    assert time.perf_counter() - start < 0.14


def test_a_task_left_behind_is_cancelled():
    app = create_async_app()
    assert app.test_client().get("/lost").json == {"queued": True}
    assert app.extensions["mail_task"].cancelled()
