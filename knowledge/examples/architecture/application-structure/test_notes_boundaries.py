from __future__ import annotations

import ast
from pathlib import Path

import pytest

# region boundaries
MAY_IMPORT = {  # of our own modules; the arrows point inwards
    "notes_domain": set(),
    "notes_service": {"notes_domain"},
    "notes_storage": {"notes_domain"},
    "notes_http": {"notes_domain", "notes_service"},
    "notes_main": {"notes_service", "notes_storage", "notes_http"},
}
NO_FRAMEWORK = {"notes_domain", "notes_service"}
FRAMEWORKS = {"fastapi", "starlette", "pydantic", "sqlite3", "sqlalchemy", "httpx"}


def imports(module: str, source: str | None = None) -> set[str]:
    text = source or (Path(__file__).parent / f"{module}.py").read_text()
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):  # also imports inside functions
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("module", MAY_IMPORT)
def test_imports_point_inwards(module: str) -> None:
    assert imports(module) & set(MAY_IMPORT) <= MAY_IMPORT[module]
    if module in NO_FRAMEWORK:
        assert not imports(module) & FRAMEWORKS


# endregion boundaries


def test_the_check_sees_a_violation() -> None:
    assert "fastapi" in imports("x", "def f():\n    from fastapi.responses import JSONResponse")
    assert "notes_http" in imports("x", "import notes_http as h")


def test_every_module_is_listed() -> None:
    assert {path.stem for path in Path(__file__).parent.glob("notes_*.py")} == set(MAY_IMPORT)
