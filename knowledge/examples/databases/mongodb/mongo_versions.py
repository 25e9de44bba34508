"""Documents of several shapes in one collection: upgrade on read, migrate in batches."""
from collections.abc import Callable

# region upgrade
def v2(doc: dict) -> dict:                                   # 1 → 2: name split in two
    first, _, last = doc.pop("name").partition(" ")
    return {**doc, "firstName": first, "lastName": last}


def v3(doc: dict) -> dict:                                   # 2 → 3: one phone number becomes a list
    phone = doc.pop("phone", None)
    return {**doc, "phones": [phone] if phone else []}


STEPS: dict[int, Callable[[dict], dict]] = {1: v2, 2: v3}
CURRENT = 3


def upgrade(doc: dict) -> dict:
    """All code behind the repository sees the current shape only. Does not change its argument."""
    doc = dict(doc)
    version = doc.get("schemaVersion", 1)                    # documents from before the field
    if version > CURRENT:
        raise ValueError(f"schemaVersion {version} was written by a newer release")
    while version < CURRENT:
        doc = STEPS[version](doc)
        version += 1
        doc["schemaVersion"] = version
    return doc
# endregion


# region migrate
def migrate(collection, batch: int = 500) -> int:
    """A job that can be stopped and repeated. A document changed meanwhile is left for the next round."""
    done = 0
    old = {"$or": [{"schemaVersion": {"$lt": CURRENT}}, {"schemaVersion": {"$exists": False}}]}
    for doc in list(collection.find(old).limit(batch)):
        result = collection.replace_one({"_id": doc["_id"], "rev": doc.get("rev")},   # nobody wrote in between
                                        {**upgrade(doc), "rev": doc.get("rev", 0) + 1})
        done += result.modified_count
    return done
# endregion
