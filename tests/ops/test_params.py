"""The one validation there is: types, bounds, unknown names, and what is redacted."""

from __future__ import annotations

import json

import pytest

from passdown.app import memory_app
from passdown.domain.errors import Invalid
from passdown.ops.params import accept, parameters, plain, schema
from tests.desk import Desk
from tests.notes import Add


def cleaned(text: str) -> str:
    return text.replace("SECRET", "[redacted]")


def nested(depth: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(depth):
        value = {"x": value}
    return value


@pytest.mark.parametrize(
    ("name", "params", "said"),
    [
        ("approve", {}, "id"),
        ("approve", {"id": 7}, "str"),
        ("approve", {"id": "x", "actor": "bob"}, "actor"),
        ("approve", {"id": "x", "roles": ["admin"]}, "roles"),
        ("approve", {"id": "x", "edit": "text"}, "edit"),
        ("approve", {"id": "../../etc/passwd"}, "id"),
        ("approve", {"id": "a\x00b"}, "id"),
        ("approve", {"id": "x" * 65}, "id"),
        ("approve", {"id": "a b"}, "id holds what no id does: letters, digits"),
        ("approve", {"id": "\u0430bc"}, "id"),
        ("pending", {"limit": "ten"}, "limit"),
        ("pending", {"limit": 1.5}, "limit"),
        ("pending", {"loop": "x" * 201}, "loop"),
        ("reject", {"id": "x", "reason": "x" * 70_000}, "reason"),
        ("ingest", {"paths": "one"}, "paths"),
        ("ingest", {"paths": ["x"] * 10_001}, "paths"),
        ("ingest", {"paths": ["x" * 5000]}, "paths"),
        ("backup", {"to": 3}, "to"),
        ("audit.list", {"overall": "x"}, "overall is none of approve, request_changes, block"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(at: Desk, name: str, params, said: str):
    before = at.digest()
    with pytest.raises(Invalid, match=said) as caught:
        at.call(name, **params)
    assert caught.value.where == at.app.operation(name).name
    assert caught.value.next
    assert at.digest() == before


def test_a_limit_below_nothing_is_refused_whoever_declares_it():
    with memory_app() as app:
        every = [op for op in app.operations.values()
                 if any(p.name == "limit" for p in parameters(op))]  # fmt: skip
    assert {"audit.search", "ontology.show"} <= {op.name for op in every}
    for op in every:
        needed = {p.name: "x" for p in parameters(op) if p.required}
        with pytest.raises(Invalid) as caught:
            accept(op, {**needed, "limit": -1}, cleaned)
        assert (caught.value.what, caught.value.where) == ("limit is less than 0", op.name)
        assert schema(op)["properties"]["limit"]["minimum"] == 0
        assert accept(op, {**needed, "limit": 0}, cleaned)["limit"] == 0


@pytest.mark.parametrize(
    "edit",
    [{"text": "x" * 300_000}, nested(400_000 // 8), nested(5000)],
    ids=["long", "deep and long", "deep"],
)
def test_a_payload_too_large_or_too_deep_is_refused(at: Desk, edit):
    id = at.ask(Add("tea")).id
    with pytest.raises(Invalid):
        at.call("approve", id=id, edit=edit)
    assert at.proposal(id).open


def test_free_text_is_redacted_where_it_would_be_kept_and_ids_are_not(at: Desk):
    op = at.app.operation("reject")
    given = {"id": "SECRET", "reason": "my SECRET", "loop": "SECRET"}
    assert accept(op, given, cleaned) == {
        "id": "SECRET",
        "reason": "my [redacted]",
        "loop": "SECRET",
    }


def test_every_text_of_a_payload_is_redacted_keys_too(at: Desk):
    op = at.app.operation("approve")
    edit = {"a": "SECRET", "b": ["x", {"SECRET": "SECRET"}], "n": 1}
    found = accept(op, {"id": "x", "edit": edit}, cleaned)
    assert "SECRET" not in json.dumps(found)
    assert found["edit"]["n"] == 1


def test_what_only_reads_is_left_as_it_was_asked(at: Desk):
    op = at.app.operation("search")
    assert accept(op, {"query": "SECRET"}, cleaned)["query"] == "SECRET"


def test_a_result_is_what_json_would_make_of_it():
    from passdown.domain.proposal import Status

    assert plain({"a": (1, 2), "b": Status.PENDING, "c": {1: None}}) == {
        "a": [1, 2],
        "b": "pending",
        "c": {"1": None},
    }


def test_half_a_character_anywhere_in_a_result_is_named_and_nothing_else_changes():
    from passdown.domain.proposal import Status

    half = {"a\ud800": ("b\udc80", [Status.PENDING]), "c": {1: "d\n"}, "e": {"f\ud800"}}
    assert plain(half) == {
        "a\\ud800": ["b\\udc80", ["pending"]],
        "c": {"1": "d\n"},
        "e": ["f\\ud800"],
    }


def test_every_answer_survives_json(on_each: Desk):
    on_each.agree(Add("tea"))
    on_each.ask(Add("milk"))
    for name in ("pending", "status", "doctor", "capabilities", "records", "config.show", "jobs"):
        answer = on_each.call(name)
        assert json.loads(json.dumps(answer)) == answer


@pytest.mark.parametrize("given", [{"a": "b\ud800"}, {"a\ud800": "b"}])
def test_half_a_character_where_none_can_be_kept_is_told_as_that(at: Desk, given):
    with pytest.raises(Invalid, match=r"holds \\ud800, which is half a character"):
        at.call("event", event=given)
