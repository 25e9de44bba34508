import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

# region addresses
TRANSLATED = [ipaddress.ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class Refused(Exception):
    pass


def is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address  # ::ffff:127.0.0.1 is 127.0.0.1
    if address.version == 6 and any(address in net for net in TRANSLATED):
        return False  # these carry an IPv4 address that we would have to unpack
    return address.is_global and not address.is_multicast and not address.is_reserved  # reserved: ::127.0.0.1


def public_address(host: str, port: int) -> str:
    """One look-up. Every address must be public, because any of them could be the one we connect to."""
    found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not found or not all(is_public(address) for address in found):
        raise Refused("the address is not public")
    return sorted(found)[0]
# endregion


# region deliver
class PinnedConnection(http.client.HTTPSConnection):
    """Connects to the address that was checked; the name is only used for SNI, the certificate and the Host header."""

    def __init__(self, host, port, address, timeout):
        super().__init__(host, port, timeout=timeout, context=ssl.create_default_context())
        self.address = address

    def connect(self):
        raw = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = self._context.wrap_socket(raw, server_hostname=self.host)


def deliver(url: str, body: bytes, headers: dict[str, str], timeout: float = 15) -> int:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or (parts.port or 443) not in (443, 8443):
        raise Refused("only https, no user info, port 443 or 8443")
    port = parts.port or 443
    connection = PinnedConnection(parts.hostname, port, public_address(parts.hostname, port), timeout)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        return connection.getresponse().status  # redirects are not followed; the body is not kept or shown
    finally:
        connection.close()
# endregion


def deliver_wrong(url: str, body: bytes) -> int:
    """Checks the name, then lets the client resolve it again."""
    parts = urlsplit(url)
    public_address(parts.hostname, parts.port)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=2)
    try:
        connection.request("POST", parts.path or "/", body)
        return connection.getresponse().status
    finally:
        connection.close()
