"""One JSON line per record, with the request id, from sync and async code, without blocking the loop."""

import json
import logging
import logging.config
import queue
import re
import uuid
from contextvars import ContextVar
from logging.handlers import QueueHandler, QueueListener

# region service_json_logs
request_id: ContextVar[str] = ContextVar("request_id", default="-")
STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request_id", "taskName"}


class AddRequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()  # here, on the caller's side of the queue
        return True


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": record.request_id,
        }
        line |= {key: value for key, value in vars(record).items() if key not in STANDARD}  # extra={...}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)  # escapes newlines: one record stays one line


class LocalQueueHandler(QueueHandler):
    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record  # same process: keep exc_info and args for the formatter


def set_up(stream, level: str = "INFO") -> QueueListener:
    output = logging.StreamHandler(stream)
    output.setFormatter(JsonFormatter())
    handler = LocalQueueHandler(lines := queue.SimpleQueue())
    handler.addFilter(AddRequestId())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    listener = QueueListener(lines, output)
    listener.start()  # call stop() at shutdown, or the last lines are lost
    return listener
# endregion


# region middleware
SAFE = re.compile(r"[\w-]{8,64}")


class RequestIdMiddleware:
    """Pure ASGI: the context variable is set in the task that runs the endpoint."""

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        sent = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        value = sent if SAFE.fullmatch(sent) else str(uuid.uuid4())
        token = request_id.set(value)

        async def send_with_id(message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", value.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            request_id.reset(token)
# endregion
