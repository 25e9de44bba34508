from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sec_envelope import FieldCipher, LocalKeyService, blind_index, encrypt_vulnerable, rewrap


def decrypt_vulnerable(key: bytes, data: bytes) -> str:
    return AESGCM(key).decrypt(data[:12], data[12:], None).decode()


def test_swapping_two_cells_works_without_context() -> None:
    key = AESGCM.generate_key(256)
    table = {"ann": encrypt_vulnerable(key, "IBAN-of-ann"), "eve": encrypt_vulnerable(key, "IBAN-of-eve")}
    table["ann"] = table["eve"]  # somebody with write access to the database, and no key
    assert decrypt_vulnerable(key, table["ann"]) == "IBAN-of-eve"


def test_swapping_fails_with_context() -> None:
    cipher = FieldCipher({"d1": AESGCM.generate_key(256)}, "d1")
    stored = cipher.encrypt("IBAN-of-eve", "person", "iban", "eve")
    assert cipher.decrypt(stored, "person", "iban", "eve") == "IBAN-of-eve"
    for place in (("person", "iban", "ann"), ("person", "phone", "eve")):
        with pytest.raises(InvalidTag):
            cipher.decrypt(stored, *place)


def test_any_change_is_noticed_and_equal_values_look_different() -> None:
    cipher = FieldCipher({"d1": AESGCM.generate_key(256)}, "d1")
    one, two = (cipher.encrypt("same", "person", "iban", "1") for _ in range(2))
    assert one != two
    changed = one[:-4] + ("AAAA" if not one.endswith("AAAA") else "BBBB")
    with pytest.raises((InvalidTag, ValueError)):
        cipher.decrypt(changed, "person", "iban", "1")


def test_data_key_rotation_reads_old_and_writes_new() -> None:
    keys = {"d1": AESGCM.generate_key(256)}
    old = FieldCipher(keys, "d1").encrypt("x", "person", "iban", "1")
    cipher = FieldCipher({**keys, "d2": AESGCM.generate_key(256)}, "d2")
    assert cipher.decrypt(old, "person", "iban", "1") == "x" and cipher.stale(old)
    assert not cipher.stale(cipher.encrypt("x", "person", "iban", "1"))


def test_wrapping_key_rotation_touches_keys_only() -> None:
    service = LocalKeyService()
    data_key = AESGCM.generate_key(256)
    kek_id, wrapped = service.wrap(data_key, b"tenant=t1")
    rows = [{"tenant": "t1", "kek_id": kek_id, "wrapped": wrapped}]
    assert rewrap(service, rows) == 0
    service.rotate()
    assert rewrap(service, rows) == 1 and rows[0]["kek_id"] == "kek2"
    del service.keks["kek1"]  # only now may the old one be destroyed
    assert service.unwrap("kek2", rows[0]["wrapped"], b"tenant=t1") == data_key
    with pytest.raises(InvalidTag):
        service.unwrap("kek2", rows[0]["wrapped"], b"tenant=t2")


def test_blind_index() -> None:
    key = b"k" * 32
    assert blind_index(key, " Ann@Example.com") == blind_index(key, "ann@example.com")
    assert blind_index(key, "ann@example.com") != blind_index(b"j" * 32, "ann@example.com")
