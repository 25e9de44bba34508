from datetime import UTC, datetime
from email.utils import format_datetime


# region deprecation
class Deprecated:
    """ASGI middleware: announces the end of some paths, counts who still calls them, and ends them on the day."""

    def __init__(self, app, prefix: str, since: datetime, sunset: datetime, docs: str, seen, now=lambda: datetime.now(UTC)):
        if sunset < since:
            raise ValueError("Sunset must not be earlier than Deprecation")  # RFC 9745 §4
        self.app, self.prefix, self.sunset, self.seen, self.now = app, prefix, sunset, seen, now
        self.headers = [
            (b"deprecation", f"@{int(since.timestamp())}".encode()),  # structured date, not "true"
            (b"sunset", format_datetime(sunset, usegmt=True).encode()),  # HTTP date
            (b"link", f'<{docs}>; rel="deprecation"; type="text/html"'.encode()),
        ]

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith(self.prefix):
            return await self.app(scope, receive, send)
        client = scope.get("state", {}).get("client_id", "unknown")  # set by authentication, further out
        self.seen(client, scope["method"], scope["path"])

        async def with_headers(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self.headers]}
            await send(message)

        if self.now() < self.sunset:
            return await self.app(scope, receive, with_headers)
        body = b'{"type": "https://api.example.com/problems/sunset", "title": "This version has ended", "status": 410}'
        headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
        await with_headers({"type": "http.response.start", "status": 410, "headers": headers})
        await send({"type": "http.response.body", "body": body})
# endregion
