from __future__ import annotations

import time

import pytest

from backend_architect import resources
from backend_architect.retrieval.technologies import Technologies


@pytest.fixture(scope="module")
def technologies() -> Technologies:
    return Technologies.load(resources.folder("knowledge"))


@pytest.mark.parametrize(
    ("text", "languages", "frameworks"),
    [
        ("how do I do this in Go?", ("go",), ()),
        ("golang http server timeouts", ("go",), ()),
        ("Django or FastAPI?", ("python",), ("django", "fastapi")),
        ("retry in a Spring Boot service", ("java",), ("spring-boot",)),
        ("Laravel queue worker", ("php",), ("laravel",)),
        ("node.js event loop blocked", ("javascript",), ()),
        ("C# async deadlock", ("csharp",), ()),
        ("ASP.NET Core minimal api", ("csharp",), ("aspnet-core",)),
        ("gin middleware order", ("go",), ("gin",)),
        ("share state in axum handlers", ("rust",), ("axum",)),
        ("express middleware order", ("javascript",), ("express",)),
        ("go vs rust for a gateway", ("go", "rust"), ()),
        ("rust over go", ("rust", "go"), ()),
        ("gin or axum?", ("go", "rust"), ("gin", "axum")),
    ],
)
def test_a_named_technology_is_recognised_with_its_language(
    technologies: Technologies, text: str, languages: tuple[str, ...], frameworks: tuple[str, ...]
):
    named = technologies.named_in(text)

    assert (named.languages, named.frameworks) == (languages, frameworks)


@pytest.mark.parametrize(
    "text",
    [
        "where should I go from here with pagination",
        "express delivery of parcels",
        "rust on my bicycle",
        "in spring we will ship version two",
        "a flask of tea",
        "how do I express a many-to-many relation",
        "let it go",
    ],
)
def test_an_everyday_word_is_no_technology(technologies: Technologies, text: str):
    assert not technologies.named_in(text).any


def test_stores_and_brokers_are_named_apart_from_languages(technologies: Technologies):
    named = technologies.named_in("Kafka or RabbitMQ in front of Postgres?")

    assert named.others == ("kafka", "rabbitmq", "postgresql")
    assert named.languages == ()


@pytest.mark.parametrize(
    "text", ["No Redis, only the Postgres we have.", "it is Postgres, not Redis", "without Redis on Postgres"]
)
def test_what_is_ruled_out_is_not_named(technologies: Technologies, text: str):
    assert technologies.named_in(text).others == ("postgresql",)


def test_a_pasted_log_that_names_one_thing_a_thousand_times_is_read_at_once(technologies: Technologies):
    started = time.process_time()

    named = technologies.named_in("we use Redis and Postgres here. " * 1_500)

    assert named.others == ("redis", "postgresql")
    assert time.process_time() - started < 2
