"""Runs the listings that need no more than JDK 17; the others need 21 or 25 and are run by hand."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("java") is None, reason="no JDK on this machine")
def test_exceptions_become_problem_details_without_leaking():
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "ErrorMapping.java"]
    run = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=30)
    assert (run.returncode, run.stdout.strip()) == (0, "ok"), run.stderr


@pytest.mark.skipif(shutil.which("java") is None, reason="no JDK on this machine")
def test_a_slow_or_broken_supplier_costs_its_quote_only():
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "CombineQuotes.java"]
    run = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=30)
    assert (run.returncode, run.stdout.strip()) == (0, "ok"), run.stderr
