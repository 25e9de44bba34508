"""Where the key travels and what the API answers (FastAPI)."""

from typing import Annotated

from api_keys import ApiKeys, Caller
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer


# region transport
def create_app(keys: ApiKeys) -> FastAPI:
    app = FastAPI()
    scheme = HTTPBearer(auto_error=False)

    def caller(
        request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]
    ) -> Caller:
        if "api_key" in request.query_params:  # it is in the access log by now: refuse it, and tell the owner to rotate
            raise HTTPException(400, "Send the key in the Authorization header, not in the URL.")
        if sent is None:
            raise HTTPException(401, "API key required.", {"WWW-Authenticate": 'Bearer realm="orders"'})
        found = keys.authenticate(sent.credentials)
        if found is None:  # unknown, expired, revoked: one answer for all
            challenge = 'Bearer realm="orders", error="invalid_token"'
            raise HTTPException(401, "The API key is not valid.", {"WWW-Authenticate": challenge})
        return found

    def needs(scope: str):
        def check(who: Annotated[Caller, Depends(caller)]) -> Caller:
            if scope not in who.scopes:
                challenge = f'Bearer realm="orders", error="insufficient_scope", scope="{scope}"'
                raise HTTPException(403, f"This key lacks the scope {scope}.", {"WWW-Authenticate": challenge})
            return who

        return check

    @app.get("/orders")
    def orders(who: Annotated[Caller, Depends(needs("orders:read"))]) -> dict:
        return {"account": who.account_id}  # rows are filtered by the account of the key

    @app.delete("/orders/{order_id}", status_code=204)
    def delete(order_id: str, who: Annotated[Caller, Depends(needs("orders:write"))]) -> None: ...

    return app
# endregion
