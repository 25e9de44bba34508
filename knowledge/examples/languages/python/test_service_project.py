import tomllib
from pathlib import Path

import pytest
from orders_settings import Settings
from pydantic import ValidationError

ENVIRONMENT = {
    "ORDERS_ENVIRONMENT": "local",
    "ORDERS_DATABASE_URL": "postgresql://orders:pw@db.example/orders",
    "ORDERS_SIGNING_KEY": "not-a-real-key",
    "ORDERS_POOL_SIZE": "5",
}


def test_the_pyproject_is_complete() -> None:
    data = tomllib.loads((Path(__file__).parent / "service_pyproject.toml").read_text())
    assert data["project"]["requires-python"] and data["build-system"]["build-backend"] == "hatchling.build"
    assert all("<" in dependency for dependency in data["project"]["dependencies"])
    assert "pytest" in data["dependency-groups"]["dev"]


def test_settings_are_typed_and_hide_secrets(monkeypatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.pool_size == 5
    assert "not-a-real-key" not in repr(settings)


def test_a_secret_comes_from_a_mounted_file(monkeypatch, tmp_path) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ORDERS_SIGNING_KEY")
    (tmp_path / "ORDERS_SIGNING_KEY").write_text("from-a-file\n")
    assert Settings(_secrets_dir=tmp_path).signing_key.get_secret_value() == "from-a-file"


def test_a_missing_value_fails_at_start_and_names_the_field(monkeypatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ORDERS_DATABASE_URL")
    with pytest.raises(ValidationError, match="database_url"):
        Settings()
