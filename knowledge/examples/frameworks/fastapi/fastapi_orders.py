"""A FastAPI service: lifespan-owned pool and client, a session per request, a JWT dependency, problem+json errors."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, TypedDict

import httpx
import jwt
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.exceptions import HTTPException as StarletteHTTPException


class Base(DeclarativeBase):
    pass


class OrderRow(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    sku: Mapped[str]
    quantity: Mapped[int]
    reference: Mapped[str] = mapped_column(unique=True)
    margin_cents: Mapped[int] = mapped_column(default=420)  # must never leave
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


# region models
class OrderCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")  # "owner" or "margin_cents" in the body is a 422
    sku: Annotated[str, Field(min_length=1, max_length=40)]
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)]
    reference: Annotated[str, Field(min_length=8, max_length=64)]


class OrderUpdate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)] = 1  # never read unless it was sent


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    sku: str
    quantity: int
    created_at: datetime
# endregion


# region lifespan
class State(TypedDict):
    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    http: httpx.AsyncClient


def lifespan_for(database_url: str) -> Callable:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        engine = create_async_engine(database_url, pool_pre_ping=True)  # inside the loop, after the fork
        async with httpx.AsyncClient(timeout=5.0) as client:
            async with engine.connect() as connection:
                await connection.execute(select(1))  # a wrong URL stops the start, not the first request
            try:
                yield {"engine": engine, "sessions": async_sessionmaker(engine, expire_on_commit=False), "http": client}
            finally:
                await engine.dispose()  # after the last request

    return lifespan
# endregion


# region session
async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.state.sessions() as session, session.begin():
        yield session  # leaving the block commits; an exception from the endpoint rolls back


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]  # commit before the response goes out
# endregion


# region auth
class Caller(BaseModel):
    subject: str
    scopes: frozenset[str]


bearer = HTTPBearer(auto_error=False)


async def get_caller(needed: SecurityScopes, request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Caller:
    if sent is None:
        raise HTTPException(401, "Authentication required", {"WWW-Authenticate": "Bearer"})
    try:
        claims = request.app.state.validate(sent.credentials)  # auth/jwt#validate; from a JWKS run it in a thread
    except jwt.PyJWKClientConnectionError as error:  # a PyJWTError too: without this line an outage logs everybody out
        raise HTTPException(503, "Keys are not available", {"Retry-After": "5"}) from error
    except jwt.PyJWTError as error:
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": 'Bearer error="invalid_token"'}) from error
    caller = Caller(subject=claims["sub"], scopes=frozenset(claims.get("scope", "").split()))
    if missing := set(needed.scopes) - caller.scopes:
        challenge = f'Bearer error="insufficient_scope", scope="{" ".join(sorted(missing))}"'
        raise HTTPException(403, "Missing scope", {"WWW-Authenticate": challenge})
    return caller


Reader = Annotated[Caller, Security(get_caller, scopes=["orders:read"])]
Writer = Annotated[Caller, Security(get_caller, scopes=["orders:write"])]
# endregion


# region routes
router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", status_code=201)
async def create_order(new: OrderCreate, caller: Writer, session: Session, response: Response) -> OrderOut:
    row = OrderRow(**new.model_dump(), owner=caller.subject)
    session.add(row)
    try:
        await session.flush()  # sends the INSERT now, so that the conflict is ours to answer
    except IntegrityError as error:
        raise HTTPException(409, "This reference is used already") from error
    response.headers["Location"] = f"/orders/{row.id}"
    return OrderOut.model_validate(row)


@router.patch("/{order_id}")
async def update_order(order_id: int, patch: OrderUpdate, caller: Writer, session: Session) -> OrderOut:
    mine = select(OrderRow).where(OrderRow.id == order_id, OrderRow.owner == caller.subject)
    row = await session.scalar(mine)
    if row is None:
        raise HTTPException(404, "No such order")
    for name, value in patch.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    return OrderOut.model_validate(row)
# endregion


@router.get("/{order_id}")
async def read_order(order_id: int, caller: Reader, session: Session) -> OrderOut:
    row = await session.scalar(select(OrderRow).where(OrderRow.id == order_id, OrderRow.owner == caller.subject))
    if row is None:
        raise HTTPException(404, "No such order")
    return OrderOut.model_validate(row)


# region problems
def problem(status: int, detail: str, headers: dict | None = None, **members: object) -> JSONResponse:
    title = HTTPStatus(status).phrase  # with about:blank the title is the status phrase, your text goes into detail
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def invalid(request: Request, exc: RequestValidationError) -> JSONResponse:
    if any(error["type"] == "json_invalid" for error in exc.errors()):
        return problem(400, "The body is not JSON")  # its loc is an offset in the text, not a field
    errors = [  # never exc.errors() whole: it repeats the input, passwords included
        {"pointer": "/".join(["#", *map(str, error["loc"][1:])]), "in": error["loc"][0], "detail": error["msg"]}
        for error in exc.errors()
    ]
    return problem(422, "The request is not valid", errors=errors)


async def http_error(request: Request, exc: StarletteHTTPException) -> JSONResponse:
    return problem(exc.status_code, exc.detail, exc.headers)


def install_problems(app: FastAPI) -> None:
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(StarletteHTTPException, http_error)  # Starlette's class: also 404 and 405 of the router
# endregion


def create_app(database_url: str, validate: Callable[[str], dict]) -> FastAPI:
    app = FastAPI(title="Orders", lifespan=lifespan_for(database_url), max_body_size=100_000)
    app.state.validate = validate
    install_problems(app)
    app.include_router(router)
    return app
