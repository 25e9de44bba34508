"""Finds the prompts and the knowledge that ship with this very copy of the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

Folder = Literal["prompts", "knowledge"]

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def folder(name: Folder) -> Path:
    """Return the data folder; raise FileNotFoundError when the installation lacks it.

    A checkout wins over packaged data, because an editable install keeps a copy of the data that goes stale.
    """
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / name).is_dir():
        return _CHECKOUT / name
    packaged = files("backend_architect") / "_data" / name
    if isinstance(packaged, Path) and packaged.is_dir():
        return packaged
    raise FileNotFoundError(f"{name}/ is missing from this installation of backend-api-architect; reinstall it")
