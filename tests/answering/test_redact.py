"""Secrets never leave; ordinary backend text stays as it is. All secrets here are made at run time."""

from __future__ import annotations

import base64
import json
import random
import string
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from backend_architect.answering.redact import redact
from backend_architect.resources import folder

_ALNUM = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
Make = Callable[[random.Random], tuple[str, str]]  # the text around the secret, with {} in its place, and the secret


def _of(chance: random.Random, alphabet: str, length: int) -> str:
    return "".join(chance.choices(alphabet, k=length))


def _prefixed(prefix: str, length: int, alphabet: str = _ALNUM, tail: str = "") -> Make:
    def make(chance: random.Random) -> tuple[str, str]:
        around = chance.choice(
            (
                "why is {} refused?",
                "KEY={}",
                "client = Client('{}')",
                '{{"k": "{}"}}',
                "curl -H 'X: {}' https://api.example.com",
            )
        )
        return around, prefix + _of(chance, alphabet, length) + tail

    return make


def _around(*texts: str, length: int = 24, alphabet: str = _ALNUM + "-_!") -> Make:
    def make(chance: random.Random) -> tuple[str, str]:
        return chance.choice(texts), _of(chance, _ALNUM, 1) + _of(chance, alphabet, length - 3) + _of(
            chance, string.digits, 2
        )

    return make


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _jwt(chance: random.Random) -> tuple[str, str]:
    token = ".".join(
        [
            _segment({"alg": "RS256", "kid": _of(chance, _HEX, 6)}),
            _segment({"sub": _of(chance, _HEX, 12)}),
            _of(chance, _ALNUM + "-_", 86),
        ]
    )
    return chance.choice(
        ("Authorization: Bearer {}", "decode({!r}) fails".replace("{!r}", "'{}'"), "token {} is expired")
    ), token


def _pem(chance: random.Random) -> tuple[str, str]:
    kind = chance.choice(("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "))
    line_end = chance.choice(("\n", "\\n"))
    body = line_end.join(_of(chance, _ALNUM + "+/", 64) for _ in range(6))
    return (
        f"-----BEGIN {kind}PRIVATE KEY-----{line_end}{{}}{line_end}ab==\n-----END {kind}PRIVATE KEY-----\nand then?",
        body,
    )


def _basic(chance: random.Random) -> tuple[str, str]:
    return "Authorization: Basic {}", base64.b64encode(f"svc:{_of(chance, _ALNUM, 18)}".encode()).decode()


SECRETS: dict[str, Make] = {
    "openai-key": _prefixed("sk-" + "proj-", 48, _ALNUM + "_-"),
    "anthropic-key": _prefixed("sk-" + "ant-api03-", 80, _ALNUM + "_-"),
    "stripe-key": _prefixed("sk" + "_live_", 24),
    "webhook-secret": _prefixed("wh" + "sec_", 32),
    "aws-key-id": _prefixed("AK" + "IA", 16, string.ascii_uppercase + "234567"),
    "aws-secret": _around("aws_secret_access_key = {}", 'AWS_SECRET_ACCESS_KEY="{}"', length=40, alphabet=_ALNUM + "/+"),
    "github-token": _prefixed("gh" + "p_", 36),
    "github-fine-token": _prefixed("github" + "_pat_", 60),
    "gitlab-token": _prefixed("gl" + "pat-", 20),
    "slack-token": _prefixed("xox" + "b-", 40),
    "slack-webhook": _around("post to https://hooks.slack.com/services/{}", length=40, alphabet=_ALNUM + "/"),
    "google-key": _prefixed("AI" + "za", 35),
    "sendgrid-key": _prefixed("SG" + ".", 22, tail="." + "q7" * 20),
    "npm-token": _prefixed("npm" + "_", 36),
    "pypi-token": _prefixed("pypi" + "-", 90),
    "huggingface-token": _prefixed("hf" + "_", 34),
    "digitalocean-token": _prefixed("dop" + "_v1_", 64, _HEX),
    "telegram-token": _prefixed("123456789" + ":AA", 33),
    "vault-token": _prefixed("hv" + "s.", 40),
    "jwt": _jwt,
    "private-key": _pem,
    "basic-auth": _basic,
    "bearer-token": _around("Authorization: Bearer {}", 'headers = {{"Authorization": "Bearer {}"}}', length=40, alphabet=_ALNUM + "-_"),
    "url-password": _around("postgresql://app:{}@db.example:5432/orders", "redis://:{}@cache.example:6379/0", "https://ci:{}@git.example/x.git"),
    "connection-password": _around("Server=db.example;Database=orders;User Id=app;Password={};Encrypt=true", "host=db.example user=app password={} dbname=x"),
    "secret": _around("password={}", "DB_PASSWORD: {}", "client_secret: '{}'", '"api_key": "{}"', "const jwtSecret = `{}`;", "password => '{}'"),
    "session-cookie": _around("Cookie: a=b; sessionid={}", "Cookie: connect.sid={}", "Set-Cookie: __Host-session={}; Secure", length=32, alphabet=_ALNUM),
    "header-key": _around("X-API-Key: {}", "x-auth-token: {}", length=32, alphabet=_ALNUM),
    "query-key": _around("GET https://api.example.com/v1?api_key={}", "/callback?client_secret={}&a=b", length=32, alphabet=_ALNUM),
    "curl-user": _around("curl -u admin:{} https://api.example.com", "curl -X POST --user bot:{} https://x.example", alphabet=_ALNUM),
}  # fmt: skip


def _planted() -> Iterator[tuple[str, str, str]]:
    chance = random.Random(20261125)
    for round_number in range(10):
        for kind, make in SECRETS.items():
            around, secret = make(chance)
            filler = chance.choice(("", "My API answers 500 since the release.\n", "Here is the log:\n\n    "))
            text = filler + (around.replace("{}", secret) if "{{" not in around else around.format(secret))
            yield f"{kind}-{round_number}", text, secret


def test_no_planted_secret_leaves() -> None:
    planted = list(_planted())

    left = [name for name, text, secret in planted if secret in redact(text).text or secret[-12:] in redact(text).text]

    assert len(planted) == 300
    assert left == []


def test_the_replacement_names_the_kind_and_keeps_the_rest() -> None:
    secret = "sk" + "_live_" + "4eC39HqLyjWDarjtT1zdp7dc"

    redacted = redact(f"Why does Stripe refuse {secret} with 401?")

    assert redacted.text == "Why does Stripe refuse [redacted:stripe-key] with 401?"
    assert redacted.kinds == ("stripe-key",)


def test_two_kinds_are_named_in_order_of_appearance() -> None:
    text = "password=" + "Tr0ub4dor-and-3" + " then " + "AK" + "IA" + "QWERTY234567ASDF"

    assert redact(text).kinds == ("secret", "aws-key-id")


def test_redacting_twice_changes_nothing() -> None:
    for _, text, _ in _planted():
        once = redact(text).text

        assert redact(once).text == once


ORDINARY = (
    "Authorization: Bearer <token>",
    "Authorization: Bearer YOUR_ACCESS_TOKEN",
    "Authorization: Bearer $TOKEN",
    "Authorization: Bearer eyJhbGciOi…",
    'Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324"',
    'ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"',
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "Hash the password with Argon2id; never log the password.",
    "password: str = Field(min_length=12)",
    "password=os.environ['DB_PASSWORD']",
    "password = getpass.getpass()",
    "const secret = process.env.JWT_SECRET;",
    "jwt.verify(token, publicKey, { algorithms: ['RS256'] })",
    "secret: config.get('jwt.secret')",
    "client_secret=<your-client-secret>",
    "api_key: ${API_KEY}",
    "POSTGRES_PASSWORD: postgres",
    "postgresql://user:password@localhost:5432/app",
    "postgresql://app@db.example/orders",
    "https://user:pass@example.com/",
    "token_type: bearer, expires_in: 3600",
    "Set-Cookie: __Host-session=<opaque id>; Path=/; Secure; HttpOnly; SameSite=Lax",
    "grant_type=client_credentials&scope=orders:read",
    "digest sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "commit 1f2e3d4c5b6a79880716253443526170abcdef01",
    "-----BEGIN PRIVATE KEY----- starts a PKCS #8 key; -----BEGIN RSA PRIVATE KEY----- an old one.",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo\n-----END PUBLIC KEY-----",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "The token bucket allows bursts; token endpoint: https://auth.example/token",
    "WWW-Authenticate: Bearer realm=\"api\", error=\"invalid_token\"",
    "access_token: opaque string, refresh_token: rotated on every use",
    "sk-learn, task-runner-configuration-service and disk-utilisation-percentage-metric are names",
    "SELECT password_hash FROM users WHERE email = $1",
    "signing_key = load_pem_private_key(data, password=None)",
    "send(url, credentials=_enforced_credentials)",
    "webhook_secret: read it from the secret store, rotate it every 90 days",
)  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_backend_text_is_untouched(text: str) -> None:
    assert redact(text).text == text


def test_uuids_are_never_taken_for_secrets() -> None:
    chance = random.Random(4)
    names = ("api_key", "session", "id", "Idempotency-Key", "jti", "token")
    ids = [str(UUID(int=chance.getrandbits(128), version=4)) for _ in range(200)]

    assert [value for value in ids for name in names[2:5] if redact(f"{name}: {value}").kinds] == []


def test_at_most_one_line_in_a_hundred_of_guides_and_example_code_is_touched() -> None:
    files = [
        path
        for kind in ("guides", "examples")
        for path in folder("knowledge").glob(f"{kind}/**/*.*")
        if path.suffix not in {".pyc", ".sum"}
    ]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]

    touched = [line for line in lines if redact(line).kinds]

    assert len(lines) > 1000
    assert len(touched) <= len(lines) / 100, touched[:20]


@pytest.mark.parametrize(
    "piece",
    [
        "server=",
        "password=",
        "eyJa.",
        "-----BEGIN PRIVATE KEY-----\n",
        "Cookie: ",
        "a://b:",
        "curl -u ",
        "x-",
        "A" * 50 + ".",
    ],
)
def test_hostile_input_takes_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        started = time.process_time()
        redact(text)
        return time.process_time() - started

    assert seconds(40_000) < 40 * seconds(4_000) + 0.2
