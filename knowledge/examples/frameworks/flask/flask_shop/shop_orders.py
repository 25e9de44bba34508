from flask import Blueprint, abort, g, request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from flask_shop.shop_database import Line, Order, db
from flask_shop.shop_errors import DomainError


# region models
class LineIn(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)
    sku: str = Field(min_length=1, max_length=40)
    quantity: int = Field(ge=1, le=1000)


class OrderIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reference: str = Field(min_length=1, max_length=40)
    lines: list[LineIn] = Field(min_length=1, max_length=100)


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    reference: str
    lines: list[LineIn]
# endregion


# region blueprint
orders = Blueprint("orders", __name__, url_prefix="/orders")


@orders.before_request
def require_account() -> None:
    account = request.headers.get("X-Test-Account", type=int)  # stands for your token check
    if account is None:
        abort(401)
    g.account_id = account


@orders.post("")
def create():
    data = OrderIn.model_validate(request.get_json())  # 415 without a JSON content type, 400 for broken JSON
    order = Order(account_id=g.account_id, reference=data.reference, lines=[Line(**line.model_dump()) for line in data.lines])
    db().add(order)
    try:
        db().commit()  # here, and not in a teardown: the reply must depend on it
    except IntegrityError as error:
        raise DomainError("This reference is taken.") from error
    return OrderOut.model_validate(load(order.id)).model_dump(), 201


@orders.get("/<int:order_id>")
def show(order_id: int):
    return OrderOut.model_validate(load(order_id)).model_dump()


def load(order_id: int) -> Order:
    query = select(Order).where(Order.id == order_id, Order.account_id == g.account_id).options(selectinload(Order.lines))
    return db().scalars(query).one_or_none() or abort(404)
# endregion
