"""Backend & API Architect: answers backend and API design questions from tested guides, with citations you can check."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend_architect.architect import Architect, AsyncArchitect, AsyncConversation, Conversation
    from backend_architect.errors import (
        ArchitectError,
        GuideError,
        ModelAuthentication,
        ModelContextExceeded,
        ModelError,
        ModelNotFound,
        ModelRateLimited,
        ModelReplyInvalid,
        ModelTimeout,
        ModelUnreachable,
        PromptError,
        QuestionError,
        SettingsError,
    )
    from backend_architect.settings import Settings
    from backend_architect.types import (
        Answer,
        Citation,
        Delta,
        Done,
        Event,
        Handoff,
        HandoffPacket,
        Hit,
        Ledger,
        Section,
        Started,
        Turn,
        Usage,
        Verdict,
    )

# Public names by the module that defines them; loaded at first use, so that importing the package costs nothing.
_HOMES = {
    "architect": ("Architect", "AsyncArchitect", "AsyncConversation", "Conversation"),
    "errors": (
        "ArchitectError",
        "GuideError",
        "ModelAuthentication",
        "ModelContextExceeded",
        "ModelError",
        "ModelNotFound",
        "ModelRateLimited",
        "ModelReplyInvalid",
        "ModelTimeout",
        "ModelUnreachable",
        "PromptError",
        "QuestionError",
        "SettingsError",
    ),
    "settings": ("Settings",),
    "types": (
        "Answer",
        "Citation",
        "Delta",
        "Done",
        "Event",
        "Handoff",
        "HandoffPacket",
        "Hit",
        "Ledger",
        "Section",
        "Started",
        "Turn",
        "Usage",
        "Verdict",
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Architect",
    "ArchitectError",
    "AsyncArchitect",
    "AsyncConversation",
    "Citation",
    "Conversation",
    "Delta",
    "Done",
    "Event",
    "GuideError",
    "Handoff",
    "HandoffPacket",
    "Hit",
    "Ledger",
    "ModelAuthentication",
    "ModelContextExceeded",
    "ModelError",
    "ModelNotFound",
    "ModelRateLimited",
    "ModelReplyInvalid",
    "ModelTimeout",
    "ModelUnreachable",
    "PromptError",
    "QuestionError",
    "Section",
    "Settings",
    "SettingsError",
    "Started",
    "Turn",
    "Usage",
    "Verdict",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
