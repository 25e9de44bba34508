"""Session fixation: the vulnerable login keeps the id it was sent, the fixed one replaces it."""

from session_store import Sessions, digest


# region vulnerable
def login_keeping_the_id(sessions: Sessions, sent_id: str, user_id: str) -> str:
    sessions.db.execute("UPDATE session SET user_id = ? WHERE id_hash = ?", (user_id, digest(sent_id)))
    return sent_id  # whoever planted this id is now signed in as the user
# endregion


# region fixed
def login(sessions: Sessions, sent_id: str | None, user_id: str) -> str:
    if sent_id is not None:
        sessions.end(sent_id)  # copy a shopping basket over here if you must; never the id
    return sessions.create(user_id)
# endregion
