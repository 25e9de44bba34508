"""The one door where errors of openai, langchain and httpx become ours. Imports openai: import it at first use."""

from __future__ import annotations

import re

import openai
from langchain_core.exceptions import ContextOverflowError

from backend_architect.errors import (
    ModelAuthentication,
    ModelContextExceeded,
    ModelError,
    ModelNotFound,
    ModelRateLimited,
    ModelReplyInvalid,
    ModelTimeout,
    ModelUnreachable,
)
from backend_architect.models.endpoint import Endpoint

_EXCERPT_CHARACTERS = 160
_OFFLINE = "or answer from the guides alone with ARCHITECT_USE_MODEL=false"
_REFUSALS = (400, 422)
# Some servers refuse tools with these: 404 when no backend takes them, 500 when the chat template has no place for them.
_ODD_REFUSALS = (404, 405, 500, 501)
_OPTIONAL = re.compile(r"\b(tools?|functions?|stream_options)\b", re.IGNORECASE)
_CONTEXT_STATUSES = (400, 413, 422, 500)
_CONTEXT = re.compile(
    r"context[ _-]?(length|size|window)|maximum context|too many tokens|(prompt|input) is too long"
    r"|exceeds? the .*\bcontext\b|Input tokens exceed",
    re.IGNORECASE,
)
# What the libraries raise when a reply has the wrong shape (HTML, null choices, no chunk at all): plain Python errors.
_SHAPE_ERRORS = (ValueError, TypeError, LookupError, AttributeError)
_VENDORS = ("openai", "httpx", "httpcore", "langchain", "langgraph", "langsmith", "anyio", "h11", "ssl")


def explain(error: Exception, endpoint: Endpoint, *, model: str, has_begun: bool) -> ModelError | None:
    """Return what `error` means in one line, or None when it comes from no vendor and is somebody's bug."""
    if _is_context_overflow(error):
        return ModelContextExceeded(
            f"the prompt is longer than {model} at {endpoint.shown_url} takes; "
            f"lower ARCHITECT_PROMPT_TOKENS (now {endpoint.settings.prompt_tokens})"
        )
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return _explain_silence(endpoint, has_begun=has_begun)
    if isinstance(error, openai.APIStatusError):
        return _explain_status(error, endpoint, model)
    if isinstance(error, openai.APIConnectionError | OSError):
        return _explain_connection(error, endpoint, has_begun=has_begun)
    return _explain_reply(error, endpoint)


def complaint(error: Exception) -> str | None:
    """Return the endpoint's words when it refused a request for something in it, None for every other failure."""
    if not isinstance(error, openai.APIStatusError) or _is_context_overflow(error):
        return None
    text = f"{error.message} {error.body}"
    if error.status_code in _REFUSALS or (error.status_code in _ODD_REFUSALS and _OPTIONAL.search(text)):
        return text
    return None


def excerpt(error: Exception, endpoint: Endpoint) -> str:
    """Return the endpoint's own words on one line, shortened, without control characters and without the key."""
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    text = said if isinstance(said, str) and said else getattr(error, "message", "") or str(error)
    return _clean(text, endpoint)


def _clean(text: str, endpoint: Endpoint) -> str:
    key = endpoint.settings.api_key
    if key is not None and key.get_secret_value():
        text = text.replace(key.get_secret_value(), "(key)")
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _EXCERPT_CHARACTERS else text[: _EXCERPT_CHARACTERS - 1] + "…"


def _explain_silence(endpoint: Endpoint, *, has_begun: bool) -> ModelError:
    url, limit = endpoint.shown_url, f"{endpoint.settings.timeout_seconds:g} s"
    happened = f"{url} went silent for {limit} within its reply" if has_begun else f"no reply from {url} within {limit}"
    return ModelTimeout(f"{happened}; raise ARCHITECT_TIMEOUT, {_OFFLINE}")


def _explain_connection(error: Exception, endpoint: Endpoint, *, has_begun: bool) -> ModelError:
    if has_begun:
        return ModelReplyInvalid(f"{endpoint.shown_url} broke off within its reply; ask again, {_OFFLINE}")
    return ModelUnreachable(
        f"no connection to {endpoint.shown_url} ({_reason(error, endpoint)}); "
        f"check OPENAI_BASE_URL and that the server runs, {_OFFLINE}"
    )


def _explain_reply(error: Exception, endpoint: Endpoint) -> ModelError | None:
    url = endpoint.shown_url
    if isinstance(error, openai.APIError):
        return ModelReplyInvalid(
            f"{url} reported an error within its reply: {excerpt(error, endpoint)}; ask again, {_OFFLINE}"
        )
    if isinstance(error, _SHAPE_ERRORS) or _is_vendors(error):
        return ModelReplyInvalid(
            f"{url} sent something that is not a chat completion ({type(error).__name__}); "
            "check that OPENAI_BASE_URL ends in the path of its OpenAI-compatible API, often /v1"
        )
    return None


def _explain_status(error: openai.APIStatusError, endpoint: Endpoint, model: str) -> ModelError:
    url, status = endpoint.shown_url, error.status_code
    if status in (401, 403):
        return ModelAuthentication(f"{url} refused the API key (HTTP {status}); check OPENAI_API_KEY, {_OFFLINE}")
    if status == 404 and not model:
        return ModelNotFound(
            f"{url} does not list its models (HTTP 404); name one with ARCHITECT_MODEL, or check OPENAI_BASE_URL"
        )
    if status == 404:
        return ModelNotFound(
            f"{url} does not know the model {model} (HTTP 404); choose another with ARCHITECT_MODEL, "
            f"or check the path of OPENAI_BASE_URL, which often ends in /v1"
        )
    if status == 429:
        return ModelRateLimited(
            f"{url} takes no more requests now (HTTP 429{_retry_after(error)}); ask later, {_OFFLINE}"
        )
    if 300 <= status < 400:
        target = _clean(error.response.headers.get("location", "another address").partition("?")[0], endpoint)
        return ModelError(
            f"{url} redirects to {target} (HTTP {status}), which is not followed; "
            "set OPENAI_BASE_URL to the final address"
        )
    return ModelError(f"{url} failed with HTTP {status}: {excerpt(error, endpoint)}; ask again, {_OFFLINE}")


def _retry_after(error: openai.APIStatusError) -> str:
    if getattr(error, "code", None) == "insufficient_quota":
        return ", the quota of this key is used up"
    seconds = error.response.headers.get("retry-after", "")
    return f", retry after {seconds} s" if seconds.isascii() and seconds.isdigit() else ""


def _reason(error: Exception, endpoint: Endpoint) -> str:
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return excerpt(cause, endpoint) if isinstance(cause, Exception) else excerpt(error, endpoint)


def _is_context_overflow(error: Exception) -> bool:
    if isinstance(error, ContextOverflowError):
        return True
    # An error inside a stream has no status, and its code is as good a sign as its message.
    if not isinstance(error, openai.APIError) or getattr(error, "status_code", 400) not in _CONTEXT_STATUSES:
        return False
    return bool(_CONTEXT.search(f"{error.message} {error.code}"))


def _is_vendors(error: Exception) -> bool:
    return type(error).__module__.startswith(_VENDORS)
