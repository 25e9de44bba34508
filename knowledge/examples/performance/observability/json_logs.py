"""One JSON object per log line, with the trace it belongs to, and without what must not be there."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import traceback
from datetime import UTC, datetime

from opentelemetry import trace

# region redact
SECRET_NAMES = re.compile(r"pass(word|wd)?|secret|token|authorization|cookie|api[_-]?key|card|iban|cvv", re.I)
SECRET_SHAPES = re.compile(
    r"eyJ[\w-]+\.[\w-]+\.[\w-]*"  # JWT
    r"|(?<=Bearer )[\w.~+/-]+=*"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user:password in a URL
    r"|\b(?:\d[ -]?){13,19}\b"  # card numbers
)


def redact(value: object, name: str = "", depth: int = 0) -> object:
    """A card number logged as an int under another name passes: list the name, or do not log the field."""
    if name and SECRET_NAMES.search(name):
        return "[redacted]"
    if isinstance(value, dict):
        return {str(k): redact(v, str(k), depth + 1) for k, v in value.items()} if depth < 4 else "[deep]"
    if isinstance(value, (list, tuple)):
        return [redact(item, name, depth + 1) for item in value[:20]] if depth < 4 else "[deep]"
    if isinstance(value, str):
        return SECRET_SHAPES.sub("[redacted]", value)[:2000]
    return value if isinstance(value, (int, float, bool)) or value is None else redact(repr(value), name)


def pseudonym(user_id: str, key: bytes) -> str:
    """Same user, same value, no way back without the key; a bare hash of an e-mail can be guessed."""
    return hmac.new(key, user_id.encode(), hashlib.sha256).hexdigest()[:16]


# endregion


# region formatter
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "taskName"}


class JsonFormatter(logging.Formatter):
    def __init__(self, service: str, version: str) -> None:
        super().__init__()
        self._fixed = {"service": service, "version": version}

    def format(self, record: logging.LogRecord) -> str:
        span = trace.get_current_span().get_span_context()
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "event": redact(record.getMessage()),  # a constant name; the values are fields
            "logger": record.name,
            **self._fixed,
        }
        if span.is_valid:
            line |= {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"}
        for name, value in vars(record).items():  # what came in through extra=
            if name not in STANDARD:
                line[name] = redact(value, name)
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            line["error_type"] = type(error).__qualname__
            stack = "".join(traceback.format_exception(error, limit=-20))
            line["stack"] = SECRET_SHAPES.sub("[redacted]", stack)[-4000:]  # the message is at the end
        return json.dumps(line, default=str, ensure_ascii=False)  # newlines are escaped: one line, one event


# endregion
