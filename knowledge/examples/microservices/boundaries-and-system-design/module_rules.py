"""Import boundaries of a modular monolith, checked from the source text: no import of the application is needed."""
from __future__ import annotations

# region check
import ast
from collections.abc import Iterator
from pathlib import Path

ALLOWED = {  # module -> modules whose api it may import; everything else is a violation
    "orders": {"catalogue", "payments"},
    "payments": set(),
    "catalogue": set(),
    "notifications": {"orders"},
    "main": {"orders", "payments", "catalogue", "notifications"},   # composition root: wires, decides nothing
}


def imported(tree: ast.AST, here: list[str]) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything the file imports, relative imports resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            prefix = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{prefix}.{alias.name}") for alias in node.names)


def violations(root: Path, package: str = "shop", allowed: dict[str, set[str]] = ALLOWED) -> list[str]:
    found = []
    for file in sorted((root / package).rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts       # shop, orders, service
        owner, here = parts[1], list(parts[:-1])
        for line, name in imported(ast.parse(file.read_text("utf-8")), here):
            target = name.split(".")
            if target[0] != package or len(target) < 2 or target[1] in (owner, "shared"):
                continue
            where = f"{file.relative_to(root)}:{line}"
            if target[1] not in allowed.get(owner, set()):
                found.append(f"{where} {owner} must not depend on {target[1]}")
            elif target[2:3] != ["api"]:
                found.append(f"{where} {owner} reaches into {name}, use {package}.{target[1]}.api")
    return found
# endregion check


# region cycles
def cycle(allowed: dict[str, set[str]]) -> list[str] | None:
    """A dependency cycle in the rule table itself, or None. A cycle makes two modules one."""
    state: dict[str, int] = {}

    def visit(module: str, path: list[str]) -> list[str] | None:
        if state.get(module) == 1:
            return [*path[path.index(module):], module]
        if state.get(module) == 2:
            return None
        state[module] = 1
        for target in sorted(allowed.get(module, set())):
            if loop := visit(target, [*path, module]):
                return loop
        state[module] = 2
        return None

    return next((loop for module in allowed if (loop := visit(module, []))), None)
# endregion cycles
