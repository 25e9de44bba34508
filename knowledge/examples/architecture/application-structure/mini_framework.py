"""What a web framework does between the socket and your function, in one page."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable


class HttpError(Exception):
    def __init__(self, status: int):
        self.status = status


# region framework
class App:
    def __init__(self) -> None:
        self.routes: list[tuple[str, re.Pattern, Callable]] = []

    def route(self, method: str, path: str):
        pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + r"\Z")
        return lambda function: self.routes.append((method, pattern, function)) or function

    def __call__(self, environ: dict, start_response: Callable) -> list[bytes]:  # the server calls this: WSGI
        try:
            status, result = 200, self.dispatch(environ)
        except HttpError as error:  # error mapping in one place
            status, result = error.status, {"status": error.status}
        body = json.dumps(result).encode()  # serialisation
        start_response(f"{status} -", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def dispatch(self, environ: dict) -> object:
        found = [(m, f, match) for m, p, f in self.routes if (match := p.match(environ["PATH_INFO"]))]  # routing
        if not found:
            raise HttpError(404)
        chosen = next(((f, match) for m, f, match in found if m == environ["REQUEST_METHOD"]), None)
        if chosen is None:
            raise HttpError(405)
        function, match = chosen
        return function(**self.bind(function, match.groupdict(), environ))

    def bind(self, function: Callable, path: dict[str, str], environ: dict) -> dict:  # binding and validation
        values: dict = {}
        for name, parameter in inspect.signature(function, eval_str=True).parameters.items():
            try:
                raw = path[name] if name in path else json.load(environ["wsgi.input"])
                values[name] = parameter.annotation(**raw) if isinstance(raw, dict) else parameter.annotation(raw)
            except (ValueError, TypeError) as error:
                raise HttpError(422) from error
        return values


# endregion framework
