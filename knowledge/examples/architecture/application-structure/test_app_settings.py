from __future__ import annotations

import pytest
from app_settings import Settings, debug_vulnerable
from pydantic import ValidationError

GOOD = {
    "NOTES_ENVIRONMENT": "production",
    "NOTES_DATABASE_URL": "postgresql://notes@db.example:5432/notes",
    "NOTES_PUBLIC_URL": "https://notes.example.com",
    "NOTES_SESSION_KEY": "k" * 32,
}


@pytest.fixture
def env(monkeypatch, tmp_path):
    def set_all(**change: str | None):
        for name, value in {**GOOD, **change}.items():
            monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
        return lambda: Settings(_secrets_dir=str(tmp_path))

    return set_all


def test_false_is_true_without_types(monkeypatch) -> None:
    monkeypatch.setenv("DEBUG", "false")
    assert debug_vulnerable() is True


def test_typed_settings(env) -> None:
    settings = env(NOTES_DEBUG="false", NOTES_POOL_SIZE="20")()
    assert settings.debug is False and settings.pool_size == 20
    assert "kkk" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.pool_size = 1


def test_all_errors_at_once(env) -> None:
    with pytest.raises(ValidationError) as refused:
        env(NOTES_DATABASE_URL=None, NOTES_POOL_SIZE="0", NOTES_ENVIRONMENT="prod")()
    assert {e["loc"][0] for e in refused.value.errors()} == {"database_url", "pool_size", "environment"}


@pytest.mark.parametrize(
    "change",
    [{"NOTES_DEBUG": "true"}, {"NOTES_PUBLIC_URL": "http://notes.example.com"}, {"NOTES_SESSION_KEY": "short"}],
)
def test_unsafe_combinations_do_not_start(env, change) -> None:
    with pytest.raises(ValidationError):
        env(**change)()


def test_secret_file(env, tmp_path) -> None:
    (tmp_path / "notes_session_key").write_text("f" * 32)
    settings = env(NOTES_SESSION_KEY=None)()
    assert settings.session_key.get_secret_value() == "f" * 32
