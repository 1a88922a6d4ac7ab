"""Chats of editors' extensions: whose words they are, what was called and what came back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.cline import Cline
from passdown.stages.observe.readers.cursor import Cursor
from tests.stages.observe import editors
from tests.stages.observe.formats import drafts, drawn

CLINE, CURSOR = Cline(), Cursor()
TASK = "1770000000000"


def told(found: list[Draft]) -> list[tuple[Seen, str]]:
    return [(d.seen, d.text) for d in found if d.seen is not Seen.EVENT]


def of(found: list[Draft], seen: Seen) -> list[Draft]:
    return [d for d in found if d.seen is seen]


def test_a_conversation_of_cline_is_read_back_from_its_words() -> None:
    assert told(drafts(CLINE, editors.cline())) == [
        (Seen.PROMPT, "Please run the tests."),
        (Seen.REPLY, "I'll run them."),
        (Seen.CALL, "pytest"),
        (Seen.RESULT, "Command executed.\nExit code: 127\nbash: pytest: command not found"),
        (Seen.CALL, "uv run pytest"),
        (Seen.RESULT, "1 passed"),
        (Seen.PROMPT, "Always use uv here."),
        (Seen.REPLY, "All pass."),
    ]


def test_an_answer_belongs_to_the_call_it_was_asked_for() -> None:
    found = drafts(CLINE, editors.cline())
    calls = {d.call: d.text for d in of(found, Seen.CALL)}
    results = of(found, Seen.RESULT)
    assert [calls[d.call] for d in results] == ["pytest", "uv run pytest"]
    assert [(d.ok, d.meta.get("exit")) for d in results] == [(False, 127), (None, None)]


def test_only_what_stands_in_a_persons_tags_is_a_persons() -> None:
    memory: dict[str, Any] = {}
    found = drafts(CLINE, editors.cline(), memory)
    assert {d.trust for d in of(found, Seen.PROMPT)} == {Trust.HUMAN}
    assert not any("Open Tabs" in d.text for d in found)
    assert memory["counts"]["context"] == 3


def test_calls_by_the_interfaces_own_means_are_calls_too() -> None:
    assert told(drafts(CLINE, json.dumps(editors.native()).encode())) == [
        (Seen.PROMPT, "Look."),
        (Seen.REPLY, "I look."),
        (Seen.CALL, "ls"),
        (Seen.RESULT, "cart.py"),
    ]


@pytest.mark.parametrize(
    ("answer", "kind", "ok"),
    [
        ("The user denied this operation.", "refused", None),
        ("The tool execution failed with the following error:\n<error>\nno\n</error>", "", False),
        ("cart.py", "", None),
    ],
)
def test_an_answer_may_be_a_refusal_or_an_error(answer: str, kind: str, ok: bool | None) -> None:
    rows = editors.conversation()[:3]
    rows[2]["content"][1]["text"] = answer
    (result,) = of(drafts(CLINE, json.dumps(rows).encode()), Seen.RESULT)
    assert (result.meta.get("kind", ""), result.ok) == (kind, ok)


def task(tmp_path: Path, *files: str) -> Path:
    folder = tmp_path / TASK
    folder.mkdir()
    for name in files:
        (folder / name).write_bytes(b"[]")
    return folder


def test_a_tasks_two_files_are_one_session(tmp_path: Path) -> None:
    folder = task(tmp_path, "api_conversation_history.json", "ui_messages.json")
    spoken = CLINE.at(str(folder / "api_conversation_history.json"))
    shown = CLINE.at(str(folder / "ui_messages.json"))
    first = drafts(spoken, editors.cline())
    second = drafts(shown, json.dumps(editors.screen()).encode())
    assert {d.session for d in (*first, *second)} == {f"cline-{TASK}"}
    assert not {d.uid for d in first} & {d.uid for d in second}
    assert [d.seen for d in second] == [Seen.EVENT]
    tokens = {"in": 100, "out": 10, "cache_read": 40, "cache_write": 5}
    assert second[0].meta == {"kind": "turn", "tokens": tokens, "cost": 0.02}


def test_the_screen_alone_tells_the_conversation(tmp_path: Path) -> None:
    shown = CLINE.at(str(task(tmp_path, "ui_messages.json") / "ui_messages.json"))
    assert told(drafts(shown, json.dumps(editors.screen()).encode())) == [
        (Seen.PROMPT, "Please run the tests."),
        (Seen.REPLY, "I'll run them."),
        (Seen.CALL, "pytest"),
        (Seen.RESULT, "1 passed"),
        (Seen.CALL, "path: a"),
        (Seen.REPLY, "All pass."),
        (Seen.PROMPT, "Always use uv here."),
    ]


def test_an_exported_task_is_read_like_its_conversation() -> None:
    assert CLINE.sniff(editors.exported()) > 0.5
    assert told(drafts(CLINE, editors.exported())) == [
        (Seen.PROMPT, "Please run the tests."),
        (Seen.REPLY, "I'll run them."),
        (Seen.CALL, "input: Command: pytest"),
        (Seen.RESULT, "1 passed"),
        (Seen.REPLY, "All pass."),
    ]


def test_times_are_those_of_the_messages() -> None:
    assert [d.at for d in drafts(CLINE, editors.cline())][:2] == [
        "2026-02-02T02:40:00.000Z",
        "2026-02-02T02:40:01.000Z",
    ]


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"[1, 2", b"# A readme\n"])
def test_what_is_no_task_is_told_of(raw: bytes) -> None:
    assert all(isinstance(one, Skip) for one in drawn(CLINE, raw))
    assert CLINE.sniff(raw) == 0.0


def test_cursors_agent_tells_its_chat_line_by_line() -> None:
    found = drafts(CURSOR, editors.cursor())
    assert told(found) == [
        (Seen.PROMPT, "Please run the tests."),
        (Seen.REPLY, "I'll run them."),
        (Seen.CALL, "pytest"),
        (Seen.RESULT, "1 passed"),
        (Seen.REPLY, "All pass."),
    ]
    assert found[3].call == found[2].call == "t1"


def test_a_transcript_is_named_after_its_chat(tmp_path: Path) -> None:
    id = "5e0b0a58-0000-4000-8000-000000000000"
    reader = CURSOR.at(str(tmp_path / f"{id}.jsonl"))
    assert {d.session for d in drafts(reader, editors.cursor())} == {f"cursor-{id}"}


def test_an_exported_chat_of_cursor_is_who_spoke_and_what() -> None:
    raw = editors.cursor_exported()
    reader = CURSOR.shaped(raw)
    assert (CURSOR.sniff(raw), reader.unit) == (1.0, "file")
    found = drawn(reader, raw)
    assert told([d for d in found if isinstance(d, Draft)]) == [
        (Seen.PROMPT, "Please run the tests."),
        (Seen.REPLY, "All **pass**."),
        (Seen.PROMPT, "Thank you."),
    ]
    (facts,) = [d for d in found if isinstance(d, SessionFacts)]
    assert facts.meta == {"title": "Run the tests"}


def test_ordinary_markdown_is_nobodys_chat() -> None:
    for text in (b"# Run\n\n**User** guide\n", b"**User**\n\nA heading.\n", b"- **User:** Ann\n"):
        assert (CURSOR.sniff(text), CLINE.sniff(text)) == (0.0, 0.0)
