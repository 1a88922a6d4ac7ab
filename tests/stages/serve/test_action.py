"""The hooks' file: what it holds of what was approved, and which calls it knows."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from passdown.domain.change import Put, Retire
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.stages.apply.execute import execute
from passdown.stages.serve import lookup
from passdown.stages.serve.action import Call, Matcher, call_of, find, follow, row_of
from passdown.stages.serve.lookup import Table, load
from tests.desk import Desk

STORE = "s"


def record(failed: str = "python", worked: str = "python3", **facts: Any) -> Record:
    tool = facts.pop("tool", "Bash")
    body = {"cure": {"tool": tool, "failed": failed, "worked": worked}}
    return Record("note", f"{tool} {failed}", f"`{worked}` works.", body, **facts)


def fits(one: Record, tool: str, **arguments: Any) -> bool:
    row, call = row_of(one), call_of(tool, arguments)
    if row is None:
        return False
    # What is found by its word is what fits, whatever stands around it.
    table = Table(STORE, 1).with_rows((), [row])
    fit = Matcher(*row.rest).fits(call)
    assert find(table, call, [one.scope]) == ([one.id] if fit else [])
    return fit


@pytest.mark.parametrize("tool", ["Bash", "shell", "run_shell_command", "Shell", "exec_command"])
def test_a_shell_is_a_shell_in_every_client(tool: str):
    assert fits(record(), tool, command="python x.py")


def test_a_command_may_come_as_a_list():
    assert fits(record(), "shell", command=["bash", "-lc", "cd web && python x.py"])


@pytest.mark.parametrize(
    ("failed", "worked", "line", "is_one"),
    [
        ("pytest", "uv run pytest", "pytest -q", True),
        ("pytest", "uv run pytest", "uv run pytest -q", False),
        ("pip install --wrong", "pip install", "pip install --wrong x", True),
        ("pip install --wrong", "pip install", "pip install x", False),
        ("git show … --no-stat", "git show … --stat", "git show abc --no-stat", True),
    ],
)
def test_the_call_that_works_is_left_alone(failed: str, worked: str, line: str, is_one: bool):
    assert fits(record(failed, worked), "Bash", command=line) is is_one


def test_another_tool_is_known_by_the_places_and_names_it_is_given():
    wrong = record("src/app.py", "lib/app.py", tool="Read")
    assert fits(wrong, "Read", file_path="/home/ann/web/src/app.py")
    assert not fits(wrong, "Read", file_path="/home/ann/web/lib/app.py")
    assert not fits(wrong, "Write", file_path="/home/ann/web/src/app.py")
    assert not fits(wrong, "Read", file_path="x", content="see src/app.py")


@pytest.mark.parametrize(
    "one",
    [
        Record("note", "x", "no cure"),
        Record("note", "x", "odd", {"cure": "python"}),
        record("…"),
        record(""),
        record(tool=""),
        *(record(life=life) for life in Life if life is not Life.ACTIVE),
    ],
)
def test_what_tells_of_no_call_or_is_not_served_is_not_compiled(one: Record):
    assert row_of(one) is None


# ---- the file


def put(at: Desk, *records: Record, proposal: str = "p") -> None:
    with at.store.write(ALL) as tx:
        execute(tx, proposal, [Put(one) for one in records], "ann")


def step(at: Desk, home: Path, store: str = STORE, *, blocks: bool = False) -> bool:
    with at.store.read(ALL) as tx:
        return follow(tx, home, store, blocks=blocks)


def known(home: Path, line: str = "python x", *scopes: str) -> list[str]:
    table = load(home)
    assert table is not None
    return find(table, Call("Bash", line), scopes or ("global",))


def test_the_file_follows_the_ledger_step_by_step(on_each: Desk, tmp_path: Path):
    first, second = record(), record("npm test", "pnpm test")
    put(on_each, first)
    assert step(on_each, tmp_path)
    assert not step(on_each, tmp_path)
    assert known(tmp_path) == [first.id]
    put(on_each, second, proposal="q")
    assert step(on_each, tmp_path)
    assert known(tmp_path, "npm test; python x") == sorted([first.id, second.id])
    with on_each.store.write(ALL) as tx:
        execute(tx, "r", [Retire("note", first.key, 1)], "ann")
    assert step(on_each, tmp_path)
    assert known(tmp_path) == []
    assert known(tmp_path, "npm test") == [second.id]


def test_following_in_steps_and_at_once_give_the_same_file(at: Desk, tmp_path: Path):
    steps, once = tmp_path / "steps", tmp_path / "once"
    for folder in (steps, once):
        folder.mkdir(mode=0o700)
    for n in range(5):
        put(at, record(f"tool{n}"), proposal=str(n))
        step(at, steps)
    step(at, once)
    assert (steps / lookup.FILE).read_bytes() == (once / lookup.FILE).read_bytes()


def test_a_setting_that_changed_reaches_the_file(at: Desk, tmp_path: Path):
    step(at, tmp_path)
    assert step(at, tmp_path, blocks=True)
    table = load(tmp_path)
    assert table is not None
    assert table.blocks


def test_the_file_of_another_store_or_of_a_later_one_is_made_anew(at: Desk, tmp_path: Path):
    put(at, record())
    step(at, tmp_path, "other")
    assert load(tmp_path, "s") is None
    assert step(at, tmp_path, "s")
    table = load(tmp_path, "s")
    assert table is not None
    lookup.save(tmp_path, table._replace(head=10**6, lines=b""))
    assert step(at, tmp_path, "s")
    assert known(tmp_path) == [record().id]


def test_what_is_nearest_is_said_first_then_what_is_surest(at: Desk, tmp_path: Path):
    near = record("python x", scope="repo:web", confidence=0.75)
    sure, weak = record("python", confidence=0.9), record("x", "y", confidence=0.8)
    far = record("python", scope="repo:api", tool="shell")
    put(at, near, sure, weak, far)
    step(at, tmp_path)
    assert known(tmp_path, "python x", "global", "repo:web") == [near.id, sure.id, weak.id]


def test_a_hundred_thousand_lines_are_looked_through_in_a_moment():
    rows = [r for n in range(100_000) if (r := row_of(record(f"tool{n} run … --all{n}")))]
    table = Table(STORE, 1).with_rows((), rows)
    call = Call("Bash", "cd web && (tool77 run now --all77; make) && " + "x/y/z " * 300)
    began = time.process_time()
    assert len(find(table, call, ["global"])) == 1
    assert time.process_time() - began < 0.1


WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=4)


@given(st.lists(st.tuples(WORDS, st.text("0123456789abcdef", min_size=12, max_size=12))), WORDS)
def test_what_stands_under_a_word_is_found_by_it_and_by_no_other(rows: Any, other: str):
    every = [
        lookup.Row(word, id, (n,)) for n, (word, id) in enumerate(rows) if word.split() == [word]
    ]
    table = Table(STORE, 1).with_rows((), every)
    for word in (other, *(row.word for row in every)):
        wanted = sorted(row for row in every if row.word == word)
        assert sorted(table.under([word])) == wanted


def test_what_is_erased_leaves_the_hooks_file(at: Desk, tmp_path: Path):
    put(at, record("python --token xyzzy"))
    at.call("action.follow")
    path = at.app.home / lookup.FILE
    assert b"xyzzy" in path.read_bytes()
    with at.store.write(ALL) as tx:
        tx.registry.keep("scrub", "due")
    from passdown.ops.scrub import scrub

    scrub(at.app._ctx(at.app.identify(), ALL, at.app.settings, lambda _: None))
    assert not path.exists()


def test_whether_anything_was_written_since_is_told_by_the_files_alone(tmp_path: Path):
    other, empty = tmp_path / "store.db", tmp_path / "empty"
    empty.touch()
    assert lookup.is_older(tmp_path, [])
    lookup.save(tmp_path, Table(STORE, 1), as_of=10**18)
    assert not lookup.is_older(tmp_path, [other, empty])
    other.write_text("x")
    assert lookup.is_older(tmp_path, [other])
    lookup.touch(tmp_path, 4 * 10**18)
    assert not lookup.is_older(tmp_path, [other])


# ---- the operation


def test_advise_says_what_the_hook_would_say(on_each: Desk):
    one = record(scope="repo:web")
    put(on_each, one, replace(one, key="later", valid_from="2999-01-01T00:00:00.000Z"))
    asked = {"tool": "bash", "command": "python x"}
    assert on_each.call("advise", **asked)["advice"] == ""
    said = on_each.call("advise", **asked, repo="web")
    advice = f"`python3` works. [pd:{one.id[:8]}]"
    assert said == {"advice": advice, "id": one.id, "block": False, "granted": False}
    assert on_each.call("advise", tool="bash", repo="web")["advice"] == ""
