import logging

from strangler_route import bucket, goes_to_new, read_with_shadow

CUSTOMERS = [f"c{n}" for n in range(2000)]


def test_the_share_is_met_and_nobody_moves_back():
    at_10 = {c for c in CUSTOMERS if goes_to_new(c, "pricing", 10)}
    at_50 = {c for c in CUSTOMERS if goes_to_new(c, "pricing", 50)}
    assert 140 < len(at_10) < 260 and 900 < len(at_50) < 1100
    assert at_10 < at_50


def test_zero_and_hundred_are_exact_and_features_are_independent():
    assert not any(goes_to_new(c, "pricing", 0) for c in CUSTOMERS)
    assert all(goes_to_new(c, "pricing", 100) for c in CUSTOMERS)
    assert any(bucket(c, "pricing") != bucket(c, "stock") for c in CUSTOMERS[:20])
    assert bucket("c1", "pricing") == 36                 # stable over processes and versions


def test_the_user_gets_the_old_answer_whatever_the_new_system_does(caplog):
    with caplog.at_level(logging.WARNING):
        assert read_with_shadow(lambda: {"price": 5}, lambda: {"price": 6}) == {"price": 5}
        assert "price" in caplog.text
        assert read_with_shadow(lambda: {"price": 5}, lambda: 1 / 0) == {"price": 5}
        assert "shadow call failed" in caplog.text


def test_fields_that_may_differ_are_ignored(caplog):
    with caplog.at_level(logging.WARNING):
        read_with_shadow(lambda: {"p": 5, "at": 1}, lambda: {"p": 5, "at": 2}, frozenset({"at"}))
    assert caplog.text == ""
