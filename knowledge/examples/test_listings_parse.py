"""Parses every listing that no test executes; `make examples` compiles and runs what has a toolchain."""

import re
from pathlib import Path

import pytest
import toolchains

NAMES = sorted(
    {str(fence.file.relative_to(toolchains.HERE)) for fence in toolchains.fences() if fence.not_executed}
    | {
        str(file.relative_to(toolchains.HERE))
        for suffix in toolchains.COMPILED_LANGUAGES
        for file in toolchains.HERE.rglob(f"*{suffix}")
        if "node_modules" not in file.parts
    }
)
LABEL = re.compile(
    r"\b(?:run (?:by hand|here|on|with)|compiled|parsed only|php -l|syntax checked|checked on SQLite|tried (?:against|on)|refused the whole)\b"
)
COMPILED = {"go", "rust", "java", "php", "kotlin", "csharp"}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_that_is_not_executed_follows_its_grammar(name: str) -> None:
    errors = toolchains.syntax_errors(toolchains.HERE / name)
    assert errors is not None, "no grammar for this kind of file: add one to toolchains.py"
    if name in toolchains.UNPARSED:
        assert errors, f"the grammar now knows {toolchains.UNPARSED[name]}: take it out of UNPARSED"
        return
    assert errors == []


def test_a_broken_file_is_noticed(tmp_path: Path) -> None:
    for name, text in {
        "a.go": "package a\nfunc {", "a.rs": "fn f( {", "A.java": "class A { int }", "a.php": "<?php f(;", "a.kt": "fun f( {",
        "A.cs": "class A { int", "a.ts": "let = (", "a.sql": "SELEC 1;", "a.graphql": "type {", "nginx.conf": "server { listen 80",
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
        assert toolchains.syntax_errors(tmp_path / name), name


def test_captions_say_how_far_a_listing_was_checked() -> None:
    silent = [
        f"{fence.guide}:{fence.line} {fence.caption}"
        for fence in toolchains.fences()
        if fence.not_executed and fence.language in COMPILED and not LABEL.search(fence.caption)
    ]
    assert silent == []
