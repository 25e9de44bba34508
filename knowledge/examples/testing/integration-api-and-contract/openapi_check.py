"""The heart of schema-driven testing: does the response keep the promise of the document?"""

import json

from jsonschema import Draft202012Validator


# region check
def broken_promises(document: dict, method: str, path: str, response) -> list[str]:
    """Compare one response with the OpenAPI 3.1 document: status, media type, body."""
    responses = document["paths"][path][method.lower()]["responses"]
    status = str(response.status_code)
    promised = responses.get(status) or responses.get(f"{status[0]}XX") or responses.get("default")
    if promised is None:
        return [f"status {status} is not documented"]
    if not (content := promised.get("content")):
        return []
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if media_type not in content:
        return [f"content type {media_type!r} is not documented"]
    schema = {"components": document.get("components", {})} | content[media_type].get("schema", {})
    return [f"{error.json_path}: {error.message}" for error in
            Draft202012Validator(schema).iter_errors(json.loads(response.content))]  # fmt: skip
# endregion check
