"""No engine runs here: the files are parsed with a real grammar, and the rules of the guide are checked on the tree."""

import re
from pathlib import Path

import pytest
from tree_sitter_language_pack import get_parser

HERE = Path(__file__).parent
GOOD = sorted(path.name for path in HERE.glob("*.Dockerfile") if path.name != "bad.Dockerfile")
LANGUAGES = {"go", "java", "node", "php", "python", "rust"}
SECRET = re.compile(r"(?i)(password|secret|token|api_?key)")
INSTALL = re.compile(r"pip install|npm (ci|install)|composer install|uv sync|go mod download")


# region rules
def violations(text: str) -> set[str]:
    tree = get_parser("dockerfile").parse(text.encode()).root_node
    if tree.has_error:
        return {"syntax"}
    steps = [(node.type.removesuffix("_instruction"), node.text.decode(), node) for node in tree.children]
    last_from = max(n for n, (kind, _, _) in enumerate(steps) if kind == "from")
    final = steps[last_from:]
    found = set()
    for kind, line, _ in steps:
        image = next((word for word in line.split()[1:] if not word.startswith("--")), "")  # after --platform
        if kind == "from" and (image.endswith(":latest") or ":" not in image):
            found.add("unpinned base")
        if kind in {"env", "arg"} and SECRET.search(line):
            found.add("secret in a layer")
    users = [line.split()[1] for kind, line, _ in final if kind == "user"]
    if not users or users[-1] in {"root", "0"}:
        found.add("root")
    start = [node for kind, _, node in final if kind in {"cmd", "entrypoint"}]
    if not start or any(child.type == "shell_command" for child in start[-1].children):
        found.add("shell form")
    lines = [line for _, line, _ in steps]
    whole = next((n for n, line in enumerate(lines) if line.startswith("COPY . ")), len(lines))
    if any(INSTALL.search(line) for line in lines[whole:]):
        found.add("dependencies after source")
    return found
# endregion rules


@pytest.mark.parametrize("name", GOOD)
def test_good_files_parse_and_keep_the_rules(name: str) -> None:
    assert violations((HERE / name).read_text()) == set()


def test_six_languages_are_shown() -> None:
    assert LANGUAGES <= {name.partition(".")[0] for name in GOOD}


def test_the_bad_file_breaks_every_rule() -> None:
    assert violations((HERE / "bad.Dockerfile").read_text()) == {
        "unpinned base", "secret in a layer", "root", "shell form", "dependencies after source"}  # fmt: skip


def test_secrets_are_not_sent_to_the_builder() -> None:
    lines = [line for line in (HERE / "app.dockerignore").read_text().split() if not line.startswith("#")]
    assert "*" in lines  # an allow list: .env, .git and keys stay out
    assert not any(".env" in line for line in lines if line.startswith("!"))
