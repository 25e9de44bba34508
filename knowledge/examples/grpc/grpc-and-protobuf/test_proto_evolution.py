from pathlib import Path

import pytest
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from proto_lab import messages

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def v1():
    return messages((HERE / "order_v1.proto").read_text())["Order"]


@pytest.fixture(scope="module")
def v2():
    return messages((HERE / "order_v2.proto").read_text())["Order"]


# region evolution
def test_added_field_survives_a_service_that_does_not_know_it(v1, v2):
    new = v2(id="7", currency="EUR").SerializeToString()
    relayed = v1.FromString(new).SerializeToString()  # an old service in the middle
    assert v2.FromString(relayed).currency == "EUR"


def test_rename_is_free_on_the_wire_and_breaks_json(v1, v2):
    old = v1(customer="ada")
    assert v2.FromString(old.SerializeToString()).customer_id == "ada"
    with pytest.raises(json_format.ParseError):
        json_format.Parse(json_format.MessageToJson(old), v2())  # no field named "customer"


def test_json_rejects_a_field_that_the_reader_does_not_know(v1, v2):
    text = json_format.MessageToJson(v2(id="7", currency="EUR"))
    with pytest.raises(json_format.ParseError):
        json_format.Parse(text, v1())
    assert json_format.Parse(text, v1(), ignore_unknown_fields=True).id == "7"


def test_widened_integer_is_cut_by_old_readers(v1, v2):
    assert v1.FromString(v2(cents=3_000_000_000).SerializeToString()).cents == 3_000_000_000 - 2**32


# endregion


def test_reused_number_is_misread(v1):
    reused = messages('edition = "2023"; package lab; message Order { string id = 1; bytes signature = 3; }')["Order"]
    assert reused.FromString(v1(coupon="SPRING").SerializeToString()).signature == b"SPRING"  # no error at all


def test_reused_number_with_another_wire_type_loses_the_value(v1):
    reused = messages('edition = "2023"; package lab; message Order { int32 priority = 3; }')["Order"]
    assert reused.FromString(v1(coupon="SPRING").SerializeToString()).priority == 0


def test_reserved_numbers_are_refused_by_the_compiler(capfd):
    text = (HERE / "order_v2.proto").read_text().replace("string currency = 5;", "string currency = 5; string note = 3;")
    with pytest.raises(ValueError):
        messages(text)
    assert "reserved" in capfd.readouterr().err


def test_garbage_is_an_error(v1):
    with pytest.raises(DecodeError):
        v1.FromString(b"\xff\xff")
