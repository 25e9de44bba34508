import pytest

from webhook_delivery import DELAYS, Endpoint, after_attempt

NOW = 1_000_000.0


def step(endpoint, attempt=0, status=500, retry_after=0, now=NOW, rng=lambda: 0.5):
    return after_attempt(endpoint, attempt, status, retry_after, now, rng)


def test_success_ends_and_heals():
    endpoint = Endpoint(failing_since=NOW - 10)
    assert step(endpoint, status=204) is None and endpoint.failing_since is None


@pytest.mark.parametrize("status", [None, 301, 400, 404, 429, 500, 503])
def test_everything_but_2xx_is_tried_again(status):
    assert step(Endpoint(), status=status) == NOW + 5


def test_jitter_stays_within_a_fifth():
    assert step(Endpoint(), attempt=1, rng=lambda: 0.0) == NOW + 240
    assert step(Endpoint(), attempt=1, rng=lambda: 1.0) == pytest.approx(NOW + 360)


def test_retry_after_lengthens_but_is_capped():
    assert step(Endpoint(), status=503, retry_after=60) == NOW + 60
    assert step(Endpoint(), attempt=1, status=503, retry_after=1) == NOW + 300
    assert step(Endpoint(), status=429, retry_after=10**9) == NOW + 86_400


def test_bounded_and_about_three_days():
    assert step(Endpoint(), attempt=len(DELAYS)) is None
    assert 3 * 86_400 < sum(DELAYS) < 3.5 * 86_400


def test_gone_and_long_failure_disable():
    endpoint = Endpoint()
    assert step(endpoint, status=410) is None and endpoint.disabled == "gone"
    endpoint = Endpoint(failing_since=NOW)
    assert step(endpoint, now=NOW + 6 * 86_400) is None and endpoint.disabled == "failing"
