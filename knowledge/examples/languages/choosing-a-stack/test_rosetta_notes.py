"""One contract, many languages: every implementation of the rosetta notes service must pass the same HTTP tests."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
PROBLEM = "application/problem+json"

COMMANDS = {
    "python": [sys.executable, "rosetta_notes_fastapi.py"],
    "nodejs": ["node", "rosetta_notes.mjs"],
    "java": ["java", "Notes.java"],
    "go": ["{folder}/notes"],
    "php": ["php", "-S", "127.0.0.1:{port}", "notes.php"],
}
# A service built elsewhere (Rust, Kotlin, C#) is tested by its address: ROSETTA_BASE_URL=http://127.0.0.1:8080
EXTERNAL = os.environ.get("ROSETTA_BASE_URL")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(language: str, folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Start one implementation on a free port and wait until it is healthy."""
    if not can_run(language):
        pytest.skip(f"no usable {language} on this machine")
    port = free_port()
    env = {**os.environ, "PORT": str(port), "NOTES_DB": str(folder / "notes.db")}
    command = [part.format(port=port, folder=folder) for part in COMMANDS[language]]
    if language == "go":  # `go run` does not pass signals on
        subprocess.run(["go", "build", "-o", str(folder / "notes"), "notes.go"], cwd=HERE, check=True, timeout=110)
    process = subprocess.Popen(command, cwd=HERE, env=env, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/health", timeout=5, trust_env=False).status_code == 200
                break
            except httpx.TransportError:
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"the {language} service did not start")
                time.sleep(0.1)
        yield port, process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def can_run(language: str) -> bool:
    """Whether the toolchain is here and new enough; PHP also needs its SQLite and multibyte extensions."""
    if shutil.which("go" if language == "go" else COMMANDS[language][0]) is None:
        return False
    if language == "go":
        found = re.search(r"go1\.(\d+)", subprocess.check_output(["go", "version"], text=True))
        return found is not None and int(found[1]) >= 24
    if language == "php":
        modules = subprocess.check_output(["php", "-m"], text=True).split()
        return {"pdo_sqlite", "mbstring"} <= set(modules)
    return True


@pytest.fixture(scope="module", params=["external"] if EXTERNAL else list(COMMANDS))
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    if EXTERNAL:
        with httpx.Client(base_url=EXTERNAL, timeout=5, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)) as client:
            yield client
        return
    with (
        serving(request.param, tmp_path_factory.mktemp("rosetta")) as (port, _),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)) as client,
    ):
        yield client


# region contract
def refused(reply: httpx.Response, status: int) -> dict:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"].split(";")[0] == PROBLEM
    body = reply.json()
    assert body["status"] == status and body["title"]
    return body


def test_create_then_fetch(api: httpx.Client) -> None:
    made = api.post("/notes", json={"title": "  Büro \"A\" ", "body": "line 1\nline 2"})
    assert made.status_code == 201
    note = made.json()
    assert note["title"] == 'Büro "A"' and note["body"] == "line 1\nline 2"
    assert made.headers["location"] == f"/notes/{note['id']}"
    fetched = api.get(made.headers["location"])
    assert fetched.status_code == 200 and fetched.json() == note
    assert fetched.headers["content-type"].split(";")[0] == "application/json"


def test_body_defaults_to_empty_and_the_caller_cannot_choose_the_id(api: httpx.Client) -> None:
    note = api.post("/notes", json={"title": "x", "id": "mine"}).json()
    assert note["body"] == "" and note["id"] != "mine"


@pytest.mark.parametrize("title", [None, "   ", "x" * 101])
def test_a_bad_title_is_named(api: httpx.Client, title: str | None) -> None:
    body = refused(api.post("/notes", json={"title": title, "body": "b"}), 422)
    assert [error["pointer"] for error in body["errors"]] == ["/title"]


# endregion


def test_a_title_of_the_wrong_type_is_refused(api: httpx.Client) -> None:
    """400 where the framework binds types while it parses (ASP.NET Core, Spring), 422 where they are two steps."""
    reply = api.post("/notes", json={"title": 7})
    refused(reply, 400 if reply.status_code == 400 else 422)


def test_text_that_is_not_json_is_a_bad_request(api: httpx.Client) -> None:
    refused(api.post("/notes", content=b'{"title": ', headers={"content-type": "application/json"}), 400)


def test_an_unknown_note_is_not_found(api: httpx.Client) -> None:
    refused(api.get("/notes/00000000-0000-7000-8000-000000000000"), 404)


def test_a_huge_body_is_refused_with_an_answer(api: httpx.Client, request: pytest.FixtureRequest) -> None:
    """Only where the example reads the body itself; frameworks and proxies bring a limit of their own."""
    if not {"nodejs", "java", "go"} & set(request.node.callspec.params.values()):
        pytest.skip("the framework or its server sets the limit")
    refused(api.post("/notes", json={"title": "x", "body": "y" * 3_000_000}), 413)


def test_health(api: httpx.Client) -> None:
    reply = api.get("/health")
    assert reply.status_code == 200 and reply.json() == {"status": "ok"}


@pytest.mark.skipif(EXTERNAL is not None, reason="a service that was started elsewhere is not stopped here")
@pytest.mark.parametrize("language", [name for name in COMMANDS if name != "php"])  # PHP: the end is FPM's
def test_a_request_in_flight_at_sigterm_is_answered(language: str, tmp_path: Path) -> None:
    content = b'{"title": "last"}'
    with serving(language, tmp_path) as (port, process), socket.create_connection(("127.0.0.1", port), 5) as client:
        head = f"POST /notes HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
        client.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode() + content[:5])
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        client.sendall(content[5:])
        assert client.recv(4096).startswith(b"HTTP/1.1 201")
        process.wait(12)
