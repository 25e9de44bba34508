import json

import pytest

from webhook_signing import BadWebhook, headers, new_secret, signature, verify, verify_wrong

OLD, NEW, OTHER = (new_secret(bytes([n]) * 24) for n in (1, 2, 3))
BODY = b'{"type":"order.paid","data":{"id":"ord_1","total":10.0}}'
NOW = 1_764_063_000


def test_the_shared_vector_which_the_other_languages_also_check():
    assert signature(OLD, "msg_1", NOW, BODY) == "v1,93TVhI4UmcXdbJcXTYGnak8Xd01rt3MPX82rZ6YpuRU="


def test_round_trip_returns_the_id():
    assert verify([NEW], headers([NEW], "msg_1", BODY, NOW), BODY, NOW + 200) == "msg_1"


@pytest.mark.parametrize("seconds", [301, -301])
def test_replay_after_the_tolerance_is_refused(seconds):
    sent = headers([NEW], "msg_1", BODY, NOW)
    with pytest.raises(BadWebhook, match="tolerance"):
        verify([NEW], sent, BODY, NOW + seconds)


def test_the_signed_time_cannot_be_moved():
    with pytest.raises(BadWebhook, match="not a number"):
        verify([NEW], headers([NEW], "msg_1", BODY, NOW) | {"webhook-timestamp": "9" * 5000}, BODY, NOW)
    sent = headers([NEW], "msg_1", BODY, NOW) | {"webhook-timestamp": str(NOW + 1000)}
    with pytest.raises(BadWebhook, match="matches"):
        verify([NEW], sent, BODY, NOW + 1000)


@pytest.mark.parametrize("change", [{"webhook-id": "msg_2"}, {"webhook-signature": "v1,AAAA"}, {"webhook-signature": "é"}])
def test_tampering(change):
    with pytest.raises(BadWebhook):
        verify([NEW], headers([NEW], "msg_1", BODY, NOW) | change, BODY, NOW)
    with pytest.raises(BadWebhook):
        verify([NEW], headers([NEW], "msg_1", BODY, NOW), BODY + b" ", NOW)


def test_missing_headers():
    with pytest.raises(BadWebhook, match="webhook-id"):
        verify([NEW], {}, BODY, NOW)


def test_rotation_without_downtime_on_either_side():
    both = headers([NEW, OLD], "msg_1", BODY, NOW)  # sender rotates first
    assert verify([OLD], both, BODY, NOW) and verify([NEW], both, BODY, NOW)
    assert verify([NEW, OLD], headers([OLD], "msg_1", BODY, NOW), BODY, NOW)  # receiver rotates first
    with pytest.raises(BadWebhook):
        verify([OTHER], both, BODY, NOW)


def test_serialising_again_rejects_honest_messages_and_accepts_old_ones():
    spaced = b'{"type": "order.paid"}'
    sent = headers([NEW], "msg_1", spaced, NOW)
    assert verify([NEW], sent, spaced, NOW)
    assert not verify_wrong(NEW, sent, json.loads(spaced))
    sent = headers([NEW], "msg_1", BODY, NOW)
    assert verify_wrong(NEW, sent, json.loads(BODY))  # a year later this still passes: no time check


def test_dot_in_the_id():
    with pytest.raises(ValueError, match="dot"):
        headers([NEW], "msg.1", BODY)
