"""One object, two ways to reach it: the check belongs where the object is loaded."""

from __future__ import annotations

from graphql import build_schema

SCHEMA_SDL = """
type Query { invoice(id: ID!): Invoice customer(id: ID!): Customer node(id: ID!): Invoice }
type Customer { id: ID! invoices: [Invoice!] }
type Invoice { id: ID! cents: Int! marginCents: Int }
"""
INVOICES = {
    "1": {"id": "1", "customer": "ada", "cents": 100, "margin": 40},
    "2": {"id": "2", "customer": "bob", "cents": 900, "margin": 70},
}


# region vulnerable
def invoice_by_id(_root, info, id):
    invoice = INVOICES.get(id)
    if invoice and invoice["customer"] != info.context["viewer"]["id"]:
        return None  # checked here …
    return invoice


def node_by_id(_root, _info, id):
    return INVOICES.get(id)  # … and forgotten on the second path
# endregion


# region fixed
class Invoices:
    """The only way to an invoice, for every resolver, job and REST route."""

    def __init__(self, viewer: dict):
        self.viewer = viewer

    def _visible(self, invoice: dict) -> bool:
        return "auditor" in self.viewer["roles"] or invoice["customer"] == self.viewer["id"]

    def get(self, invoice_id: str) -> dict | None:
        invoice = INVOICES.get(invoice_id)
        return invoice if invoice and self._visible(invoice) else None  # absent and forbidden look alike

    def of_customer(self, customer_id: str) -> list[dict]:
        return [i for i in INVOICES.values() if i["customer"] == customer_id and self._visible(i)]


def margin(invoice, info):
    """A field with its own rule is nullable: refusing it must not destroy the invoice."""
    return invoice["margin"] if "finance" in info.context["viewer"]["roles"] else None
# endregion


def build(*, fixed: bool):
    schema = build_schema(SCHEMA_SDL)
    fields = schema.query_type.fields
    fields["customer"].resolve = lambda _r, _i, id: {"id": id}
    customer = schema.type_map["Customer"].fields
    if fixed:
        fields["invoice"].resolve = fields["node"].resolve = lambda _r, i, id: i.context["invoices"].get(id)
        customer["invoices"].resolve = lambda parent, i: i.context["invoices"].of_customer(parent["id"])
    else:
        fields["invoice"].resolve, fields["node"].resolve = invoice_by_id, node_by_id
        customer["invoices"].resolve = lambda parent, _i: [i for i in INVOICES.values() if i["customer"] == parent["id"]]
    schema.type_map["Invoice"].fields["marginCents"].resolve = margin
    return schema
