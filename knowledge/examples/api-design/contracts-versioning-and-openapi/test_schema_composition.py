import copy
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

DOC = yaml.safe_load((Path(__file__).parent / "payments.openapi.yaml").read_text())


def valid(doc, value):
    return Draft202012Validator(doc | {"$ref": "#/components/schemas/PaymentMethod"}).is_valid(value)


def test_exactly_one_branch_matches():
    validate(DOC)
    assert valid(DOC, {"type": "card", "last4": "4242"})
    assert valid(DOC, {"type": "bank_transfer", "iban": "XX00"})
    assert not valid(DOC, {"type": "card", "iban": "XX00"})
    assert not valid(DOC, {"type": "crypto", "last4": "4242"})


def test_without_const_the_discriminator_decides_nothing():
    loose = copy.deepcopy(DOC)
    for name in ("Card", "BankTransfer"):
        loose["components"]["schemas"][name]["properties"]["type"] = {"type": "string"}
    assert not valid(loose, {"type": "card", "last4": "4242", "iban": "XX00"})  # both match: oneOf fails
    assert valid(loose, {"type": "card", "iban": "XX00"})  # the wrong branch is accepted
