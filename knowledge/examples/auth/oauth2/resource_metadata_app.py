"""An API that tells clients where to get a token (RFC 9728) and answers 401 and 403 correctly (FastAPI)."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request

RESOURCE = "https://orders.api.example.com"
ISSUER = "https://id.example.com"
METADATA = f"{RESOURCE}/.well-known/oauth-protected-resource"


# region resource
def create_app(validate: Callable[[str], dict | None]) -> FastAPI:
    """`validate` checks the access token for this audience and returns its claims, or None."""
    app = FastAPI()

    @app.get("/.well-known/oauth-protected-resource")
    def metadata() -> dict:
        return {
            "resource": RESOURCE,  # the value clients send as `resource` and find in `aud`
            "authorization_servers": [ISSUER],
            "scopes_supported": ["orders:read", "orders:write"],
        }

    def challenge(status: int, **values: str) -> HTTPException:
        values = {"realm": "orders", **values, "resource_metadata": METADATA}
        header = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in values.items())
        return HTTPException(status, headers={"WWW-Authenticate": header})

    def needs(scope: str):
        def check(request: Request) -> dict:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise challenge(401)
            claims = validate(token)
            if claims is None:
                raise challenge(401, error="invalid_token")
            if scope not in claims.get("scope", "").split():
                raise challenge(403, error="insufficient_scope", scope=scope)
            return claims

        return check

    @app.get("/orders")
    def orders(claims: Annotated[dict, Depends(needs("orders:read"))]) -> dict:
        return {"for": claims["sub"]}

    return app
# endregion
