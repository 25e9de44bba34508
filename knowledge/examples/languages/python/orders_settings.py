"""Typed settings, read once at start."""

# region settings
from typing import Literal

from pydantic import PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ORDERS_", secrets_dir=None, frozen=True)

    environment: Literal["local", "staging", "production"]
    database_url: PostgresDsn
    signing_key: SecretStr  # printed as ********
    pool_size: int = 10
# endregion
