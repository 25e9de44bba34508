"""Prove the acceptance tests: each passes against its reference service and fails when a promise is broken."""

import importlib.util
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

HERE = Path(__file__).parent


@contextmanager
def serving(reference: str, broken: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a fresh copy of the reference on a free loopback port, with BASE_URL pointing at it."""
    for module in {"reference_5_chat": ["websockets"], "reference_6_gateway": ["graphql"]}.get(reference, []):
        pytest.importorskip(module)
    patch.setenv("BREAK", broken)
    name = f"{reference}__{broken.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, HERE / f"{reference}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    patch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    server = uvicorn.Server(uvicorn.Config(module.app, host="127.0.0.1", port=0, log_level="error", ws_max_size=1_000_000))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, f"{reference} did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    patch.setenv("BASE_URL", f"http://127.0.0.1:{port}")
    patch.setenv("PATIENCE", "2")
    patch.setenv("PYTEST_ADDOPTS", "")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


class Verdicts:
    def __init__(self) -> None:
        self.failed: list[str] = []
        self.passed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
        elif report.when == "call" and report.passed:
            self.passed.append(report.nodeid)


def verdicts(acceptance: str, only: str = "") -> Verdicts:
    """Run the acceptance file in this process, with a configuration of its own."""
    seen = Verdicts()
    options = ["-c", "/dev/null", "--rootdir", str(HERE), "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:terminal"]
    code = pytest.main([*options, *(["-k", only] if only else []), str(HERE / f"{acceptance}.py")], plugins=[seen])
    assert code in (0, 1), f"{acceptance} could not run: {code}"
    return seen


PROJECTS = ["1_notes", "2_auth", "3_marketplace", "4_orders", "5_chat", "6_gateway"]
BROKEN = [
    ("1_notes", "idempotency", "test_retry_creates_one_note"),
    ("1_notes", "lost-update", "test_two_editors_cannot_overwrite_each_other"),
    ("1_notes", "offset", "test_pages_neither_repeat_nor_skip"),
    ("2_auth", "fixation", "test_login_ignores_a_session_id"),
    ("2_auth", "logout", "test_logout_kills_the_session"),
    ("3_marketplace", "oversell", "test_twenty_buyers"),
    ("3_marketplace", "owner", "test_only_the_owner"),
    ("4_orders", "idempotency", "signed_and_retried"),
    ("5_chat", "duplicates", "a_resend_is_not_doubled"),
    ("5_chat", "ticket", "test_a_ticket_works_once"),
    ("6_gateway", "n-plus-one", "test_a_list_costs_the_same"),
    ("6_gateway", "limits", "test_expensive_queries"),
]


@pytest.mark.parametrize("project", PROJECTS)
def test_the_reference_meets_its_contract(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(f"reference_{project}", "", monkeypatch):
        seen = verdicts(f"acceptance_{project}")
    assert seen.failed == [] and len(seen.passed) >= 4


@pytest.mark.parametrize(("project", "broken", "caught_by"), BROKEN)
def test_a_broken_promise_is_caught(project: str, broken: str, caught_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(f"reference_{project}", broken, monkeypatch):
        seen = verdicts(f"acceptance_{project}", only=caught_by)
    assert seen.failed and not seen.passed
