"""Runs the Node.js examples of the guides with Node's own test runner, where Node is present."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "knowledge" / "examples"
TEST_FILES = sorted(EXAMPLES.rglob("*.test.mjs"))
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_every_node_example_passes_its_own_tests():
    run = subprocess.run(
        [str(NODE), "--test", "--test-reporter=tap", *map(str, TEST_FILES)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert "# pass 0" not in run.stdout
