"""The chat: read a question, show the answer, obey slash commands; line by line when nobody sits at a terminal."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill, shorten
from typing import TYPE_CHECKING, TextIO

from backend_architect import render, resources
from backend_architect.errors import ArchitectError
from backend_architect.settings import Settings, default_data_dir
from backend_architect.types import Answer, Section, Trace

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings

    from backend_architect.architect import Architect

PROMPT = "> "
HISTORY_FILE = "history"
STATEMENT_CHARACTERS = 120


def chat(architect: Architect, *, stdin: TextIO = sys.stdin, stdout: TextIO = sys.stdout) -> None:
    """Talk until the end of input: with an editor at a terminal, else one question for each line."""
    repl = Repl(architect, render.view_for(stdout), errors=sys.stderr)
    if stdin.isatty() and (stdout.isatty() or sys.stderr.isatty()):
        # The prompt is for the person, the answers are for stdout: `architect > notes.md` must stay clean.
        _talk(repl, architect, screen=stdout if stdout.isatty() else sys.stderr)
    else:
        for line in stdin:
            if not repl.take(line):
                return


# --- what a line does ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: what it takes, what it does, and how."""

    argument: str
    purpose: str
    run: Callable[[Repl, str], bool]


class Repl:
    """A conversation with its last answer; takes lines, whoever typed them."""

    def __init__(self, architect: Architect, view: render.View, *, errors: TextIO) -> None:
        self._architect = architect
        self._conversation = architect.conversation()
        self._view = view
        self._errors = errors
        self._waiting_for = model_name(architect.settings)
        self._last: Answer | None = None

    def take(self, line: str) -> bool:
        """Answer a question or obey a command; return False when the chat is over."""
        text = render.clean(line).strip()
        if not text:
            return True
        try:
            if text.startswith("/") and "\n" not in text:
                return self._obey(text)
            self._ask(text)
        except ArchitectError as error:
            print(f"error: {render.one_line(render.clean(str(error)))}", file=self._errors, flush=True)
        return True

    def _ask(self, question: str) -> None:
        answer = render.show(self._conversation.stream(question), self._view, waiting_for=self._waiting_for)
        if answer is not None:
            self._last = answer
        self._view.line()

    def _obey(self, text: str) -> bool:
        name, _, argument = text.partition(" ")
        command = COMMANDS.get(name.lower())
        if command is not None:
            return command.run(self, argument.strip())
        near = difflib.get_close_matches(name.lower(), COMMANDS, n=1)
        hint = f"did you mean {near[0]}?" if near else "/help lists them"
        self._say(f"There is no command {name}; {hint}")
        return True

    def _say(self, *lines: str) -> None:
        for line in lines:
            self._view.line(line)

    def show_help(self, argument: str) -> bool:
        del argument
        width = max(len(f"{name} {command.argument}") for name, command in COMMANDS.items())
        self._say(
            *(f"{f'{name} {command.argument}':<{width}}  {command.purpose}" for name, command in COMMANDS.items())
        )
        self._say(
            "",
            "Enter sends, Alt-Enter or a backslash at the end starts a new line, Ctrl-C stops an answer, Ctrl-D leaves.",
        )
        return True

    def show_sources(self, argument: str) -> bool:
        answer = self._last
        if answer is None:
            self._say("No answer yet: ask something first.")
        elif not answer.citations:
            self._say("The last answer cites nothing.")
        elif not argument:
            render.show_citations(answer, self._view)
        else:
            self._show_section(answer, argument)
        return True

    def _show_section(self, answer: Answer, argument: str) -> None:
        number = argument.strip("[]")
        refs = {str(citation.number): citation.ref for citation in answer.citations}
        if number not in refs:
            self._say(f"The last answer has no source {argument}; it has {', '.join(refs)}.")
            return
        section = self._section(refs[number])
        if section is not None:
            self._view.write(render.section_markdown(section))
            self._view.finish()

    def _section(self, ref: str) -> Section | None:
        return next((section for section in self._architect.sections() if section.ref == ref), None)

    def show_why(self, argument: str) -> bool:
        del argument
        if self._last is None:
            self._say("No answer yet: ask something first.")
        else:
            self._say(*why(self._last))
        return True

    def start_anew(self, argument: str) -> bool:
        del argument
        self._conversation.clear()
        self._last = None
        self._say("New conversation: earlier questions and the ledger are forgotten.")
        return True

    def show_context(self, argument: str) -> bool:
        del argument
        lines = self._conversation.ledger.lines()
        turns = len(self._conversation.turns)
        self._say(f"{turns} turn{'' if turns == 1 else 's'} so far.")
        self._say(*(f"- {line}" for line in lines) if lines else ("Nothing is pinned.",))
        return True

    def leave(self, argument: str) -> bool:
        del self, argument
        return False


COMMANDS: Mapping[str, Command] = {
    "/help": Command("", "show this list", Repl.show_help),
    "/sources": Command("[n]", "sources of the last answer; with a number, that section whole", Repl.show_sources),
    "/why": Command("", "how the last answer was found and checked", Repl.show_why),
    "/new": Command("", "start a new conversation", Repl.start_anew),
    "/context": Command("", "what this conversation keeps in mind", Repl.show_context),
    "/exit": Command("", "leave", Repl.leave),
}


def why(answer: Answer) -> Iterator[str]:
    """Yield the lines that explain an answer: how it was read, what was ranked, what the gate decided."""
    trace = answer.trace
    yield f"{answer.outcome} ({answer.scope}), confidence {answer.confidence:.2f}"
    yield from _reading(answer.question, trace)
    for rank, hit in enumerate(trace.hits, start=1):
        yield f"{rank}. {hit.score:.2f} {hit.ref}"
        if signals := ", ".join(f"{name} {value:.2f}" for name, value in hit.signals.items() if value):
            yield f"   {signals}"
    for verdict in trace.verdicts:
        statement = shorten(verdict.statement, STATEMENT_CHARACTERS, placeholder=" …")
        rests_on = f" [{', '.join(verdict.refs)}]" if verdict.refs else ""
        yield f"- {verdict.support}: {statement}{rests_on}" + (f" ({verdict.reason})" if verdict.reason else "")


def _reading(question: str, trace: Trace) -> Iterator[str]:
    named = (
        ("read as", trace.standalone if trace.standalone != question else ""),
        ("asks for", trace.intent),
        ("searched with", trace.search),
        ("model", trace.model or ""),
        ("prompts", ", ".join(trace.prompts)),
    )
    for name, value in named:
        if value:
            yield f"{name}: {render.one_line(value)}"


# --- at a terminal ---------------------------------------------------------------------------------


def _talk(repl: Repl, architect: Architect, *, screen: TextIO) -> None:
    loading = threading.Thread(target=_warm_up, args=(architect,), name="backend-architect-warm-up", daemon=True)
    session = _session(architect.settings, screen)
    session.app.after_render += lambda _: _start_once(loading)
    print(fill(greeting(architect.settings), shutil.get_terminal_size().columns), file=screen, flush=True)
    while True:
        try:
            text = session.prompt(PROMPT)
        except KeyboardInterrupt:
            print("(Ctrl-D or /exit leaves)", file=screen, flush=True)
            continue
        except EOFError:
            return
        try:
            # numpy and onnxruntime must not be imported by two threads at once, so the question waits for the loading.
            loading.join()
            if not repl.take(text):
                return
        except KeyboardInterrupt:
            print(file=screen, flush=True)


def _start_once(loading: threading.Thread) -> None:
    if loading.ident is None:
        loading.start()


def _warm_up(architect: Architect) -> None:
    # Whatever is wrong here is wrong for the first question too, where there is somebody to tell.
    with suppress(Exception):
        render.load()
        architect.warm_up()


def model_name(settings: Settings) -> str:
    """Return what to call the model that answers, nothing when the guides answer."""
    if not settings.has_model:
        return ""
    return settings.model or "the model"


def greeting(settings: Settings) -> str:
    """Return the one line that says who answers and from how many guides."""
    guides = sum(1 for _ in (resources.folder("knowledge") / "guides").rglob("*.md"))
    own = f" and yours in {settings.guides_dir}" if settings.guides_dir else ""
    mode = "answers from the guides"
    if model := model_name(settings):
        mode = f"answers by {model} at {settings.base_url or 'api.openai.com'}, checked"
    return render.clean(f"Backend & API Architect: {mode}; {guides} guides{own}. /help lists the commands.")


def _session(settings: Settings, screen: TextIO) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.output import create_output

    return PromptSession(
        history=history(settings.data_dir or default_data_dir()),
        completer=_completer(),
        complete_while_typing=False,
        multiline=True,
        prompt_continuation="  ",
        key_bindings=_keys(),
        output=create_output(stdout=screen),
    )


def _completer() -> Completer:
    from prompt_toolkit.completion import Completer, Completion

    class SlashCompleter(Completer):
        def get_completions(self, document: Document, complete_event: object) -> Iterable[Completion]:
            del complete_event
            text = document.text
            if text.startswith("/"):
                for name, command in COMMANDS.items():
                    if name.startswith(text):
                        yield Completion(name, start_position=-len(text), display_meta=command.purpose)

    return SlashCompleter()


def _keys() -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.is_cursor_at_the_end and buffer.text.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def history(folder: Path) -> History:
    """Return the question history of this folder: private, without secrets; in memory where nothing can be written."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    class RedactedHistory(FileHistory):
        def store_string(self, string: str) -> None:
            from backend_architect.answering.redact import redact

            # A full disk costs the history of this question, not the answer.
            with suppress(OSError):
                super().store_string(redact(string).text)

    path = folder / HISTORY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        path.chmod(0o600)
    except OSError:
        return InMemoryHistory()
    return RedactedHistory(str(path))
