"""The lock queue needs a real server."""

import os

import pytest

pytest.importorskip("psycopg")
from lock_queue import demonstrate  # noqa: E402

URL = os.environ.get("ARCHITECT_TEST_POSTGRES_URL")


@pytest.mark.skipif(not URL, reason="ARCHITECT_TEST_POSTGRES_URL is not set")
def test_a_waiting_alter_blocks_readers_and_a_lock_timeout_does_not() -> None:
    said: list[str] = []
    demonstrate(URL, said.append)
    assert "canceling statement due to statement timeout" in said[2]
    assert "canceling statement due to lock timeout" in said[4]
    assert said[5].endswith("-- ok")
