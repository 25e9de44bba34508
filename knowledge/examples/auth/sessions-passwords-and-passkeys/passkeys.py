"""Passkey registration and login on the server (py_webauthn 3.0)."""

import sqlite3

import webauthn
from webauthn.helpers import base64url_to_bytes, exceptions
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

RP_ID, ORIGIN = "example.com", "https://app.example.com"
SCHEMA = """
CREATE TABLE passkey (
    credential_id BLOB PRIMARY KEY,  -- unique over all users
    user_id       TEXT NOT NULL,
    public_key    BLOB NOT NULL,
    sign_count    INTEGER NOT NULL,
    backed_up     INTEGER NOT NULL
);
"""


# region register
def registration_options(db: sqlite3.Connection, user_id: str, name: str, handle: bytes):
    known = db.execute("SELECT credential_id FROM passkey WHERE user_id = ?", (user_id,)).fetchall()
    return webauthn.generate_registration_options(  # keep .challenge in the server session, for five minutes
        rp_id=RP_ID, rp_name="Example Shop", user_name=name,
        user_id=handle,  # random bytes, at most 64; not the e-mail address
        exclude_credentials=[PublicKeyCredentialDescriptor(id=row[0]) for row in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )


def register(db: sqlite3.Connection, user_id: str, credential: dict, challenge: bytes) -> None:
    seen = webauthn.verify_registration_response(
        credential=credential, expected_challenge=challenge, expected_rp_id=RP_ID, expected_origin=ORIGIN,
        require_user_verification=True,
    )
    row = (seen.credential_id, user_id, seen.credential_public_key, seen.sign_count, seen.credential_backed_up)
    db.execute("INSERT INTO passkey VALUES (?, ?, ?, ?, ?)", row)  # a duplicate id raises: refuse it
# endregion


# region login
def login(db: sqlite3.Connection, credential: dict, challenge: bytes) -> str | None:
    """The user id, or None. The caller has removed the challenge from the session before this call: one use only."""
    credential_id = base64url_to_bytes(credential["id"])
    row = db.execute(
        "SELECT user_id, public_key, sign_count FROM passkey WHERE credential_id = ?", (credential_id,)
    ).fetchone()
    if row is None:
        return None
    try:
        seen = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=RP_ID, expected_origin=ORIGIN,
            credential_public_key=row[1], credential_current_sign_count=row[2], require_user_verification=True,
        )
    except exceptions.WebAuthnException:  # refused or malformed: one answer
        return None
    db.execute(
        "UPDATE passkey SET sign_count = ?, backed_up = ? WHERE credential_id = ?",
        (seen.new_sign_count, seen.credential_backed_up, credential_id),
    )
    return row[0]
# endregion
