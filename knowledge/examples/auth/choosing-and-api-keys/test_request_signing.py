import time

import pytest
from request_signing import sign, verify

KEYS = {"partner-7": b"k" * 32}
REQUEST = ("POST", "api.example.com", "/payments?dry=0", b'{"amount": 100}')


class Nonces(set):
    def first_use(self, nonce: str, _seconds: int) -> bool:
        if nonce in self:
            return False
        self.add(nonce)
        return True


def test_a_signed_request_passes_once() -> None:
    nonces, headers = Nonces(), sign("partner-7", KEYS["partner-7"], *REQUEST)
    assert verify(headers, KEYS, nonces.first_use, *REQUEST) == "partner-7"
    with pytest.raises(ValueError, match="replayed"):
        verify(headers, KEYS, nonces.first_use, *REQUEST)


@pytest.mark.parametrize(
    "changed",
    [
        ("PUT", *REQUEST[1:]),
        ("POST", "staging.example.com", *REQUEST[2:]),
        (*REQUEST[:2], "/payments?dry=1", REQUEST[3]),
        (*REQUEST[:3], b'{"amount": 999}'),
    ],
)
def test_every_part_counts(changed: tuple) -> None:
    headers = sign("partner-7", KEYS["partner-7"], *REQUEST)
    with pytest.raises(ValueError, match="signature"):
        verify(headers, KEYS, Nonces().first_use, *changed)


def test_old_requests_and_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    headers, now = sign("partner-7", KEYS["partner-7"], *REQUEST), time.time()
    with pytest.raises(ValueError, match="signature"):
        verify(sign("partner-7", b"x" * 32, *REQUEST), KEYS, Nonces().first_use, *REQUEST)
    for bad in ({}, {"x-signature": "x"}, {"x-signature": "keyid=nobody;created=1;nonce=n;mac=m"},
                {"x-signature": f"keyid=partner-7;created={'9' * 400};nonce=n;mac=m"}):
        with pytest.raises(ValueError):
            verify(bad, KEYS, Nonces().first_use, *REQUEST)
    monkeypatch.setattr(time, "time", lambda: now + 302)
    with pytest.raises(ValueError, match="too old"):
        verify(headers, KEYS, Nonces().first_use, *REQUEST)
