"""Find or create the local user for an ID token (SQLite stands in for any SQL database)."""

import sqlite3
import uuid

SCHEMA = """
CREATE TABLE person (
    id      TEXT PRIMARY KEY,            -- your own id: what other tables reference
    email   TEXT                         -- for mail and display; not unique by force, not a key
);
CREATE TABLE identity (
    issuer    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (issuer, subject)        -- one person may have several rows
);
"""


# region by-email-vulnerable
def user_by_email(db: sqlite3.Connection, claims: dict) -> str:  # vulnerable
    row = db.execute("SELECT id FROM person WHERE email = ?", (claims["email"],)).fetchone()
    return row[0] if row else create(db, claims)
# endregion


# region by-subject
def user_by_subject(db: sqlite3.Connection, claims: dict) -> str:
    """`claims` of a validated ID token; issuer and subject together are the only stable name of a person."""
    row = db.execute(
        "SELECT person_id FROM identity WHERE issuer = ? AND subject = ?", (claims["iss"], claims["sub"])
    ).fetchone()
    if row is None:
        return create(db, claims)  # same e-mail as somebody else: still a new person, until both logins are proven
    if claims.get("email_verified") is True and "email" in claims:
        db.execute("UPDATE person SET email = ? WHERE id = ?", (claims["email"], row[0]))
    return row[0]


def create(db: sqlite3.Connection, claims: dict) -> str:
    person, email = str(uuid.uuid4()), claims.get("email") if claims.get("email_verified") is True else None
    with db:
        db.execute("INSERT INTO person VALUES (?, ?)", (person, email))  # an unproven address would receive reset mails
        db.execute("INSERT INTO identity VALUES (?, ?, ?)", (claims["iss"], claims["sub"], person))
    return person
# endregion


# region link
class NotAllowed(Exception):
    """Ask for a fresh login with the first method; say nothing about other accounts."""


def link(db: sqlite3.Connection, person: str, signed_in_ago: float, claims: dict) -> None:
    """Add a second login to a person who is signed in; `claims` of the second provider's validated ID token."""
    if signed_in_ago > 300:
        raise NotAllowed("sign in again first")  # a stolen or forgotten session must not add a login
    try:
        with db:
            db.execute("INSERT INTO identity VALUES (?, ?, ?)", (claims["iss"], claims["sub"], person))
    except sqlite3.IntegrityError as error:
        raise NotAllowed("this login belongs to an account already") from error  # never move it silently
# endregion
