"""Configuration: read once, checked at start, passed on as values."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import AnyHttpUrl, Field, PostgresDsn, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


# region vulnerable
def debug_vulnerable() -> bool:
    return bool(os.environ.get("DEBUG", False))  # DEBUG=false is true, DEBUG=0 too


# endregion vulnerable


# region settings
class Settings(BaseSettings):
    """One place, typed, frozen. The service stops at start with every error at once, not at 3 a.m. with one."""

    model_config = SettingsConfigDict(env_prefix="NOTES_", secrets_dir="/run/secrets", frozen=True, extra="forbid")

    environment: Literal["development", "test", "production"]  # for labels; behaviour has its own switches
    database_url: PostgresDsn  # holds a password: never log it whole
    public_url: AnyHttpUrl
    session_key: SecretStr  # file /run/secrets/notes_session_key, or NOTES_SESSION_KEY in development
    request_timeout_s: Annotated[float, Field(gt=0, le=60)] = 10
    pool_size: Annotated[int, Field(ge=1, le=50)] = 10
    debug: bool = False

    @model_validator(mode="after")
    def safe_in_production(self) -> Settings:
        if self.environment == "production":
            if self.debug:
                raise ValueError("debug must be off in production")
            if self.public_url.scheme != "https":
                raise ValueError("public_url must be https in production")
        if len(self.session_key.get_secret_value()) < 32:
            raise ValueError("session_key needs 32 characters")
        return self


# endregion settings
