from __future__ import annotations

import pytest
from sec_injection import Mail, lines, lines_vulnerable, login, login_vulnerable, render, render_vulnerable

USERS = [{"name": "ann", "pin": "8261"}]


def test_operator_in_place_of_a_value() -> None:
    attack = {"name": "ann", "pin": {"$ne": ""}}
    assert login_vulnerable(USERS, attack) == USERS[0]
    with pytest.raises(ValueError):
        login(USERS, attack)
    assert login(USERS, {"name": "ann", "pin": "8261"}) and not login(USERS, {"name": "ann", "pin": "1"})


def test_command_in_a_file_name(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("1\n2\n")
    marker = tmp_path / "owned"
    attack = f"{tmp_path}/a.txt; touch {marker}; cat /dev/null"
    lines_vulnerable(attack)
    assert marker.exists()
    marker.unlink()
    with pytest.raises(Exception, match="non-zero exit status"):
        lines(attack)
    assert not marker.exists() and lines(f"{tmp_path}/a.txt") == 2


def test_an_option_as_a_file_name(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "--version").write_text("1\n2\n3\n")
    assert lines("--version") == 3


def test_template_reads_a_global() -> None:
    attack = "Hi {mail.__init__.__globals__[SECRET]}"
    assert render_vulnerable(attack, Mail("Ann")) == "Hi signing-key"
    assert "signing-key" not in render(attack, Mail("Ann"))
    assert render("Hi {name}", Mail("Ann")) == "Hi Ann"
