"""An OpenAPI document that generated clients can live with."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

bearer = HTTPBearer(description="Access token of id.example.com")


class Problem(BaseModel):
    type: str = "about:blank"
    title: str
    status: int


class Order(BaseModel):
    sku: Annotated[str, Field(examples=["A-1"])]
    quantity: Annotated[int, Field(ge=1, examples=[2])] = 1


# region openapi
def operation_id(route: APIRoute) -> str:
    return route.name  # the function's name: stable when the path changes; a test keeps it unique


router = APIRouter(prefix="/orders", tags=["orders"], dependencies=[Depends(bearer)])


@router.post("", status_code=201, responses={409: {"model": Problem}, 422: {"model": Problem}})
async def create_order(new: Order) -> Order:
    return new


def create_app(*, public_docs: bool) -> FastAPI:
    app = FastAPI(
        title="Orders",
        version="2026-11-25",
        generate_unique_id_function=operation_id,
        openapi_url="/openapi.json" if public_docs else None,  # None also switches /docs and /redoc off
    )
    app.include_router(router)
    return app
# endregion
