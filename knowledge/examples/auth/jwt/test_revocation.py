"""Revocation by token and by account."""

import sqlite3
import time

import pytest
from revocation import SCHEMA, Revocations


@pytest.fixture
def revocations():
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    yield Revocations(db)
    db.close()


def token(jti: str, sub: str = "user-7", iat: int | None = None, iss: str = "https://id.example.com") -> dict:
    iat = int(time.time()) - 60 if iat is None else iat  # not at import: a long suite would outlive the token
    return {"iss": iss, "sub": sub, "jti": jti, "iat": iat, "exp": iat + 300}


def test_one_token_ends_and_the_other_device_stays_in(revocations) -> None:
    revocations.end_token(token("phone"))
    revocations.end_token(token("phone"))  # logging out twice is harmless
    assert revocations.is_revoked(token("phone"))
    assert not revocations.is_revoked(token("laptop"))
    assert not revocations.is_revoked(token("phone", iss="https://other.example")), "jti is unique per issuer only"


def test_cutoff_ends_all_older_tokens_of_the_account_only(revocations) -> None:
    revocations.end_everything("https://id.example.com", "user-7")
    assert revocations.is_revoked(token("phone"))
    assert revocations.is_revoked(token("same-second", iat=int(time.time())))
    assert not revocations.is_revoked(token("after-new-login", iat=int(time.time()) + 2))
    assert not revocations.is_revoked(token("other", sub="user-8"))


def test_entries_vanish_when_the_token_would_have_expired_anyway(revocations) -> None:
    revocations.end_token(token("old", iat=int(time.time()) - 1000))
    revocations.end_token(token("just expired, still inside the leeway", iat=int(time.time()) - 305))
    revocations.end_token(token("live"))
    assert revocations.purge() == 1
    assert revocations.is_revoked(token("live"))
