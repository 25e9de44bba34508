from __future__ import annotations

import pickle

import pytest
import yaml
from sec_deserialize import load_config, load_config_vulnerable, load_session, load_session_vulnerable

RAN: list[str] = []


def run(text: str) -> str:
    RAN.append(text)
    return text


class Evil:
    def __reduce__(self):
        return run, ("anything: os.system, for example",)


def test_pickle_runs_code_and_json_does_not() -> None:
    RAN.clear()
    attack = pickle.dumps(Evil())
    load_session_vulnerable(attack)
    assert RAN == ["anything: os.system, for example"]
    with pytest.raises(ValueError):
        load_session(attack)
    assert len(RAN) == 1
    assert load_session(b'{"user": "ann", "roles": ["member"]}').user == "ann"


def test_unsafe_yaml_calls_functions() -> None:
    RAN.clear()
    attack = f"!!python/object/apply:{__name__}.run ['yaml']"
    load_config_vulnerable(attack)
    assert RAN == ["yaml"]
    with pytest.raises(yaml.YAMLError):
        load_config(attack)
    assert RAN == ["yaml"] and load_config("a: [1, 2]") == {"a": [1, 2]}
