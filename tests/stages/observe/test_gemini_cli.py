"""What the Gemini CLI reader makes of the chats its client keeps, as documents and as logs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.clock import from_seconds
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.gemini_cli import READER
from passdown.testing import check_reader
from tests.stages.observe import clients, formats
from tests.stages.observe.clients import START, Chat, gemini_chat, jsonl
from tests.stages.observe.conftest import Read

LOG = replace(READER, unit="line")


def drawn(told: Chat | bytes, memory: dict[str, Any] | None = None) -> list[Any]:
    return formats.drawn(READER, told if isinstance(told, bytes) else told.bytes(), memory)


def drafts(told: Chat | bytes, memory: dict[str, Any] | None = None) -> list[Draft]:
    return [d for d in drawn(told, memory) if isinstance(d, Draft)]


def logged(content: bytes, memory: dict[str, Any] | None = None) -> list[Draft]:
    return formats.drafts(LOG, content, memory)


def counts(told: Chat) -> dict[str, int]:
    memory: dict[str, Any] = {}
    drawn(told, memory)
    found: dict[str, int] = memory["counts"]
    return found


EXPECTED = [
    (Seen.PROMPT, Trust.HUMAN, "", None),
    (Seen.REPLY, Trust.ASSISTANT, "", None),
    (Seen.CALL, Trust.ASSISTANT, "run_shell_command", None),
    (Seen.RESULT, Trust.TOOL, "run_shell_command", False),
    (Seen.CALL, Trust.ASSISTANT, "replace", None),
    (Seen.RESULT, Trust.TOOL, "replace", True),
    (Seen.CALL, Trust.ASSISTANT, "run_shell_command", None),
    (Seen.RESULT, Trust.TOOL, "run_shell_command", True),
    (Seen.REPLY, Trust.ASSISTANT, "", None),
]


def test_a_document_reads_as_who_said_and_did_what() -> None:
    found = drafts(gemini_chat())
    assert [(d.seen, d.trust, d.tool, d.ok) for d in found] == EXPECTED
    assert counts(gemini_chat()) == {"thinking": 1}


def test_a_log_reads_as_the_document_it_replaces() -> None:
    found, before = logged(gemini_chat().log()), drafts(gemini_chat())
    assert [(d.seen, d.trust, d.tool, d.ok) for d in found] == EXPECTED
    assert [d.uid for d in found] == [d.uid for d in before]


def test_a_log_keeps_the_contract_of_a_reader_of_lines() -> None:
    assert check_reader(LOG, gemini_chat().log(), *(s() for s in (clients.codex, clients.pi)))


def test_a_log_that_is_compressed_is_read_as_a_document() -> None:
    content = gemini_chat().log()
    found = drafts(content)
    assert [d.uid for d in found] == [d.uid for d in logged(content)]
    for one in found:
        json.loads(content[one.offset : one.offset + one.length])


def test_a_draft_points_at_its_message() -> None:
    content = gemini_chat().bytes()
    for one in drafts(content):
        assert json.loads(content[one.offset : one.offset + one.length])["type"] != ""


def test_the_facts_of_a_session_come_before_what_is_said_in_it() -> None:
    first, second = (d for d in drawn(gemini_chat()) if isinstance(d, SessionFacts))
    assert (first.id, first.agent, first.at) == (Chat.ID, "gemini-cli", from_seconds(START))
    assert second.model == "gemini-2.5-pro"


def test_the_tokens_of_all_drafts_sum_to_what_was_used() -> None:
    told = [d.meta["tokens"] for d in drafts(gemini_chat()) if "tokens" in d.meta]
    assert told == [{"in": 60, "out": 25, "cache_read": 40}, {"in": 50, "out": 10}]


def test_a_failed_command_keeps_its_exit_code_and_a_call_its_path() -> None:
    assert drafts(gemini_chat())[3].meta["exit"] == 1
    assert drafts(gemini_chat())[4].meta["path"] == "shop/cart.py"


@pytest.mark.parametrize(
    ("said", "text", "ok"),
    [
        ("Output: a\nb", "a\nb", True),
        ("Output: (empty)\nProcess Group PGID: 7", "", True),
        ("Output: no\nExit Code: 2\nSignal: 9", "Exit code 2\nno", False),
        (
            "Command: ls\nDirectory: (root)\nOutput: a\nError: (none)\nExit Code: 0\n"
            "Signal: (none)\nBackground PIDs: (none)\nProcess Group PGID: 7",
            "a",
            True,
        ),
        ("Output: \nError: no x\nExit Code: 1", "Exit code 1\n\nError: no x", False),
        ("It says Exit Code: 1 there", "It says Exit Code: 1 there", True),
    ],
)
def test_what_a_command_printed_stands_without_the_client_s_words(
    said: str, text: str, ok: bool
) -> None:
    found = drafts(Chat().says("", Chat.call("run_shell_command", {"command": "x"}, said)))[-1]
    assert (found.text, found.ok) == (text, ok)


def test_only_a_shell_s_exit_code_says_that_it_failed() -> None:
    told = Chat().says("", Chat.call("read_file", {}, "Exit Code: 1"))
    assert drafts(told)[-1].ok is True


def grown() -> list[dict[str, Any]]:
    """A log as it grows: the last message stands there again with what came to it."""
    chat = Chat().add("user", "Hi.").says("I look.")
    asked, said = chat.messages
    waiting: dict[str, Any] = {
        "id": "c",
        "name": "read_file",
        "args": {},
        "status": "executing",
        "result": None,
    }
    done = Chat.call("read_file", {}, "text", "c")
    took = {"input": 10, "output": 2}
    return [
        chat.head,
        asked,
        said,
        {"$set": {"lastUpdated": from_seconds(START)}},
        {**said, "toolCalls": [waiting]},
        {**said, "toolCalls": [waiting], "tokens": took},
        {**said, "toolCalls": [done], "tokens": took},
    ]


def test_a_message_that_grew_is_told_once_with_all_that_came_to_it() -> None:
    found = logged(jsonl(grown()))
    assert [(d.seen, d.text) for d in found] == [
        (Seen.PROMPT, "Hi."),
        (Seen.REPLY, "I look."),
        (Seen.CALL, ""),
        (Seen.EVENT, ""),
        (Seen.RESULT, "text"),
    ]
    assert found[3].meta == {"kind": "turn", "tokens": {"in": 10, "out": 2}}


def test_all_messages_told_anew_are_the_same_and_a_summary_among_them_is_new() -> None:
    rows = grown()
    summary = {"id": "s", "type": "user", "content": [{"text": "<state_snapshot>\nSo far."}]}
    rows.append({"$set": {"messages": [summary, rows[1], rows[-1]]}})
    note = logged(jsonl(rows))[-1]
    assert len(logged(jsonl(rows))) == len(logged(jsonl(grown()))) + 1
    assert (note.seen, note.meta["kind"], note.trust) == (Seen.NOTE, "summary", Trust.ASSISTANT)


def test_a_log_says_its_title_and_what_was_taken_back() -> None:
    rows = [*grown(), {"$set": {"summary": "Look at it"}}, {"$rewindTo": "x"}]
    found = formats.drawn(LOG, jsonl(rows))
    assert found[-2] == SessionFacts(Chat.ID, meta={"title": "Look at it"})
    assert isinstance(found[-1], Draft)
    assert found[-1].meta["kind"] == "rollback"


@pytest.mark.parametrize(
    ("text", "kind", "trust"),
    [
        ("System: Please continue.", "client", Trust.TOOL),
        ("<hook_context>Be kind.</hook_context>", "hook-context", Trust.AGENT),
        ("/chat save", "command", Trust.HUMAN),
    ],
)
def test_what_no_person_said_to_the_model_is_a_note(text: str, kind: str, trust: Trust) -> None:
    (note,) = drafts(Chat().add("user", text))
    assert (note.seen, note.meta["kind"], note.trust) == (Seen.NOTE, kind, trust)


def test_the_client_s_context_is_counted() -> None:
    told = Chat().add("user", "<session_context>\nToday is Friday.\n</session_context>")
    assert drafts(told) == []
    assert counts(told.add("user", " ")) == {"context": 1, "blank": 1}


def test_the_files_that_a_person_named_are_not_their_words() -> None:
    text = "Look at @a.py\n--- Content from referenced files ---\nDo as I say."
    shown = [{"text": "Look at @b.py"}]
    told = Chat().add("user", text).add("user", [{"text": text}], displayContent=shown)
    assert [d.text for d in drafts(told)] == ["Look at @a.py", "Look at @b.py"]


@pytest.mark.parametrize("content", ["Hi.", ["Hi."], [{"text": "Hi."}], {"text": "Hi."}])
def test_a_text_is_read_whichever_way_it_stands(content: Any) -> None:
    assert drafts(Chat().add("user", content))[0].text == "Hi."


def test_a_thought_in_a_message_is_not_said() -> None:
    parts = [{"text": "Hm.", "thought": True}, {"functionCall": {}}, {"text": "So."}]
    assert [d.text for d in drafts(Chat().add("gemini", parts))] == ["So."]


def test_a_refused_call_did_not_fail_and_one_that_failed_did() -> None:
    no = Chat.call("write_file", {}, "[Operation Cancelled]", "a", status="cancelled")
    bad = Chat.call("read_file", {}, "File not found.", "b", status="error")
    _, refused, _, failed = drafts(Chat().says("", no, bad))
    assert (refused.meta["kind"], refused.ok) == ("refused", None)
    assert (failed.ok, failed.text) == (False, "File not found.")


def test_a_call_without_an_answer_has_none() -> None:
    waiting = {"id": "c", "name": "read_file", "args": {"path": "a"}, "status": "executing"}
    assert [d.seen for d in drafts(Chat().says("", waiting))] == [Seen.CALL]


def test_an_answer_among_others_is_the_call_s_own() -> None:
    both = [
        {"functionResponse": {"id": id, "response": {"output": f"of {id}"}}} for id in ("a", "b")
    ]
    call = {**Chat.call("read_file", {}, "", "b"), "result": both}
    bare = {**Chat.call("read_file", {}, "", "d"), "result": [{"text": "bare"}]}
    other = Chat.call("read_file", {}, "", "e")
    other["result"][0]["functionResponse"]["response"] = {"pages": 3}
    found = [d.text for d in drafts(Chat().says("", call, bare, other)) if d.seen is Seen.RESULT]
    assert found == ["of b", "bare", '{"pages": 3}']


@pytest.mark.parametrize(
    ("name", "shown", "tool"),
    [
        ("mcp_github_get_issue", "get_issue", "mcp__github_get_issue"),
        ("get_issue", "get_issue (github MCP Server)", "mcp__get_issue"),
        ("google_web_search", "GoogleSearch", "google_web_search"),
    ],
)
def test_what_strangers_answer_lowers_what_is_said_next(name: str, shown: str, tool: str) -> None:
    told = Chat().says("", Chat.call(name, {}, "Do as I say.", displayName=shown)).says("So.")
    call, result, reply = drafts(told)
    assert (call.tool, result.trust, reply.trust) == (tool, Trust.WEB, Trust.WEB)


def test_what_took_tokens_and_said_nothing_is_told_all_the_same() -> None:
    (event,) = drafts(Chat().says("", tokens={"input": 5, "output": 1}))
    assert (event.seen, event.meta["tokens"]) == (Seen.EVENT, {"in": 5, "out": 1})


def test_errors_are_notes_and_the_client_s_other_words_are_counted() -> None:
    told = Chat().add("error", "Quota exceeded.").add("info", "Welcome.").add("error", "")
    (note,) = drafts(told)
    assert (note.meta["kind"], note.text) == ("api-error", "Quota exceeded.")
    assert counts(told) == {"info": 1}


def test_a_sub_agent_s_chat_names_its_parent_and_its_project(tmp_path: Path) -> None:
    chats = tmp_path / "shop-1/chats"
    (chats / Chat.ID).mkdir(parents=True)
    (tmp_path / "shop-1/.project_root").write_text("/home/ada/shop\n")
    path = chats / Chat.ID / "child.jsonl"
    path.write_bytes(Chat("child", kind="subagent").add("user", "Look.").says("So.").log())
    reader = READER.at(str(path))
    facts, *_ = found = formats.drawn(reader, path.read_bytes())
    task, reply = (d for d in found if isinstance(d, Draft))
    assert isinstance(facts, SessionFacts)
    assert (reader.unit, facts.parent, facts.meta["cwd"]) == ("line", Chat.ID, "/home/ada/shop")
    assert (task.seen, task.trust, task.meta["agent"]) == (Seen.NOTE, Trust.AGENT, "subagent")
    assert reply.trust is Trust.AGENT
    assert READER.at(str(chats / "session.json")).parent == ""


def test_a_chat_elsewhere_says_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(Chat(directories=["/home/ada/shop"]).add("user", "Hi.").bytes())
    reader = READER.at(str(path))
    facts = formats.drawn(reader, path.read_bytes())[0]
    assert isinstance(facts, SessionFacts)
    assert (reader.unit, facts.meta) == ("file", {"cwd": "/home/ada/shop"})
    assert READER.at("nowhere\0").unit == "file"
    assert READER.at(str(tmp_path)).unit == "file"


def test_a_log_is_read_on_from_where_it_ended(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "a.jsonl"
    content, more = gemini_chat().log(), jsonl(Chat("x").add("user", "Thanks.").messages)
    path.write_bytes(content)
    first = read(path)
    path.write_bytes(content + more)
    then = read(path)
    assert (first.observations, first.bytes) == (9, len(content))
    assert (then.observations, then.bytes) == (1, len(more))


@pytest.mark.parametrize("line", [b"[1]", b"{", b'{"a":1}', b'"x"', b"{}"])
def test_a_line_that_is_none_is_skipped_and_the_rest_is_read(line: bytes) -> None:
    content = gemini_chat().log()
    found = formats.drawn(LOG, content + line + b"\n" + jsonl(Chat().says("On.").messages[-1:]))
    assert [d.offset for d in found if isinstance(d, Skip)] == [len(content)]


def test_what_is_remembered_of_a_log_is_bounded() -> None:
    chat, memory = Chat(), dict[str, Any]()
    for n in range(300):
        chat.add("user", f"Hi {n}.")
    assert len(logged(chat.log(), memory)) == 300
    assert len(memory["seen"]) == 200


def test_a_log_is_known_also_where_its_beginning_is_gone() -> None:
    rows = gemini_chat().messages
    assert READER.sniff(jsonl([{"$set": {"summary": "x"}}, {"$rewindTo": "x"}])) == 1.0
    assert READER.sniff(jsonl(rows)) == pytest.approx(0.85)
    assert READER.sniff(jsonl([{"id": "x", "type": "user"}])) == 0.0
    assert READER.sniff(b"{") == 0.0


def test_a_document_that_is_none_is_skipped() -> None:
    assert [type(d) for d in drawn(b'{"sessionId": "x", "messages": [')] == [Skip]
    broken = json.dumps({**Chat().head, "messages": [5, {"type": "user"}]}).encode()
    assert [type(d) for d in drawn(broken)] == [SessionFacts, Skip]
