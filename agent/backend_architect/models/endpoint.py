"""One OpenAI-compatible endpoint: its address, its model, and what it turned out to be able to do."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from pydantic import SecretStr

from backend_architect.errors import ModelNotFound
from backend_architect.settings import DEFAULT_OPENAI_MODEL, Settings

if TYPE_CHECKING:
    import httpx2
    from langchain_openai import ChatOpenAI
    from openai import AsyncOpenAI

_log = logging.getLogger("backend_architect")

_OPENAI_URL = "https://api.openai.com/v1"
_CONNECT_SECONDS = 5.0
# Requests per model call are at most this plus one; the SDK waits between them and obeys Retry-After.
_RETRIES = 2
# The SDK would wait up to 120 s when told to, with a person in front of the screen.
_PATIENCE_SECONDS = 20
# The SDK insists on some key; servers without accounts ignore it.
_KEY_FOR_KEYLESS = "none"
# A server with many models lists these too, and none of them can chat.
_NOT_CHAT = ("embed", "rerank", "whisper", "tts", "moderation")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What may be asked of the endpoint; each is assumed until a request is refused because of it."""

    tools: bool = True
    stream_usage: bool = True


class Endpoint:
    """Where the model is. Nothing is sent or imported before the first reply is asked for.

    Connections belong to the event loop they were opened in, so each loop has its own client; what was learnt about
    the endpoint (its model, its capabilities) is shared.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = settings.base_url or _OPENAI_URL
        self.capabilities = Capabilities()
        self._model = settings.model or (DEFAULT_OPENAI_MODEL if _is_openai(self.url) else None)
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = WeakKeyDictionary()

    @property
    def shown_url(self) -> str:
        """The address as messages show it: without user name, password and query."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        shown = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{shown}{f':{parts.port}' if parts.port else ''}{parts.path}"

    @property
    def key(self) -> SecretStr:
        return self.settings.api_key or SecretStr(_KEY_FOR_KEYLESS)

    def client(self) -> AsyncOpenAI:
        """Return the running loop's client."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = self._connect()
        return self._clients[loop]

    def chat(self, model: str, capabilities: Capabilities) -> ChatOpenAI:
        """Return a chat model over the running loop's client."""
        from langchain_openai import ChatOpenAI

        client = self.client()
        return ChatOpenAI(
            model=model,
            base_url=self.url,
            api_key=self.key,
            # Ready clients: those ChatOpenAI makes are shared between event loops and read more of the environment.
            root_client=client,
            client=client.chat.completions,
            root_async_client=client,
            async_client=client.chat.completions,
            openai_proxy="",
            stream_usage=capabilities.stream_usage,
            use_responses_api=False,
            # The agent limits the wait for every piece itself; this one warns on stderr as well.
            stream_chunk_timeout=None,
        )

    async def model(self) -> str:
        """Return the model's name: the chosen one, OpenAI's default, or the first chat model the server lists.

        Raises ModelNotFound when the server lists none, and whatever the SDK raises when it cannot be asked.
        """
        if self._model is None:
            self._model = await self._ask_for_model()
        return self._model

    def learn(self, capabilities: Capabilities) -> None:
        """Remember what a successful request had to do without."""
        if capabilities != self.capabilities:
            _log.info("%s is used without: %s", self.shown_url, ", ".join(_missing(capabilities)))
            self.capabilities = capabilities

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    def _connect(self) -> AsyncOpenAI:
        import openai

        timeout = openai.Timeout(
            self.settings.timeout_seconds, connect=min(_CONNECT_SECONDS, self.settings.timeout_seconds)
        )
        return openai.AsyncOpenAI(
            base_url=self.url,
            api_key=self.key.get_secret_value(),
            timeout=timeout,
            max_retries=_RETRIES,
            http_client=openai.DefaultAsyncHttpxClient(
                timeout=timeout,
                # A redirect would send the question to a host nobody configured.
                follow_redirects=False,
                # A proxy from the environment cannot reach this machine's own loopback.
                trust_env=not _is_loopback(self.url),
                event_hooks={"response": [_refuse_long_waits]},
            ),
        )

    async def _ask_for_model(self) -> str:
        listed = [model.id async for model in await self.client().models.list()]
        if not listed:
            raise ModelNotFound(f"{self.shown_url} lists no model; load one there, or name it with ARCHITECT_MODEL")
        return next((name for name in listed if not any(word in name.lower() for word in _NOT_CHAT)), listed[0])


async def _refuse_long_waits(response: httpx2.Response) -> None:
    """Tell the SDK not to retry when the server asks for more patience than a person has."""
    wait = response.headers.get("retry-after", "")
    if wait.isascii() and wait.isdigit() and int(wait) > _PATIENCE_SECONDS:
        response.headers["x-should-retry"] = "false"


def without(capabilities: Capabilities, complaint: str) -> Capabilities | None:
    """Return weaker capabilities worth a try after a request was refused with `complaint`; None when nothing is left.

    A complaint that names a feature drops it; one that names none drops everything optional at once.
    """
    text = complaint.lower()
    if capabilities.stream_usage and ("stream_options" in text or "include_usage" in text):
        return replace(capabilities, stream_usage=False)
    if capabilities.tools and ("tool" in text or "function" in text):
        return replace(capabilities, tools=False)
    plain = Capabilities(tools=False, stream_usage=False)
    return plain if capabilities != plain else None


def _missing(capabilities: Capabilities) -> list[str]:
    names = (("tools", capabilities.tools), ("token usage in streams", capabilities.stream_usage))
    return [name for name, has in names if not has]


def _is_openai(url: str) -> bool:
    return urlsplit(url).hostname == "api.openai.com"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
