from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

import pytest
from sec_rotation import AuthenticationFailed, Secret, connect, verify


def replace(path: Path, value: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(value)
    os.replace(fresh, path)


def test_secret_follows_the_file_and_hides_itself(tmp_path: Path) -> None:
    path = tmp_path / "db_password"
    path.write_text("old\n")
    secret = Secret(path)
    assert secret.get() == "old" and "old" not in f"{secret!r} {secret}"
    replace(path, "new")
    assert secret.get() == "new"


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_missing_or_empty_stops_the_start(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "db_password"
    if content is not None:
        path.write_text(content)
    with pytest.raises((OSError, ValueError)):
        Secret(path)


def test_rotation_of_a_shared_secret_without_a_gap() -> None:
    def sign(secret: str) -> str:
        return hmac.new(secret.encode(), b"m", hashlib.sha256).hexdigest()

    for accepted, signer, ok in (
        (["old"], "old", True),
        (["new", "old"], "old", True),  # 1. receivers accept both
        (["new", "old"], "new", True),  # 2. senders switch
        (["new"], "new", True),  # 3. receivers drop the old one
        (["new"], "old", False),
        (["old"], "new", False),  # the order 2, 1 breaks here
    ):
        assert verify(b"m", sign(signer), accepted) is ok
    assert not verify(b"m", "ü", ["old"])  # text from a header: refused, not an exception


def test_reconnect_during_the_change(tmp_path: Path) -> None:
    path = tmp_path / "db_password"
    path.write_text("old")
    secret, tried = Secret(path), []

    def open_connection(password: str) -> str:
        tried.append(password)
        if password != "new":
            replace(path, "new")  # the file arrives while the first attempt fails
            raise AuthenticationFailed
        return "connected"

    assert connect(open_connection, secret) == "connected" and tried == ["old", "new"]


def test_a_wrong_password_is_tried_once(tmp_path: Path) -> None:
    path = tmp_path / "db_password"
    path.write_text("wrong")
    tried = []

    def refuse(password: str) -> None:
        tried.append(password)
        raise AuthenticationFailed

    with pytest.raises(AuthenticationFailed):
        connect(refuse, Secret(path))
    assert tried == ["wrong"]
