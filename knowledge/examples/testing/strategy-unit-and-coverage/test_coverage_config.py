import tomllib
from pathlib import Path


def test_the_config_parses_and_gates() -> None:
    tool = tomllib.loads(Path(__file__).with_name("coverage.toml").read_text())["tool"]["coverage"]
    assert tool["run"]["branch"] is True
    assert tool["report"]["fail_under"] == 85
