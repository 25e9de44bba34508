"""Configuration: read once, validated whole, passed in. Secrets come as files or variables, never as defaults."""

# region settings
from pydantic import Field, PostgresDsn, Secret, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment first, then files such as /run/secrets/orders_database_url; no per-environment branches in code."""

    model_config = SettingsConfigDict(
        env_prefix="ORDERS_", secrets_dir="/run/secrets", extra="forbid",
        hide_input_in_errors=True,  # without it a missing value prints all the others, secrets included
    )  # fmt: skip

    database_url: Secret[PostgresDsn]  # no default: a missing value must stop the start; it holds a password
    payment_key: SecretStr  # both print as '**********'
    public_url: str = Field(pattern=r"^https://")
    pool_size: int = Field(default=5, ge=1, le=50)
    request_timeout_s: float = Field(default=10, gt=0, le=60)
# endregion settings
