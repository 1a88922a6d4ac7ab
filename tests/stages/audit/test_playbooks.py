"""A playbook comes up where it is for the change, and hardly ever where it is not."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from passdown.stages.audit.change import Change
from passdown.stages.audit.facts import read
from passdown.stages.audit.playbooks import Book, about, choose, findings, query

AREAS = ("billing", "search", "mail", "login", "report", "upload", "cart", "stock")
DEEDS = ("parse", "render", "merge", "cache", "retry", "split", "sort", "count", "store", "check")
BOOKS = [
    Book("b0", "Migrations", "Never edit a migration that ran; add one that follows it.",
         ("migrations/**", "alembic/*.py"), ("alembic",)),
    Book("b1", "Money", "Round invoice totals with Decimal and ROUND_HALF_EVEN; cents are ints.",
         ("billing/invoice*.py",)),
    Book("b2", "Retries", "Back off with jitter on HTTP 429; honour the Retry-After header."),
    Book("b3", "Locks", "Take advisory locks in order of the account number, or deadlock."),
]  # fmt: skip
EVERY = [book.id for book in BOOKS]


def unrelated(dice: random.Random) -> dict[str, Any]:
    area, other = dice.sample(AREAS, 2)
    names = [f"{dice.choice(DEEDS)}_{dice.choice(AREAS)}_{dice.randrange(40)}" for _ in range(8)]
    return {"paths": [f"{area}/{dice.choice(DEEDS)}.py", f"tests/test_{other}.py"],
            "symbols": names}  # fmt: skip


def chosen(row: dict[str, Any], past: list[dict[str, Any]], found: list[str] = EVERY) -> list[str]:
    now = about(row["paths"], row["symbols"])
    return [one.book.id for one in choose(now, BOOKS, found, past)]


def test_of_a_hundred_unrelated_changes_five_at_most_bring_a_playbook() -> None:
    dice = random.Random(3)
    past = [unrelated(dice) for _ in range(60)]
    assert sum(len(chosen(unrelated(dice), past)) for _ in range(100)) <= 5


@pytest.mark.parametrize("many", [0, 3, 60])
def test_a_change_of_the_paths_it_is_for_brings_it_whatever_search_says(many: int) -> None:
    dice = random.Random(4)
    past = [unrelated(dice) for _ in range(many)]
    for path, id in (("migrations/2026/0007_x.py", "b0"), ("alembic/env.py", "b0"),
                     ("billing/invoice_pdf.py", "b1")):  # fmt: skip
        assert chosen({"paths": [path], "symbols": []}, past, []) == [id]
    assert chosen({"paths": ["alembic/versions/x.py"], "symbols": []}, past, []) == []


def test_rare_words_bring_one_where_enough_is_known_of_chance() -> None:
    dice = random.Random(5)
    past = [unrelated(dice) for _ in range(60)]
    change = {"paths": ["billing/retry.py"], "symbols": ["retry_after", "jitter", "back_off"]}
    assert chosen(change, past) == ["b2"]
    assert chosen(change, past, []) == []
    assert chosen(change, past[:5]) == []


def test_a_glob_that_every_change_matches_says_nothing() -> None:
    dice = random.Random(6)
    past = [unrelated(dice) for _ in range(60)]
    wide = Book("wide", "Tests", "Write one first.", ("tests/**",))
    now = about(["tests/test_cart.py"], [])
    assert choose(now, [wide], ["wide"], past) == []


def test_three_are_brought_at_the_most_the_surest_first() -> None:
    books = [Book(f"b{n}", f"Rule {n}", "words", ("a/**",)) for n in range(5)]
    found = choose(about(["a/b.py"], []), books, ["b3", "b1"], [])
    assert [one.book.id for one in found] == ["b1", "b3", "b0"]
    assert len({one.fp for one in findings(found)}) == 3
    assert all(one.severity == one.most == "info" for one in findings(found))


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("a/*.py", "a/b.py", True), ("a/*.py", "a/c/b.py", False), ("a/**", "a/c/b.py", True),
        ("**/b.py", "b.py", True), ("**/b.py", "x/y/b.py", True), ("a/", "a/c/d", True),
        ("a.py", "abpy", False), ("a?c", "abc", True), ("a?c", "a/c", False),
        ("(a+)+$", "aaaa", False), ("[", "[", True), ("./a.py", "a.py", True),
    ],
)  # fmt: skip
def test_a_glob_is_a_glob_and_no_pattern(glob: str, path: str, fits: bool) -> None:
    assert bool(Book("b", "t", "x", (glob,)).first([path])) is fits


def test_what_is_looked_for_are_names_paths_imports_and_words_of_errors() -> None:
    diff = (
        "--- a/billing/tax.py\n+++ b/billing/tax.py\n@@ -1 +1,3 @@\n-x = 1\n+import alembic.op\n"
        "+def f():\n+    raise ValueError('no such rate')\n"
    )
    asked = query(Change(read(diff.encode())), ["add_rate"])
    assert asked.split()[:3] == ["add_rate", "billing", "tax"]
    assert "alembic" in asked.split()
    assert "no such rate" in asked


def test_bytes_that_are_no_text_are_no_reason_to_fail() -> None:
    odd = os.fsdecode(b"caf\xe9/x.py")
    book = Book("b", "t", "x", ("*/x.py", "\udce9*"))
    assert book.first([odd]) == odd
    diff = b"--- a/caf\xe9.py\n+++ b/caf\xe9.py\n@@ -1 +1 @@\n-x\n+import \xe9\n"
    assert query(Change(read(diff)), [odd]).encode()
