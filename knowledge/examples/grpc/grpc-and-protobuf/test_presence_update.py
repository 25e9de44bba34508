from pathlib import Path

import pytest
from presence_update import apply_update
from proto_lab import messages

TYPES = messages((Path(__file__).parent / "presence.proto").read_text())
Profile = TYPES["Profile"]


# region wire
def test_zero_is_sent_only_with_explicit_presence():
    assert Profile(discount_percent=0).SerializeToString() == b"\x10\x00"
    assert Profile(legacy_points=0).SerializeToString() == b""  # the reader cannot tell it from "not set"
    received = Profile.FromString(Profile(discount_percent=0).SerializeToString())
    assert received.HasField("discount_percent") and not received.HasField("nickname")
    with pytest.raises(ValueError):
        received.HasField("legacy_points")


# endregion


def test_proto3_without_optional_is_implicit():
    old = messages('syntax = "proto3"; package lab; message P { int32 a = 1; optional int32 b = 2; }')["P"]
    assert old(a=0, b=0).SerializeToString() == b"\x10\x00"


def test_mask_writes_zero_clears_and_leaves_the_rest():
    stored = Profile(id="1", discount_percent=10, nickname="Ada", tags=["vip"])
    apply_update(stored, Profile(discount_percent=0), ["discount_percent", "nickname"])
    assert stored.HasField("discount_percent") and stored.discount_percent == 0
    assert not stored.HasField("nickname")
    assert list(stored.tags) == ["vip"]


def test_merging_alone_cannot_empty_a_list_or_clear_a_field():
    stored = Profile(nickname="Ada", tags=["vip"])
    stored.MergeFrom(Profile(tags=[]))
    assert stored.nickname == "Ada" and list(stored.tags) == ["vip"]
    apply_update(stored, Profile(), ["tags"])
    assert list(stored.tags) == []


def test_mask_is_an_allow_list():
    with pytest.raises(ValueError):
        apply_update(Profile(), Profile(id="2"), ["id"])
