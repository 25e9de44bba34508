"""What a build proves about migrations before they meet production. Python 3.11, Alembic 1.20."""

import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData


def scripts(folder: Path) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


# region checks
def assert_one_head(folder: Path) -> None:
    """Two branches merged without rebasing: the next deployment would not know where to go."""
    heads = scripts(folder).get_heads()
    assert len(heads) == 1, f"several heads, rebase or merge one: {heads}"


def assert_models_match(engine: Engine, metadata: MetaData) -> None:
    """After running all migrations on an empty database nothing may be left to generate."""
    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    assert not difference, f"models and migrations differ: {difference}"


RULES = {
    r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)": "build indexes CONCURRENTLY, in a revision of their own",
    r"DROP (COLUMN|TABLE)": "contract step: needs a second approval",
}


def review(sql: str) -> list[str]:
    """Run over the output of `alembic upgrade --sql`; a linter such as squawk knows many more rules."""
    found = [why for pattern, why in RULES.items() if re.search(pattern, sql, re.IGNORECASE)]
    if "ALTER TABLE" in sql.upper() and "lock_timeout" not in sql.lower():
        found.append("set lock_timeout before ALTER TABLE")
    return found
# endregion
