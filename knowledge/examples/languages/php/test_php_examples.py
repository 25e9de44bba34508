import json
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed")
def test_php_checks_pass():
    done = subprocess.run(["php", "php_checks.php"], cwd=HERE, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, "all checks passed\n"), done.stderr


@pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed")
@pytest.mark.parametrize(
    ("case", "status"), [("warning", 500), ("type", 500), ("json", 400), ("domain", 409), ("memory", 500)]
)
def test_every_failure_becomes_one_problem(case, status):
    done = subprocess.run(["php", "error_case.php", case], cwd=HERE, capture_output=True, text=True, timeout=30)
    problem = json.loads(done.stdout)
    assert problem["status"] == status
    assert ("incident" in problem) == (status == 500)
    assert str(HERE) not in done.stdout
    assert status < 500 or problem["incident"] in done.stderr


@pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed")
def test_a_deprecation_is_logged_and_the_request_goes_on():
    done = subprocess.run(["php", "error_case.php", "deprecated"], cwd=HERE, capture_output=True, text=True, timeout=30)
    assert done.stdout == "went on" and "deprecated: old call" in done.stderr
