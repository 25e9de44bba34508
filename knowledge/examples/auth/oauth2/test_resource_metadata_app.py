from fastapi.testclient import TestClient
from resource_metadata_app import METADATA, RESOURCE, create_app

TOKENS = {"good": {"sub": "ann", "scope": "orders:read"}, "narrow": {"sub": "ann", "scope": "orders:readonly"}}
CLIENT = TestClient(create_app(TOKENS.get))


def get(token: str | None, scheme: str = "Bearer"):
    return CLIENT.get("/orders", headers={} if token is None else {"Authorization": f"{scheme} {token}"})


def test_a_client_that_knows_only_the_api_finds_the_authorization_server() -> None:
    challenge = get(None).headers["www-authenticate"]
    assert f'resource_metadata="{METADATA}"' in challenge and "error" not in challenge
    found = CLIENT.get("/.well-known/oauth-protected-resource").json()
    assert found["resource"] == RESOURCE and found["authorization_servers"] == ["https://id.example.com"]


def test_challenges() -> None:
    bad = get("stolen")
    assert bad.status_code == 401 and 'error="invalid_token"' in bad.headers["www-authenticate"]
    narrow = get("narrow")
    assert narrow.status_code == 403
    assert 'error="insufficient_scope", scope="orders:read"' in narrow.headers["www-authenticate"]
    assert get("good").json() == get("good", "bearer").json() == {"for": "ann"}
    assert get("good", "Basic").status_code == 401
