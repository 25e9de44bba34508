"""Takes secrets out of text before it is sent, logged or saved.

Only shapes that are secrets: vendor prefixes, key blocks, signed tokens, passwords in addresses, and values assigned to
a name that says secret. There is no hunt for random-looking text, because UUIDs, hashes and entity tags look random too.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# A value assigned to a secret's name is redacted when it looks made by a machine or chosen as a password.
ENTROPY_BITS = 2.5
VALUE_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Redacted:
    """Text without the secrets found in it, and their kinds in order of first appearance."""

    text: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    """`pattern` finds a candidate; its group `secret` (or all of it) is replaced when `is_secret` agrees."""

    kind: str
    pattern: re.Pattern[str]
    is_secret: Callable[[str], bool]


def redact(text: str) -> Redacted:
    """Return the text with each secret replaced by `[redacted:kind]`.

    >>> redact("postgres://app:tr0ub4dor&3@db.example/orders")
    Redacted(text='postgres://app:[redacted:url-password]@db.example/orders', kinds=('url-password',))
    """
    taken: list[tuple[int, int, str]] = []
    is_taken = bytearray(len(text))
    for rule in _RULES:
        for match in rule.pattern.finditer(text):
            start, end = match.span("secret" if "secret" in rule.pattern.groupindex else 0)
            if not any(is_taken[start:end]) and rule.is_secret(text[start:end]):
                taken.append((start, end, rule.kind))
                is_taken[start:end] = b"\1" * (end - start)
    return Redacted("".join(_pieces(text, sorted(taken))), tuple(dict.fromkeys(kind for _, _, kind in sorted(taken))))


def _pieces(text: str, taken: list[tuple[int, int, str]]) -> Iterator[str]:
    position = 0
    for start, end, kind in taken:
        yield text[position:start]
        yield f"[redacted:{kind}]"
        position = end
    yield text[position:]


# --- what tells a secret from an example --------------------------------------------------------

_PLACEHOLDER = re.compile(
    r"^(?:<.*>?|\[.*\]?|\{.*|\$.*|%.*|\*+|x{3,}.*|\.{3,}.*|…|redacted.*|null|none|nil|true|false|undefined|required|optional|string|str|bytes|text|any"
    r"|secret|password|passwd|passphrase|token|api[-_]?key|key|changeme|change[-_]?me|example.*|dummy.*|fake.*|sample.*|placeholder.*|todo.*"
    r"|(?:your|my|the|some|a|an|new|old|test)[-_ ].*|(?:your|my)[A-Z].*)$",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
# A name, a call, a path: code that fetches the secret is not the secret.
_CODE = re.compile(
    r"^(?:[A-Za-z_][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_][\w$]*)+.*|[A-Za-z_][\w.$:]*[(\[{].*|[A-Z][A-Z0-9_]+|[/~.][\w./-]+|(?:https?|file|vault|arn|secretsmanager|ssm|op)://?.*)$"
)
_WORDS = re.compile(r"^_*[A-Za-z]+(?:[-_ ]+[A-Za-z]+)*_*[.,;:]?$")


def _bits(value: str) -> float:
    """Return the Shannon entropy of a value's characters, in bits per character."""
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())


def _is_varied(value: str) -> bool:
    return not _PLACEHOLDER.match(value) and _bits(value) >= ENTROPY_BITS


def _is_chosen(value: str) -> bool:
    """Whether a value assigned to a secret's name is a literal secret, not a word, a placeholder or code."""
    if len(value) < VALUE_CHARACTERS or _PLACEHOLDER.match(value) or _CODE.match(value) or _WORDS.match(value):
        return False
    return _bits(value) >= ENTROPY_BITS


def _is_password(value: str) -> bool:
    return not _PLACEHOLDER.match(value) and value.lower() not in _SHOWN_PASSWORDS


# What documentation writes where a password stands.
_SHOWN_PASSWORDS = frozenset(
    "pass passwd password pw pwd secret user token postgres root admin guest example changeme xxx xxxx test hunter2 s3cret".split()
)


def _is_token(value: str) -> bool:
    """Whether a bearer value is a token: long, varied, with digits; `<token>` and `eyJ…` are not."""
    return len(value) >= 16 and any(c.isdigit() for c in value) and _is_varied(value) and not _UUID.fullmatch(value)


def _is_basic(value: str) -> bool:
    try:
        user, colon, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return bool(colon and user) and _is_password(password)


def _is_jwt(value: str) -> bool:
    """Whether header and payload really are base64url JSON and a signature follows; a shortened example is not."""
    header, _, rest = value.partition(".")
    payload, _, signature = rest.partition(".")
    if len(signature) < 20 or value.startswith(_DOCUMENTATION_JWT):
        return False
    try:
        shown = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (header, payload)]
    except (binascii.Error, ValueError):
        return False
    return all(isinstance(part, dict) for part in shown) and "alg" in shown[0]


# Header and payload of the sample that jwt.io and half of all documentation show ("John Doe", 1516239022).
_DOCUMENTATION_JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIi",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIi",
)


def _always(_: str) -> bool:
    return True


def _rule(kind: str, pattern: str, is_secret: Callable[[str], bool] = _always) -> _Rule:
    return _Rule(kind, re.compile(pattern), is_secret)


_END = r"(?![A-Za-z0-9_-])"
_START = r"(?<![A-Za-z0-9_-])"


def _prefixed(kind: str, prefix: str, rest: str) -> _Rule:
    return _rule(kind, f"{_START}(?:{prefix}){rest}{_END}", _is_varied)


_NAME = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret(?:[-_.]?(?:key|access[-_.]?key|token))?|client[-_.]?secret|api[-_.]?(?:key|token|secret)|access[-_.]?(?:key|token)"
    r"|auth[-_.]?token|refresh[-_.]?token|bearer[-_.]?token|private[-_.]?key|signing[-_.]?(?:key|secret)|encryption[-_.]?key|webhook[-_.]?secret"
    r"|shared[-_.]?secret|account[-_.]?key|jwt[-_.]?(?:secret|key)|hmac[-_.]?key|master[-_.]?key|session[-_.]?secret|cookie[-_.]?secret|credentials?)"
)
# The name may be the end of a longer one: DB_PASSWORD, dbPassword.
_WORD_START = r"(?:(?<![A-Za-z])|(?<=[a-z])(?-i:(?=[A-Z])))"
_SESSION = (
    r"(?:[\w.-]{0,40}sess(?:ion)?(?:[-_.]?id)?|sid|connect\.sid|phpsessid|jsessionid|asp\.net_sessionid|laravel_session|_session_id"
    r"|[\w.-]{0,40}auth[-_]?token|remember[-_]?(?:me|token)|refresh[-_]?token|access[-_]?token)"
)
# Between the lines of a key: white space, or what source code puts there.
_GAP = r"(?:[\s\"'+,]|\\[nr])"
_KEY_BLOCK = (
    rf"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----{_GAP}*(?:(?:Proc-Type|DEK-Info|Version|Comment):[^\n]*\n\s*)*[A-Za-z0-9+/=]{{16,}}"
    rf"(?:{_GAP}+[A-Za-z0-9+/=]{{20,}})*(?:(?:{_GAP}+[A-Za-z0-9+/=]+)?{_GAP}*-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)?"
)
_CONNECTION = (
    r"(?i:\b(?:server|host|data source|accountname|endpoint|user id|uid|user|dbname|database)\s*=[^\n]{1,300}?"
    r"\b(?:password|pwd|accountkey|sharedaccesskey)\s*=\s*)[\"']?(?P<secret>[^;\s\"']{4,})"
)

# The first rule that takes a place keeps it: the most certain shapes come first.
_RULES = (
    _rule("private-key", _KEY_BLOCK),
    _rule("private-key", r"PuTTY-User-Key-File-\d[\s\S]{20,}?Private-MAC: [0-9a-f]+"),
    _rule("private-key", _START + r"AGE-SECRET-KEY-1[0-9A-Z]{40,}" + _END),
    _rule("jwt", _START + r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}", _is_jwt),
    _prefixed("anthropic-key", "sk-ant-", r"[A-Za-z0-9_-]{20,}"),
    _prefixed("openrouter-key", "sk-or-", r"[A-Za-z0-9_-]{20,}"),
    _prefixed("openai-key", "sk-(?:proj-|svcacct-|admin-|None-)?", r"[A-Za-z0-9_-]{20,}"),
    _prefixed("stripe-key", "(?:sk|rk|pk)_(?:live|test)_", r"[A-Za-z0-9]{16,}"),
    _prefixed("webhook-secret", "whsec_", r"[A-Za-z0-9+/=]{16,}"),
    _prefixed("aws-key-id", "(?:AKIA|ASIA|ABIA|ACCA)", r"[A-Z2-7]{16}"),
    _rule(
        "aws-secret",
        r"(?i:aws_?(?:secret)?_?(?:access)?_?(?:secret|key|token)[\w ]*)[\"']?\s*[:=]\s*[\"']?(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        _is_varied,
    ),
    _prefixed("github-token", "gh[pousr]_", r"[A-Za-z0-9]{30,}"),
    _prefixed("github-token", "github_pat_", r"[A-Za-z0-9_]{30,}"),
    _prefixed("gitlab-token", "gl(?:pat|dt|rt|cbt|ptt|soat|agent|oas|imt)-", r"[A-Za-z0-9_.-]{20,}"),
    _prefixed("slack-token", "xox[abeoprs](?:\\.xox[bp])?-", r"[A-Za-z0-9-]{16,}"),
    _prefixed("slack-token", "xapp-", r"\d-[A-Za-z0-9-]{20,}"),
    _rule(
        "webhook-url",
        r"https://hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[A-Za-z0-9/_+-]{20,})",
        _is_varied,
    ),
    _rule("webhook-url", r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/(?P<secret>\d{10,}/[\w-]{30,})"),
    _rule("webhook-url", r"https://[\w.-]+\.webhook\.office\.com/webhookb2/(?P<secret>[\w@/-]{40,})"),
    _prefixed("google-key", "AIza", r"[A-Za-z0-9_-]{35}"),
    _prefixed("google-oauth", "ya29\\.|GOCSPX-", r"[A-Za-z0-9_-]{20,}"),
    _prefixed("sendgrid-key", "SG\\.", r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    _prefixed("twilio-key", "(?:SK|AC)(?=[0-9a-f]{32})", r"[0-9a-f]{32}"),
    _prefixed("mailgun-key", "key-(?=[0-9a-f]{32})", r"[0-9a-f]{32}"),
    _prefixed("npm-token", "npm_", r"[A-Za-z0-9]{30,}"),
    _prefixed("pypi-token", "pypi-", r"[A-Za-z0-9_-]{40,}"),
    _prefixed("rubygems-key", "rubygems_", r"[0-9a-f]{40,}"),
    _prefixed("docker-token", "dckr_(?:pat|oat)_", r"[A-Za-z0-9_-]{20,}"),
    _prefixed("digitalocean-token", "do[opr]_v1_", r"[0-9a-f]{60,}"),
    _prefixed("huggingface-token", "hf_", r"[A-Za-z0-9]{30,}"),
    _prefixed("groq-key", "gsk_", r"[A-Za-z0-9]{30,}"),
    _prefixed("replicate-token", "r8_", r"[A-Za-z0-9]{30,}"),
    _prefixed("perplexity-key", "pplx-", r"[A-Za-z0-9]{30,}"),
    _prefixed("xai-key", "xai-", r"[A-Za-z0-9]{30,}"),
    _prefixed("shopify-token", "shp(?:at|ca|pa|ss)_", r"[0-9a-fA-F]{30,}"),
    _prefixed("square-token", "sq0(?:atp|csp|idp)-|EAAA", r"[A-Za-z0-9_-]{22,}"),
    _prefixed("telegram-token", r"\d{8,10}:AA", r"[A-Za-z0-9_-]{33}"),
    _prefixed("vault-token", "hv[bsr]\\.", r"[A-Za-z0-9_-]{24,}"),
    _prefixed("databricks-token", "dapi", r"[0-9a-f]{32}"),
    _prefixed("linear-key", "lin_(?:api|oauth)_", r"[A-Za-z0-9]{30,}"),
    _prefixed("notion-token", "ntn_|secret_(?=[A-Za-z0-9]{43})", r"[A-Za-z0-9]{40,}"),
    _prefixed("grafana-token", "glsa_|glc_", r"[A-Za-z0-9_+/=]{30,}"),
    _prefixed("newrelic-key", "NR(?:AK|JS|II|IQ)-", r"[A-Za-z0-9_-]{20,}"),
    _prefixed("sentry-token", "sntry[su]_", r"[A-Za-z0-9_+/=-]{30,}"),
    _prefixed("planetscale-token", "pscale_(?:tkn|pw|oauth)_", r"[A-Za-z0-9_.-]{30,}"),
    _prefixed("supabase-key", "sbp_|sb_secret_", r"[A-Za-z0-9_]{20,}"),
    _prefixed("terraform-token", r"[A-Za-z0-9]{14}\.atlasv1\.", r"[A-Za-z0-9_=-]{40,}"),
    _prefixed("atlassian-token", "ATATT3", r"[A-Za-z0-9_=-]{40,}"),
    _rule(
        "url-password",
        r"(?i:[a-z][a-z0-9+.-]{1,20})://[^\s:/@\"'<>]{0,80}:(?P<secret>[^\s\"'<>/]{1,200})@(?=[\w.\[-])",
        _is_password,
    ),
    _rule("connection-password", _CONNECTION, _is_password),
    _rule("sas-signature", r"[?&]sig=(?P<secret>[A-Za-z0-9%+/=]{30,})"),
    _rule("presigned-url", r"(?i:[?&]X-(?:Amz|Goog)-Signature=)(?P<secret>[0-9a-fA-F]{64,})"),
    _rule("basic-auth", r"\bBasic\s+(?P<secret>[A-Za-z0-9+/]{8,}={0,2})(?![A-Za-z0-9+/=])", _is_basic),
    _rule(
        "basic-auth",
        r"\bcurl\b[^\n|]{0,200}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"'<>$]{1,80}:(?P<secret>[^\s\"'<>$]{1,200})",
        _is_password,
    ),
    _rule(
        "bearer-token",
        r"(?i:\b(?:Bearer|Token|ApiKey|Api-Key)[ :=]+[\"']?)(?P<secret>[A-Za-z0-9_~+/.-]{16,}=*)",
        _is_token,
    ),
    _rule(
        "session-cookie",
        rf"(?i:\bcookie[\"']?\s*[:=][^\n]{{0,1000}}?\b{_SESSION}=)(?P<secret>[^;\s\"',]{{16,}})",
        _is_token,
    ),
    _rule(
        "session-cookie",
        r"(?i:\b(?:connect\.sid|phpsessid|jsessionid|asp\.net_sessionid|laravel_session|__(?:host|secure)-[\w-]+)=)(?P<secret>[^;\s\"',]{16,})",
        _is_token,
    ),
    _rule(
        "api-key",
        r"(?i:\bx-(?:[\w-]{1,40}-)?(?:api-key|auth-token|access-token|secret|token)[\"']?\s*[:=]\s*[\"']?)(?P<secret>[^\s\"',;]{12,})",
        _is_token,
    ),
    _rule(
        "secret",
        rf"(?i:{_WORD_START}{_NAME}[\"'`]?\s*(?::|=>|:?=)\s*)(?P<quote>[\"'`])(?P<secret>[^\"'`\n]{{{VALUE_CHARACTERS},}}?)(?P=quote)",
        _is_chosen,
    ),
    _rule(
        "secret",
        rf"(?i:{_WORD_START}{_NAME}\s*(?::|=)\s*)(?P<secret>[^\s\"'`,;&)\]}}]{{{VALUE_CHARACTERS},}})",
        _is_chosen,
    ),
    _rule("secret", rf"(?i:[?&](?:[a-z]+_)?{_NAME}=)(?P<secret>[^\s&#\"'`<>]{{{VALUE_CHARACTERS},}})", _is_chosen),
    _rule(
        "secret",
        r"(?i:\b(?:my|the|our|root|admin|database|db)\s+(?:password|passphrase|secret)\s+(?:is|was)\s+)[\"'`]?(?P<secret>(?=[^\s\"'`]*\d)[^\s\"'`,]{6,})",
        _is_password,
    ),
)
