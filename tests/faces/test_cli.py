from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from openai_stub import Reply, StubServer
from scripted_architect import ScriptedArchitect
from typer.testing import CliRunner

from backend_architect import cli, doctor
from backend_architect.settings import Settings
from backend_architect.types import Answer

ROOT = Path(__file__).parents[2]
ARCHITECT = [sys.executable, "-m", "backend_architect"]
RETRY = "How do I make POST safe to retry?"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def run(*arguments: str, stdin: bytes | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*ARCHITECT, *arguments],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        env=os.environ | environ,
        timeout=100,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ScriptedArchitect]]:
    made: list[ScriptedArchitect] = []

    def make(**choices: object) -> ScriptedArchitect:
        made.append(ScriptedArchitect(**choices))
        return made[-1]

    monkeypatch.setattr("backend_architect.architect.Architect", make)
    return made


def scripted_run(*arguments: str, stdin: str | bytes = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.app, list(arguments), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


# --- the real thing --------------------------------------------------------------------------------------


def test_a_question_is_answered_with_citations_that_can_be_looked_up():
    asked = run("ask", "--json", RETRY)
    answer = Answer.model_validate_json(asked.stdout)
    shown = run("knowledge", "show", answer.citations[0].ref)

    assert (asked.returncode, asked.stderr) == (0, "")
    assert answer.citations[0].ref == "api-design/retries-idempotency-and-rate-limits#post-retry"
    assert "rfc9110" in "".join(source.url for source in answer.citations[0].sources)
    assert shown.stdout.startswith(f"## {answer.citations[0].question}\n")


def test_a_plain_answer_is_markdown_with_its_sources_and_nothing_a_terminal_obeys():
    asked = run("ask", RETRY)

    assert asked.returncode == 0
    assert "\n- [1] api-design/retries-idempotency-and-rate-limits#post-retry — " + RETRY + "\n" in asked.stdout
    assert "  - RFC 9110 HTTP Semantics §" in asked.stdout
    assert asked.stdout.endswith("(from the guides)\n")
    assert CONTROL.findall(asked.stdout) == []


def test_a_question_and_a_piped_context_are_answered_together():
    asked = run("ask", "--json", RETRY, stdin=b"POST /orders\r\nretry: \x1b[31mtwice\n")

    assert Answer.model_validate_json(asked.stdout).question == f"{RETRY}\n\nPOST /orders\nretry: [31mtwice"


def test_a_pipe_of_questions_is_answered_line_by_line():
    asked = run(stdin=f"hello\n\n{RETRY}\n/sources\n/exit\nnot reached\n".encode())

    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout.count("(from the guides)") == 2
    assert asked.stdout.endswith("(from the guides)\n\n" + sources_of(asked.stdout))


def sources_of(transcript: str) -> str:
    lines = transcript.splitlines(keepends=True)
    first = max(index for index, line in enumerate(lines) if line.startswith("- [1]"))
    return "".join(lines[first:])


def test_sources_ranks_the_section_that_answers_first():
    ranked = run("sources", "--json", "--limit", "3", RETRY)

    hits = json.loads(ranked.stdout)
    assert hits[0]["ref"] == "api-design/retries-idempotency-and-rate-limits#post-retry"
    assert len(hits) == 3
    assert hits == sorted(hits, key=lambda hit: (-hit["score"], hit["ref"]))


def test_guides_are_listed_and_counted():
    listed = run("knowledge", "list").stdout
    totals, _, coverage = run("knowledge", "stats").stdout.partition("\n\n")
    counted = dict(line.rsplit(maxsplit=1) for line in totals.splitlines())

    guides = len(list((ROOT / "knowledge/guides").rglob("*.md")))
    assert re.search(r"^auth/jwt +JSON Web Tokens \(\d+ sections\)$", listed, re.MULTILINE)
    assert int(counted["guides"]) == len(listed.splitlines()) == guides + 1
    assert int(counted["sections"]) > guides
    assert re.search(
        r"^GraphQL mastery: \d+ sections\n(?:  .*\n)*  graphql/execution-and-transport +14 of 14$",
        coverage,
        re.MULTILINE,
    )


def test_a_section_that_does_not_exist_is_answered_with_the_nearest():
    shown = run("knowledge", "show", "auth/jwt#validat")

    assert shown.returncode == 1
    assert shown.stderr == "error: no section or guide auth/jwt#validat; did you mean auth/jwt#validate?\n"


def test_200_000_characters_get_one_line_and_code_1():
    asked = run("ask", stdin=b"x" * 200_000)

    assert asked.returncode == 1
    assert asked.stderr.startswith("error: the question has 200,000 characters, at most ")
    assert asked.stderr.count("\n") == 1


def test_a_binary_pipe_gets_one_line_and_code_1():
    asked = run("ask", stdin=bytes(range(256)) * 100)

    assert (asked.returncode, asked.stderr) == (1, "error: stdin holds binary data; pipe in text\n")


def test_a_pipe_without_end_is_refused_instead_of_filling_the_memory():
    asked = subprocess.run(
        f"yes | {sys.executable} -m backend_architect ask", shell=True, capture_output=True, timeout=60, check=False
    )

    assert asked.returncode == 1
    assert asked.stderr == b"error: more than 1,000,000 bytes on stdin; pipe in the part the question is about\n"


def test_bytes_that_are_not_utf_8_are_no_crash():
    asked = run("ask", "--json", RETRY, stdin=b"caf\xe9 \xff\xfe")

    assert asked.returncode == 0
    assert Answer.model_validate_json(asked.stdout).question.endswith("caf� ��")


def test_a_reader_that_leaves_early_is_left_quietly():
    command = f"{sys.executable} -m backend_architect knowledge show auth/jwt"
    read = subprocess.run(
        ["/bin/bash", "-c", f"{command} | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert read.stdout.decode().startswith("## ")
    assert read.stdout.decode().splitlines()[-1] in ("0", "141")
    assert read.stderr == b""


def test_writing_to_a_closed_pipe_exits_with_141_and_silence():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*ARCHITECT, "knowledge", "list"], stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (141, b"")


def test_ctrl_c_while_waiting_for_a_pipe_exits_with_130_without_a_traceback():
    process = subprocess.Popen([*ARCHITECT, "ask"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=20)

    assert said == b"waiting for stdin; end it with Ctrl-D, or start with < /dev/null\n"
    assert (process.returncode, rest) == (130, b"")


def test_it_answers_without_a_home_and_with_folders_that_cannot_be_written():
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HOME", "XDG_"))}
    environ |= {"ARCHITECT_CACHE_DIR": "/proc/nowhere", "ARCHITECT_DATA_DIR": "/proc/nowhere"}
    asked = subprocess.run(
        [*ARCHITECT, "ask", RETRY], env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )

    assert (asked.returncode, asked.stderr) == (0, b"")


@pytest.mark.parametrize(
    "command", ["ask retry <&-", "<&-", "ask retry >&- </dev/null", "ask retry 2>&- </dev/null", "knowledge list >&-"]
)
def test_streams_that_are_closed_from_the_start_are_no_crash(command: str):
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -m backend_architect {command}"],
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")


def test_output_that_the_terminal_cannot_encode_is_no_crash():
    asked = run("knowledge", "show", "auth/jwt#validate", PYTHONIOENCODING="ascii")

    assert asked.returncode == 0
    assert "?" in asked.stdout


def test_a_setting_that_cannot_be_used_is_one_line():
    asked = run("ask", RETRY, ARCHITECT_TIMEOUT="soon")

    assert asked.returncode == 1
    assert asked.stderr.startswith("error: setting timeout_seconds (ARCHITECT_TIMEOUT) in the environment is 'soon': ")
    assert asked.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("ask", "--help")])
def test_help_and_version_load_nothing_heavy(arguments: tuple[str, ...]):
    code = (
        "import sys\nfrom backend_architect.cli import main\n"
        f"sys.argv = ['architect', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'chromadb', 'langchain', 'langchain_core', 'openai', 'onnxruntime', 'numpy', 'rich', 'prompt_toolkit'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.splitlines()[-1] == "loaded: []"


def test_a_chat_in_a_terminal_reaches_its_prompt_answers_and_leaves():
    from test_repl import Chat

    chat = Chat(dict(os.environ) | {"TERM": "xterm-256color"}, command=ARCHITECT)
    chat.see_prompt()
    chat.type(f"{RETRY}\r")
    chat.see("(from the guides)")
    chat.see_prompt()
    chat.type("/why\r")
    chat.see("1. ")
    chat.see_prompt()
    chat.type("\x04")

    assert chat.exit_code() == 0


def test_a_chat_that_is_left_while_it_is_still_loading_leaves_with_0():
    from test_repl import Chat

    chat = Chat(dict(os.environ) | {"TERM": "xterm-256color"}, command=ARCHITECT)
    chat.see_prompt()
    chat.type("\x04")

    assert chat.exit_code() == 0
    assert "Traceback" not in chat.text
    assert "Fatal" not in chat.text


# --- exit codes and shapes -------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), ("--json",), ("--jsonl",)])
@pytest.mark.parametrize(
    ("question", "code"),
    [("how to retry", 0), ("a gap", 3), ("a dashboard", 4), ("pasta", 5), ("fallback", 0)],
)
def test_the_exit_code_tells_the_outcome_in_every_shape(
    scripted: list[ScriptedArchitect], shape: tuple[str, ...], question: str, code: int
):
    exit_code, _, err = scripted_run("ask", *shape, question)

    assert (exit_code, err) == (code, "")


def test_every_outcome_has_an_exit_code():
    from typing import get_args

    from backend_architect.types import Outcome

    assert set(cli.EXIT_CODES) == set(get_args(Outcome))


def test_a_model_error_is_one_line_and_code_1(scripted: list[ScriptedArchitect]):
    assert scripted_run("ask", "timeout") == (
        1,
        "",
        "error: no reply from http://127.0.0.1:9/v1 within 60 s; raise ARCHITECT_TIMEOUT\n",
    )


def test_a_bug_keeps_its_traceback(scripted: list[ScriptedArchitect], monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(ScriptedArchitect, "ask", fail)
    result = CliRunner().invoke(cli.app, ["ask", "--json", "retry"])

    assert isinstance(result.exception, ZeroDivisionError)


def test_events_come_as_lines_whose_deltas_joined_are_the_text(scripted: list[ScriptedArchitect]):
    _, out, _ = scripted_run("ask", "--jsonl", "how to retry")

    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events if event["event"] != "delta"] == ["started", "done"]
    assert "".join(event.get("text", "") for event in events) == events[-1]["answer"]["text"]


@pytest.mark.parametrize("shape", ["--json", "--jsonl"])
def test_json_carries_hostile_text_unharmed_and_harmless(scripted: list[ScriptedArchitect], shape: str):
    _, out, _ = scripted_run("ask", shape, "hostile")

    last = json.loads(out if shape == "--json" else out.splitlines()[-1])
    answer = last if shape == "--json" else last["answer"]
    assert CONTROL.findall(out) == []
    assert "\x9b31mred" in answer["text"]


def test_options_reach_the_architect(scripted: list[ScriptedArchitect]):
    scripted_run("ask", "--no-model", "--strict", "--max-words", "120", "how", "to", "retry")

    assert scripted[0].settings == Settings(use_model=False, gate="strict", max_words=120)
    assert scripted[0].asked == ["how to retry"]


def test_a_question_instead_of_a_command_is_asked(scripted: list[ScriptedArchitect]):
    code, out, _ = scripted_run("how do I retry?", "--jsonl")

    assert (code, scripted[0].asked) == (0, ["how do I retry?"])
    assert out.startswith('{"event": "started"')


def test_a_mistyped_command_is_answered_with_the_nearest():
    code, _, err = scripted_run("soruces", "retry")

    assert code == 2
    assert "No such command 'soruces'. Did you mean 'sources'?" in err


@pytest.mark.parametrize("stdin", ["", "  \n"])
def test_no_question_at_all_is_a_usage_error(scripted: list[ScriptedArchitect], stdin: str):
    code, _, err = scripted_run("ask", stdin=stdin)

    assert code == 2
    assert "no question; give one as an argument" in err


def test_json_and_json_lines_exclude_each_other(scripted: list[ScriptedArchitect]):
    code, _, err = scripted_run("ask", "--json", "--jsonl", "retry")

    assert code == 2
    assert "exclude each other" in err


def test_sources_as_text_explain_each_signal(scripted: list[ScriptedArchitect]):
    assert scripted_run("sources", "--explain", "retry")[1] == (
        "1. 0.912 api-design/retries#post-retry — How do I make POST safe to retry?\n"
        "   dense: 0.800\n"
        "   lexical: 0.500\n"
        "   matched: duplicate orders\n"
    )


def test_version_is_that_of_the_package():
    from backend_architect import __version__

    assert run("--version").stdout == f"architect {__version__}\n"


# --- knowledge, index, doctor ----------------------------------------------------------------------------


def test_the_check_counts_its_findings_and_fails_when_there_are_any():
    checked = run("knowledge", "check")

    *findings, last = checked.stdout.splitlines()
    assert last == (f"{len(findings)} finding{'' if len(findings) == 1 else 's'}" if findings else "no findings")
    assert checked.returncode == (1 if findings else 0)


def test_an_index_is_built_found_and_cleared(tmp_path: Path):
    folder = {"ARCHITECT_CACHE_DIR": str(tmp_path)}

    assert "state   not built" in run("index", "status", **folder).stdout
    built = run("index", "build", **folder)
    assert (built.stdout, built.returncode) == ("chroma\n", 0)
    assert re.search(r"state   built, \d+\.\d MB\n", run("index", "status", **folder).stdout)
    assert run("index", "clear", **folder).stdout.endswith("2 deleted\n")
    assert "state   not built" in run("index", "status", **folder).stdout


def test_an_index_that_cannot_be_built_is_said_with_its_reason():
    built = run("index", "build", ARCHITECT_CACHE_DIR="/proc/nowhere")

    assert built.returncode == 1
    assert built.stdout.startswith("exact (")


def test_the_doctor_finds_this_installation_healthy():
    examined = run("doctor", "--json")

    checks = {check["name"]: check["state"] for check in json.loads(examined.stdout)}
    assert examined.returncode == 0
    assert checks == dict.fromkeys(
        (
            "python",
            "sqlite",
            "package data",
            "prompts",
            "guides",
            "embedder",
            "cache folder",
            "data folder",
            "index",
            "endpoint",
        ),
        "ok",
    )


def test_the_doctor_says_what_to_do_about_folders_that_cannot_be_written():
    examined = run("doctor", ARCHITECT_CACHE_DIR="/proc/nowhere", ARCHITECT_DATA_DIR="/proc/nowhere")

    assert examined.returncode == 0
    assert re.search(
        r"^warn cache folder: /proc/nowhere cannot be written .*set ARCHITECT_CACHE_DIR", examined.stdout, re.MULTILINE
    )
    assert re.search(
        r"^warn data folder: /proc/nowhere cannot be written .*set ARCHITECT_DATA_DIR", examined.stdout, re.MULTILINE
    )


def test_the_doctor_notices_a_damaged_model(tmp_path: Path):
    (tmp_path / "embedder").mkdir()
    for name in ("model-int8.onnx", "tokenizer.json"):
        (tmp_path / "embedder" / name).write_bytes(b"damaged")
    shutil.copy(ROOT / "knowledge/embedder/manifest.json", tmp_path / "embedder")

    assert doctor.binaries(tmp_path) == doctor.Check(
        "package data",
        "fail",
        f"{tmp_path}/embedder/model-int8.onnx has another SHA-256 than released; reinstall backend-api-architect",
    )


@pytest.mark.parametrize("content", ["{", "{}", "[]"])
def test_doctor_says_so_when_the_list_of_the_embedders_files_is_broken(tmp_path: Path, content: str):
    (tmp_path / "embedder").mkdir()
    (tmp_path / "embedder" / "manifest.json").write_text(content, encoding="utf-8")

    check = doctor.binaries(tmp_path)

    assert check.state == "fail"
    assert "does not list the files of the embedder" in check.message


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Configures an endpoint for commands run in this process, which imports the model libraries only once."""

    def configure(url: str) -> None:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
        monkeypatch.setenv("ARCHITECT_MODEL", "tiny")

    return configure


def test_the_doctor_asks_a_working_endpoint_and_never_shows_the_key(endpoint: Callable[[str], None]):
    with StubServer(lambda body: Reply("ready")) as stub:
        endpoint(stub.base_url)
        code, out, err = scripted_run("doctor")

    assert code == 0, out
    assert f"ok   endpoint: {stub.base_url}, with a key\n" in out
    assert re.search(r"^ok   test call: tiny replied in ", out, re.MULTILINE)
    assert "sk-very-secret" not in out + err


def test_the_doctor_names_what_a_lesser_endpoint_cannot_do(endpoint: Callable[[str], None]):
    with StubServer(lambda body: Reply("ready"), takes_tools=False, models=None) as stub:
        endpoint(stub.base_url)
        code, out, _ = scripted_run("doctor")

    assert code == 0
    assert f"warn models: {stub.base_url} does not list its models (HTTP 404)" in out
    assert re.search(
        r"^warn test call: tiny replied in .*; works without tools, so the model cannot search", out, re.MULTILINE
    )


def test_the_doctor_fails_when_the_key_is_refused(endpoint: Callable[[str], None]):
    refusal = Reply(status=401, error={"message": "Incorrect API key provided: sk-very-secret"})
    with StubServer(lambda body: refusal) as stub:
        endpoint(stub.base_url)
        code, out, err = scripted_run("doctor")

    assert code == 1
    assert f"fail test call: {stub.base_url} refused the API key (HTTP 401); check OPENAI_API_KEY" in out
    assert "sk-very-secret" not in out + err


def test_the_doctor_fails_when_nothing_listens(endpoint: Callable[[str], None]):
    endpoint("http://127.0.0.1:9/v1")

    code, out, _ = scripted_run("doctor")

    assert code == 1
    assert "fail test call: no connection to http://127.0.0.1:9/v1" in out


def test_an_endpoint_that_is_down_costs_a_note_and_not_the_answer(endpoint: Callable[[str], None]):
    endpoint("http://127.0.0.1:9/v1")

    code, out, err = scripted_run("ask", RETRY)

    assert (code, err) == (0, "")
    assert "\nNote: The model did not answer: no connection to http://127.0.0.1:9/v1" in out
    assert out.endswith("(from the guides)\n")


def test_an_answer_by_a_model_names_the_model(endpoint: Callable[[str], None]):
    with StubServer(lambda body: Reply("Send a unique `Idempotency-Key` with each logical POST [1].")) as stub:
        endpoint(stub.base_url)
        code, out, err = scripted_run("ask", RETRY)

    assert (code, err) == (0, "")
    assert out.startswith("Send a unique `Idempotency-Key` with each logical POST [1].\n")
    assert re.search(r"\(model tiny, checked against the guides; \d+ \+ \d+ tokens, \d+\.\d s\)\n$", out)


def test_ctrl_c_in_a_chat_stops_the_model_and_the_server_notices(tmp_path: Path):
    from test_repl import Chat

    slow = Reply("Send a unique `Idempotency-Key` with each logical POST [1].\n\n" * 200, gap=0.05)
    with StubServer(lambda body: slow) as stub:
        environ = {"OPENAI_BASE_URL": stub.base_url, "ARCHITECT_MODEL": "tiny", "TERM": "xterm-256color"}
        chat = Chat(dict(os.environ) | environ, command=ARCHITECT)
        chat.see_prompt()
        chat.type(f"{RETRY}\r")
        chat.see("sections found, asking tiny)")
        chat.see("Send a unique Idempotency-Key with each logical POST [1].", times=2)
        chat.type("\x03")
        chat.see("(interrupted: the answer above is not complete)")
        chat.see_prompt()
        chat.type("\x04")

        assert chat.exit_code() == 0
        assert stub.disconnects == 1


# --- the documentation -----------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, typer.core.TyperCommand]]:
    def walk(path: str, command: object) -> Iterator[tuple[str, object]]:
        for name, child in getattr(command, "commands", {}).items():
            if hasattr(child, "commands"):
                yield from walk(f"{path} {name}", child)
            else:
                yield f"{path} {name}", child

    root = typer.main.get_command(cli.app)
    yield "architect", root
    yield from walk("architect", root)


def test_every_command_option_and_exit_code_is_documented():
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    options = {option for _, command in commands() for parameter in command.params for option in parameter.opts}

    missing = [name for name, _ in commands() if f"`{name}`" not in page and f"`{name} " not in page]
    missing += [option for option in options if option.startswith("-") and f"`{option}" not in page]
    missing += [str(code) for code in {*cli.EXIT_CODES.values(), 1, 2, 130, 141} if f"| {code} |" not in page]
    assert missing == []


def test_every_chat_command_is_documented():
    from backend_architect.repl import COMMANDS

    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")

    missing = [name for name, command in COMMANDS.items() if f"`{f'{name} {command.argument}'.strip()}`" not in page]
    assert missing == []


def test_every_documented_command_exists():
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(architect(?: [a-z]+)*)", page))

    assert documented - {name for name, _ in commands()} == {"architect knowledge", "architect index"} & documented


def test_every_environment_variable_is_documented():
    from backend_architect.settings import _ENVIRONMENT

    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")

    assert [name for name in _ENVIRONMENT.values() if f"`{name}`" not in page] == []
