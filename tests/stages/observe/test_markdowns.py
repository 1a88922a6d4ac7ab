"""Sessions kept as Markdown: turns are told apart, and what is quoted in one is no other."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers import load
from tests.stages.observe import markdowns
from tests.stages.observe.formats import drafts, drawn

KNOWN = {reader.name: reader for reader in load().known}
SPEC, AIDER = KNOWN["specstory_md"], KNOWN["aider_chat_history"]


def told(found: list[Draft]) -> list[tuple[Seen, str]]:
    return [(d.seen, d.text) for d in found]


def of(found: list[Draft], seen: Seen) -> list[Draft]:
    return [d for d in found if d.seen is seen]


def test_a_session_has_the_name_its_client_gave_it() -> None:
    facts = [d for d in drawn(SPEC, markdowns.specstory()) if isinstance(d, SessionFacts)]
    assert {one.id for one in facts} == {markdowns.ID}
    assert facts[0].agent == "claude-code"
    assert facts[-1].model == "claude-opus-4-6"


def test_turns_are_told_in_order_with_their_tools() -> None:
    found = [d for d in drafts(SPEC, markdowns.specstory()) if d.seen is not Seen.NOTE]
    assert told(found) == [
        (Seen.PROMPT, "The cart test fails, can you mend it?"),
        (Seen.REPLY, "I'll run it first."),
        (Seen.CALL, "pytest"),
        (Seen.RESULT, "Exit code 1\nKeyError: 'tax'"),
        (Seen.CALL, "```diff\n-a\n+b\n```"),
        (Seen.RESULT, "The file was updated."),
        (Seen.REPLY, "I looked around."),
        (Seen.REPLY, "It works now."),
    ]
    assert [d.ok for d in of(found, Seen.RESULT)] == [False, None]
    assert found[-2].meta["agent"] == "sidechain"


def test_what_a_command_becomes_is_not_a_persons() -> None:
    notes = of(drafts(SPEC, markdowns.specstory()), Seen.NOTE)
    assert [(d.meta["kind"], d.trust) for d in notes] == [("client", Trust.AGENT)] * 2


def test_what_a_tool_shows_of_another_session_is_no_turn_of_this_one() -> None:
    quoted = markdowns.tool("Read", "`old.md`", "1 _**User (2026-01-01)**_\n<tool-use x>\nno")
    memory: dict[str, Any] = {}
    found = drafts(SPEC, markdowns.specstory([("User", "Look."), ("Agent", quoted)]), memory)
    assert [d.seen for d in found] == [Seen.PROMPT, Seen.CALL, Seen.RESULT]
    assert "<tool-use x>" in found[2].text
    assert memory["counts"]["quoted"] == 1


def test_a_refused_use_says_what_the_person_said() -> None:
    said = (
        "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it"
        " was a file edit, the new_string was NOT written to the file). To tell you how to proceed,"
        " the user said:\nUse uv."
    )
    use = markdowns.tool("Edit", "`cart.py`", said)
    found = drafts(SPEC, markdowns.specstory([("User", "Go."), ("Agent", use)]))
    result, prompt = found[-2:]
    assert (result.ok, result.meta["kind"]) == (None, "refused")
    assert (prompt.seen, prompt.text) == (Seen.PROMPT, "Use uv.")


def test_a_turn_without_a_time_or_a_model_is_a_turn() -> None:
    told = [("User", "Hello."), ("Assistant", "Hello you."), ("Agent", "")]
    found = drafts(SPEC, markdowns.specstory(told))
    assert [(d.seen, d.at) for d in found] == [(Seen.PROMPT, ""), (Seen.REPLY, "")]


def test_a_history_of_aider_holds_chats() -> None:
    memory: dict[str, Any] = {}
    found = drafts(AIDER, markdowns.aider(), memory)
    assert len({d.session for d in found}) == 2
    assert memory["counts"]["chat"] == 3
    first = [d for d in found if d.session == found[0].session]
    assert [(d.seen, d.meta.get("kind", "")) for d in first] == [
        (Seen.NOTE, "output"),
        (Seen.NOTE, "output"),
        (Seen.PROMPT, ""),
        (Seen.REPLY, ""),
        (Seen.NOTE, "output"),
        (Seen.NOTE, "command"),
        (Seen.NOTE, "output"),
    ]
    assert first[2].text == "The cart forgets the tax.\nPlease mend it."
    assert first[3].text.startswith("I add the tax:")
    assert first[3].text.endswith("That is all.")
    assert {d.at for d in first} == {"2026-01-02T03:04:05.000Z"}


def test_what_an_answer_took_stands_in_what_aider_prints() -> None:
    (took,) = [d.meta for d in drafts(AIDER, markdowns.aider()) if "tokens" in d.meta]
    assert (took["tokens"], took["cost"]) == ({"in": 4200, "out": 1234}, 0.04)
    assert took["model"] == "claude-sonnet-4-5"


@pytest.mark.parametrize("cost", ["0.0.04", ".", "1" * 400, "4,2"])
def test_a_cost_that_is_no_number_is_none(cost: str) -> None:
    text = markdowns.aider().replace(b"Cost: $0.04", b"Cost: $" + cost.encode())
    assert text != markdowns.aider()
    assert not any("cost" in d.meta for d in of(drafts(AIDER, text), Seen.NOTE))


def test_an_interrupt_is_one() -> None:
    assert drafts(AIDER, markdowns.aider())[-1].meta["kind"] == "interrupt"


def test_a_published_chat_is_read_like_any_other() -> None:
    found = drafts(AIDER, markdowns.aider_example())
    assert [(d.seen, d.text) for d in found][:3] == [
        (Seen.NOTE, "$ aider cart.py"),
        (Seen.PROMPT, "mend the test"),
        (Seen.REPLY, "It is mended."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# A readme\n\n#### How to\n\n> A quote\n",
        "# aider\n\nThe chat started at noon.\n",
        "# Notes\n\n_**User**_ stories\n\n<!-- a comment -->\n",
        "<!-- Session notes -->\n\n**User**: hello\n",
        '<div class="chat">\n#### Heading\n</div>\n',
    ],
)
def test_ordinary_markdown_is_no_session(text: str) -> None:
    assert {reader.sniff(text.encode()) for reader in KNOWN.values()} == {0.0}
