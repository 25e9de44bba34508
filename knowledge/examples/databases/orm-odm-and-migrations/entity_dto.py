"""Entities on the wire leak and accept too much; two small models do not. Python 3.11, SQLAlchemy 2.1, Pydantic 2."""

from orm_shop import Customer
from pydantic import BaseModel, ConfigDict
from sqlalchemy import inspect
from sqlalchemy.orm import Session


# region leaky
def to_json_everything(customer: Customer) -> dict:
    return {attr.key: attr.value for attr in inspect(customer).attrs}  # every column, also the next one you add


def patch_everything(customer: Customer, body: dict) -> None:
    for key, value in body.items():
        setattr(customer, key, value)  # {"is_admin": true} is accepted
# endregion


# region dto
class CustomerOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    email: str


class CustomerPatch(BaseModel):
    model_config = ConfigDict(extra="forbid")  # unknown fields are an error, not ignored
    email: str = ""  # may be left out, never null: the column is NOT NULL; the default is never read


def patch(session: Session, customer_id: int, body: dict) -> CustomerOut:
    changes = CustomerPatch.model_validate(body).model_dump(exclude_unset=True)
    customer = session.get_one(Customer, customer_id)
    for key, value in changes.items():
        setattr(customer, key, value)
    session.flush()
    return CustomerOut.model_validate(customer)
# endregion
