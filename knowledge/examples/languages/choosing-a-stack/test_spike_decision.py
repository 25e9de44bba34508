import pytest
from spike_decision import Criterion, decide

RULES = [Criterion("on call", 40, veto_below=3), Criterion("libraries", 35), Criterion("latency", 25)]


def test_a_fast_stack_nobody_can_debug_is_out() -> None:
    scores = {
        "fast": {"on call": 2, "libraries": 5, "latency": 5},
        "known": {"on call": 5, "libraries": 4, "latency": 3},
    }
    assert decide(RULES, scores) == "known"


def test_a_small_lead_is_a_tie() -> None:
    scores = {
        "a": {"on call": 4, "libraries": 4, "latency": 4},
        "b": {"on call": 4, "libraries": 4, "latency": 3},
    }
    assert decide(RULES, scores) == "tie: a, b"


def test_no_candidate_passes_and_bad_weights_are_refused() -> None:
    assert decide(RULES, {"x": {"on call": 1, "libraries": 5, "latency": 5}}) == "keep the current stack"
    with pytest.raises(ValueError, match="100"):
        decide(RULES[:2], {})
