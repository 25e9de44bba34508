import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from drain_app import create_app
from starlette.testclient import TestClient

PROGRAM = str(Path(__file__).with_name("drain_app.py"))


@contextmanager
def service(**env: str) -> Iterator[tuple[subprocess.Popen, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               env={**os.environ, "PORT": str(port), **env})  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz", timeout=1).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.02)
    try:
        yield process, url
    finally:
        process.kill()
        process.communicate()


class Background:
    def __init__(self, url: str) -> None:
        self.answers: list[object] = []
        self.thread = threading.Thread(target=self._call, args=[url])
        self.thread.start()
        time.sleep(0.1)  # let it get in flight

    def _call(self, url: str) -> None:
        try:
            self.answers.append(httpx.get(url, timeout=5).text)
        except httpx.TransportError as error:
            self.answers.append(error)


in_background = Background


# region sigterm
def test_sigterm_finishes_the_quick_and_cuts_the_hung() -> None:
    with service(GRACE="0.6") as (process, url):
        quick, hung = in_background(f"{url}/slow?s=0.4"), in_background(f"{url}/slow?s=60")
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/livez")  # nothing new is accepted: the balancer has to know before
        quick.thread.join()
        assert quick.answers == ["done"]  # in flight when the signal came: finished
        hung.thread.join()
        assert hung.answers != ["done"]  # cut at the deadline instead of blocking the stop
        output, _ = process.communicate(timeout=5)
        assert output.endswith("pools closed\n")  # last of all
# endregion sigterm


# region probe-tests
async def broken() -> None:
    raise ConnectionError


async def hanging() -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("database", [broken, hanging])
def test_the_database_decides_readiness_and_never_liveness(database) -> None:
    with TestClient(create_app({"database": database}, timeout=0.05)) as client:
        started = time.monotonic()
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"failed": ["database"]})
        assert client.get("/livez").status_code == 200  # no restart because of somebody else's outage
        assert time.monotonic() - started < 1  # the probe answers although the check hangs


def test_probes_do_not_load_the_database() -> None:
    calls = 0

    async def counted() -> None:
        nonlocal calls
        calls += 1

    with TestClient(create_app({"database": counted}, ttl=60)) as client:
        assert [client.get("/readyz").status_code for _ in range(20)] == [200] * 20
    assert calls == 1
# endregion probe-tests
