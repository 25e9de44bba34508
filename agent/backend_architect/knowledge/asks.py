"""What would make an answer from a guide more specific: the facts only the asker has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from backend_architect.errors import GuideError
from backend_architect.knowledge.registry import read_yaml


def load_asks(knowledge: Path) -> Mapping[str, str]:
    """Return the end of "For a more specific answer, tell me ..." by guide, none when there is no file.

    Raises GuideError when the file is not a mapping of texts.
    """
    path = knowledge / "asks.yaml"
    if not path.exists():
        return {}
    asks = read_yaml(path)
    if not (isinstance(asks, dict) and all(isinstance(text, str) for text in asks.values())):
        raise GuideError(f"{path}: must map guide ids to texts")
    return asks
