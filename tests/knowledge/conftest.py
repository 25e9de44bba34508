"""A knowledge folder with one guide that keeps the whole contract, for tests that break one rule at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_architect import resources

GUIDE = """\
---
id: demo/orders
title: Orders
area: demo
seed: [K1]
languages: [python]
frameworks: []
updated: 2026-11-25
facts: [D01]
owns: []
---

How orders are taken.

## How do I take an order once? {#once}

Also asked:
- duplicate orders
- order placed twice
- double submit
- user clicked twice
- same order again

**Short answer.** Take an order once by giving every attempt of one purchase the same key and letting a unique constraint on that key decide which
attempt wins. The loser reads the stored reply of the winner. Use a natural key instead when the order already has one, such as a cart id, because
it needs no extra column.

### Why

A client cannot tell a lost request from a lost reply, so it repeats [^spec §2.1; D01].

### How

1. Send the key.
2. Insert it first.

### Code

Listing: the insert that decides (Python 3.11).
```python orders_demo.py#claim
db.execute("insert into orders (key) values (?)", (key,))
```

### Pitfalls

- Two orders → check before insert → insert first.
- Key reused for another cart → one key a session → one key a purchase.

### Details

- Who makes the key? → The client, when the user acts [^spec §2.1]. A server-made key arrives too late to help.
- How long must a key be remembered? → As long as the slowest client repeats, for most a day.
- Is a time stamp good enough as a key? → No. Two clicks can share a millisecond, so take random values.

### Sources

- spec §2.1
- See also: demo/orders#late
"""

EXAMPLE = """\
def claim(db, key):
    # region claim
    db.execute("insert into orders (key) values (?)", (key,))
    # endregion
"""

SYLLABUS = """\
seed: {K1: REST}
owners:
  - {topic: Late orders, owner: demo/orders#once, satellites: ["demo/orders#late"]}
guides:
  - id: demo/orders
    title: Orders
    seed: [K1]
    sections:
      - {id: once, core: true, question: How do I take an order once?}
      - {id: late, core: false, question: What do I do with a late order?}
"""

FACTS = """\
facts:
  D01: {text: Clients retry., source: RFC 1 §2, certainty: A, checked: 2026-11-01, review_by: 2027-11-01}
"""

SOURCES = "spec: {title: The specification, publisher: Example, url: https://example.com/spec, read: 2026-11-25}\n"


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    root = tmp_path / "knowledge"
    for path, text in {
        "guides/demo/orders.md": GUIDE,
        "examples/demo/orders/orders_demo.py": EXAMPLE,
        "syllabus.yaml": SYLLABUS,
        "facts.yaml": FACTS,
        "sources/demo.yaml": SOURCES,
    }.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (root / "embedder").symlink_to(resources.folder("knowledge") / "embedder")
    return root
