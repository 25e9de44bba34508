"""Formats that carry code, and the same data in one that does not."""

from __future__ import annotations

import json
import pickle

import yaml
from pydantic import BaseModel, ConfigDict


class Session(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    user: str
    roles: list[str]


# region vulnerable
def load_session_vulnerable(data: bytes) -> object:
    return pickle.loads(data)  # runs what the bytes say, before you see an object


def load_config_vulnerable(text: str) -> object:
    return yaml.load(text, Loader=yaml.UnsafeLoader)


# endregion vulnerable


# region fixed
def load_session(data: bytes) -> Session:
    return Session.model_validate(json.loads(data))  # data only, then a schema


def load_config(text: str) -> object:
    return yaml.safe_load(text)


# endregion fixed
