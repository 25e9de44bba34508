"""What goes into a model and what comes out of it, without any vendor's type."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from backend_architect.types import Usage

# Takes the model's query and returns the text the model gets to read.
Search = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class TextPiece:
    """More of the model's text, as it came."""

    text: str


@dataclass(frozen=True, slots=True)
class Searched:
    """The model asked the guides for more."""

    query: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Last event of a complete reply. Tokens are those the endpoint reported, zero when it reports none."""

    usage: Usage
    model: str


ModelEvent = TextPiece | Searched | Finished


class Model(Protocol):
    """Anything that can reply to a prompt: `ModelAgent`, or `testing.ScriptedModel`."""

    def stream(self, messages: Sequence[Message], *, search: Search | None = None) -> AsyncGenerator[ModelEvent, None]:
        """Return the reply as it comes: pieces and searches, then exactly one Finished.

        `search` answers the model's own look-ups; a model that cannot call tools never uses it.
        Raises ModelError, also after pieces. Closing the generator ends the request at once.
        """
        ...

    async def warm_up(self) -> None:
        """Load what the first reply needs; may be called in advance, sends nothing."""
        ...

    async def aclose(self) -> None:
        """Close the connections opened in the running event loop."""
        ...
