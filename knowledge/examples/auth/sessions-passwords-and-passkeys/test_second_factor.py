import pytest
from second_factor import check_totp, code_at, recovery_codes, use_recovery_code

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(("seconds", "code"), [(59, "94287082"), (1111111109, "07081804"), (20000000000, "65353130")])
def test_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // 30, 8) == code


def test_a_code_works_once_and_for_at_most_a_minute() -> None:
    now = 1_800_000_000
    code = code_at(SECRET, now // 30)
    step = check_totp(SECRET, code, 0, now)
    assert step == now // 30
    assert check_totp(SECRET, code, step, now) is None  # read over the shoulder and replayed
    assert check_totp(SECRET, code, 0, now + 30) == step
    assert check_totp(SECRET, code, 0, now + 60) is None
    assert check_totp(SECRET, "", 0, now) is None


def test_recovery_codes_work_once_in_any_spelling() -> None:
    codes, stored = recovery_codes()
    assert len(stored) == 10 and not any(code.encode() in stored for code in codes)
    typed = codes[0].lower()[:5] + "-" + codes[0].lower()[5:]
    assert use_recovery_code(stored, typed) and not use_recovery_code(stored, codes[0])
    assert not use_recovery_code(stored, "")
