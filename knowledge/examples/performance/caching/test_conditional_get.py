from __future__ import annotations

import asyncio

import httpx
from conditional_get import register
from fastapi import FastAPI


def test_a_304_has_the_validators_no_body_and_no_rendering_behind_it() -> None:
    notes, rendered, app = {"7": {"version": 1, "text": "hi"}}, [], FastAPI()

    def render(note, locale):
        rendered.append(locale)
        return {"text": note["text"], "lang": locale}

    register(app, notes, render)

    async def scenario() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example") as client:
            first = await client.get("/notes/7")
            etag = first.headers["etag"]
            assert (first.status_code, etag) == (200, 'W/"3-en-1"')
            for value in (etag, '"3-en-1"', f'"x", {etag}', "*"):
                again = await client.get("/notes/7", headers={"If-None-Match": value})
                assert (again.status_code, again.content) == (304, b"")
                for name in ("etag", "cache-control", "vary"):
                    assert again.headers[name] == first.headers[name]
            assert len(rendered) == 1
            german = await client.get("/notes/7", headers={"If-None-Match": etag, "Accept-Language": "de-DE"})
            assert (german.status_code, german.json()["lang"]) == (200, "de")  # not a 304 for the English text
            notes["7"]["version"] = 2
            changed = await client.get("/notes/7", headers={"If-None-Match": etag})
            assert changed.status_code == 200

    asyncio.run(scenario())
