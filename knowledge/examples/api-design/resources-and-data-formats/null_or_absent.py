from pydantic import BaseModel, ConfigDict, Field


# region patch-model
class ProfilePatch(BaseModel):
    """Every field may be absent; only `nickname` and `birthday` may be null."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", min_length=1)  # the default is never read: see changes()
    nickname: str | None = None
    birthday: str | None = None

    def changes(self) -> dict:
        """Only what the client sent, nulls included."""
        return self.model_dump(include=self.model_fields_set)


def apply(profile: dict, patch: ProfilePatch) -> dict:
    return {k: v for k, v in (profile | patch.changes()).items() if v is not None}  # merge patch: null removes
# endregion


def apply_wrong(profile: dict, patch: ProfilePatch) -> dict:
    return profile | patch.model_dump(exclude_none=True)
