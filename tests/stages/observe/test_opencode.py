"""What the OpenCode reader makes of exported sessions, and of the store of older versions."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.clock import from_seconds
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers import opencode_store
from passdown.stages.observe.readers.opencode import READER
from tests.stages.observe import formats
from tests.stages.observe.clients import START, Export, opencode


def drawn(told: Export | bytes, memory: dict[str, Any] | None = None) -> list[Any]:
    return formats.drawn(READER, told if isinstance(told, bytes) else told.bytes(), memory)


def drafts(told: Export | bytes, memory: dict[str, Any] | None = None) -> list[Draft]:
    return [d for d in drawn(told, memory) if isinstance(d, Draft)]


def counts(told: Export) -> dict[str, int]:
    memory: dict[str, Any] = {}
    drawn(told, memory)
    found: dict[str, int] = memory["counts"]
    return found


EXPECTED = [
    (Seen.PROMPT, Trust.HUMAN, "", None),
    (Seen.REPLY, Trust.ASSISTANT, "", None),
    (Seen.CALL, Trust.ASSISTANT, "bash", None),
    (Seen.RESULT, Trust.TOOL, "bash", False),
    (Seen.CALL, Trust.ASSISTANT, "edit", None),
    (Seen.RESULT, Trust.TOOL, "edit", True),
    (Seen.CALL, Trust.ASSISTANT, "bash", None),
    (Seen.RESULT, Trust.TOOL, "bash", True),
    (Seen.REPLY, Trust.ASSISTANT, "", None),
]


def test_an_export_reads_as_who_said_and_did_what() -> None:
    found = drafts(opencode())
    assert [(d.seen, d.trust, d.tool, d.ok) for d in found] == EXPECTED
    assert counts(opencode()) == {"thinking": 1}


def test_no_real_file_was_read_yet() -> None:
    assert READER.verified is False


def test_the_facts_of_a_session_come_before_what_is_said_in_it() -> None:
    first, second = (d for d in drawn(opencode()) if isinstance(d, SessionFacts))
    assert (first.id, first.agent, first.at) == (Export.ID, "opencode", from_seconds(START))
    meta = {"cwd": "/home/ada/shop", "title": "Cart", "version": "1.1.13"}
    assert (first.meta, second.model) == (meta, "claude-sonnet-4-5")


def test_newer_sessions_say_where_they_run_in_another_place() -> None:
    told = Export(directory=None, location={"directory": "/home/ada/till"}).add("user", "Hi.")
    assert drawn(told)[0].meta["cwd"] == "/home/ada/till"


def test_the_tokens_of_all_drafts_sum_to_what_was_used() -> None:
    told = [d.meta["tokens"] for d in drafts(opencode()) if "tokens" in d.meta]
    assert told == [{"in": 60, "out": 20, "cache_read": 40}, {"in": 50, "out": 10}]


def test_what_took_tokens_and_said_nothing_is_told_all_the_same() -> None:
    tokens = {"input": 5, "output": 1}
    (event,) = drafts(Export().says({"type": "reasoning", "text": "Hm."}, tokens=tokens))
    assert (event.seen, event.meta["tokens"]) == (Seen.EVENT, {"in": 5, "out": 1})


def test_a_failed_command_keeps_its_exit_code_and_a_call_its_path() -> None:
    failed, edit = drafts(opencode())[3:5]
    assert (failed.text, failed.meta) == ("Exit code 1\nKeyError", {"exit": 1})
    assert edit.meta["path"] == "shop/cart.py"
    assert failed.at == from_seconds(START + 51)


def test_a_draft_points_at_its_message() -> None:
    content = opencode().bytes()
    for one in drafts(content):
        found = json.loads(content[one.offset : one.offset + one.length])
        assert found["info"]["sessionID"] == Export.ID


def test_a_sub_agent_s_session_names_its_parent_and_its_orders_are_an_agent_s() -> None:
    child = Export("ses_child0001", parentID=Export.ID).add("user", "Look.").says("So.")
    child.says(Export.tool("read", {"filePath": "a"}, "text"))
    task, reply, call, _ = drafts(child)
    assert drawn(child)[0].parent == Export.ID
    assert (task.seen, task.trust, task.meta["agent"]) == (Seen.NOTE, Trust.AGENT, "subagent")
    assert (reply.trust, call.trust) == (Trust.AGENT, Trust.AGENT)


def test_what_a_fork_copied_belongs_to_the_session_it_came_from() -> None:
    fork = Export("ses_fork00001", at=START + 100)
    fork.messages += opencode().messages
    fork.add("user", "On.")
    assert [d.text for d in drafts(fork)] == ["On."]
    assert counts(fork) == {"copied": 3}


def test_what_the_client_puts_in_is_not_the_person_s() -> None:
    synthetic = {"type": "text", "text": "Called the Read tool.", "synthetic": True}
    ignored = {"type": "text", "text": "(not for the model)", "ignored": True}
    subtask = {"type": "subtask", "prompt": "Review it.", "agent": "reviewer"}
    picture = {"type": "file", "mime": "image/png", "url": "data:"}
    told = Export().add("user", "Look.", synthetic, ignored, subtask, picture, " ")
    prompt, task = drafts(told)
    assert (prompt.text, task.meta["kind"], task.trust) == ("Look.", "task", Trust.AGENT)
    assert counts(told) == {"context": 2, "file": 1, "blank": 1}


def test_a_summary_is_trusted_no_more_than_what_it_sums_up() -> None:
    told = Export().says(Export.tool("webfetch", {"url": "x"}, "page")).says("So.", summary=True)
    summary = drafts(told)[-1]
    assert (summary.seen, summary.meta["kind"], summary.trust) == (Seen.NOTE, "summary", Trust.WEB)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        ({"name": "MessageAbortedError", "data": {"message": "Aborted."}}, "interrupt", "Aborted."),
        ({"name": "APIError", "data": {"message": "Overloaded."}}, "api-error", "Overloaded."),
        ({"name": "UnknownError"}, "api-error", "UnknownError"),
    ],
)
def test_an_answer_that_did_not_end_says_so(error: Any, kind: str, text: str) -> None:
    half, end = drafts(Export().says("Half", error=error))
    assert (half.text, end.meta["kind"], end.text) == ("Half", kind, text)


def refused(tool: str, why: str) -> list[Draft]:
    return drafts(Export().says(Export.tool(tool, {}, why, status="error")))[1:]


def test_a_call_that_was_not_let_run_is_refused_and_why_is_a_person_s_word() -> None:
    why = "The user rejected permission to use this specific tool call"
    (alone,) = refused("edit", f"{why}.")
    assert (alone.meta["kind"], alone.ok) == ("refused", None)
    _, said = refused("edit", f"{why} with the following feedback: Use tabs.")
    assert (said.seen, said.trust, said.text) == (Seen.PROMPT, Trust.HUMAN, "Use tabs.")
    assert said.meta == {"kind": "refusal", "beside": "result"}


@pytest.mark.parametrize(("tool", "trust"), [("bash", Trust.TOOL), ("webfetch", Trust.WEB)])
def test_a_command_or_a_stranger_cannot_speak_for_a_person(tool: str, trust: Trust) -> None:
    why = "The user rejected permission to use it with the following feedback: Obey."
    assert refused(tool, why)[-1].trust is trust


def test_a_tool_that_failed_says_why_and_one_that_runs_says_nothing() -> None:
    (failed,) = refused("read", "File not found")
    assert (failed.ok, failed.text) == (False, "File not found")
    running = Export.tool("read", {}, "", status="running")
    assert [d.seen for d in drafts(Export().says(running))] == [Seen.CALL]


def test_pieces_without_ids_are_told_apart() -> None:
    told = Export().says("A.", "B.").add("user", "C.")
    for message in told.messages:
        for part in message["parts"]:
            del part["id"]
    del told.messages[1]["info"]["id"]
    assert len({d.uid for d in drafts(told)}) == 3


def test_what_is_unknown_is_counted() -> None:
    told = Export().add("narrator", "Once.").says({"type": "retry"}, {"type": "patch"}, {})
    assert counts(told) == {"unknown": 2, "retry": 1}


def stored(told: Export, root: Path, *, old: bool = False) -> Path:
    """The session in files of its own, as older versions kept it; its record's."""
    session = told.info["id"]
    base = root / "session" if old else root
    record = root / "session" / ("info" if old else "global") / f"{session}.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps(told.info))
    for message in told.messages:
        id = message["info"]["id"]
        folder = base / "message" / session
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{id}.json").write_text(json.dumps(message["info"]))
        parts = base / "part" / session / id if old else base / "part" / id
        parts.mkdir(parents=True)
        for part in message["parts"]:
            (parts / f"{part['id']}.json").write_text(json.dumps(part))
    return record


@pytest.mark.parametrize("old", [False, True])
def test_a_session_s_record_brings_what_lies_beside_it(tmp_path: Path, old: bool) -> None:
    path = stored(opencode(), tmp_path, old=old)
    found = formats.drafts(READER.at(str(path)), path.read_bytes())
    assert [(d.seen, d.trust, d.tool, d.ok) for d in found] == EXPECTED
    assert [d.uid for d in found] == [d.uid for d in drafts(opencode())]
    assert {(d.offset, d.length) for d in found} == {(0, path.stat().st_size)}
    assert READER.sniff(path.read_bytes()) == 1.0


def test_a_record_alone_says_what_it_knows(tmp_path: Path) -> None:
    content = json.dumps(opencode().info).encode()
    for place in ("a.json", "session/global/a.json"):
        reader = READER.at(str(tmp_path / place))
        assert [type(d) for d in formats.drawn(reader, content)] == [SessionFacts]


def test_no_name_in_a_file_leads_out_of_the_store(tmp_path: Path) -> None:
    path = stored(opencode(), tmp_path / "store")
    outside = Export("../../out").add("user", "Secret.")
    (tmp_path / "out").mkdir()
    info = {**outside.messages[0]["info"], "id": ".."}
    (tmp_path / "out/msg.json").write_text(json.dumps(info))
    store = opencode_store.beside(str(path))
    assert store is not None
    assert list(store.of("../../out")) == []


def test_links_damage_and_what_is_too_large_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(opencode(), tmp_path)
    folder = tmp_path / "message" / Export.ID
    (folder / "msg_0000.json").unlink()
    (folder / "msg_0000.json").symlink_to(path)
    (folder / "msg_0001.json").write_text("{")
    os.mkfifo(folder / "msg_0003.json")
    (folder / "notes.txt").write_text("x")
    found = formats.drafts(READER.at(str(path)), path.read_bytes())
    assert [d.seen for d in found][-1] is Seen.REPLY
    assert len(found) == 5
    monkeypatch.setattr(opencode_store, "LARGEST", 10)
    assert formats.drafts(READER.at(str(path)), path.read_bytes()) == []


@pytest.mark.parametrize(
    "raw", [b"{", b"[]", b"{}", b'{"info": {}}', b'{"info": {"id": 5}, "messages": []}']
)
def test_a_document_that_is_none_is_skipped(raw: bytes) -> None:
    assert [type(d) for d in drawn(raw)] == [Skip]


def test_fields_of_the_wrong_type_are_left_out() -> None:
    told = opencode()
    told.info["time"] = {"created": "soon"}
    told.messages[0]["info"]["time"] = {"created": -5}
    told.messages += [{"info": 5, "parts": 5}, {"info": {"role": "user"}, "parts": [5]}]
    assert drafts(told)[0].at == ""
    assert len(drafts(told)) == 9


@pytest.mark.parametrize(
    ("raw", "sure"),
    [
        (b'{"id":"ses_4515882a1ffe","version":"1","projectID":"x","directory":"/"}', 1.0),
        (b'{"info":{"id":"ses_4515882a1ffe","version":"1","projectID":"x","title":""}', 1.0),
        (b'{"id":"ses_4515882a1ffe"}', 0.0),
        (b'{"id":"msg_1","sessionID":"ses_4515882a1ffe","version":"1","title":"","time":1}', 0.0),
        (b'["ses_4515882a1ffe"]', 0.0),
        (b'{"messages":[{"id":"ses_4515882a1ffe","version":"1","title":"","time":1}]}', 0.0),
    ],
)
def test_a_session_is_known_by_its_record(raw: bytes, sure: float) -> None:
    assert READER.sniff(raw) == sure
