"""What a contract broker does in principle: replay the consumer's expectations against the provider."""

from collections.abc import Callable


# region verify
def same_shape(expected, actual) -> bool:
    """Fields the consumer uses must be there with the same type; extra fields are none of its business."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(k in actual and same_shape(v, actual[k]) for k, v in expected.items())
    if isinstance(expected, list):
        return isinstance(actual, list) and all(same_shape(expected[0], item) for item in actual)
    return type(expected) is type(actual)


def verify(contract: dict, provider_for: Callable[[str], object]) -> list[str]:
    """`provider_for` sets up the named state and returns a client: the provider's half of the work."""
    failures = []
    for interaction in contract["interactions"]:
        client = provider_for(interaction["given"])
        response = client.request(interaction["request"]["method"], interaction["request"]["path"])
        expected = interaction["response"]
        if response.status_code != expected["status"]:
            failures.append(f"{interaction['description']}: {response.status_code}, not {expected['status']}")
        elif "body" in expected and not same_shape(expected["body"], response.json()):
            failures.append(f"{interaction['description']}: {response.json()} lacks what the consumer reads")
    return failures
# endregion verify
