"""One place for access log, metrics and the last line of error handling (grpcio 1.85, sync server)."""

from __future__ import annotations

import logging
import time
import uuid

import grpc

log = logging.getLogger("rpc")


# region interceptor
class LogAndMask(grpc.ServerInterceptor):
    """First in the list, so that it sees what all others do. Unary replies; wrap streams the same way."""

    def intercept_service(self, continuation, call):
        handler = continuation(call)
        if handler is None or handler.request_streaming or handler.response_streaming:
            return handler
        inner = handler.unary_unary

        def wrapped(request, context):
            start, code = time.perf_counter(), grpc.StatusCode.OK
            try:
                reply = inner(request, context)
                code = context.code() or code  # a handler may set a code and return
                return reply
            except Exception as error:
                code = context.code() or grpc.StatusCode.INTERNAL
                if context.code() is None:  # not raised by context.abort: a bug, whose text stays here
                    incident = uuid.uuid4().hex
                    log.error("%s incident %s", call.method, incident, exc_info=error)
                    context.abort(grpc.StatusCode.INTERNAL, f"internal error, incident {incident}")
                raise
            finally:
                took = (time.perf_counter() - start) * 1000
                log.info("method=%s code=%s ms=%.1f", call.method, code.name, took)  # never the message itself

        return grpc.unary_unary_rpc_method_handler(
            wrapped,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


# endregion
