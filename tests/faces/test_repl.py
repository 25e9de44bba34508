from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from scripted_architect import TEXT, ScriptedArchitect

from backend_architect import render, repl
from backend_architect.settings import Settings

SCRIPT = Path(__file__).with_name("scripted_architect.py")
WAIT_SECONDS = 60


class Chat:
    """A chat in a real pseudo-terminal, and the screen a person would see."""

    def __init__(self, environ: dict[str, str], *, command: list[str] | None = None, columns: int = 90) -> None:
        program, *arguments = command or [sys.executable, str(SCRIPT)]
        self._screen = pyte.HistoryScreen(columns, 60, history=2000, ratio=0.5)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        self.process = pexpect.spawn(
            program, arguments, env=environ, dimensions=(60, columns), timeout=WAIT_SECONDS, echo=False
        )

    @property
    def text(self) -> str:
        above = ["".join(line[x].data for x in range(self._screen.columns)) for line in self._screen.history.top]
        return "\n".join(line.rstrip() for line in [*above, *self._screen.display]).rstrip()

    def see(self, text: str, *, times: int = 1) -> None:
        self._until(lambda: self.text.count(text) >= times, f"{text!r} {times} times")

    def see_prompt(self) -> None:
        self._until(lambda: self.text.rsplit("\n", 1)[-1] == ">", "a prompt")

    def _until(self, holds, what: str) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"did not see {what} in:\n{self.text}"
            self._read(0.05)

    def _read(self, seconds: float) -> None:
        try:
            data = self.process.read_nonblocking(65536, timeout=seconds)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            time.sleep(0.01)
            return
        self.raw += data
        # prompt_toolkit asks where the cursor is and waits for the answer of the terminal.
        for _ in range(data.count(b"\x1b[6n")):
            self.process.send(f"\x1b[{self._screen.cursor.y + 1};1R")
        self._stream.feed(data)

    def type(self, text: str) -> None:
        self.process.send(text)

    def exit_code(self) -> int | None:
        deadline = time.monotonic() + WAIT_SECONDS
        while self.process.isalive():
            assert time.monotonic() < deadline, f"still running:\n{self.text}"
            self._read(0.05)
        return self.process.exitstatus


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    folders = {f"ARCHITECT_{name.upper()}_DIR": str(tmp_path / name) for name in ("cache", "data")}
    return kept | folders | {"HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


@pytest.fixture
def chat(environ: dict[str, str]) -> Iterator[Chat]:
    session = Chat(environ)
    yield session
    session.process.close(force=True)


# --- in a terminal -----------------------------------------------------------------------------------


def test_a_question_is_answered_and_ctrl_d_leaves_with_0(chat: Chat):
    chat.see_prompt()
    chat.type("how to retry?\r")
    chat.see("(from the guides)")
    chat.see_prompt()
    chat.type("\x04")

    assert chat.exit_code() == 0
    assert chat.text.split("\n", 1)[1] == (
        "> how to retry?\n"
        "Send an Idempotency-Key with each POST [1].\n\n"
        "```python\nclaim(key)  # before the work\n```\n\n"
        "Keep it for a day [2].\n\n"
        "- [1] api-design/retries#post-retry — How do I make POST safe to retry?\n"
        "  - RFC 9110 HTTP Semantics §9.2.2 https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2\n"
        "- [2] house/rules#keys (own guide) — Which keys?\n\n"
        "Ask next:\n- How long?\n\n"
        "(from the guides)\n\n"
        ">"
    )


def test_the_greeting_is_one_line(chat: Chat):
    chat.see_prompt()

    greeting, prompt = chat.text.split("\n")
    assert greeting.startswith("Backend & API Architect: answers from the guides; ")
    assert greeting.endswith(" guides. /help lists the commands.")
    assert prompt == ">"


def test_text_appears_while_the_answer_is_still_coming(chat: Chat):
    chat.see_prompt()
    chat.type("slow\r")
    chat.see("Paragraph 0.")

    assert "Paragraph 199." not in chat.text


def test_ctrl_c_stops_the_answer_keeps_its_text_and_returns_to_the_prompt(chat: Chat):
    chat.see_prompt()
    chat.type("slow\r")
    chat.see("Unfinished Paragraph 2.")
    chat.type("\x03")
    chat.see("(interrupted: the answer above is not complete)")
    chat.see_prompt()

    assert "Paragraph 0." in chat.text
    chat.type("how to retry?\r")
    chat.see("(from the guides)")


def test_ctrl_c_at_the_prompt_empties_the_line_and_says_how_to_leave(chat: Chat):
    chat.see_prompt()
    chat.type("half a thought")
    chat.see("> half a thought")
    chat.type("\x03")
    chat.see("(Ctrl-D or /exit leaves)")
    chat.see_prompt()

    assert chat.process.isalive()


def test_a_pasted_text_of_many_lines_is_one_question(chat: Chat):
    chat.see_prompt()
    chat.type("\x1b[200~def f():\n    return retry()\n\nwhy?\x1b[201~")
    chat.see("why?")
    chat.type("\r")
    chat.see("(from the guides)")
    chat.see_prompt()
    chat.type("/context\r")

    chat.see("1 turn so far.")


@pytest.mark.parametrize("new_line", ["\x1b\r", "\\\r"])
def test_alt_enter_and_a_backslash_start_a_new_line(chat: Chat, new_line: str):
    chat.see_prompt()
    chat.type(f"first{new_line}second retry")
    chat.see("> first\n  second retry")
    chat.type("\r")
    chat.see("(from the guides)")
    chat.see_prompt()
    chat.type("/context\r")

    chat.see("1 turn so far.")


def test_slash_commands_show_the_sources_the_reasons_and_the_context(chat: Chat):
    chat.see_prompt()
    chat.type("retry in Go\r")
    chat.see("(from the guides)")
    for command, expected in (
        ("/sources", "- [2] house/rules#keys (own guide)"),
        ("/sources 1", "Two orders → check, then insert → insert first"),
        ("/why", "- judgement: Keep it for a day. (no section says so)"),
        ("/context", "- language: go"),
        ("/soruces", "There is no command /soruces; did you mean /sources?"),
    ):
        chat.see_prompt()
        before = chat.text.count(expected)
        chat.type(f"{command}\r")
        chat.see(expected, times=before + 1)
    chat.see_prompt()
    chat.type("/exit\r")

    assert chat.exit_code() == 0


def test_the_tab_key_completes_a_slash_command(chat: Chat):
    chat.see_prompt()
    chat.type("/so\t")
    chat.see("> /sources")
    chat.type("\r")

    chat.see("No answer yet: ask something first.")


def test_a_hostile_answer_neither_clears_the_screen_nor_sets_the_title(chat: Chat):
    chat.see_prompt()
    chat.type("hostile\r")
    chat.see("(from the guides)")

    assert b"\x1b]0;owned" not in chat.raw
    assert b"\x1b[2J" not in chat.raw
    assert b"\x9b" not in chat.raw.replace("›".encode(), b"")
    assert "> hostile" in chat.text


def test_a_failing_model_costs_one_line_and_not_the_chat(chat: Chat):
    chat.see_prompt()
    chat.type("timeout\r")
    chat.see("error: no reply from http://127.0.0.1:9/v1 within 60 s; raise ARCHITECT_TIMEOUT")
    chat.see_prompt()
    chat.type("fallback\r")

    chat.see("Note: no reply from http://127.0.0.1:9/v1 within 60 s, so this answer comes from the")


def test_an_earlier_question_comes_back_in_the_next_chat(environ: dict[str, str]):
    first = Chat(environ)
    first.see_prompt()
    first.type("how to retry?\r")
    first.see("(from the guides)")
    first.type("\x04")
    first.exit_code()
    second = Chat(environ)
    second.see_prompt()
    second.type("\x1b[A")

    second.see("> how to retry?")
    second.process.close(force=True)


def test_the_chat_starts_without_a_home(environ: dict[str, str]):
    del environ["HOME"], environ["ARCHITECT_DATA_DIR"], environ["ARCHITECT_CACHE_DIR"]
    environ["XDG_DATA_HOME"] = "/proc/nowhere"
    session = Chat(environ)
    session.see_prompt()
    session.type("how to retry?\r")

    session.see("(from the guides)")
    session.process.close(force=True)


def test_answers_go_to_a_file_and_the_prompt_stays_on_the_terminal(environ: dict[str, str], tmp_path: Path):
    notes = tmp_path / "notes.md"
    session = Chat(environ, command=["/bin/sh", "-c", f"{sys.executable} {SCRIPT} > {notes}"])
    session.see_prompt()
    session.type("how to retry?\r")
    session.see_prompt()
    session.type("\x04")
    session.exit_code()

    assert notes.read_text(encoding="utf-8").startswith(TEXT)
    assert "Idempotency-Key" not in session.text
    assert "\x1b" not in notes.read_text(encoding="utf-8")


# --- history -----------------------------------------------------------------------------------------


def test_the_history_file_is_private(tmp_path: Path):
    (tmp_path / "history").write_text("", encoding="utf-8")
    (tmp_path / "history").chmod(0o644)

    repl.history(tmp_path).append_string("a question")

    assert stat.S_IMODE((tmp_path / "history").stat().st_mode) == 0o600
    assert "a question" in (tmp_path / "history").read_text(encoding="utf-8")


def test_a_secret_in_a_question_does_not_reach_the_history_file(tmp_path: Path):
    history = repl.history(tmp_path)

    history.append_string("why is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD refused?")

    saved = (tmp_path / "history").read_text(encoding="utf-8")
    assert "abcdefghijklmnopqrstuvwxyz" not in saved
    assert "refused?" in saved


def test_where_nothing_can_be_written_the_history_lives_in_memory(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")

    history = repl.history(tmp_path / "file" / "data")

    history.append_string("a question")
    assert history.get_strings() == ["a question"]


# --- line by line --------------------------------------------------------------------------------------


def transcript(*lines: str, **settings: object) -> tuple[str, str, ScriptedArchitect]:
    out, err = io.StringIO(), io.StringIO()
    architect = ScriptedArchitect(**settings)
    session = repl.Repl(architect, render.PlainView(out), errors=err)
    for line in lines:
        if not session.take(line):
            break
    return out.getvalue(), err.getvalue(), architect


def test_lines_from_a_pipe_are_questions_without_prompts_or_control_characters():
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], input="pasta\n\ngap\n", capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout == (
        "I only know backends.\n\n(from the guides)\n\nThe guides do not cover this.\n\n(from the guides)\n\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_help_lists_every_command_with_its_purpose():
    out, _, _ = transcript("/help")

    assert out == (
        "/help         show this list\n"
        "/sources [n]  sources of the last answer; with a number, that section whole\n"
        "/why          how the last answer was found and checked\n"
        "/new          start a new conversation\n"
        "/context      what this conversation keeps in mind\n"
        "/exit         leave\n"
        "\n"
        "Enter sends, Alt-Enter or a backslash at the end starts a new line, Ctrl-C stops an answer, Ctrl-D leaves.\n"
    )


def test_why_shows_reading_ranking_and_verdicts():
    out, _, _ = transcript("how to retry?", "/why")

    assert out.endswith(
        "answered (in_scope), confidence 0.90\n"
        "read as: How do I make POST safe to retry in Go?\n"
        "asks for: procedure\n"
        "searched with: exact\n"
        "1. 0.91 api-design/retries#post-retry\n"
        "   dense 0.80, lexical 0.50\n"
        "- judgement: Keep it for a day. (no section says so)\n"
    )


def test_new_forgets_the_turns_the_ledger_and_the_last_answer():
    out, _, _ = transcript("retry in Go", "/new", "/context", "/sources")

    assert out.endswith(
        "New conversation: earlier questions and the ledger are forgotten.\n"
        "0 turns so far.\n"
        "Nothing is pinned.\n"
        "No answer yet: ask something first.\n"
    )


def test_a_source_number_that_does_not_exist_is_answered_with_those_that_do():
    out, _, _ = transcript("retry", "/sources 7")

    assert out.endswith("The last answer has no source 7; it has 1, 2.\n")


def test_nothing_after_exit_is_asked():
    _, _, architect = transcript("retry", "/exit", "gap")

    assert architect.asked == ["retry"]


def test_an_error_goes_to_stderr_in_one_line_and_the_next_question_is_answered():
    out, err, _ = transcript("timeout", "pasta")

    assert err == "error: no reply from http://127.0.0.1:9/v1 within 60 s; raise ARCHITECT_TIMEOUT\n"
    assert out.startswith("I only know backends.\n")


def test_a_path_pasted_with_more_lines_is_a_question_and_not_a_command():
    _, _, architect = transcript("/etc/hosts is read\nwhy?")

    assert architect.asked == ["/etc/hosts is read\nwhy?"]


def test_the_greeting_names_model_and_endpoint_and_never_the_key():
    settings = Settings(api_key="sk-secret", base_url="http://127.0.0.1:8000/v1", model="tiny\x1b[2J")

    line = repl.greeting(settings)

    assert line.startswith("Backend & API Architect: answers by tiny[2J at http://127.0.0.1:8000/v1, checked; ")
    assert "sk-secret" not in line
