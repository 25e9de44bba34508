import json

import pytest

from schema_frame import NotFramed, frame, unframe
from topic_compaction import compact, state

LOG = [(0, "a", "1"), (1, "b", "1"), (2, "a", "2"), (3, "b", None), (4, "c", "1")]


def test_compaction_keeps_the_newest_of_each_key_and_its_offset():
    assert compact(LOG, tombstones_expired=False) == [(2, "a", "2"), (3, "b", None), (4, "c", "1")]


def test_a_new_reader_sees_the_same_state_before_and_after():
    assert state(LOG) == state(compact(LOG, False)) == state(compact(LOG, True)) == {"a": "2", "c": "1"}


def test_history_is_gone_so_a_sum_over_changes_is_wrong():
    deltas = [(0, "stock", "5"), (1, "stock", "-2")]
    assert sum(int(v) for _, _, v in deltas) == 3
    assert sum(int(v) for _, _, v in compact(deltas, False)) == -2      # deltas must not be compacted


def test_a_reader_that_sleeps_past_the_tombstone_keeps_the_deleted_key():
    table = state(LOG[:2])                       # read up to offset 1, then stopped
    for _, key, value in compact(LOG, tombstones_expired=True):
        table[key] = value
    assert "b" in table                          # it never learned of the deletion


def test_frame_round_trip_and_known_bytes():
    value = frame(42, b"x")
    assert value == bytes([0, 0, 0, 0, 42]) + b"x" and unframe(value) == (42, b"x")


@pytest.mark.parametrize("value", [b"", b"\x00\x00", json.dumps({"n": 1}).encode(), b"\x01" + bytes(20)])
def test_unframed_values_are_named_not_guessed(value):
    with pytest.raises(NotFramed):
        unframe(value)
