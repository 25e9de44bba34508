"""Which CI job may have the deploy role? The condition decides, so test it like code."""

from __future__ import annotations

from fnmatch import fnmatchcase

# region vulnerable
TOO_WIDE = {
    "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
    "StringLike": {"token.actions.githubusercontent.com:sub": "repo:example-org*"},  # and repo:example-organised/x
}
# endregion vulnerable

# region fixed
DEPLOY_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                    "token.actions.githubusercontent.com:sub": "repo:example-org@1234567/shop@7654321:environment:production",
                }
            },
        }
    ],
}
# endregion fixed


def allowed(condition: dict, claims: dict[str, str]) -> bool:
    """The two operators as IAM applies them: StringEquals exact, StringLike with * and ?."""
    issuer = "token.actions.githubusercontent.com:"
    compare = {"StringEquals": lambda have, want: have == want, "StringLike": fnmatchcase}
    return all(
        compare[operator](claims[name.removeprefix(issuer)], want)
        for operator, pairs in condition.items()
        for name, want in pairs.items()
    )
