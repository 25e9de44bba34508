"""Injection beyond SQL: document queries, commands, templates."""

from __future__ import annotations

import subprocess


# region nosql-vulnerable
def find(users: list[dict], query: dict) -> list[dict]:
    """Stands for collection.find(): understands $ne and $gt like MongoDB does."""

    def matches(have: object, want: object) -> bool:
        if isinstance(want, dict):
            return all({"$ne": have != v, "$gt": str(have) > str(v)}[op] for op, v in want.items())
        return have == want

    return [u for u in users if all(matches(u.get(k), v) for k, v in query.items())]


def login_vulnerable(users: list[dict], body: dict) -> dict | None:
    found = find(users, {"name": body["name"], "pin": body["pin"]})  # pin: {"$ne": ""} is an operator
    return found[0] if found else None


# endregion nosql-vulnerable


# region nosql
def login(users: list[dict], body: dict) -> dict | None:
    name, pin = body.get("name"), body.get("pin")
    if not isinstance(name, str) or not isinstance(pin, str):
        raise ValueError("name and pin are strings")  # 422; a schema does this for every field
    found = find(users, {"name": name, "pin": pin})  # operators cannot arrive here any more
    return found[0] if found else None


# endregion nosql


# region command-vulnerable
def lines_vulnerable(name: str) -> str:
    return subprocess.run(f"cat {name} | wc -l", shell=True, capture_output=True, text=True, check=False).stdout


# endregion command-vulnerable


# region command
def lines(name: str) -> int:
    command = ["wc", "-l", "--", name]  # no shell; after -- a name like --files0-from=x is a name
    return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.split()[0])


# endregion command


# region template-vulnerable
class Mail:
    def __init__(self, name: str):
        self.name = name


SECRET = "signing-key"  # a module global, as settings often are


def render_vulnerable(template: str, mail: Mail) -> str:
    return template.format(mail=mail)  # the template comes from the customer; format walks attributes


# endregion template-vulnerable


# region template
def render(template: str, mail: Mail) -> str:
    for field, value in {"{name}": mail.name}.items():  # or Jinja2's SandboxedEnvironment for real templates
        template = template.replace(field, value)
    return template


# endregion template
