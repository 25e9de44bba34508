from pydantic import BaseModel, ConfigDict, model_validator


# region rename
class ProfileInput(BaseModel):
    """`name` is being replaced by `display_name`: both are accepted, and they must not contradict each other."""

    model_config = ConfigDict(extra="forbid")

    display_name: str | None = None
    name: str | None = None  # deprecated

    @model_validator(mode="after")
    def merge(self):
        if self.name is not None and self.display_name is not None and self.name != self.display_name:
            raise ValueError("name and display_name differ; send display_name only")
        self.display_name = self.display_name if self.display_name is not None else self.name
        if self.display_name is None:
            raise ValueError("display_name is required")
        return self


def render(display_name: str) -> dict:
    return {"display_name": display_name, "name": display_name}  # both, until nobody reads the old one
# endregion
