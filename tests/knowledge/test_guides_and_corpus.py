from __future__ import annotations

from pathlib import Path

import pytest

from backend_architect.errors import GuideError
from backend_architect.knowledge import Corpus, sync
from backend_architect.knowledge.markdown import first_sentence, take_markers, words
from backend_architect.knowledge.passages import passages
from backend_architect.types import Detail


def test_a_section_is_read_whole_with_markers_taken_out_and_sources_resolved(knowledge: Path):
    (section,) = Corpus.load(knowledge).sections

    assert section.ref == "demo/orders#once"
    assert section.also_asked[0] == "duplicate orders"
    assert section.short_answer.startswith("Take an order once by giving")
    assert section.part("why") == ("A client cannot tell a lost request from a lost reply, so it repeats.",)
    assert section.part("how") == ("1. Send the key.\n2. Insert it first.",)
    assert section.listings[0].caption == "the insert that decides (Python 3.11)."
    assert section.listings[0].code == 'db.execute("insert into orders (key) values (?)", (key,))'
    assert (section.pitfalls[0].symptom, section.pitfalls[0].fix) == ("Two orders", "insert first")
    assert section.details[0] == Detail(
        "Who makes the key?", "The client, when the user acts. A server-made key arrives too late to help."
    )
    assert len(section.details) == 3
    assert [(source.id, source.places) for source in section.sources] == [("spec", ("2.1",))]
    assert section.facts == ("D01",)
    assert section.see_also == ("demo/orders#late",)


def test_markers_inside_code_spans_stay():
    shown, marks = take_markers("Use `a[^1]` here [^rfc9110 §9; H01]. Then `b`.")

    assert shown == "Use `a[^1]` here. Then `b`."
    assert marks == ["rfc9110 §9", "H01"]


def test_extra_wordings_are_indexed_with_the_section(knowledge: Path):
    (knowledge / "questions" / "demo").mkdir(parents=True)
    (knowledge / "questions" / "demo" / "orders.txt").write_text("## once\nwhy two parcels\n", encoding="utf-8")

    (section,) = Corpus.load(knowledge).sections

    assert section.also_asked[-1] == "why two parcels"


def test_the_fingerprint_changes_with_what_is_searched_and_with_nothing_else(knowledge: Path):
    before = Corpus.load(knowledge).fingerprint
    guide = knowledge / "guides" / "demo" / "orders.md"
    text = guide.read_text(encoding="utf-8")
    guide.write_text(text.replace("updated: 2026-11-25", "updated: 2026-11-26"), encoding="utf-8")
    after_date = Corpus.load(knowledge).fingerprint
    guide.write_text(text.replace("user clicked twice", "user clicked thrice"), encoding="utf-8")

    assert after_date == before
    assert Corpus.load(knowledge).fingerprint != before


def test_own_guides_are_added_and_marked(knowledge: Path, tmp_path: Path):
    own = tmp_path / "own"
    own.mkdir()
    text = (knowledge / "guides" / "demo" / "orders.md").read_text(encoding="utf-8")
    (own / "house.md").write_text(text.replace("id: demo/orders", "id: house/orders"), encoding="utf-8")

    corpus = Corpus.load(knowledge, own=own)

    assert [(section.ref, section.origin) for section in corpus.sections] == [
        ("demo/orders#once", "shipped"),
        ("house/orders#once", "own"),
    ]


def test_an_own_guide_may_not_replace_a_shipped_one(knowledge: Path, tmp_path: Path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "orders.md").write_bytes((knowledge / "guides" / "demo" / "orders.md").read_bytes())

    with pytest.raises(GuideError, match="guide id demo/orders belongs to a shipped guide"):
        Corpus.load(knowledge, own=own)


def test_an_unknown_source_names_file_line_and_what_to_do(knowledge: Path):
    (knowledge / "sources" / "demo.yaml").write_text("{}", encoding="utf-8")

    with pytest.raises(GuideError, match=r"orders\.md:15: unknown source id spec; add it"):
        Corpus.load(knowledge)


def test_a_source_id_may_stand_in_one_file_only(knowledge: Path):
    (knowledge / "sources" / "twice.yaml").write_bytes((knowledge / "sources" / "demo.yaml").read_bytes())

    with pytest.raises(GuideError, match="source id spec exists already"):
        Corpus.load(knowledge)


def test_sync_copies_a_changed_example_into_the_guide(knowledge: Path):
    example = knowledge / "examples" / "demo" / "orders" / "orders_demo.py"
    example.write_text(
        example.read_text(encoding="utf-8").replace("values (?)", "values (?) -- once"), encoding="utf-8"
    )

    changed = sync(knowledge)

    assert [path.name for path in changed] == ["orders.md"]
    assert "values (?) -- once" in changed[0].read_text(encoding="utf-8")
    assert sync(knowledge) == []


def test_a_listing_may_not_reach_outside_its_example_folder(knowledge: Path):
    guide = knowledge / "guides" / "demo" / "orders.md"
    guide.write_text(
        guide.read_text(encoding="utf-8").replace("orders_demo.py#", "../../../facts.yaml#"), encoding="utf-8"
    )

    with pytest.raises(GuideError, match="lies outside"):
        sync(knowledge)


def test_every_passage_of_a_section_carries_its_title_and_question(knowledge: Path):
    (section,) = Corpus.load(knowledge).sections

    prose = [passage.text for passage in passages(section) if passage.kind in ("answer", "prose")]

    assert all(text.startswith("Orders: How do I take an order once?\n") for text in prose)
    assert any("A client cannot tell" in text for text in prose)
    assert not any("db.execute" in text for text in prose)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Use 409. Then stop.", "Use 409."),
        ("Use codes, e.g. 409 or 412. Then stop.", "Use codes, e.g. 409 or 412."),
        ("Send `If-Match: *`. `ETag` follows.", "Send `If-Match: *`."),
        ("Run `SELECT 1 WHERE id = ? AND x`. Then", "Run `SELECT 1 WHERE id = ? AND x`."),
        ("One sentence only", "One sentence only"),
    ],
)
def test_the_first_sentence_ends_where_a_reader_ends_it(text: str, first: str):
    assert first_sentence(text) == first


def test_words_are_counted_as_a_reader_would():
    assert words("| a | b |\n|---|---|\n| 1. two – three |") == 5
