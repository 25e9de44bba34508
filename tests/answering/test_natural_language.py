from __future__ import annotations

import pytest

from backend_architect import Architect, resources
from backend_architect.answering.natural_language import NaturalLanguages

LANGUAGES = NaturalLanguages(resources.folder("knowledge"))


@pytest.mark.parametrize(
    ("question", "language", "understood"),
    [
        ("¿Cómo hago que un POST sea idempotente?", "Spanish", {"post", "idempotent"}),
        ("Welche Datenbank soll ich wählen?", "German", {"which", "database", "choose"}),
        ("Comment stocker les mots de passe des utilisateurs ?", "French", {"how", "store", "passwords", "users"}),
        ("qual é a melhor forma de paginar uma API REST?", "Portuguese", {"paginate", "api", "rest"}),
        ("perché la mia query è lenta?", "Italian", {"why", "query", "slow"}),
        ("如何在 FastAPI 中实现 JWT 认证？", "Chinese or Japanese", {"fastapi", "jwt"}),
    ],
)
def test_the_language_is_named_and_its_technical_words_are_carried_over(question, language, understood):
    foreign = LANGUAGES.foreign(question)

    assert foreign is not None
    assert foreign.language == language
    assert understood <= {word.strip("¿?!.,").lower() for word in foreign.english.split()}


@pytest.mark.parametrize(
    "question",
    [
        "How do I make POST safe to retry?",
        "SELECT * FROM orders o JOIN items i ON i.order_id = o.id",
        "ERROR: deadlock detected",
        "If-Match",
        "die with grace: how do I handle SIGTERM?",
        "naïve café résumé encoding in UTF-8 breaks my API",
    ],
)
def test_english_and_code_are_left_alone(question):
    assert LANGUAGES.foreign(question) is None


def test_a_foreign_question_is_answered_and_says_so():
    with Architect(use_model=False, store="exact") as architect:
        answer = architect.ask("Comment stocker les mots de passe des utilisateurs ?")

    assert answer.outcome == "answered"
    assert answer.citations[0].ref.startswith("auth/sessions-passwords-and-passkeys#")
    assert any("French" in notice for notice in answer.notices)


def test_a_foreign_question_about_something_else_is_asked_back_and_not_refused():
    with Architect(use_model=False, store="exact") as architect:
        answer = architect.ask("¿Cuál es la mejor receta de paella?")

    assert answer.outcome == "asked_back"
    assert "Spanish" in answer.text
