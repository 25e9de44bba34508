import time
import uuid

import pytest

from public_ids import created_ms, decode, encode, uuid7


def test_is_a_real_uuid7():
    value = uuid.UUID(int=uuid7())
    assert value.version == 7 and value.variant == uuid.RFC_4122


def test_round_trip_and_sort_order():
    first = encode("ord", uuid7())
    time.sleep(0.003)
    second = encode("ord", uuid7())
    assert first < second and len(first) == 30
    assert encode("ord", decode("ord", first)) == first


def test_wrong_kind_and_garbage():
    value = encode("cus", uuid7())
    with pytest.raises(ValueError, match="starts with ord_"):
        decode("ord", value)
    for bad in ("ord_123", "ord_" + "z" * 26, "ord_" + "0" * 25 + "u"):
        with pytest.raises(ValueError, match="malformed"):
            decode("ord", bad)


def test_it_tells_everybody_when_the_row_was_created():
    assert abs(created_ms(decode("ord", encode("ord", uuid7()))) - time.time() * 1000) < 2000
