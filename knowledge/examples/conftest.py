"""Starts a throw-away PostgreSQL for the examples that need one, where its server is installed; they skip where it is not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

VARIABLE = "ARCHITECT_TEST_POSTGRES_URL"
_SERVERS = Path("/usr/lib/postgresql")
_started: list[tuple[Path, Path]] = []


def pytest_configure(config: pytest.Config) -> None:
    # Workers of a parallel run inherit the address from the process that started the server.
    if VARIABLE in os.environ or hasattr(config, "workerinput") or (server := _server()) is None:
        return
    folder = Path(tempfile.mkdtemp(prefix="examples-postgres-"))
    port = _free_port()
    try:
        _as_owner(folder, server / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        _as_owner(folder, server / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
    except (OSError, subprocess.SubprocessError):
        shutil.rmtree(folder, ignore_errors=True)
        return
    _started.append((server, folder))
    os.environ[VARIABLE] = f"postgresql://postgres@127.0.0.1:{port}/postgres"


def pytest_unconfigure(config: pytest.Config) -> None:  # noqa: ARG001 - the hook's signature
    for server, folder in _started:
        _as_owner(folder, server / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
    _started.clear()


def _server() -> Path | None:
    """Return the folder of the newest installed server programs."""
    found = sorted(_SERVERS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])) if _SERVERS.is_dir() else []
    return found[-1].parent if found else None


def _as_owner(folder: Path, *command: object) -> None:
    """Run a server program; PostgreSQL refuses to run as root, so root lends it the account of its package."""
    line = [str(part) for part in command]
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        line = ["runuser", "-u", "postgres", "--", *line]
    subprocess.run(
        line, check=True, capture_output=True, timeout=60, cwd=folder, env=os.environ | {"LC_ALL": "C.UTF-8"}
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
