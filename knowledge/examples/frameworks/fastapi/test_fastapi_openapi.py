from fastapi.testclient import TestClient
from fastapi_openapi import create_app


def test_operation_ids_security_and_errors_are_in_the_document() -> None:
    document = create_app(public_docs=True).openapi()
    operation = document["paths"]["/orders"]["post"]
    assert document["openapi"].startswith("3.1")
    assert operation["operationId"] == "create_order" and operation["security"] == [{"HTTPBearer": []}]
    assert operation["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/Problem")
    ids = [op["operationId"] for path in document["paths"].values() for op in path.values()]
    assert len(ids) == len(set(ids))


def test_documentation_can_be_switched_off() -> None:
    client = TestClient(create_app(public_docs=False))
    assert [client.get(path).status_code for path in ("/openapi.json", "/docs", "/redoc")] == [404, 404, 404]
