"""Named queries: each is used, and fits what it is asked with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from passdown.storage.sql import named
from passdown.storage.sql.named import Queries, flat
from passdown.storage.sql.postgres import DIALECT as POSTGRES
from passdown.storage.sql.sqlite import DIALECT as SQLITE
from passdown.storage.texts import PLACES

FOLDER = Path(named.FOLDER)
CODE = Path(named.__file__).parent


@pytest.fixture
def queries(tmp_path: Path, monkeypatch) -> Queries:
    (tmp_path / "part.sql").write_text(
        "-- About these.\n\n-- Why it is so.\n-- name: one\nSELECT a FROM t\n"
        "WHERE {sees} AND b IN :list\n    AND c = :c --? c\nLIMIT :n {skip_locked}\n\n"
        "-- name: two\nSELECT {sees t.scope}, NOT {sees}\n"
    )
    monkeypatch.setattr(named, "FOLDER", str(tmp_path))
    return Queries(SQLITE)


def test_a_sight_becomes_a_condition(queries: Queries):
    def fitted(scopes: int | None) -> str:
        return queries.fitted("part", "two", scopes, {})

    assert fitted(None) == "SELECT TRUE, NOT TRUE"
    assert fitted(0) == "SELECT FALSE, NOT FALSE"
    assert fitted(2) == (
        "SELECT t.scope IN (:sight_0, :sight_1), NOT scope IN (:sight_0, :sight_1)"
    )


def test_lists_and_optional_lines_follow_the_arguments(queries: Queries):
    short = queries.fitted("part", "one", None, {"list": [1], "c": "", "n": 1})
    assert " ".join(short.split()) == "SELECT a FROM t WHERE TRUE AND b IN (:list_0) LIMIT :n"
    long = queries.fitted("part", "one", None, {"list": [1, 2], "c": "x", "n": 1})
    assert "b IN (:list_0, :list_1)" in long
    assert "AND c = :c" in long
    assert flat({"list": [1, "a\0"], "c": "x\ud800", "n": 1}) == {
        "list_0": 1, "list_1": "a\ufffd", "c": "x\ufffd", "n": 1
    }  # fmt: skip


def test_a_dialect_puts_in_its_own_words(queries: Queries, monkeypatch):
    assert "SKIP LOCKED" not in queries.fitted("part", "one", None, {"list": [1], "n": 1})
    other = Queries(POSTGRES).fitted("part", "one", None, {"list": [1], "n": 1})
    assert other.endswith("LIMIT %(n)s FOR UPDATE SKIP LOCKED")


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.sql")), ids=lambda path: path.stem)
def test_every_query_is_named_by_the_code_of_its_part(path: Path):
    code = (CODE / path.name).with_suffix(".py").read_text()
    names = re.findall(r"^-- name: (\w+)$", path.read_text(), re.MULTILINE)
    assert names
    assert len(names) == len(set(names))
    spelled = set(re.findall(r'"(\w+)"', code)) | {
        f"count_{what}" for what in ("sessions", "sources") if "count_{what}" in code
    }
    if path.stem == "erasure":
        spelled |= {f"{what}_{table}" for what in ("page", "rewrite") for table in PLACES}
        spelled |= {
            f"{t}_{what}" for what in ("of_record", "of_proposal", "holding") for t in PLACES
        }
    assert set(names) <= spelled


@pytest.mark.parametrize("word", ["plain", "o'brien", 'say "hi"', "back\\slash", "''", ""])
def test_a_quoted_word_cannot_end_its_quotes(word: str):
    assert SQLITE.quoted(word)[1:-1].replace('""', "") == word.replace('"', "")
    inside = POSTGRES.quoted(word)[1:-1]
    assert "'" not in inside.replace("''", "")
    assert "\\" not in inside.replace("\\\\", "")
