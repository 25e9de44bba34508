from contextlib import closing

from graphql import graphql_sync
from serial_mutations import SCHEMA, connect


def balance(db):
    return db.execute("SELECT cents FROM accounts WHERE id = 'a'").fetchone()[0]


# region lost
def test_two_root_fields_lose_money_when_the_second_fails():
    with closing(connect()) as db:
        query = 'mutation { withdraw(account: "a", cents: 200) deposit(account: "b", cents: 200) }'
        result = graphql_sync(SCHEMA, query, context_value={"db": db})
        assert result.data == {"withdraw": 300, "deposit": None}
        assert balance(db) == 300  # withdrawn and never deposited


def test_one_root_field_is_all_or_nothing():
    with closing(connect()) as db:
        query = 'mutation { transfer(from: "a", to: "b", cents: 200) }'
        result = graphql_sync(SCHEMA, query, context_value={"db": db})
        assert result.data == {"transfer": None}
        assert balance(db) == 500


# endregion
