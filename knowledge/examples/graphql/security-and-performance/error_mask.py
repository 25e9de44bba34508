"""What leaves the server: own errors with a code, everything else as one fixed text plus an incident id."""

from __future__ import annotations

import logging
import uuid

from graphql import ExecutionResult, GraphQLError

log = logging.getLogger("graphql")


class Expected(Exception):
    """Raised by our code for the caller: code and text were written to be read outside."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


# region mask
def mask(error: GraphQLError, operation: str) -> dict:
    cause = error.original_error
    if isinstance(cause, Expected):
        return {"message": str(cause), "path": error.path, "extensions": {"code": cause.code}}
    if cause is None and error.path is None:  # syntax, validation, variables: about the caller's own text
        return {"message": error.message, "extensions": {"code": "BAD_REQUEST"}}
    incident = uuid.uuid4().hex
    log.error("%s %s failed, incident %s", operation, error.path, incident, exc_info=cause or error)
    return {
        "message": "Internal error",
        "path": error.path,
        "extensions": {"code": "INTERNAL", "incident": incident},
    }


def body(result: ExecutionResult, operation: str) -> dict:
    if not result.errors:
        return {"data": result.data}
    errors = [mask(error, operation) for error in result.errors[:20]]
    executed = any(error.path for error in result.errors)
    return {"errors": errors, "data": result.data} if executed else {"errors": errors}
# endregion
