from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from backend_architect import resources
from backend_architect.errors import GuideError
from backend_architect.knowledge import Corpus
from backend_architect.knowledge.neighbours import NEIGHBOURS, Neighbours, words_of
from backend_architect.knowledge.registry import read_yaml

SHIPPED = Path(str(resources.folder("knowledge")))
# Of some 22,000 wordings of the guides: more, and a name is part of our own subject.
_MOST_WORDINGS = 10


@pytest.fixture(scope="module")
def table() -> Neighbours:
    return Neighbours.load(SHIPPED)


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Why does my React component re-render?", {"frontend": 2}),
        ("CSS, css and Css", {"frontend": 1}),
        ("helm charts for all teams", {"devops": 2}),
        ("our star-schema and its fact tables", {"data": 2}),
        ("a limerick about a load balancer", {"out_of_scope": 1}),
        ("how do web, worker and scheduler share a pool", {}),
        ("which status code for a failed login", {}),
        ("salt and pepper in a password hash", {}),
    ],
)
def test_names_are_found_whole_in_any_case_singular_or_plural(table: Neighbours, text: str, mentions: dict[str, int]):
    assert table.mentioned_in(text) == mentions


def test_every_neighbour_has_at_least_250_names(table: Neighbours):
    counts = Counter(table.owners.values())

    assert set(counts) == set(NEIGHBOURS)
    assert min(counts.values()) >= 250


def test_no_name_of_a_neighbour_is_a_technology_of_ours(table: Neighbours):
    ours = [name for entry in read_yaml(SHIPPED / "technologies.yaml").values() for name in entry["names"]]

    assert [name for name in ours if words_of(name) in table.owners] == []


def test_the_guides_hardly_use_the_names_of_neighbours(table: Neighbours):
    corpus = Corpus.load(SHIPPED)
    wordings = [text for s in corpus.sections if s.area != "scope" for text in (s.question, *s.also_asked)]
    spoken_for: Counter[str] = Counter()
    for wording in wordings:
        spoken_for.update(table.names_in(wording))

    assert {name: count for name, count in spoken_for.items() if count > _MOST_WORDINGS} == {}
    assert sum(spoken_for.values()) < len(wordings) / 100


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "frontend: [[css]]\ndevops: [[vpc]]\ndata: [[dbt]]\n",
            "the owners must be frontend, devops, data, out_of_scope",
        ),
        (
            "frontend: [[css]]\ndevops: [[vpc]]\ndata: [[CSS]]\nout_of_scope: [[poem]]\n",
            "'CSS' of data stands under frontend already",
        ),
        (
            "frontend: [css]\ndevops: [[vpc]]\ndata: [[dbt]]\nout_of_scope: [[poem]]\n",
            "each owner needs lists of names",
        ),
        ("frontend:\ndevops: [[vpc]]\ndata: [[dbt]]\nout_of_scope: [[poem]]\n", "each owner needs lists of names"),
        (
            "frontend: [['']]\ndevops: [[vpc]]\ndata: [[dbt]]\nout_of_scope: [[poem]]\n",
            "frontend has a name without a word: ''",
        ),
    ],
)
def test_a_broken_table_is_refused_and_the_message_names_the_entry(tmp_path: Path, content: str, message: str):
    (tmp_path / "neighbours.yaml").write_text(content, encoding="utf-8")

    with pytest.raises(GuideError, match=message):
        Neighbours.load(tmp_path)
