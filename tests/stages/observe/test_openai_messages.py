"""What the reader of chat messages makes of a session a line, of arrays and of documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.openai_messages import READER
from tests.stages.observe import formats
from tests.stages.observe.chats import MODEL, call, messages, openai, say, session
from tests.stages.observe.clients import jsonl


def drafts(value: Any, memory: dict[str, Any] | None = None) -> list[Draft]:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return formats.drafts(READER, raw, memory)


def facts(value: Any) -> list[SessionFacts]:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return [d for d in formats.drawn(READER, raw) if isinstance(d, SessionFacts)]


def told(*said: dict[str, Any], **more: Any) -> list[Draft]:
    return drafts({"messages": list(said), **more})


def test_a_session_reads_as_who_said_and_did_what() -> None:
    assert [(d.seen, d.trust, d.tool, d.ok) for d in drafts(session())] == [
        (Seen.PROMPT, Trust.HUMAN, "", None),
        (Seen.CALL, Trust.ASSISTANT, "book_seat", None),
        (Seen.RESULT, Trust.TOOL, "book_seat", False),
        (Seen.REPLY, Trust.ASSISTANT, "", None),
        (Seen.CALL, Trust.ASSISTANT, "book_seat", None),
        (Seen.RESULT, Trust.TOOL, "book_seat", None),
        (Seen.REPLY, Trust.ASSISTANT, "", None),
        (Seen.PROMPT, Trust.HUMAN, "", None),
    ]


def test_a_system_prompt_is_counted_and_not_kept() -> None:
    memory: dict[str, Any] = {}
    found = drafts({"messages": [say("system", "Obey."), say("developer", "Obey.")]}, memory)
    assert (found, memory["counts"]) == ([], {"context": 2})


def test_the_model_and_what_a_dataset_says_of_the_outcome_are_kept() -> None:
    first, second = facts(openai())
    assert (first.model, first.meta) == ("", {"reward": 1.0})
    assert second.model == MODEL


@pytest.mark.parametrize("key", ["traj", "trajectory", "conversation"])
def test_messages_may_stand_under_other_names(key: str) -> None:
    assert len(drafts({key: messages()})) == 8
    assert READER.sniff(json.dumps({"task_id": 1, key: messages()}).encode()) > 0.5


@pytest.mark.parametrize("indent", [None, 2])
def test_sessions_in_one_array_are_those_of_a_line_each(indent: int | None) -> None:
    array = json.dumps([session(), session("ferry-2", model=MODEL)], indent=indent).encode()
    lines, listed = drafts(openai()), drafts(array)
    assert [(d.session, d.uid, d.text) for d in listed] == [
        (d.session, d.uid, d.text) for d in lines
    ]
    for draft in listed:
        assert json.loads(array[draft.offset : draft.offset + draft.length]) in messages()


def test_an_array_of_messages_is_one_session() -> None:
    assert len({d.session for d in drafts(messages())}) == 1
    assert len(drafts(json.dumps(messages(), indent=1).encode())) == 8


def test_a_message_a_line_is_the_session_that_the_file_is() -> None:
    found = drafts(jsonl(messages()))
    assert [(d.seen, d.text) for d in found] == [(d.seen, d.text) for d in drafts(session())]
    assert len({d.session for d in found}) == 1


def test_the_same_session_in_another_file_has_the_same_name_and_another_one_has_not() -> None:
    def name(*said: dict[str, Any], **more: Any) -> str:
        return facts({"messages": list(said), **more})[0].id

    asked, done = say("user", "Go."), say("assistant", "Done.")
    longer = say("user", "And now?")
    assert name(asked, done) == name(asked, done, longer)
    assert name(asked, done) != name(asked, say("assistant", "No."))
    assert name(asked, done, id="7") != name(asked, done, id="8")
    assert name(asked, done, id="7") != name(longer, done, id="7")
    unique = "0f0e0d0c-1111-2222-3333-444455556666"
    assert name(asked, done, id=unique) == name(longer, done, id=unique) == unique


def test_a_session_that_was_logged_again_as_it_grew_repeats_what_is_known() -> None:
    grown = drafts(jsonl([{"messages": messages()[:4]}, {"messages": messages()}]))
    assert len({(d.session, d.uid) for d in grown}) == 8


def test_an_answer_without_an_id_belongs_to_the_oldest_open_call_of_its_tool() -> None:
    found = told(
        say("assistant", "", tool_calls=[{"function": {"name": n}} for n in ("a", "b", "b")]),
        say("tool", "from b", name="b"),
        say("tool", "from a", name="a"),
        say("tool", "from b too"),
    )
    calls = {d.call: d.tool for d in found if d.seen is Seen.CALL}
    answers = [(d.text, d.tool, d.call in calls) for d in found if d.seen is Seen.RESULT]
    assert answers == [("from b", "b", True), ("from a", "a", True), ("from b too", "b", True)]
    assert len(calls) == 3


def test_a_function_call_of_the_older_api_is_a_call() -> None:
    asked = {"name": "bash", "arguments": '{"command": "ls -l"}'}
    done, answer = told(
        say("assistant", None, function_call=asked), say("function", "cart.py", name="bash")
    )
    assert (done.tool, done.text, answer.call == done.call) == ("bash", "ls -l", True)


def test_arguments_that_are_no_json_are_kept_as_they_are() -> None:
    broken = {"id": "c", "function": {"name": "edit", "arguments": '{"path": "a'}}
    assert told(say("assistant", None, tool_calls=[broken]))[0].text == '{"path": "a'


def test_blocks_of_the_other_api_are_calls_and_answers_too() -> None:
    memory: dict[str, Any] = {}
    use = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "make"}}
    back = {"type": "tool_result", "tool_use_id": "t1", "content": "no rule", "is_error": True}
    said = [
        say("assistant", [{"type": "thinking"}, {"type": "text", "text": "I make it."}, use]),
        say("user", [back, {"type": "text", "text": "Stop."}, {"type": "image_url"}]),
    ]
    found = drafts({"messages": said}, memory)
    assert [(d.seen, d.text, d.ok) for d in found] == [
        (Seen.REPLY, "I make it.", None),
        (Seen.CALL, "make", None),
        (Seen.RESULT, "no rule", False),
        (Seen.PROMPT, "Stop.\n[image_url]", None),
    ]
    assert (found[3].meta, memory["counts"]) == ({"beside": "result"}, {"thinking": 1})


def test_tokens_of_answers_and_of_the_session_are_told_once() -> None:
    usage = {
        "prompt_tokens": 50,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 20},
    }
    (reply,) = told(say("assistant", "Yes.", usage=usage, model=MODEL))
    took = {"in": 30, "out": 7, "cache_read": 20}
    assert reply.meta == {"model": MODEL, "tokens": took}
    _, end = told(say("assistant", "Yes."), usage=usage, cost=0.5)
    assert (end.seen, end.meta) == (Seen.EVENT, {"kind": "turn", "tokens": took, "cost": 0.5})


def test_times_are_read_however_they_are_written() -> None:
    spoken = [("2026-02-01T10:00:00Z", "created_at"), (1769940000, "ts"), (1769940000000, "ts")]
    for written, name in spoken:
        assert told(say("user", "Now", **{name: written}))[0].at == "2026-02-01T10:00:00.000Z"
    assert told(say("user", "Now", ts=float(10**300)))[0].at == ""


@pytest.mark.parametrize(
    ("said", "ok", "exit"),
    [
        ("Error: line 4 is full", False, None),
        ("Traceback (most recent call last):\n  x", False, None),
        ('{"error": "no such user"}', False, None),
        ('{"error": null, "seat": 1}', None, None),
        ('{"success": false}', False, None),
        ('{"ok": true}', True, None),
        ('{"exit_code": 2, "output": "boom"}', False, 2),
        ('{"returncode": 0}', True, None),
        ("{not json}", None, None),
        ("The exit code 3 is explained here", None, None),
    ],
)
def test_a_failure_shows_in_what_a_tool_answers(said: str, ok: bool | None, exit: int) -> None:
    _, answer = told(say("assistant", None, tool_calls=[call("look", {})]), say("tool", said))
    assert (answer.ok, answer.meta.get("exit")) == (ok, exit)


def test_what_a_harness_puts_in_a_person_s_place_is_not_a_person_s_words() -> None:
    memory: dict[str, Any] = {}
    printed = "<returncode>1</returncode>\n<output>boom</output>"
    context = "<environment_context>\ncwd\n</environment_context>"
    said = [say("user", printed), say("user", context), say("user", " ")]
    (found,) = drafts({"messages": said}, memory)
    assert (found.seen, found.trust) == (Seen.RESULT, Trust.WEB)
    assert memory["counts"] == {"context": 1, "blank": 1}


def test_thoughts_are_counted_and_not_kept() -> None:
    memory: dict[str, Any] = {}
    said = say("assistant", "<think>hm</think>Yes.", reasoning_content="hm")
    assert [d.text for d in drafts({"messages": [said]}, memory)] == ["Yes."]
    assert memory["counts"] == {"thinking": 2}


def test_damage_is_told_and_the_rest_is_read() -> None:
    good = json.dumps(session()).encode()
    raw = b"\n".join([good, b'{"messages": [', b"7", b'{"other": 1}', good.replace(b"A", b"\xff")])
    found = formats.drawn(READER, raw + b"\n")
    skips = [d.reason.partition(":")[0] for d in found if isinstance(d, Skip)]
    assert skips == ["not JSON", "not an object", "no messages"]
    assert sum("damaged" in d.meta for d in found if isinstance(d, Draft)) == 8


def test_a_message_that_is_none_is_counted() -> None:
    memory: dict[str, Any] = {}
    said = [7, say("critic", "Hm"), {"content": "Who?"}]
    assert drafts({"messages": said}, memory) == []
    assert memory["counts"] == {"unknown": 2, "critic": 1}


def test_a_document_is_told_from_lines_by_how_it_begins() -> None:
    for indent in (0, 2):
        assert READER.shaped(json.dumps(session(), indent=indent).encode()).unit == "file"
    assert READER.shaped(openai()).unit == "line"
    assert READER.shaped(b'{"torn": \n' + openai()).unit == "line"
    assert READER.shaped(json.dumps(session()).encode()).unit == "line"


def test_a_cut_head_is_recognised() -> None:
    raw = json.dumps({"messages": [say("system", "x" * 500), *messages()]}).encode()
    assert READER.sniff(raw[:900]) > 0.5
    assert READER.sniff(b'{"role": "user", "content": "x", "uuid": "1"}\n') == 0
    assert READER.sniff(b"# A heading\n") == 0


def test_a_command_that_a_harness_took_from_a_text_is_a_call() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2}
    reply = "THOUGHT: I look.\n```bash\nls cart.py\n```"
    said = [
        say("system", "You type commands."),
        say("user", "Mend the cart."),
        say("assistant", reply, extra={"response": {"usage": usage}}),
        say("user", "<returncode>2</returncode>\n<output>\nls: cart.py: no\n</output>"),
    ]
    info = {
        "exit_status": "Submitted",
        "model_stats": {"instance_cost": 0.25},
        "config": {"model": {"model_name": MODEL}},
    }
    found = drafts({"info": info, "messages": said, "trajectory_format": "mini-swe-agent-1"})
    assert [(d.seen, d.tool, d.ok) for d in found] == [
        (Seen.PROMPT, "", None),
        (Seen.REPLY, "", None),
        (Seen.CALL, "bash", None),
        (Seen.RESULT, "bash", False),
        (Seen.EVENT, "", None),
    ]
    call, result, end = found[2:]
    assert (call.text, result.call == call.call, result.trust) == ("ls cart.py", True, Trust.TOOL)
    assert (result.meta, found[1].meta["tokens"]) == ({"exit": 2}, {"in": 9, "out": 2})
    assert end.meta["cost"] == 0.25
    (known,) = facts({"info": info, "messages": said})
    assert (known.model, known.meta) == (MODEL, {"exit_status": "Submitted"})
