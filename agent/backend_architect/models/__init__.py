"""The OpenAI-compatible endpoint behind a small protocol; openai and langchain are imported here only, at first use."""

from backend_architect.models.agent import ModelAgent
from backend_architect.models.background import BackgroundLoop
from backend_architect.models.endpoint import Endpoint
from backend_architect.models.protocol import Finished, Message, Model, ModelEvent, Search, Searched, TextPiece
from backend_architect.models.tokens import count_tokens

__all__ = [
    "BackgroundLoop",
    "Endpoint",
    "Finished",
    "Message",
    "Model",
    "ModelAgent",
    "ModelEvent",
    "Search",
    "Searched",
    "TextPiece",
    "count_tokens",
]
