import pytest

from upcast import CURRENT, UPCASTS, UnknownVersion, read

SAMPLES = {  # one stored event per version ever published: kept for good, replayed by CI
    "v1": {"type": "com.example.shop.order.placed.v1", "id": "e1", "data": {"orderId": "o1", "total": 49.9}},
    "v2": {"type": "com.example.shop.order.placed.v2", "id": "e1",
           "data": {"orderId": "o1", "total": {"amount": "49.90", "currency": "EUR"}}},
    "v3": {"type": CURRENT, "id": "e1",
           "data": {"orderId": "o1", "total": {"amount": "49.90", "currency": "EUR"}, "channel": "web"}},
}


@pytest.mark.parametrize("version", SAMPLES)
def test_every_published_version_reads_as_the_current_one(version):
    assert read(SAMPLES[version]) == SAMPLES["v3"]


def test_the_sample_itself_is_not_changed():
    before = repr(SAMPLES["v1"])
    read(SAMPLES["v1"])
    assert repr(SAMPLES["v1"]) == before


def test_an_unknown_field_is_carried_and_does_no_harm():
    event = {**SAMPLES["v3"], "data": {**SAMPLES["v3"]["data"], "giftWrap": True}}
    assert read(event)["data"]["giftWrap"] is True


def test_a_newer_version_is_parked_and_a_foreign_type_skipped():
    with pytest.raises(UnknownVersion):
        read({"type": "com.example.shop.order.placed.v4", "data": {}})
    assert read({"type": "com.example.shop.order.cancelled.v1", "data": {}}) is None


def test_there_is_a_path_from_every_old_version():
    assert all(read({"type": kind, "data": {"total": 1}})["type"] == CURRENT for kind in UPCASTS)
