"""A wheel in an empty environment answers from anywhere, with everything it needs inside."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    # No isolation: the build backend is a development dependency, and an isolated build would download it.
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


def test_the_wheel_holds_every_prompt_guide_vector_and_bundled_file(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())

    for folder, pattern in (("prompts", "*.md"), ("knowledge", "guides/**/*.md"), ("knowledge", "index/**/*.npz")):
        files = list((ROOT / folder).glob(pattern))
        assert files
        missing = [f for f in files if f"backend_architect/_data/{f.relative_to(ROOT).as_posix()}" not in names]
        assert missing == []
    for name in (
        "knowledge/embedder/model-int8.onnx",
        "knowledge/embedder/tokenizer.json",
        "knowledge/tiktoken/fb374d419588a4632f3f557e76b4b70aebbca790",
        "knowledge/scope.md",
        "knowledge/facts.yaml",
    ):
        assert f"backend_architect/_data/{name}" in names
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_a_wheel_in_an_empty_environment_answers_from_the_root_folder(wheel: Path, tmp_path: Path):
    home = tmp_path / "env"
    venv.create(home, with_pip=False, symlinks=True)
    site = next((home / "lib").glob("python*")) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # The dependencies of the environment that runs the tests, without its editable copy of the product.
    (site / "dependencies.pth").write_text(f"{_site_packages()}\n", encoding="utf-8")
    code = (
        "import backend_architect.cli as cli, sys; assert '_data' in str(__import__('backend_architect.resources')"
        ".resources.folder('prompts')); sys.argv = ['architect', 'ask', 'How do I make POST safe to retry?']; cli.main()"
    )

    run = subprocess.run(
        [home / "bin" / "python", "-c", code],
        cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("Make POST safe to retry by")
    assert "[1] api-design/retries-idempotency-and-rate-limits#post-retry" in run.stdout


def _site_packages() -> Path:
    import numpy as np

    return Path(np.__file__).parents[1]
