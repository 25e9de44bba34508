"""The pool arithmetic, and the SQL script with its assertions where a server is at hand."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pool_budget import Fleet, busy_connections

HERE = Path(__file__).parent
URL = os.environ.get("ARCHITECT_TEST_POSTGRES_URL")


def test_a_harmless_looking_pool_exceeds_the_server() -> None:
    fleet = Fleet(max_connections=100, reserved=10, instances=6, workers=4, surge=2)
    assert fleet.largest_pool() == 2
    sqlalchemy_default = 5 + 10  # pool_size + max_overflow
    assert 6 * 4 * sqlalchemy_default > 100 * 3


def test_little_needs_few_connections() -> None:
    assert busy_connections(1000, 0.004) == 4


@pytest.mark.skipif(not URL or shutil.which("psql") is None, reason="needs psql and ARCHITECT_TEST_POSTGRES_URL")
def test_feature_script_keeps_its_assertions() -> None:
    run = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(HERE / "features.sql"), URL],
                         capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.skipif(not URL or shutil.which("psql") is None, reason="needs psql and ARCHITECT_TEST_POSTGRES_URL")
def test_a_broken_assertion_would_be_noticed(tmp_path) -> None:
    broken = (HERE / "features.sql").read_text().replace("= 6, 'upsert adds'", "= 7, 'upsert adds'")
    (tmp_path / "broken.sql").write_text(broken)
    run = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(tmp_path / "broken.sql"), URL],
                         capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode != 0
    assert "upsert adds" in run.stderr
