"""Settings: argument over environment over file over default, in one place."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from backend_architect.errors import SettingsError

_APP = "backend-architect"

# The settings that other tools share keep the names their users already have in the environment.
_ENVIRONMENT = {
    "api_key": "OPENAI_API_KEY",
    "base_url": "OPENAI_BASE_URL",
    "model": "ARCHITECT_MODEL",
    "timeout_seconds": "ARCHITECT_TIMEOUT",
    "gate": "ARCHITECT_GATE",
    "max_words": "ARCHITECT_MAX_WORDS",
    "cache_dir": "ARCHITECT_CACHE_DIR",
    "data_dir": "ARCHITECT_DATA_DIR",
    "guides_dir": "ARCHITECT_GUIDES_DIR",
    "chroma_url": "ARCHITECT_CHROMA_URL",
    "store": "ARCHITECT_STORE",
    "use_model": "ARCHITECT_USE_MODEL",
    "prompt_tokens": "ARCHITECT_PROMPT_TOKENS",
    "log_gaps": "ARCHITECT_LOG_GAPS",
}

# Used only when a key is set and no other server is named; a named server is asked which model it serves.
DEFAULT_OPENAI_MODEL = "gpt-5.5"


class Settings(BaseModel):
    """What can be chosen. Build it with `Settings.load`, which knows where values come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    base_url: str | None = Field(default=None, pattern=r"^https?://")
    model: str | None = Field(default=None, min_length=1)
    use_model: bool = True
    timeout_seconds: float = Field(default=60.0, gt=0, le=3600)
    prompt_tokens: int = Field(default=4500, ge=1500, le=200_000)
    gate: Literal["mark", "strict"] = "mark"
    max_words: int = Field(default=350, ge=80, le=2000)
    cache_dir: Path | None = None
    data_dir: Path | None = None
    guides_dir: Path | None = None
    chroma_url: str | None = Field(default=None, pattern=r"^https?://")
    store: Literal["auto", "chroma", "exact"] = "auto"
    log_gaps: bool = False

    @property
    def has_model(self) -> bool:
        """Whether answers come from a model: an endpoint is configured and not switched off."""
        return self.use_model and (self.api_key is not None or self.base_url is not None)

    @classmethod
    def load(cls, *, file: Path | None = None, environ: Mapping[str, str] | None = None, **chosen: Any) -> Settings:
        """Return the settings in force.

        `chosen` holds explicit values (None means not chosen), `environ` defaults to the process environment and
        `file` to `config.toml` in the user's configuration folder. Raises SettingsError naming setting, value and origin.
        """
        values: dict[str, Any] = {}
        origin: dict[str, str] = {}
        layers = (
            (_from_file(file), f"in {file or config_file()}"),
            (_from_environment(os.environ if environ is None else environ), "in the environment"),
            ({name: value for name, value in chosen.items() if value is not None}, "as an argument"),
        )
        for layer, where in layers:
            values |= layer
            origin |= dict.fromkeys(layer, where)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(_explain(error, origin)) from error


def config_file() -> Path:
    """Return where the settings file is looked for; it need not exist."""
    return Path(platformdirs.user_config_dir(_APP)) / "config.toml"


def default_cache_dir() -> Path:
    return Path(platformdirs.user_cache_dir(_APP))


def default_data_dir() -> Path:
    return Path(platformdirs.user_data_dir(_APP))


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[variable] for name, variable in _ENVIRONMENT.items() if environ.get(variable)}


def _from_file(file: Path | None) -> dict[str, Any]:
    path = file or config_file()
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if file is not None:
            raise SettingsError(f"settings file {file} does not exist") from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"settings file {path} cannot be read: {error}; mend or remove it") from error


def _explain(error: ValidationError, origin: Mapping[str, str]) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0])
    where = origin.get(name, "")
    variable = _ENVIRONMENT.get(name)
    label = f"{name} ({variable})" if variable else name
    shown = "(hidden)" if name == "api_key" else repr(first["input"])
    if first["type"] == "extra_forbidden":
        return f"unknown setting {name} {where}; known are {', '.join(Settings.model_fields)}"
    return f"setting {label} {where} is {shown}: {first['msg']}"
