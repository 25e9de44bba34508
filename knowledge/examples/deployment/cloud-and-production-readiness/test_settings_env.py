from pathlib import Path

import pytest
from pydantic import ValidationError
from settings_env import Settings

GOOD = {
    "ORDERS_DATABASE_URL": "postgresql://orders:not-a-real-password@db.example.com/orders",
    "ORDERS_PAYMENT_KEY": "sk-not-a-real-key",
    "ORDERS_PUBLIC_URL": "https://orders.example.com",
}


def load(monkeypatch, tmp_path: Path, **env: str) -> Settings:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return Settings(_secrets_dir=tmp_path)


# region settings-tests
def test_every_missing_value_is_named_at_once(monkeypatch, tmp_path) -> None:
    with pytest.raises(ValidationError) as failure:
        load(monkeypatch, tmp_path)
    assert {error["loc"][0] for error in failure.value.errors()} == {"database_url", "payment_key", "public_url"}


def test_secrets_can_come_from_mounted_files(monkeypatch, tmp_path) -> None:
    (tmp_path / "orders_payment_key").write_text("from-a-file\n")
    settings = load(monkeypatch, tmp_path, **{name: v for name, v in GOOD.items() if "KEY" not in name})
    assert settings.payment_key.get_secret_value() == "from-a-file"


def test_a_secret_does_not_leak_into_logs(monkeypatch, tmp_path) -> None:
    settings = load(monkeypatch, tmp_path, **GOOD)
    assert "not-a-real" not in repr(settings)
    for bad in ({"ORDERS_PUBLIC_URL": "http://orders.example.com"}, {"ORDERS_DATABASE_URL": "mysql://u:not-a-real@db"}):
        with pytest.raises(ValidationError) as failure:
            load(monkeypatch, tmp_path, **GOOD | bad)
        assert "not-a-real" not in str(failure.value)  # the error reaches the log too


def test_the_error_about_a_missing_value_does_not_print_the_others(monkeypatch, tmp_path) -> None:
    with pytest.raises(ValidationError) as failure:
        load(monkeypatch, tmp_path, **{name: v for name, v in GOOD.items() if "PUBLIC" not in name})
    assert "not-a-real" not in str(failure.value)
# endregion settings-tests
