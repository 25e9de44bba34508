import copy
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from contract_diff import breaking
from notes_api import app

PUBLISHED = yaml.safe_load((Path(__file__).parent / "notes.openapi.yaml").read_text())


def changed(edit):
    new = copy.deepcopy(PUBLISHED)
    edit(new["components"]["schemas"], new["paths"])
    return sorted(breaking(PUBLISHED, new))


def test_the_contract_is_valid_openapi_31():
    validate(PUBLISHED)


def test_additions_and_loosening_are_safe():
    def edit(schemas, paths):
        schemas["NoteInput"]["properties"]["tags"] = {"type": "array", "items": {"type": "string"}}
        schemas["NoteInput"]["properties"]["text"]["maxLength"] = 20000
        schemas["NoteInput"]["properties"]["colour"]["enum"].append("red")
        schemas["Note"]["properties"]["tags"] = {"type": "array", "items": {"type": "string"}}
        paths["/v1/tags"] = {"get": {"responses": {"200": {"description": "x"}}}}

    assert changed(edit) == []


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda s, p: p.pop("/v1/notes/{note_id}"), "operation was removed"),
        (lambda s, p: s["Note"]["properties"].pop("colour"), "field colour was removed"),
        (lambda s, p: s["Note"]["required"].remove("text"), "field text is now optional"),
        (lambda s, p: s["NoteInput"]["required"].append("colour"), "field colour is now required"),
        (lambda s, p: s["NoteInput"]["properties"]["text"].update(maxLength=500), "maxLength 10000 became 500"),
        (lambda s, p: s["NoteInput"]["properties"]["colour"]["enum"].remove("blue"), "no longer accepted"),
        (lambda s, p: s["Note"]["properties"]["id"].update(type="integer"), "string None became integer"),
        (lambda s, p: s["Note"]["properties"]["text"].update(type=["string", "null"]), "became"),
    ],
)
def test_breaking(edit, message):
    assert any(message in line for line in changed(edit)), message


def test_a_new_value_breaks_only_a_closed_list():
    old = copy.deepcopy(PUBLISHED)
    old["components"]["schemas"]["Note"]["properties"]["state"] = {"type": "string", "enum": ["active", "archived"]}
    new = copy.deepcopy(old)
    new["components"]["schemas"]["Note"]["properties"]["state"]["enum"].append("locked")
    assert any("closed list" in line for line in breaking(old, new))


def test_an_operation_that_31_does_not_know_is_rejected_and_32_takes_it():
    doc = copy.deepcopy(PUBLISHED)
    doc["paths"]["/v1/search"] = {"query": {"responses": {"200": {"description": "x"}}}}
    with pytest.raises(OpenAPIValidationError):
        validate(doc)
    validate(doc | {"openapi": "3.2.0"})


def test_nullable_from_30_is_ignored_without_a_word():
    doc = copy.deepcopy(PUBLISHED)
    doc["components"]["schemas"]["Note"]["properties"]["text"]["nullable"] = True
    validate(doc)


# region drift
def test_the_service_still_honours_the_published_contract():
    served = app.openapi()
    assert served["openapi"].startswith("3.1.")
    validate(served)
    assert list(breaking(PUBLISHED, served)) == []
# endregion
