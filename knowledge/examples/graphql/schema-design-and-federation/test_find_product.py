from pathlib import Path

import pytest
from graphql import build_schema, graphql_sync

SCHEMA = build_schema((Path(__file__).parent / "find_product.graphql").read_text())
SCHEMA.query_type.fields["product"].resolve = lambda _r, _i, by: {"id": "1", "name": next(iter(by))}
BY = "query($by: ProductBy!) { product(by: $by) { name } }"


# region oneof
@pytest.mark.parametrize("by", [{"id": "1"}, {"slug": "cup"}, {"barcode": {"system": "UPC", "code": "036000291452"}}])
def test_exactly_one_way_is_accepted(by):
    assert graphql_sync(SCHEMA, BY, variable_values={"by": by}).data["product"]["name"] in by


@pytest.mark.parametrize("by", [{}, {"id": "1", "slug": "cup"}, {"id": None}, {"id": "1", "slug": None}])
def test_none_two_or_null_are_request_errors(by):
    result = graphql_sync(SCHEMA, BY, variable_values={"by": by})
    assert result.data is None and result.errors


# endregion
