from login_throttle import LoginThrottle


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def attack(throttle: LoginThrottle, account: str, seconds: int, address: str = "203.0.113.9") -> int:
    """How many passwords can be tried in this time."""
    tried, end = 0, throttle.now.now + seconds
    while True:
        throttle.now.now += throttle.wait(account, address)
        if throttle.now.now >= end:
            return tried
        throttle.failed(account, address)
        tried += 1


# region effect
def test_guesses_per_day_are_few_and_the_owner_still_gets_in() -> None:
    throttle = LoginThrottle(now=Clock())
    assert attack(throttle, "ann", 86_400) < 120  # unthrottled: thousands a minute
    throttle.failed("ann", "203.0.113.9")
    assert throttle.wait("ann", "198.51.100.7") > 0  # a new device waits, at most 15 minutes
    assert throttle.wait("ann", "198.51.100.7") <= 900
    assert throttle.wait("ann", "198.51.100.7", device="d1") == 0  # the owner's known browser does not
# endregion


def test_credential_stuffing_from_one_address_over_many_accounts() -> None:
    throttle = LoginThrottle(now=Clock())
    for n in range(60):
        throttle.failed(f"user-{n}", "203.0.113.9")
    assert throttle.wait("user-999", "203.0.113.9") > 0
    assert throttle.wait("user-999", "198.51.100.7") == 0


def test_thousands_of_failures_still_give_a_number() -> None:
    throttle = LoginThrottle(now=Clock())
    for _ in range(3_000):
        throttle.failed("ann", "203.0.113.9")
    assert throttle.wait("ann", "203.0.113.9") == 900


def test_success_resets_the_account_but_not_the_address() -> None:
    throttle = LoginThrottle(now=Clock())
    for n in range(60):
        throttle.failed("ann", "203.0.113.9")
    throttle.succeeded("ann")
    assert throttle.wait("ann", "198.51.100.7") == 0 and throttle.wait("ann", "203.0.113.9") > 0


def test_a_known_device_is_throttled_on_its_own_counter() -> None:
    throttle = LoginThrottle(now=Clock())
    for _ in range(8):
        throttle.failed("ann", "198.51.100.7", device="stolen")
    assert throttle.wait("ann", "198.51.100.7", device="stolen") > 0
    assert throttle.wait("ann", "198.51.100.7", device="other") == 0
