"""Typed settings, read once at start."""

# region settings
from typing import Literal

from pydantic import PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ORDERS_", frozen=True)

    environment: Literal["local", "staging", "production"]
    database_url: PostgresDsn
    signing_key: SecretStr  # printed as ********; from the file ORDERS_SIGNING_KEY in _secrets_dir, if it exists
    pool_size: int = 10
# endregion
