"""What the Claude Code reader makes of the lines its client writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from passdown.contract.reader import SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_code import READER
from tests.stages.observe.transcript import SESSION, Transcript, drafts, drawn, only, said, sample


def test_a_session_reads_as_who_said_and_did_what() -> None:
    assert [(d.seen, d.trust, d.tool, d.ok) for d in drafts(sample())] == [
        (Seen.PROMPT, Trust.HUMAN, "", None),
        (Seen.REPLY, Trust.ASSISTANT, "", None),
        (Seen.CALL, Trust.ASSISTANT, "Bash", None),
        (Seen.RESULT, Trust.TOOL, "Bash", False),
        (Seen.CALL, Trust.ASSISTANT, "Edit", None),
        (Seen.RESULT, Trust.TOOL, "Edit", True),
        (Seen.CALL, Trust.ASSISTANT, "Bash", None),
        (Seen.RESULT, Trust.TOOL, "Bash", True),
        (Seen.REPLY, Trust.ASSISTANT, "", None),
    ]


def test_the_facts_of_a_session_come_once_and_before_its_first_draft() -> None:
    first, second = (d for d in drawn(sample()) if isinstance(d, SessionFacts))
    assert drawn(sample())[0] == first
    assert (first.id, first.agent, first.branch) == (SESSION, "claude-code", "main")
    assert first.meta == {"cwd": "/home/ada/shop", "version": "2.1.0"}
    assert second.model == "claude-opus-4-6"


def test_a_draft_points_at_its_line() -> None:
    content = sample().bytes()
    for draft in drafts(content):
        json.loads(content[draft.offset : draft.offset + draft.length])


def test_a_result_names_the_tool_of_its_call_also_when_read_later() -> None:
    memory: dict[str, Any] = {}
    transcript = Transcript()
    call = transcript.calls("Grep", {"pattern": "x"})
    drafts(transcript, memory)
    later = Transcript()
    later.answers(call, "found")
    (result,) = drafts(later, json.loads(json.dumps(memory)))
    assert (result.tool, result.call, result.ok) == ("Grep", call, True)


def test_a_command_is_kept_as_typed_and_other_arguments_one_a_line() -> None:
    transcript = Transcript()
    transcript.calls("Bash", {"command": "git status\nls", "description": "look"})
    transcript.calls("Edit", {"file_path": "a.py", "old_string": "1\n2", "edits": [{"n": 1}]})
    command, edit = drafts(transcript)
    assert command.text == "git status\nls"
    assert edit.text == 'file_path: a.py\nold_string: 1\n2\nedits: [{"n": 1}]'
    assert edit.meta["path"] == "a.py"


def test_a_failed_command_says_its_exit_code() -> None:
    transcript = Transcript()
    transcript.runs("make", "Exit code 2\nmake: *** no rule", error=True)
    result = drafts(transcript)[1]
    assert (result.ok, result.meta["exit"]) == (False, 2)


def test_an_output_that_merely_speaks_of_exit_codes_did_not_fail() -> None:
    transcript = Transcript()
    transcript.runs("cat README", "It stops with exit code 3 when the disk is full.")
    assert drafts(transcript)[1].ok is True


def test_a_background_command_that_failed_failed() -> None:
    transcript = Transcript()
    call = transcript.calls("BashOutput", {"bash_id": "1"})
    transcript.answers(
        call, "<status>failed</status>\n<exit_code>7</exit_code>\n<stdout>x</stdout>"
    )
    result = drafts(transcript)[1]
    assert (result.ok, result.meta["exit"]) == (False, 7)


def test_thinking_is_counted_and_not_kept() -> None:
    memory: dict[str, Any] = {}
    transcript = Transcript()
    transcript.says({"type": "thinking", "thinking": "hm", "signature": "x"}, "Done.", "  ")
    assert [d.text for d in drafts(transcript, memory)] == ["Done."]
    assert memory["counts"] == {"thinking": 1, "blank": 1}


def test_a_picture_is_named() -> None:
    transcript = Transcript()
    call = transcript.calls("Read", {"file_path": "a.png"})
    transcript.answers(call, [{"type": "image", "source": {}}, {"type": "text", "text": "a cat"}])
    assert drafts(transcript)[1].text == "[image]\na cat"


def test_tokens_sum_to_what_was_used_however_often_a_line_repeats_them() -> None:
    transcript = Transcript()
    first = {"input_tokens": 10, "output_tokens": 1, "cache_read_input_tokens": 5}
    transcript.says({"type": "thinking", "thinking": ""}, usage=first, id="m1")
    transcript.says("A.", usage=first, id="m1")
    transcript.calls("Bash", {"command": "ls"}, usage={**first, "output_tokens": 30}, id="t")
    transcript.lines[-1]["message"] |= {"id": "m1", "usage": {**first, "output_tokens": 30}}
    transcript.says("B.", usage={"input_tokens": 2, "output_tokens": 3}, id="m2")
    tokens = [d.meta.get("tokens") for d in drafts(transcript)]
    assert tokens == [
        {"in": 10, "out": 1, "cache_read": 5},
        {"out": 29},
        {"in": 2, "out": 3},
    ]


def test_an_error_of_the_service_is_no_answer() -> None:
    transcript = Transcript()
    transcript.says("API Error: 529 overloaded", isApiErrorMessage=True)
    draft = only(transcript)
    assert (draft.ok, draft.meta["kind"]) == (False, "api-error")


def test_a_resumed_session_says_its_old_lines_under_their_old_ids() -> None:
    first, again = sample("aaaa"), sample("bbbb")
    for old, new in zip(first.lines, again.lines, strict=True):
        new["uuid"] = old["uuid"]
    assert [d.uid for d in drafts(first)] == [d.uid for d in drafts(again)]
    assert {d.session for d in drafts(again)} == {"bbbb"}


def test_a_line_without_an_id_is_known_by_its_bytes_and_time() -> None:
    transcript = Transcript()
    transcript.user("yes", uuid=...)
    transcript.user("yes", uuid=..., timestamp=...)
    transcript.user("yes", uuid=..., timestamp=...)
    uids = [d.uid for d in drafts(transcript)]
    assert len(set(uids)) == 3
    assert uids == [d.uid for d in drafts(transcript)]


def test_a_stream_printed_by_the_client_is_read_too() -> None:
    lines = [
        {"type": "system", "subtype": "init", "session_id": "s9", "cwd": "/x"},
        {"type": "assistant", "session_id": "s9", "message": {"content": "Hi"}},
        {"type": "result", "session_id": "s9", "result": "Hi"},
    ]  # fmt: skip
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    (draft,) = drafts(content)
    assert (draft.session, draft.text) == ("s9", "Hi")
    assert READER.sniff(content) > 0.8


def test_a_line_without_a_session_belongs_to_the_one_before() -> None:
    transcript = Transcript()
    transcript.user("one")
    transcript.user("two", sessionId=...)
    assert {d.session for d in drafts(transcript)} == {SESSION}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"not json", "not JSON"),
        (b'{"type":"user"', "not JSON"),
        (b"[1,2]", "not an object"),
        (b'"user"', "not an object"),
        (b"{}", "no type"),
        (b'{"type":5}', "no type"),
        (b'{"type":"user","message":7}', "readable content"),
        (b'{"type":"assistant","message":{"content":{"a":1}}}', "readable content"),
        (b'{"type":"user","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"type":"user","x":' + b"9" * 5000 + b"z}", "not JSON"),
    ],
)
def test_a_line_that_makes_no_sense_is_skipped_with_the_reason(raw: bytes, reason: str) -> None:
    (skip,) = drawn(raw)
    assert isinstance(skip, Skip)
    assert reason in skip.reason


def test_a_skipped_line_s_reason_holds_nothing_of_the_line() -> None:
    (skip,) = drawn(b'{"type":"user", hunter2secret}')
    assert "hunter2" not in skip.reason


def test_fields_of_the_wrong_type_cost_only_themselves() -> None:
    line = {
        "type": "user", "sessionId": ["x"], "uuid": 7, "isMeta": "no", "cwd": {"a": 1},
        "message": {"content": [5, {"type": "text", "text": "still here", "id": 9}, "and this"]},
    }  # fmt: skip
    texts = [d.text for d in drafts(json.dumps(line).encode())]
    assert texts == ["still here", "and this"]


def test_bytes_that_are_no_text_are_replaced_and_said_so() -> None:
    raw = b'{"type":"user","sessionId":"s","message":{"content":"caf\xe9"}}'
    (draft,) = drafts(raw)
    assert (draft.text, draft.meta["damaged"]) == ("caf\ufffd", True)


def test_half_a_character_in_an_escape_is_replaced() -> None:
    (draft,) = drafts(b'{"type":"user","sessionId":"s","message":{"content":"a \\ud83d b"}}')
    assert draft.text == "a ? b"
    draft.text.encode()


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (sample().bytes(), True),
        (sample().bytes()[:200], True),
        (
            b'{"type":"file-history-snapshot","messageId":"m","snapshot":{"x":"' + b"y" * 60_000,
            True,
        ),
        (b'{"parentUuid": null, "message": {"content": "' + b"y" * 70_000, True),
        (b'{"title": "on parentUuid", "body": "' + b"y" * 70_000, False),
        (b'{"type":"summary","summary":"s","leafUuid":"l"}\n', True),
        (b'{"type":"session_meta","payload":{"id":"x"}}\n', False),
        (b'{"messages":[{"role":"user","content":"x"}]}\n', False),
        (b'{"conversations":[{"from":"human","value":"x"}]}\n', False),
        (b'{"type":"user","text":"x"}\n', False),
        (b"# a Markdown file\n", False),
        (b"", False),
        (b"{", False),
    ],
)
def test_the_format_is_recognised_by_content(head: bytes, known: bool) -> None:
    assert (READER.sniff(head) >= 0.2) is known


def test_what_is_remembered_of_a_file_stays_small() -> None:
    memory: dict[str, Any] = {}
    for n in range(5):
        transcript = Transcript(f"session-{n}")
        for m in range(600):
            transcript.calls("Bash", {"command": "ls"}, id=f"{n}-{m}")
        drafts(transcript, memory)
    assert len(memory["calls"]) == 1000
    assert len(json.dumps(memory)) < 60_000


def test_many_unclosed_tags_do_not_slow_it_down() -> None:
    for tag in ("<system-reminder>", "<command-name>", "<user-memory-input>", "<ide_selection>"):
        drafts(said(tag * 50_000))
        drafts(said("x" + tag * 50_000))
