"""What a document may no longer hold is told where it holds it, and only where that is certain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from passdown.stages.audit import drift
from passdown.stages.audit.drift import findings, unknown
from passdown.stages.audit.drifted import drifted
from passdown.stages.audit.schema import held, is_schema, tables
from passdown.stages.audit.shelf import Shelf
from tests.stages.audit.repo import change, commit, init

if TYPE_CHECKING:
    from pathlib import Path

    from passdown.stages.audit.drift import Drift

FILE = "schemas/shop.schema.json"
ID = "https://shop.example/shop.schema.json"
DOC = '{\n  "$schema": "../schemas/shop.schema.json",\n  "name": "x",\n  "old": 1\n}\n'
TEXT: dict[str, Any] = {"type": "string"}


def spec(names: dict[str, Any], **more: Any) -> str:
    told = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": ID,
            "type": "object", "properties": names, "additionalProperties": False}  # fmt: skip
    return json.dumps({**told, **more})


BEFORE = spec({"name": TEXT, "old": TEXT, "$schema": TEXT})


def turned(
    root: Path, after: str, before: str = BEFORE, doc: str = DOC, path: str = "conf/a.json"
) -> list[Drift]:
    repo = init(root / "repo")
    base = commit(repo, {FILE: before, path: doc})
    return drifted(change(repo, base, commit(repo, {FILE: after})), Shelf([]))


def test_what_a_document_may_no_longer_hold_is_told_where_it_stands(tmp_path: Path) -> None:
    (one,) = findings(turned(tmp_path, spec({"name": TEXT, "$schema": TEXT})))
    assert (one.rule, one.severity) == ("drift.removed", "warn")
    assert one.message == f"{FILE}: `old` removed"
    assert [(at.path, at.line, at.text) for at in one.locations] == [("conf/a.json", 4, '"old": 1')]


def test_what_it_must_hold_now_and_what_is_leaving_are_told(tmp_path: Path) -> None:
    names = {"name": TEXT, "old": {"deprecated": True}, "new": TEXT, "$schema": TEXT}
    rows = turned(tmp_path, spec(names, required=["new", "name"]))
    assert sorted((one.status, one.why) for one in rows) == [
        (drift.BREAKING, "needs `new`"), (drift.DEPRECATED, "`old` deprecated"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "doc"),
    [
        ("conf/a.json", DOC.replace("../schemas/shop.schema.json", ID)),
        ("a.yaml", "# yaml-language-server: $schema=schemas/shop.schema.json\nname: x\nold: 1\n"),
        ("a.yml", f"$schema: {ID}\nname: x\nold: 1\n"),
    ],
)  # fmt: skip
def test_a_document_names_its_schema_in_several_ways(tmp_path: Path, path: str, doc: str) -> None:
    rows = turned(tmp_path, spec({"name": TEXT, "$schema": TEXT}), doc=doc, path=path)
    assert [(one.symbol, one.status) for one in rows] == [("old", drift.REMOVED)]


def test_tables_within_tables_and_lists_are_known_by_their_path(tmp_path: Path) -> None:
    def nested(inner: dict[str, Any]) -> str:
        item = {"properties": inner, "additionalProperties": False}
        rows = {"items": {"$ref": "#/$defs/item"}}
        return spec({"rows": rows, "$schema": TEXT}, **{"$defs": {"item": item}})

    doc = '{"$schema": "../schemas/shop.schema.json",\n "rows": [{"a": 1},\n {"b": 2}]}\n'
    rows = turned(tmp_path, nested({"a": TEXT}), nested({"a": TEXT, "b": TEXT}), doc)
    assert [(one.symbol, one.places[0].line) for one in rows] == [("rows.[].b", 3)]


@pytest.mark.parametrize(
    ("after", "doc"),
    [
        (BEFORE, DOC),
        (spec({"name": TEXT, "old": TEXT, "more": TEXT, "$schema": TEXT}), DOC),
        (spec({"name": {"type": "integer"}, "old": TEXT, "$schema": TEXT}), DOC),
        (spec({"name": TEXT, "old": TEXT, "$schema": TEXT}, required=["name"]), DOC),
        (spec({"name": TEXT}, additionalProperties=True), DOC),
        (spec({"name": TEXT}, additionalProperties={"type": "string"}), DOC),
        (spec({"name": TEXT}, anyOf=[{"properties": {"old": TEXT}}]), DOC),
        (spec({}, **{"$ref": "https://elsewhere.example/x.json"}), DOC),
        (spec({"name": TEXT, "$schema": TEXT}), DOC.replace('"old": 1', '"other": 1')),
        (spec({"name": TEXT, "$schema": TEXT}), DOC.replace("shop.schema", "other.schema")),
        (spec({"name": TEXT, "$schema": TEXT}), DOC.replace("../schemas", "../other")),
        (spec({"name": TEXT, "$schema": TEXT}), '{"old": 1, "note": "shop.schema.json"}'),
        (spec({"name": TEXT, "$schema": TEXT}), '["$schema", "shop.schema.json"]'),
        (spec({"name": TEXT, "$schema": TEXT}), DOC + "broken"),
    ],
)  # fmt: skip
def test_ordinary_changes_of_a_schema_are_silent(tmp_path: Path, after: str, doc: str) -> None:
    assert turned(tmp_path, after, doc=doc) == []


def test_a_schema_that_cannot_be_read_any_more_is_unknown(tmp_path: Path) -> None:
    assert unknown(turned(tmp_path, "{")) == f"unknown: {FILE}: {FILE} is no schema that is read"


def test_many_documents_that_hold_it_are_one_finding(tmp_path: Path) -> None:
    repo = init(tmp_path / "repo")
    base = commit(repo, {FILE: BEFORE, "conf/a.json": DOC, "conf/b.json": DOC})
    after = commit(repo, {FILE: spec({"name": TEXT, "$schema": TEXT})})
    (one,) = findings(drifted(change(repo, base, after), Shelf([])))
    assert [at.path for at in one.locations] == ["conf/a.json", "conf/b.json"]


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, [[]], [None], {"$ref": "#/$ref"}])
def test_odd_parts_of_a_schema_are_left_out(odd: Any) -> None:
    for name in ("properties", "required", "items", "$ref", "$defs", "additionalProperties", "$id"):
        assert tables(spec({"a": TEXT}, **{name: odd})) is not None
    assert tables(spec({"a": odd})) is not None
    assert list(held(odd, ("a", "[]", "b"))) == []


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    loop = {"$ref": "#"}
    found = tables(spec({"a": loop, "b": loop, "c": loop}))
    assert found is None or len(found[1]) <= 3000
    assert tables(spec({"a": {"$ref": "#/properties/a"}})) is not None
    assert tables("[" * 100_000) is None


def test_a_schema_is_known_by_its_name_or_what_it_says() -> None:
    assert is_schema("a/x.schema.json", "{}")
    assert is_schema("a/x.json", BEFORE)
    assert not is_schema("a/x.json", '{"$schema": "./mine.json"}')
    assert not is_schema("a/x.yaml", BEFORE)
    assert not is_schema("a/x.json", None)
