"""Back-channel logout: the provider ends our sessions (PyJWT 2.15)."""

import jwt
from jwt import PyJWKClient

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class BadLogoutToken(Exception):
    """Answer 400."""


# region logout
def sessions_to_end(
    token: str, keys: PyJWKClient, *, issuer: str, client_id: str, seen: set[str]
) -> tuple[str | None, str | None]:
    """(sub, sid): end the sessions with this sid, or all of this subject when sid is None. `seen` outlives 5 minutes."""
    try:
        if str(jwt.get_unverified_header(token).get("typ", "")).lower() != "logout+jwt":
            raise BadLogoutToken("typ")  # an ID token must not work here
        claims = jwt.decode(
            token, keys.get_signing_key_from_jwt(token), ["ES256"], issuer=issuer, audience=client_id, leeway=30,
            options={"require": ["iss", "aud", "iat", "exp", "jti", "events"]},
        )
    except jwt.PyJWTError as error:
        raise BadLogoutToken(str(error)) from error
    if not isinstance(claims["events"], dict) or EVENT not in claims["events"] or "nonce" in claims:
        raise BadLogoutToken("not a logout token")
    if "sub" not in claims and "sid" not in claims:
        raise BadLogoutToken("nobody named")
    if claims["jti"] in seen:
        raise BadLogoutToken("replayed")
    seen.add(claims["jti"])
    return claims.get("sub"), claims.get("sid")
# endregion
