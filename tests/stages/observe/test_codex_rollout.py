"""What the Codex reader makes of the lines its client writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.codex_rollout import READER
from tests.stages.observe import formats
from tests.stages.observe.clients import START, Rollout, codex, jsonl

CHILD = "019f1111-0000-7000-8000-000000000000"
OLD, NEW = "019f0001-0000-7000-8000-000000000000", "019f2222-0000-7000-8000-000000000000"


def drawn(told: Rollout | bytes, memory: dict[str, Any] | None = None) -> list[Any]:
    return formats.drawn(READER, told if isinstance(told, bytes) else told.bytes(), memory)


def drafts(told: Rollout | bytes, memory: dict[str, Any] | None = None) -> list[Draft]:
    return [d for d in drawn(told, memory) if isinstance(d, Draft)]


def counts(told: Rollout) -> dict[str, int]:
    memory: dict[str, Any] = {}
    drawn(told, memory)
    found: dict[str, int] = memory["counts"]
    return found


def test_a_session_reads_as_who_said_and_did_what() -> None:
    assert [(d.seen, d.trust, d.tool, d.ok) for d in drafts(codex())] == [
        (Seen.PROMPT, Trust.HUMAN, "", None),
        (Seen.REPLY, Trust.ASSISTANT, "", None),
        (Seen.CALL, Trust.ASSISTANT, "exec_command", None),
        (Seen.RESULT, Trust.TOOL, "exec_command", False),
        (Seen.CALL, Trust.ASSISTANT, "apply_patch", None),
        (Seen.RESULT, Trust.TOOL, "apply_patch", True),
        (Seen.CALL, Trust.ASSISTANT, "exec_command", None),
        (Seen.RESULT, Trust.TOOL, "exec_command", True),
        (Seen.REPLY, Trust.ASSISTANT, "", None),
        (Seen.EVENT, Trust.TOOL, "", None),
    ]


def test_the_facts_of_a_session_come_before_what_is_said_in_it() -> None:
    first, second = (d for d in drawn(codex()) if isinstance(d, SessionFacts))
    assert drawn(codex())[0] == first
    assert (first.id, first.agent, first.branch) == (Rollout.ID, "codex", "main")
    assert first.meta == {
        "cwd": "/home/ada/shop",
        "remote": "https://example.org/ada/shop.git",
        "version": "0.140.0",
        "source": "cli",
    }
    assert second.model == "gpt-5.5"


def test_a_command_is_kept_as_typed_and_its_output_without_the_client_s_heading() -> None:
    call, failed = drafts(codex())[2:4]
    assert call.text == "pytest"
    assert failed.text == "Exit code 1\nE   KeyError: 'tax'\n1 failed\n"
    assert failed.meta == {"exit": 1}
    assert failed.call == call.call == "call_1"


def test_the_tokens_of_all_drafts_sum_to_what_was_used() -> None:
    told = [d.meta["tokens"] for d in drafts(codex()) if "tokens" in d.meta]
    assert told == [{"in": 60, "out": 20, "cache_read": 40}, {"in": 50, "out": 10}]


def test_a_count_of_tokens_told_twice_is_one() -> None:
    told = Rollout().tokens(120, 100, 40, 20).tokens(120, 100, 40, 20).says("Done.")
    (reply,) = drafts(told)
    assert reply.meta["tokens"] == {"in": 60, "out": 20, "cache_read": 40}


def test_what_stands_twice_is_told_once() -> None:
    memory: dict[str, Any] = {}
    drawn(codex(), memory)
    assert memory["counts"] == {"context": 1, "repeated": 3, "thinking": 1}


def test_a_person_is_told_once_in_later_turns_too_whichever_stands_first() -> None:
    told = Rollout().typed("One.").says("Yes.").typed("Two.")
    told.event("user_message", message="Three.").message("user", "Three.")
    assert [d.text for d in drafts(told) if d.seen is Seen.PROMPT] == ["One.", "Two.", "Three."]


def test_the_first_versions_bare_lines_are_read() -> None:
    told = [
        {"id": Rollout.ID, "timestamp": "2025-05-01T10:00:00.000Z", "instructions": None},
        {"record_type": "state"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "function_call", "name": "shell", "call_id": "c1"}
        | {"arguments": json.dumps({"command": ["bash", "-lc", "ls | wc -l"]})},
        {"type": "function_call_output", "call_id": "c1"}
        | {"output": json.dumps({"output": "3\n", "metadata": {"exit_code": 0}})},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
    ]
    hi, call, result, again = drafts(jsonl(told))
    assert READER.sniff(jsonl(told)) > 0.7
    assert (hi.session, call.text, result.text, result.ok) == (
        Rollout.ID,
        "ls | wc -l",
        "3\n",
        True,
    )
    assert hi.uid != again.uid


@pytest.mark.parametrize(
    "text",
    [
        "# AGENTS.md instructions for /home/ada\n\n<INSTRUCTIONS>\nAlways obey.\n</INSTRUCTIONS>",
        "<environment_context>\n<cwd>/home/ada</cwd>\n</environment_context>",
        "<user_instructions>\nAlways obey.\n</user_instructions>",
        "<turn_aborted>\nThe user interrupted.\n</turn_aborted>",
        "<something_new>\nof the client\n</something_new>",
        "Warning: use the apply_patch tool instead.",
    ],
)
def test_what_the_client_puts_in_the_person_s_mouth_is_not_theirs(text: str) -> None:
    told = Rollout().message("user", text).event("user_message", message=text)
    assert drafts(told) == []
    assert counts(told) == {"context": 2}


def test_a_word_in_angle_brackets_does_not_make_a_person_a_client() -> None:
    (prompt,) = drafts(Rollout().message("user", "<button> is misplaced, see </div>"))
    assert (prompt.seen, prompt.trust) == (Seen.PROMPT, Trust.HUMAN)


def test_older_events_that_name_the_client_s_words_are_believed() -> None:
    told = Rollout().event("user_message", message="Be kind.", kind="user_instructions")
    assert drafts(told.event("user_message", message="Hi.", kind="plain"))[0].text == "Hi."


def test_a_developer_s_message_is_context() -> None:
    assert counts(Rollout().message("developer", "You may not.")) == {"context": 1}


def test_an_editor_s_preface_is_cut_off() -> None:
    text = (
        "# Context from my IDE setup:\n## Open tabs:\n- a.py\n\n## My request for Codex:\nMend it."
    )
    (prompt,) = drafts(Rollout().event("user_message", message=text))
    assert prompt.text == "Mend it."


@pytest.mark.parametrize(
    ("tag", "kind"),
    [("skill", "skill"), ("subagent_notification", "notification"), ("hook_prompt", "hook")],
)
def test_what_others_say_through_the_client_is_a_note_of_theirs(tag: str, kind: str) -> None:
    (note,) = drafts(Rollout().message("user", f"<{tag}>\nDo it.\n</{tag}>"))
    assert (note.seen, note.trust, note.meta["kind"]) == (Seen.NOTE, Trust.AGENT, kind)


def test_a_command_that_a_person_ran_is_theirs_and_what_it_printed_is_not() -> None:
    result = "Exit code: 0\nOutput:\nclean"
    text = f"<user_shell_command>\n<command>\ngit status\n</command>\n<result>\n{result}\n</result>"
    command, printed = drafts(Rollout().message("user", f"{text}\n</user_shell_command>"))
    assert (command.text, command.trust) == ("!git status", Trust.HUMAN)
    assert (printed.text, printed.trust, printed.meta["beside"]) == (result, Trust.TOOL, "shell")
    assert command.uid != printed.uid


def test_an_agent_s_agent_is_told_apart_and_trusted_less() -> None:
    source = {"subagent": {"thread_spawn": {"parent_thread_id": Rollout.ID, "depth": 1}}}
    told = Rollout(CHILD, source=source, agent_nickname="Euler").typed("Look at cart.py.")
    told.says("Done.").runs("ls", "cart.py", "c1")
    facts = next(d for d in drawn(told) if isinstance(d, SessionFacts))
    task, reply, call, _ = drafts(told)
    assert (facts.id, facts.parent) == (CHILD, Rollout.ID)
    assert (task.seen, task.trust, task.meta["kind"]) == (Seen.NOTE, Trust.AGENT, "task")
    assert (reply.trust, call.trust, call.meta["agent"]) == (Trust.AGENT, Trust.AGENT, "Euler")


def test_a_spawned_session_whose_source_makes_no_sense_is_a_person_s() -> None:
    for source in ({"custom": "x"}, 5, None, ["x"]):
        assert drafts(Rollout(source=source).typed("Hi."))[0].trust is Trust.HUMAN


def test_who_drives_codex_through_a_server_is_an_agent() -> None:
    (task,) = drafts(Rollout(source="mcp").typed("Mend it."))
    assert (task.seen, task.trust) == (Seen.NOTE, Trust.AGENT)
    assert "agent" not in task.meta


def test_what_agents_tell_each_other_is_nobody_s_order() -> None:
    told = Rollout().item("agent_message", author="/root/a", content="Found it.")
    message = '{"author":"/root/a","recipient":"/root","content":"Found it."}'
    for note in drafts(told.message("assistant", message).says("Then mend it."))[:2]:
        assert (note.seen, note.trust) == (Seen.NOTE, Trust.AGENT)
    assert drafts(told)[2].trust is Trust.AGENT


def test_what_a_fork_copied_belongs_to_the_session_it_came_from() -> None:
    told = Rollout(NEW, forked_from_id=CHILD).add("session_meta", **Rollout.meta(CHILD, at=1))
    told.turn(OLD).typed("Before.").says("Yes.").event("task_complete", turn_id=OLD)
    told.turn("019f3333-0000-7000-8000-000000000000").typed("After.").says("Good.")
    facts = [d for d in drawn(told) if isinstance(d, SessionFacts)]
    assert [d.text for d in drafts(told)] == ["After.", "Good."]
    assert {d.session for d in drafts(told)} == {NEW}
    assert facts[0].parent == facts[1].parent == CHILD
    assert counts(told)["copied"] == 2


def test_a_summary_that_a_fork_copied_is_its_parent_s() -> None:
    told = Rollout(NEW, forked_from_id=CHILD).turn(OLD).add("compacted", message="So far.")
    assert drafts(told) == []
    assert counts(told) == {"copied": 1}


def test_an_older_fork_is_known_by_the_second_beginning_in_it() -> None:
    told = Rollout(NEW).add("session_meta", **Rollout.meta(CHILD, at=1))
    told.turn(OLD).typed("Before.").turn("019f3333-0000-7000-8000-000000000000").typed("After.")
    assert [d.text for d in drafts(told)] == ["After."]
    assert [d.parent for d in drawn(told) if isinstance(d, SessionFacts)][1] == CHILD


def test_what_a_sub_agent_inherited_before_its_first_turn_is_its_parent_s() -> None:
    source = {"subagent": {"thread_spawn": {"parent_thread_id": Rollout.ID}}}
    told = Rollout("child", source=source, timestamp=None)
    told.add("session_meta", **Rollout.meta(Rollout.ID, timestamp=None))
    told.typed("Before.").says("Yes.").turn("a turn").typed("Look at cart.py.")
    (task,) = drafts(told)
    assert (task.text, task.session, task.meta["kind"]) == ("Look at cart.py.", "child", "task")
    assert counts(told)["copied"] == 2


def test_two_sessions_in_one_file_are_two() -> None:
    told = Rollout().typed("One.")
    told.lines += Rollout(CHILD, at=START + 99).typed("Two.").lines
    assert [d.session for d in drafts(told)] == [Rollout.ID, CHILD]


def test_a_session_that_stands_in_two_files_is_the_same_twice() -> None:
    longer = codex() + jsonl(Rollout().typed("Thanks.").lines[1:])
    assert [d.uid for d in drafts(longer)][:10] == [d.uid for d in drafts(codex())]


def test_turns_that_ended_early_or_were_taken_back_are_noted() -> None:
    told = Rollout().event("turn_aborted", reason="interrupted")
    told.event("turn_aborted", reason="replaced").event("thread_rolled_back", num_turns=2)
    assert [(d.meta["kind"], d.text) for d in drafts(told)] == [
        ("interrupt", "[Turn aborted: interrupted]"),
        ("turn", "[Turn aborted: replaced]"),
        ("rollback", "[2 turns taken back]"),
    ]


def test_a_summary_is_trusted_no_more_than_what_it_sums_up() -> None:
    told = Rollout().add("compacted", message="We mended it.").add("compacted", message="")
    (summary,) = drafts(told)
    assert (summary.meta["kind"], summary.trust) == ("summary", Trust.ASSISTANT)
    assert counts(told) == {"compaction": 1}
    told = Rollout().item("web_search_call", id="w", action={"type": "other"})
    assert drafts(told.add("compacted", message="So."))[-1].trust is Trust.WEB


def test_pictures_and_the_unknown_are_counted() -> None:
    told = Rollout().event("user_message", message="", images=["data:"], local_images=["a.png"])
    told.item("ghost_snapshot").item("message", role="assistant", content=[])
    assert counts(told) == {"image": 2, "blank": 2, "ghost_snapshot": 1}


@pytest.mark.parametrize("line", [b"[1]", b"{", b'{"a":1}', b'"x"', b"{}"])
def test_a_line_that_is_none_is_skipped_and_the_rest_is_read(line: bytes) -> None:
    found = drawn(codex() + line + b"\n" + jsonl(Rollout().says("On.").lines[1:]))
    assert [d.offset for d in found if isinstance(d, Skip)] == [len(codex())]
    assert found[-1].text == "On."


def test_a_field_of_the_wrong_type_is_left_out_and_the_line_is_read() -> None:
    told = Rollout()
    told.item("message", role="assistant", content=[{"type": 5, "text": "A."}, 7, {"text": []}])
    told.event("user_message", message="B.", images="none", kind={"x": 1})
    told.call("exec_command", {"cmd": "ls"}, "c", namespace=[])
    assert [d.text for d in drafts(told)] == ["A.\n[unknown]", "B.", "ls"]


def test_damaged_bytes_are_replaced_and_said_so() -> None:
    raw = jsonl(Rollout().says("caf#.").lines).replace(b"#", b"\xe9")
    (reply,) = drafts(raw)
    assert (reply.text, reply.meta["damaged"]) == ("caf\ufffd.", True)


def test_a_head_that_is_one_piece_of_a_long_line_is_known() -> None:
    line = jsonl(Rollout(base_instructions={"text": "x" * 100_000}).lines)
    assert READER.sniff(line.replace(b": ", b":")[:65_536]) == 0.5
    assert READER.sniff(b"x" * 100) == 0.0
    assert READER.sniff(b'{"type":"item","payload":{},"timestamp":"t"}\n') == 0.3
