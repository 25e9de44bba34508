from __future__ import annotations

import pytest

from backend_architect import Architect, resources
from backend_architect.answering.natural_language import NaturalLanguages, _without_accents
from backend_architect.knowledge.registry import read_yaml

KNOWLEDGE = resources.folder("knowledge")
LANGUAGES = NaturalLanguages(KNOWLEDGE)
# One line of Greek letters, and one where a collation and a pattern read like two foreign words.
KNOWN_MISTAKES = {"L = λW", "prefix search 'abc%' seq scan with de_DE collation"}


@pytest.mark.parametrize(
    ("question", "language", "understood"),
    [
        ("¿Cómo hago que un POST sea idempotente?", "Spanish", {"post", "idempotent"}),
        ("Welche Datenbank soll ich wählen?", "German", {"which", "database", "choose"}),
        ("Comment stocker les mots de passe des utilisateurs ?", "French", {"how", "store", "passwords", "users"}),
        ("qual é a melhor forma de paginar uma API REST?", "Portuguese", {"paginate", "api", "rest"}),
        ("perché la mia query è lenta?", "Italian", {"why", "query", "slow"}),
        ("¿Qué pasa si la cola crece cada semana?", "Spanish", {"happens", "queue", "grow", "every", "week"}),
        ("Soll ich Preise als Ganzzahl speichern?", "German", {"should", "money", "integer", "store"}),
        ("Faut-il renommer une colonne avant le déploiement ?", "French", {"should", "rename", "column", "deployment"}),
        (
            "Quanto tempo o pagamento do pedido fica na fila?",
            "Portuguese",
            {"how", "long", "payment", "order", "queue"},
        ),
        ("Devo controllare che la fattura sia del cliente?", "Italian", {"check", "invoice", "client"}),
        ("Hoe hernoem ik een kolom tijdens de uitrol?", "Dutch", {"how", "rename", "column", "during", "deployment"}),
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
        "rate limit per user or per IP",
        "blocking I/O vs non-blocking I/O",
        "do contracts replace e2e",
        "issuer mismatch: https://id.example.com vs https://id.example.com/",
        "naïve café résumé encoding in UTF-8 breaks my API",
    ],
)
def test_english_and_code_are_left_alone(question):
    assert LANGUAGES.foreign(question) is None


def test_no_question_the_guides_expect_is_taken_for_foreign():
    lines = {line for path in (KNOWLEDGE / "questions").glob("**/*.txt") for line in path.read_text().splitlines()}
    lines |= {
        line.lstrip("# ").split(" {#")[0]
        for path in (KNOWLEDGE / "guides").glob("**/*.md")
        for line in path.read_text().splitlines()
        if line.startswith("#")
    }

    assert {line for line in lines if LANGUAGES.foreign(line)} <= KNOWN_MISTAKES


def test_terms_are_written_as_a_question_is_compared():
    entries = read_yaml(KNOWLEDGE / "natural_languages.yaml")
    terms = {term for entry in entries.values() for term in entry["terms"]}

    assert {term for term in terms if term != _without_accents(term).lower()} == set()


def test_an_english_question_does_not_build_the_patterns_of_the_terms():
    languages = NaturalLanguages(KNOWLEDGE)

    assert languages.foreign("How do I paginate a REST API?") is None
    assert [name for name, language in languages._languages.items() if "pattern" in vars(language)] == []


@pytest.mark.parametrize(
    ("question", "section"),
    [
        (
            "¿Cada microservicio necesita su propia base de datos?",
            "microservices/distributed-data#database-per-service",
        ),
        ("Wie lange sollte ein Zugriffstoken gültig sein?", "auth/jwt#lifetime"),
        ("Faut-il stocker les prix en décimal ou en entier ?", "api-design/resources-and-data-formats#money"),
        ("Onze tests zijn traag en mislukken soms", "testing/strategy-unit-and-coverage#flaky"),
    ],
)
def test_an_ordinary_foreign_question_finds_its_section(question, section):
    with Architect(use_model=False, store="exact") as architect:
        answer = architect.ask(question)

    assert answer.outcome == "answered"
    assert section in [citation.ref for citation in answer.citations]


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
