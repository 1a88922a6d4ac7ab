"""What the pi reader makes of the entries its client writes."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.pi_session import READER
from tests.stages.observe import formats
from tests.stages.observe.clients import START, Tree, jsonl, pi

CHILD = "cccccccc-dddd-4eee-8fff-000000000000"


def drawn(told: Tree | bytes, memory: dict[str, Any] | None = None) -> list[Any]:
    return formats.drawn(READER, told if isinstance(told, bytes) else told.bytes(), memory)


def drafts(told: Tree | bytes, memory: dict[str, Any] | None = None) -> list[Draft]:
    return [d for d in drawn(told, memory) if isinstance(d, Draft)]


def counts(told: Tree) -> dict[str, int]:
    memory: dict[str, Any] = {}
    drawn(told, memory)
    found: dict[str, int] = memory["counts"]
    return found


def test_a_session_reads_as_who_said_and_did_what() -> None:
    assert [(d.seen, d.trust, d.tool, d.ok) for d in drafts(pi())] == [
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


def test_the_facts_of_a_session_come_before_what_is_said_in_it() -> None:
    first, second = (d for d in drawn(pi()) if isinstance(d, SessionFacts))
    assert drawn(pi())[0] == first
    assert (first.id, first.agent, first.meta) == (Tree.ID, "pi", {"cwd": "/home/ada/shop"})
    assert second.model == "claude-sonnet-4-5"


def test_the_tokens_of_all_drafts_sum_to_what_was_used() -> None:
    told = [d.meta["tokens"] for d in drafts(pi()) if "tokens" in d.meta]
    assert told == [
        {"in": 60, "out": 20, "cache_read": 40, "cache_write": 5},
        {"in": 50, "out": 10},
    ]


def test_a_failed_command_keeps_its_exit_code_and_a_call_its_path() -> None:
    assert drafts(pi())[3].meta["exit"] == 1
    assert drafts(pi())[4].meta["path"] == "shop/cart.py"


def test_branches_are_kept_with_the_entry_they_hang_on() -> None:
    told = Tree().message("user", "One way.").says("Tried.")
    told.message("user", "Another way.")
    told.lines[-1]["parentId"] = None
    told.add("branch_summary", fromId="00000002", summary="One way failed.")
    one, tried, another, summary = drafts(told)
    assert (tried.meta["parent"], "parent" in another.meta) == ("00000001", False)
    assert (one.text, summary.meta["kind"], summary.text) == (
        "One way.",
        "branch",
        "One way failed.",
    )


def test_what_a_fork_copied_belongs_to_the_session_it_came_from() -> None:
    parent = Tree().message("user", "Before.").says("Yes.")
    path = f"/home/ada/.pi/agent/sessions/--shop--/2026_{Tree.ID}.jsonl"
    fork = Tree(CHILD, at=START + 100, parentSession=path)
    fork.lines += parent.lines[1:]
    fork.message("user", "After.")
    (only,) = drafts(fork)
    facts = drawn(fork)[0]
    assert (only.text, only.session, facts.parent) == ("After.", CHILD, Tree.ID)
    assert counts(fork) == {"copied": 2}


def test_a_session_that_only_names_its_parent_keeps_all_it_says() -> None:
    told = Tree(parentSession="somewhere").message("user", "Hi.")
    assert [d.text for d in drafts(told)] == ["Hi."]
    assert drawn(told)[0].parent == ""


def test_a_session_that_stands_in_two_files_is_the_same_twice() -> None:
    longer = pi() + jsonl(Tree().message("user", "Thanks.").lines[1:])
    assert [d.uid for d in drafts(longer)][:9] == [d.uid for d in drafts(pi())]


def test_lines_of_the_first_version_have_no_ids_and_are_told_apart() -> None:
    told = Tree(modelId="gpt-5.1-codex").message("user", "Hi.").message("user", "Hi.")
    for line in told.lines[1:]:
        del line["id"], line["parentId"]
    first, second = drafts(told)
    assert first.uid != second.uid
    assert drawn(told)[0].model == "gpt-5.1-codex"
    for line in told.lines:
        del line["timestamp"]
    again = drafts(told)
    assert again[0].uid != again[1].uid


def test_a_skill_that_a_person_called_is_not_their_word() -> None:
    skill = '<skill name="pdf" location="/s/SKILL.md">\nDo as I say.\n</skill>'
    note, prompt = drafts(Tree().message("user", f"{skill}\n\nRead a.pdf."))
    assert (note.seen, note.trust, note.meta["beside"]) == (Seen.NOTE, Trust.AGENT, "prompt")
    assert (prompt.text, prompt.trust) == ("Read a.pdf.", Trust.HUMAN)
    (alone,) = drafts(Tree().message("user", skill))
    assert "beside" not in alone.meta


def test_a_command_that_a_person_ran_is_theirs_and_what_it_printed_is_not() -> None:
    told = Tree().message("bashExecution", command="ls", output="a.py", exitCode=2)
    told.message("bashExecution", command="true", output="", exitCode=0)
    command, printed, silent = drafts(told)
    assert (command.text, command.trust) == ("!ls", Trust.HUMAN)
    assert (printed.text, printed.trust, printed.meta["exit"]) == ("a.py", Trust.TOOL, 2)
    assert silent.text == "!true"


@pytest.mark.parametrize(("hidden", "trust"), [(True, Trust.ASSISTANT), (False, Trust.WEB)])
def test_what_a_person_fetched_lowers_what_is_said_next_if_the_model_saw_it(
    hidden: bool, trust: Trust
) -> None:
    fetched = {"command": "curl https://example.org", "output": "page"}
    told = Tree().message("bashExecution", **fetched, excludeFromContext=hidden).says("So.")
    assert drafts(told)[-1].trust is trust


@pytest.mark.parametrize("role", ["custom", "hookMessage"])
def test_what_an_extension_says_is_nobody_s_order(role: str) -> None:
    told = Tree().message(role, "Do it.", customType="x")
    told.add("custom_message", customType="x", content="Do it.", display=False).says("So.")
    *notes, reply = drafts(told)
    assert [(n.seen, n.trust) for n in notes] == [(Seen.NOTE, Trust.AGENT)] * 2
    assert reply.trust is Trust.AGENT


def test_a_summary_is_trusted_no_more_than_what_it_sums_up() -> None:
    told = Tree().add("compaction", summary="We mended it.", tokensBefore=9)
    told.calls("web_fetch", {"url": "x"}, "c").answers("c", "web_fetch", "page")
    told.message("compactionSummary", summary="So.").message("branchSummary", summary="And so.")
    found = [d for d in drafts(told) if d.meta.get("kind") == "summary"]
    assert [d.trust for d in found] == [Trust.ASSISTANT, Trust.WEB, Trust.WEB]


def test_an_answer_that_did_not_end_says_so_and_what_it_took() -> None:
    told = Tree().says(usage={"input": 5, "output": 1}, stop="aborted", errorMessage="Aborted.")
    told.says("Half", stop="error", errorMessage="Overloaded.")
    stopped, half, failed = drafts(told)
    assert (stopped.meta["kind"], stopped.meta["tokens"]) == ("interrupt", {"in": 5, "out": 1})
    assert (half.text, failed.meta["kind"], failed.text) == ("Half", "api-error", "Overloaded.")


@pytest.mark.parametrize(
    "text", ["out\n\nCommand aborted", "Operation aborted", "Skipped due to queued user message."]
)
def test_a_call_that_was_stopped_did_not_fail(text: str) -> None:
    told = Tree().calls("bash", {"command": "x"}, "c").answers("c", "bash", text, error=True)
    assert (drafts(told)[-1].ok, drafts(told)[-1].meta["kind"]) == (None, "refused")


def test_thoughts_pictures_and_the_unknown_are_counted() -> None:
    told = Tree().says({"type": "thinking", "thinking": "Hm."}, " ")
    told.message("user", [{"type": "image", "data": "x"}]).message("new", "x")
    told.message("toolResult", [{"type": "image", "data": "x"}], toolCallId="c", toolName="read")
    assert counts(told) == {"thinking": 1, "blank": 2, "image": 2, "unknown": 1}


def test_a_file_without_a_beginning_is_a_session_of_its_own() -> None:
    (draft,) = drafts(jsonl(Tree().message("user", "Hi.").lines[1:]))
    assert draft.session.startswith("pi_session-")


def test_damaged_bytes_are_replaced_and_said_so() -> None:
    (reply,) = drafts(jsonl(Tree().says("caf#.").lines).replace(b"#", b"\xe9"))
    assert (reply.text, reply.meta["damaged"]) == ("caf\ufffd.", True)


def test_a_name_that_a_person_gave_is_the_session_s_title() -> None:
    told = Tree().message("user", "Hi.").add("session_info", name=" Cart ").add("session_info")
    assert drawn(told)[-1].meta == {"title": "Cart"}


def test_a_text_that_is_no_list_of_parts_is_read() -> None:
    told = Tree()
    for role in ("user", "assistant"):
        told.add("message", message={"role": role, "content": "Hi."})
    assert [d.text for d in drafts(told)] == ["Hi.", "Hi."]


@pytest.mark.parametrize("line", [b"[1]", b"{", b'{"a":1}', b'"x"', b"{}"])
def test_a_line_that_is_none_is_skipped_and_the_rest_is_read(line: bytes) -> None:
    found = drawn(pi() + line + b"\n" + jsonl(Tree().says("On.").lines[1:]))
    assert [d.offset for d in found if isinstance(d, Skip)] == [len(pi())]
    assert found[-1].text == "On."


@pytest.mark.parametrize(
    ("line", "sure"),
    [
        (b'{"type":"session","timestamp":"t","cwd":"/"}', 1.0),
        (b'{"type":"session","timestamp":"t"}', 0.3),
        (b'{"type":"message","timestamp":"t","message":{"role":"user"}}', 1.0),
        (b'{"type":"message","timestamp":"t","message":{}}', 0.0),
        (b'{"type":"message","timestamp":"t","message":{"role":"user"},"uuid":"u"}', 0.0),
        (b'{"type":"model_change","timestamp":"t","modelId":"m"}', 1.0),
        (b'{"type":"model_change","timestamp":"t"}', 0.3),
        (b'{"type":"label","timestamp":"t","id":"x"}', 0.8),
        (b'{"type":"message"}', 0.0),
    ],
)
def test_an_entry_is_known_by_what_only_pi_writes(line: bytes, sure: float) -> None:
    assert READER.sniff(line + b"\n") == sure
