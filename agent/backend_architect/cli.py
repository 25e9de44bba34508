"""The command `architect`: arguments in, text and exit code out."""

from __future__ import annotations

import functools
import io
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, ParamSpec, TextIO

import typer
from typer.core import TyperGroup

from backend_architect import __version__
from backend_architect.errors import ArchitectError, GuideError, QuestionError

if TYPE_CHECKING:
    from backend_architect.architect import Architect
    from backend_architect.settings import Settings
    from backend_architect.types import Event, Hit, Outcome, Section

P = ParamSpec("P")

ERROR: Final = 1
INTERRUPTED: Final = 130
CLOSED_PIPE: Final = 141
EXIT_CODES: Final[dict[Outcome, int]] = {
    "answered": 0,
    "greeted": 0,
    "not_covered": 3,
    "handed_over": 4,
    "declined": 5,
    "asked_back": 5,
}

PIPE_BYTES = 1_000_000
PIPE_HINT_SECONDS = 3.0

# \b keeps the lines as they are; Typer would flow them into one paragraph.
_EPILOGUE = """\b
Exit codes:
  0    answered, or greeted
  1    error: one line on stderr says what happened and what to do
  2    the command line is wrong
  3    the guides do not cover the question
  4    handed over to another specialist
  5    declined, or asked back
  130  interrupted
  141  the reader of the output went away
"""


class _QuestionOrCommand(TyperGroup):
    """Takes `architect "How do I …?"` for what it means: no command has a blank in its name."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # Typer's own classes of Click are private
        return super().resolve_command(ctx, ["ask", *args] if " " in args[0] else args)


app = typer.Typer(
    cls=_QuestionOrCommand,
    help="Answers backend and API design questions from tested guides. Without a command: chat.",
    epilog=_EPILOGUE,
    add_completion=False,
    rich_markup_mode=None,  # plain help: importing Rich alone would take half of the 0.3 s that --help may take
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
knowledge_app = typer.Typer(help="Look into the guides, and check them.", no_args_is_help=True)
index_app = typer.Typer(help="The search index: a cache that may be deleted at any time.", no_args_is_help=True)
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(index_app, name="index")

Question = Annotated[list[str] | None, typer.Argument(metavar="QUESTION", show_default=False)]
NoModel = Annotated[bool, typer.Option("--no-model", help="Answer from the guides even when an endpoint is set.")]
Strict = Annotated[bool, typer.Option("--strict", help="Cut what no guide supports instead of marking it.")]
MaxWords = Annotated[
    int | None, typer.Option("--max-words", metavar="N", help="Longest answer, code not counted.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command line; the entry point of the installed command."""
    sys.stdin, sys.stdout, sys.stderr = _usable(sys.stdin, "r"), _usable(sys.stdout, "w"), _usable(sys.stderr, "w")
    app(prog_name="architect")


def _usable(stream: TextIO | None, mode: Literal["r", "w"]) -> TextIO:
    """Return a stream that exists and never fails on a character."""
    if stream is None:  # closed by whoever started us, as with `<&-`
        return Path(os.devnull).open(mode, encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        # A pipe on Windows defaults to a code page that lacks most letters.
        stream.reconfigure(encoding="utf-8" if os.name == "nt" else None, errors="replace")
    return stream


def _command(function: Callable[P, int]) -> Callable[P, None]:
    """Turn the returned number into the exit code, and every expected failure into one line and its code."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = function(*args, **kwargs)
            sys.stdout.flush()
        except ArchitectError as error:
            _complain(str(error))
            code = ERROR
        except KeyboardInterrupt:
            code = INTERRUPTED
        except BrokenPipeError:
            # The interpreter flushes once more on its way out and must not fail there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = CLOSED_PIPE
        if code:
            raise typer.Exit(code)

    return run


def _complain(message: str) -> None:
    from backend_architect.render import clean, one_line

    typer.echo(f"error: {one_line(clean(message))}", err=True)


def _architect(*, no_model: bool = False, strict: bool = False, max_words: int | None = None) -> Architect:
    from backend_architect.architect import Architect

    return Architect(use_model=False if no_model else None, gate="strict" if strict else None, max_words=max_words)


# --- asking ------------------------------------------------------------------------------------------


@app.callback(invoke_without_command=True)
def default(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"architect {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        chat()


@app.command()
@_command
def chat(no_model: NoModel = False, strict: Strict = False, max_words: MaxWords = None) -> int:
    """Talk; the default. From a pipe: one question for each line."""
    from backend_architect import repl

    with _architect(no_model=no_model, strict=strict, max_words=max_words) as architect:
        repl.chat(architect, stdin=sys.stdin, stdout=sys.stdout)
    if architect.is_indexing:
        # The thread is inside native code, which the interpreter must not take apart under it; the index is only a cache.
        sys.stdout.flush()
        os._exit(0)
    return 0


@app.command(epilog=_EPILOGUE)
@_command
def ask(
    question: Question = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    as_json_lines: Annotated[bool, typer.Option("--jsonl", help="Print each event as a line of JSON.")] = False,
    no_model: NoModel = False,
    strict: Strict = False,
    max_words: MaxWords = None,
) -> int:
    """Answer one question. Text from a pipe is the question, or the context of the question given here."""
    from backend_architect import render, repl

    if as_json and as_json_lines:
        raise typer.BadParameter("--json and --jsonl exclude each other")
    text = _question(question)
    with _architect(no_model=no_model, strict=strict, max_words=max_words) as architect:
        if as_json:
            answer = architect.ask(text)
            typer.echo(render.clean_json(answer.model_dump_json(indent=2)))
        elif as_json_lines:
            return _print_events(architect.stream(text))
        else:
            view, model = render.view_for(sys.stdout), repl.model_name(architect.settings)
            shown = render.show(architect.stream(text), view, waiting_for=model)
            if shown is None:
                return INTERRUPTED
            answer = shown
    return EXIT_CODES[answer.outcome]


@app.command(short_help="Rank the sections that answer a question.")
@_command
def sources(
    question: Question = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what each signal contributed.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=50, help="How many sections.")] = 5,
    as_json: AsJson = False,
) -> int:
    """Rank the sections of the guides for a question, without answering it."""
    with _architect(no_model=True) as architect:
        hits = architect.search(_question(question), limit=limit)
    if as_json:
        _print_json([_hit_as_json(hit) for hit in hits])
    else:
        _print_lines(line for rank, hit in enumerate(hits, start=1) for line in _hit_lines(rank, hit, explain=explain))
    return 0 if hits else EXIT_CODES["not_covered"]


def _question(words: list[str] | None) -> str:
    given, piped = " ".join(words or ()).strip(), _piped().strip()
    if not given and not piped:
        raise typer.BadParameter('no question; give one as an argument, as in: architect ask "Why 202?", or pipe it in')
    # The question comes first, because search reads only so far.
    return "\n\n".join(part for part in (given, piped) if part)


def _piped() -> str:
    """Return what is piped in, whole; nothing at a terminal."""
    from backend_architect.render import clean

    if sys.stdin.isatty():
        return ""
    hint = threading.Timer(PIPE_HINT_SECONDS, _hint_at_stdin)
    hint.daemon = True
    hint.start()
    try:
        data = sys.stdin.buffer.read(PIPE_BYTES + 1)
    finally:
        hint.cancel()
        # A hint that is just being written would hold stderr while the interpreter shuts down, which is fatal.
        hint.join(timeout=1)
    if len(data) > PIPE_BYTES:
        raise QuestionError(f"more than {PIPE_BYTES:,} bytes on stdin; pipe in the part the question is about")
    if b"\0" in data:
        raise QuestionError("stdin holds binary data; pipe in text")
    return clean(data.decode("utf-8-sig", errors="replace"))


def _hint_at_stdin() -> None:
    typer.echo("waiting for stdin; end it with Ctrl-D, or start with < /dev/null", err=True)


def _print_events(events: Iterator[Event]) -> int:
    from backend_architect.types import Delta, Done, Started

    code = ERROR
    for event in events:
        match event:
            case Started(scope, sections):
                _print_json({"event": "started", "scope": scope, "sections": list(sections)})
            case Delta(text):
                _print_json({"event": "delta", "text": text})
            case Done(answer):
                _print_json({"event": "done", "answer": answer.model_dump(mode="json")})
                code = EXIT_CODES[answer.outcome]
    return code


def _print_json(value: Any) -> None:
    from backend_architect.render import clean_json

    typer.echo(clean_json(json.dumps(value, ensure_ascii=False)))


def _print_lines(lines: Iterator[str]) -> None:
    from backend_architect.render import clean

    for line in lines:
        typer.echo(clean(line))


def _hit_as_json(hit: Hit) -> dict[str, Any]:
    section = hit.section
    return {
        "ref": hit.ref,
        "score": hit.score,
        "guide_title": section.guide_title,
        "question": section.question,
        "signals": dict(hit.signals),
        "matched": hit.matched,
    }


def _hit_lines(rank: int, hit: Hit, *, explain: bool) -> Iterator[str]:
    yield f"{rank}. {hit.score:.3f} {hit.ref} — {hit.section.question}"
    if explain:
        for name, value in hit.signals.items():
            yield f"   {name}: {value:.3f}"
        if hit.matched:
            yield f"   matched: {' '.join(hit.matched.split())}"


# --- knowledge ---------------------------------------------------------------------------------------

GuideOption = Annotated[str | None, typer.Option("--guide", metavar="ID", help="Only this guide.", show_default=False)]


@knowledge_app.command("list")
@_command
def list_guides() -> int:
    """List the guides with their number of sections."""
    with _architect(no_model=True) as architect:
        guides = _by_guide(architect.sections())
    width = max(map(len, guides), default=0)
    _print_lines(
        f"{guide:<{width}}  {sections[0].guide_title} ({len(sections)} sections{_origin(sections[0])})"
        for guide, sections in guides.items()
    )
    return 0


@knowledge_app.command()
@_command
def show(ref: Annotated[str, typer.Argument(metavar="REF", help="guide#section, or a guide id.")]) -> int:
    """Show one section whole, or every section of a guide."""
    from backend_architect import render

    with _architect(no_model=True) as architect:
        sections = architect.sections()
    chosen = [section for section in sections if ref in (section.ref, section.guide)]
    if not chosen:
        raise GuideError(_unknown_ref(ref, sections))
    view = render.view_for(sys.stdout)
    view.write("\n".join(map(render.section_markdown, chosen)))
    view.finish()
    return 0


@knowledge_app.command()
@_command
def stats() -> int:
    """Count what the guides hold."""
    with _architect(no_model=True) as architect:
        sections = architect.sections()
    listings = [listing for section in sections for listing in section.listings]
    counts = {
        "guides": len(_by_guide(sections)),
        "sections": len(sections),
        "own sections": sum(section.origin == "own" for section in sections),
        "questions": sum(1 + len(section.also_asked) for section in sections),
        "listings": len(listings),
        "listings executed": sum(listing.executed for listing in listings),
        "pitfalls": sum(len(section.pitfalls) for section in sections),
        "details": sum(len(section.details) for section in sections),
        "primary sources": len({source.id for section in sections for source in section.sources}),
        "dated facts": len({fact for section in sections for fact in section.facts}),
        "languages": len({language for section in sections for language in section.languages}),
    }
    _print_lines(f"{name:<18}{count:>6}" for name, count in counts.items())
    _print_lines(_coverage(sections))
    return 0


def _coverage(sections: tuple[Section, ...]) -> Iterator[str]:
    """Yield the table of the seed's capabilities: the guides that serve each, with their written and planned sections."""
    from backend_architect import resources
    from backend_architect.knowledge.registry import load_syllabus

    plan = load_syllabus(resources.folder("knowledge"))
    written = Counter(section.guide for section in sections)
    for key, capability in plan.seed.items():
        guides = [guide for guide in plan.guides if key in guide.seed] if key.startswith("K") else []
        if guides:
            yield f"\n{capability}: {sum(written[guide.id] for guide in guides)} sections"
        yield from (f"  {guide.id:<50}{written[guide.id]:>4} of {len(guide.sections)}" for guide in guides)


@knowledge_app.command()
@_command
def check(guide: GuideOption = None) -> int:
    """Check the guides against the contract of docs/authoring.md."""
    from backend_architect import knowledge, resources
    from backend_architect.retrieval.shipped import stale_vectors

    lines = [str(finding) for finding in knowledge.check(guide=guide)]
    try:
        stale = stale_vectors(resources.folder("knowledge"))
    except GuideError:
        stale = []  # a guide that cannot be read has a finding of its own
    lines += [
        f"index/{name}.npz: [stale-vectors] run architect knowledge sync" for name in stale if guide in (None, name)
    ]
    _print_lines(iter(lines))
    typer.echo(f"{len(lines)} finding{'' if len(lines) == 1 else 's'}" if lines else "no findings")
    return ERROR if lines else 0


@knowledge_app.command()
@_command
def sync(guide: GuideOption = None) -> int:
    """Copy listings from the examples, then embed what changed."""
    from backend_architect import knowledge, resources
    from backend_architect.retrieval.shipped import update_vectors

    root = resources.folder("knowledge")
    changed = [path.relative_to(root).as_posix() for path in knowledge.sync(root, guide=guide)]
    changed += [f"index/{name}.npz" for name in update_vectors(root)]
    _print_lines(f"changed {name}" for name in changed)
    typer.echo(f"{len(changed)} file{'' if len(changed) == 1 else 's'} changed")
    return 0


def _by_guide(sections: tuple[Section, ...]) -> dict[str, list[Section]]:
    guides: dict[str, list[Section]] = {}
    for section in sections:
        guides.setdefault(section.guide, []).append(section)
    return guides


def _origin(section: Section) -> str:
    return ", own guide" if section.origin == "own" else ""


def _unknown_ref(ref: str, sections: tuple[Section, ...]) -> str:
    import difflib

    known = list(dict.fromkeys(name for section in sections for name in (section.guide, section.ref)))
    near = difflib.get_close_matches(ref, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "architect knowledge list shows the guides"
    return f"no section or guide {ref}; {hint}"


# --- index and doctor --------------------------------------------------------------------------------


@index_app.command()
@_command
def build() -> int:
    """Build the index now; a chat builds it by itself."""
    with _architect(no_model=True) as architect:
        typer.echo("building the index", err=True)
        name = architect.build_index()
    typer.echo(name)
    # Asked for by setting, exact search is no failure.
    return ERROR if name.startswith("exact") and architect.settings.store != "exact" else 0


@index_app.command()
@_command
def status() -> int:
    """Show whether the index is built, where, and how large it is."""
    from backend_architect.knowledge import Corpus
    from backend_architect.retrieval import store
    from backend_architect.settings import default_cache_dir

    settings = _settings()
    cache = settings.cache_dir or default_cache_dir()
    path = store.store_path(cache, Corpus.load(own=settings.guides_dir).fingerprint)
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    others = [found for found in cache.glob("chroma-*") if found != path]
    state = f"built, {size / 1e6:.1f} MB" if store.is_built(path) else "not built; search is exact"
    _print_lines(iter((f"folder  {path}", f"state   {state}", f"older   {len(others)}")))
    return 0


@index_app.command()
@_command
def clear() -> int:
    """Delete the index and its older versions."""
    from backend_architect.retrieval import store
    from backend_architect.settings import default_cache_dir

    gone = store.clear(_settings().cache_dir or default_cache_dir())
    _print_lines(f"deleted {path}" for path in gone)
    typer.echo(f"{len(gone)} deleted")
    return 0


@app.command()
@_command
def gaps(
    clear: Annotated[bool, typer.Option("--clear", help="Delete the log.")] = False,
    as_json: AsJson = False,
) -> int:
    """Show the questions the guides could not answer well, most frequent section first (ARCHITECT_LOG_GAPS=1 logs them)."""
    from backend_architect.gaps import GapLog
    from backend_architect.settings import default_data_dir

    settings = _settings()
    found = GapLog(settings.data_dir or default_data_dir())
    if clear:
        found.clear()
        typer.echo(f"deleted {found.path}")
        return 0
    noted = list(found.read())
    if as_json:
        _print_json([gap.model_dump(mode="json") for gap in noted])
        return 0
    if not noted:
        hint = "" if settings.log_gaps else "; ARCHITECT_LOG_GAPS=1 switches the log on"
        typer.echo(f"no gaps in {found.path}{hint}")
        return 0
    times = Counter(gap.nearest for gap in noted)
    for nearest, count in times.most_common():
        _print_lines(iter([f"{count:>3}  near {nearest or 'nothing'}"]))
        _print_lines(f"     {g.day}  {g.confidence:.2f}  {g.question}" for g in noted if g.nearest == nearest)
    return 0


@app.command()
@_command
def doctor(as_json: AsJson = False) -> int:
    """Check this installation and the endpoint, and say what to do."""
    from dataclasses import asdict

    from backend_architect.doctor import Check, examine

    found: list[Check] = []
    for result in examine(_settings()):
        found.append(result)
        if not as_json:
            _print_lines(iter([f"{result.state:<5}{result.name}: {result.message}"]))
    if as_json:
        _print_json([asdict(result) for result in found])
    return ERROR if any(result.state == "fail" for result in found) else 0


def _settings() -> Settings:
    from backend_architect.settings import Settings

    return Settings.load()
