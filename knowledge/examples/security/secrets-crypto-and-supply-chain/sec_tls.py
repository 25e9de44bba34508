"""TLS contexts for both sides, and the shortcut that accepts any impostor."""

from __future__ import annotations

import ssl


# region vulnerable
def client_vulnerable() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # verify=False, rejectUnauthorized: false, InsecureSkipVerify: true
    return context


# endregion vulnerable


# region contexts
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"  # for TLS 1.2; the suites of TLS 1.3 are all fine


def server(cert: str, key: str, client_ca: str | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # inside your own estate: TLSv1_3
    context.set_ciphers(CIPHERS)
    context.load_cert_chain(cert, key)
    if client_ca:  # mutual TLS: only certificates of this authority
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client(private_ca: str | None = None, cert: str | None = None, key: str | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=private_ca)  # chain and host name are checked by default
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert:
        context.load_cert_chain(cert, key)
    return context


# endregion contexts
