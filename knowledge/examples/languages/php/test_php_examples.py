import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed")
def test_php_checks_pass():
    done = subprocess.run(["php", "php_checks.php"], cwd=HERE, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, "all checks passed\n"), done.stderr
