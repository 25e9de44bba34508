from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from backend_architect import knowledge as shipped
from backend_architect import resources
from backend_architect.knowledge.contract import Finding, check, missing_core
from backend_architect.knowledge.registry import load_syllabus

TODAY = dt.date(2026, 11, 25)


def findings_after(knowledge: Path, old: str, new: str, *, count: int = 1) -> list[Finding]:
    guide = knowledge / "guides" / "demo" / "orders.md"
    text = guide.read_text(encoding="utf-8")
    assert old in text
    guide.write_text(text.replace(old, new, count), encoding="utf-8")
    return check(knowledge, today=TODAY)


def test_the_shipped_corpus_keeps_the_contract():
    assert shipped.check() == []


def test_a_guide_that_keeps_the_contract_has_no_findings(knowledge: Path):
    assert check(knowledge, today=TODAY) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "message"),
    [
        ("id: demo/orders", "id: demo/order", "id", "must equal the path"),
        ("area: demo", "area: other", "area", "must be the first part"),
        ("seed: [K1]", "seed: [K99]", "seed", "unknown seed code K99"),
        ("languages: [python]", "languages: [cobol]", "languages", "unknown language cobol"),
        ("facts: [D01]", "facts: []", "facts", "differ from the facts used below: D01"),
        ("once? {#once}", "once? {#twice}", "core", "core section once is missing"),
        ("How do I take an order once? {", "Can I take an order once? {", "heading", "answered with Yes or No first"),
        ("- duplicate orders\n", "", "also-asked", "4 other wordings, 5 to 10"),
        ("- same order again", "- duplicate orders", "also-asked", "occurs twice"),
        ("The loser reads", "It depends. The loser reads", "short-answer", "'it depends' does not stand alone"),
        ("### Why", "### Because", "parts", "unknown part 'Because'"),
        ("### Pitfalls", "### Numbers", "parts", "### Pitfalls is missing"),
        ("A client cannot", "word " * 221 + "A client cannot", "body", "at most 220"),
        ("A client cannot", "word " * 111 + "A client cannot", "body", "at most 110"),
        ('db.execute("insert', 'db.execute("INSERT', "listing", "differs from orders_demo.py#claim"),
        ("#claim", "#missing", "listing", "has no line ending in 'region missing'"),
        ("python orders_demo.py#claim", "python", "listing", "code points at its example"),
        ("Listing: the insert", "The insert", "listing", "starts with 'Listing:'"),
        ("Two orders → check before insert → insert first.", "Two orders: insert first.", "pitfalls", "has 0 arrows"),
        ("- Two orders → check before insert → insert first.\n", "", "pitfalls", "1 pitfalls, at least 2"),
        ("remembered? → As", "remembered? As", "details", "has 0 arrows"),
        ("- Who makes the key? → The client", "- Is text? → No, the client", "details", "the question has 2 words"),
        ("No. Two clicks can", "Two clicks can", "details", "answered with its verdict first"),
        ("for most a day.", "for most a day", "details", "ends with a full stop"),
        (
            "How long must a key be remembered?",
            "How long must a key be remembered",
            "details",
            "the question ends with ?",
        ),
        ("- How long must a key be remembered?", "- Who makes the key?", "details", "this is asked already"),
        ("As long as the slowest", "It depends on what the slowest", "details", "does not stand alone"),
        ("- Who makes the key? → The client, when", "The client, when", "details", "2 details, 3 to 8"),
        ("so take random values.", "so take " + "very " * 60 + "random values.", "details", "8 to 60 are allowed"),
        ("[^spec §2.1; D01]", "[^nowhere §2.1; D01]", "sources", "unknown source id nowhere"),
        ("[^spec §2.1; D01]", "[^spec §2.1; D09]", "facts", "unknown fact id D09"),
        ("- spec §2.1\n", "", "sources", "cited in the text but not under ### Sources"),
        ("demo/orders#late", "demo/orders#never", "see-also", "is not in syllabus.yaml"),
        ("1. Send the key.", "1. Send <b>the</b> key.", "html", "raw HTML is not allowed: <b>"),
        ("1. Send the key.", '```json\n{"a": }\n```\n\n1. Send the key.', "listing", "the json block does not parse"),
        ("How orders are taken.", "word " * 61, "intro", "61 words, at most 60"),
    ],
)
def test_a_broken_rule_is_found_with_its_name_and_what_mends_it(
    knowledge: Path, old: str, new: str, rule: str, message: str
):
    found = findings_after(knowledge, old, new)

    assert [finding for finding in found if finding.rule == rule and message in finding.message], found


@pytest.mark.parametrize(("words", "allowed"), [(39, False), (40, True), (80, True), (81, False)])
def test_a_short_answer_has_40_to_80_words(knowledge: Path, words: int, allowed: bool):
    guide = knowledge / "guides" / "demo" / "orders.md"
    before, _, rest = guide.read_text(encoding="utf-8").partition("**Short answer.**")
    after = rest[rest.index("### Why") :]
    guide.write_text(f"{before}**Short answer.** {'word ' * words}\n\n{after}", encoding="utf-8")

    assert (not any(finding.rule == "short-answer" for finding in check(knowledge, today=TODAY))) is allowed


def test_a_finding_names_file_and_line(knowledge: Path):
    (found,) = findings_after(
        knowledge, "Two orders → check before insert → insert first.", "Two orders → insert first."
    )

    assert str(found).startswith("guides/demo/orders.md:46: [pitfalls] a pitfall reads 'symptom → cause → fix'")


def test_an_overdue_fact_turns_the_check_red(knowledge: Path):
    found = check(knowledge, today=dt.date(2028, 1, 1))

    assert [finding.rule for finding in found] == ["fact-overdue"]
    assert "D01 was due for review on 2027-11-01" in found[0].message


def test_a_satellite_must_name_its_owner(knowledge: Path):
    found = findings_after(knowledge, "once? {#once}", "once? {#late}")

    assert any(f.rule == "owner" and "demo/orders#once" in f.message for f in found)


def test_a_passage_the_embedder_cannot_read_whole_is_found(knowledge: Path):
    jargon = " ".join(f"x{n}q{n}z" for n in range(100))
    found = findings_after(knowledge, "A client cannot", f"{jargon} A client cannot")

    assert any(f.rule == "passages" for f in found)


def test_a_guide_that_cannot_be_taken_apart_is_a_finding_and_not_a_crash(knowledge: Path):
    found = findings_after(knowledge, "## How do I take an order once? {#once}", "## How do I take an order once?")

    assert [(f.rule, f.line) for f in found] == [("format", 15)]


def test_the_syllabus_says_which_core_sections_are_missing(knowledge: Path):
    guide = knowledge / "guides" / "demo" / "orders.md"
    guide.write_text(guide.read_text(encoding="utf-8").replace("{#once}", "{#late}"), encoding="utf-8")

    assert missing_core(knowledge) == ["demo/orders#once"]


def test_two_python_examples_of_one_name_are_found(knowledge: Path):
    other = knowledge / "examples" / "demo" / "other"
    other.mkdir()
    (other / "orders_demo.py").write_text("", encoding="utf-8")

    (found,) = check(knowledge, today=TODAY)

    assert (found.rule, found.file) == ("examples", "examples/demo/other/orders_demo.py")


def test_a_noun_of_the_seed_needs_written_core_sections(knowledge: Path):
    path = knowledge / "syllabus.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nnouns:\n  Cobol: ['languages/cobol#why']\n", encoding="utf-8")

    found = check(knowledge, today=TODAY)

    assert [(finding.rule, finding.file) for finding in found] == [("noun", "syllabus.yaml")]
    assert '"Cobol" rests on languages/cobol#why' in found[0].message


def test_every_noun_of_the_seed_is_proved():
    assert len(load_syllabus(resources.folder("knowledge")).nouns) >= 70
    assert not [finding for finding in shipped.check() if finding.rule == "noun"]
