"""Fetch a URL that a stranger supplied, without becoming their proxy into the network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
import urllib.request
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit


class Refused(Exception):
    """422 for the user, with one text for every reason; the reason goes to the log."""


# region vulnerable
def preview_vulnerable(url: str) -> bytes:
    host = urlsplit(url).hostname or ""
    address = socket.getaddrinfo(host, 443)[0][4][0]
    if ipaddress.ip_address(address).is_private:  # checks one answer …
        raise Refused
    with urllib.request.urlopen(url, timeout=5) as reply:  # … resolves again, and follows redirects anywhere
        return reply.read()


# endregion vulnerable


# region address
GLOBAL6 = ipaddress.ip_network("2000::/3")  # all that is routed; fec0::/10 and ::/96 pass is_global
EMBEDDED = [ipaddress.ip_network(n) for n in ("2002::/16", "2001::/32")]  # 6to4, Teredo: an IPv4 address inside


def is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address  # ::ffff:10.0.0.1
    if address.version == 6 and (address not in GLOBAL6 or any(address in network for network in EMBEDDED)):
        return False
    return address.is_global and not address.is_multicast


def resolve_public(host: str, port: int) -> str:
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Refused("does not resolve") from error
    if not found or not all(is_public(address) for address in found):
        raise Refused("not a public address")
    return sorted(found)[0]  # the caller connects to exactly this one


# endregion address


# region fetch
@dataclass(frozen=True)
class Limits:
    schemes: tuple[str, ...] = ("https",)
    ports: tuple[int, ...] = (443,)
    max_bytes: int = 5_000_000
    seconds: float = 10
    redirects: int = 3


def fetch(url: str, limits: Limits = Limits()) -> bytes:
    deadline = time.monotonic() + limits.seconds
    for _hop in range(limits.redirects + 1):
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise Refused("not a URL") from error
        if parts.scheme not in limits.schemes or port not in limits.ports or not parts.hostname or parts.username:
            raise Refused("scheme, port or user info")
        with Pinned(parts.hostname, port, resolve_public(parts.hostname, port), parts.scheme, deadline) as connection:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers={"Accept-Encoding": "identity"})
            reply = connection.getresponse()
            location = reply.headers.get("Location")
            if not (300 <= reply.status < 400 and location):
                return read_limited(reply, limits.max_bytes, deadline)
            url = urljoin(url, location)  # the next hop passes every check again
    raise Refused("too many redirects")


# endregion fetch


# region pinned
class Pinned(http.client.HTTPConnection):
    """Connects to the checked address; the name only goes into Host, SNI and certificate verification."""

    def __init__(self, host: str, port: int, address: str, scheme: str, deadline: float):
        super().__init__(host, port)
        self.address, self.scheme, self.deadline = address, scheme, deadline

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), max(0.1, self.deadline - time.monotonic()))
        if self.scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def __enter__(self) -> Pinned:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def read_limited(reply: http.client.HTTPResponse, max_bytes: int, deadline: float) -> bytes:
    body = bytearray()
    while chunk := reply.read1(65536):
        body += chunk
        if len(body) > max_bytes or time.monotonic() > deadline:
            raise Refused("too large or too slow")
    return bytes(body)


# endregion pinned
