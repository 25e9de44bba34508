from difflib import get_close_matches

from pydantic import BaseModel, ConfigDict, ValidationError


# region strict
class NoteInput(BaseModel):
    """Requests: an unknown field is nearly always a typo, and ignoring it loses data in silence."""

    model_config = ConfigDict(extra="forbid")

    text: str
    remind_at: str | None = None


def explain(error: ValidationError, model: type[BaseModel]) -> list[dict]:
    """422 with a hint, because "extra fields not permitted" alone sends people to support."""
    found = []
    for item in error.errors():
        if item["type"] == "extra_forbidden":
            name = str(item["loc"][-1])
            near = get_close_matches(name, model.model_fields, n=1) if len(item["loc"]) == 1 else []
            pointer = "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in item["loc"])
            found.append({"pointer": pointer, "code": "unknown_field"} | ({"did_you_mean": near[0]} if near else {}))
    return found
# endregion
