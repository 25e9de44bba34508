"""No test reaches the network or the user's own folders."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_real_connect = socket.socket.connect
_real_connect_ex = socket.socket.connect_ex
_real_getaddrinfo = socket.getaddrinfo


class NetworkBlocked(RuntimeError):
    """A test tried to leave the machine."""


def _is_local(host: object) -> bool:
    if not isinstance(host, str) or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_number(host: str) -> bool:
    """Whether a host is an address in any notation, so that reading it asks no name server."""
    try:
        socket.inet_aton(host)
    except OSError:
        return ":" in host
    return True


def _refuse(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if host is not None and not _is_local(host):
        raise NetworkBlocked(f"a test tried to connect to {host}")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    def connect(self: socket.socket, address: Any) -> None:
        _refuse(address)
        _real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _refuse(address)
        return _real_connect_ex(self, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if not _is_local(name) and not _is_number(name):
            raise NetworkBlocked(f"a test tried to look up {host!r}")
        return _real_getaddrinfo(host, *args, **kwargs)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Point cache, data and configuration at a temporary folder, and forget endpoints of the developer's shell."""
    home = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    for variable, name in (("XDG_CACHE_HOME", "cache"), ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")):
        patch.setenv(variable, str(home / name))
    for variable in [
        name for name in os.environ if name.startswith(("OPENAI_", "ARCHITECT_", "LANGSMITH_", "LANGCHAIN_"))
    ]:
        patch.delenv(variable)
    yield home
    patch.undo()
