import pytest
from graphql import GraphQLError, graphql_sync
from guess_limit import Counter, build, operations


# region attack
GUESSES = "mutation { " + " ".join(f'g{n}: login(name: "ada", pin: "{n:04}")' for n in range(100)) + " }"


def test_one_request_tries_a_hundred_pins_under_a_per_request_limit():
    per_request = Counter(limit=5)
    assert per_request.take("ip:192.0.2.1")  # the whole attack is one request
    result = graphql_sync(build(lambda _r, _i, name, pin: pin == "0042"), GUESSES)
    assert result.data["g42"] is True


def test_counting_attempts_stops_it():
    context = {"attempts": Counter(limit=5), "ip": "192.0.2.1"}
    result = graphql_sync(build(), GUESSES, context_value=context)
    assert result.data["g42"] is None
    assert sum(value is not None for value in result.data.values()) == 5
    assert len(result.errors) == 95


# endregion


def test_array_batching_is_refused():
    with pytest.raises(GraphQLError):
        operations([{"query": "{ ok }"}] * 50)
    assert operations({"query": "{ ok }"}) == [{"query": "{ ok }"}]
