from __future__ import annotations

import pytest
from sec_ci_trust import DEPLOY_TRUST, TOO_WIDE, allowed

AUD = {"aud": "sts.amazonaws.com"}
FIXED = DEPLOY_TRUST["Statement"][0]["Condition"]
STRANGERS = [
    "repo:example-organised/evil:ref:refs/heads/main",
    "repo:example-org/sandbox:ref:refs/heads/main",
    "repo:example-org/shop:pull_request",
    "repo:example-org/shop:ref:refs/heads/feature",
]


@pytest.mark.parametrize("subject", STRANGERS)
def test_wide_pattern_lets_them_in_and_the_exact_one_does_not(subject: str) -> None:
    assert allowed(TOO_WIDE, {**AUD, "sub": subject})
    assert not allowed(FIXED, {**AUD, "sub": subject})


def test_only_the_environment_of_this_repository() -> None:
    good = "repo:example-org@1234567/shop@7654321:environment:production"
    assert allowed(FIXED, {**AUD, "sub": good})
    assert not allowed(FIXED, {**AUD, "sub": good.replace("@7654321", "@9999999")})  # the name was taken over
    assert not allowed(FIXED, {"aud": "https://github.com/example-org", "sub": good})
