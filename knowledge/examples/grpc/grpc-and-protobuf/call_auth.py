"""Mutual TLS for the service, a bearer token for the user, checked in one interceptor."""

from __future__ import annotations

import grpc


SHAPES = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


# region server
class RequireToken(grpc.ServerInterceptor):
    """Runs before every handler. `verify` returns claims or None; a JWT library belongs behind it."""

    OPEN = {"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"}

    def __init__(self, verify):
        self.verify = verify

        def refuse(_request, context):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "missing or invalid token")

        self.refuse = refuse

    def intercept_service(self, continuation, call):
        handler = continuation(call)
        if handler is None or call.method in self.OPEN:
            return handler
        scheme, _, token = dict(call.invocation_metadata).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.verify(token) is not None:
            return handler
        return SHAPES[handler.request_streaming, handler.response_streaming](self.refuse)


def server_tls(key: bytes, chain: bytes, client_ca: bytes) -> grpc.ServerCredentials:
    return grpc.ssl_server_credentials([(key, chain)], root_certificates=client_ca, require_client_auth=True)


def caller(context) -> set[str]:
    """Names from the verified client certificate: the calling service, not the user."""
    names = context.auth_context().get("x509_subject_alternative_name", [])
    return {name.decode() for name in names}


# endregion


# region client
def client_credentials(ca: bytes, key: bytes, chain: bytes, fetch_token) -> grpc.ChannelCredentials:
    class Bearer(grpc.AuthMetadataPlugin):
        def __call__(self, _context, callback):  # per call, so that a fresh token is used after expiry
            callback((("authorization", f"Bearer {fetch_token()}"),), None)

    tls = grpc.ssl_channel_credentials(root_certificates=ca, private_key=key, certificate_chain=chain)
    return grpc.composite_channel_credentials(tls, grpc.metadata_call_credentials(Bearer()))


# endregion
