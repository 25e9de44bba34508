"""Run by hand with Schemathesis 4.32.5: pytest schemathesis_bookings.py"""

import schemathesis
from bookings_app import create_app
from conftest_bookings import SIGNING, bearer
from hypothesis import settings

# region fuzz
schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(SIGNING.public_key(), store={}))


@schema.parametrize()  # one test for each operation of the document
@settings(max_examples=50)
def test_every_operation_keeps_the_document(case) -> None:
    case.call_and_validate(headers=bearer("ann"))  # no 5xx, documented status, type and body; bad input refused
# endregion fuzz
