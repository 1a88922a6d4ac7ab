"""No text makes taking it apart super-linear: four times of it take about four times as long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from passdown.stages.observe.readers.aider_chat_history import READER as AIDER
from passdown.stages.observe.readers.chat import spoken
from passdown.stages.observe.readers.cline_words import asked_of, exported, given
from passdown.stages.observe.readers.cursor import READER as CURSOR
from passdown.stages.observe.readers.openhands_event import event
from passdown.stages.observe.readers.provenance import fetches
from passdown.stages.observe.readers.slack_export import _plain
from passdown.stages.observe.readers.specstory_md import READER as SPECSTORY
from passdown.stages.observe.readers.verdict import verdict
from passdown.testing.reader import lines_of
from tests.stages.observe import markdowns
from tests.text.test_growth import MOST, NOISE, SMALL, TIMES, seconds


def story(text: str) -> object:
    raw = markdowns.specstory([("User", text), ("Agent", text)])
    return list(SPECSTORY.read(lines_of(SPECSTORY, raw), {}))


def chat(text: str) -> object:
    raw = markdowns.aider() + b"\n> x\n#### " + text.encode()
    return list(AIDER.read(lines_of(AIDER, raw), {}))


def cursor(text: str) -> object:
    raw = f"# A\n_Exported on 6/13/2025 from Cursor (1.0)_\n\n**User**\n\n{text}".encode()
    return list(CURSOR.read(lines_of(CURSOR.shaped(raw), raw), {}))


READERS: dict[str, Callable[[str], object]] = {
    "aider": chat,
    "asked_of": lambda text: list(asked_of(text)),
    "cursor": cursor,
    "exported": lambda text: list(exported(text.encode())),
    "fetches": fetches,
    "given": lambda text: list(given(text)),
    "message": lambda text: event({"kind": "MessageEvent", "llm_message": {"content": text}}),
    "plain": _plain,
    "specstory": story,
    "spoken": spoken,
    "verdict": lambda text: verdict("bash", text),
}
UNITS = [
    " ",
    "\n",
    " \n",
    "`",
    "```\n",
    "Input:\n```\n",
    "<",
    "<a>",
    "<task>",
    "<task>x</feedback>",
    "<think>",
    "</think>",
    "<execute_command>",
    "<environment_details>",
    "<user_query>",
    "<https://a",
    "<#C|",
    '<tool-use data-tool-name="x"',
    '<tool-use data-tool-name="x">\n',
    "<summary>",
    "</details></tool-use>\n",
    "[read_file] Result:\n",
    "[Tool Use: x]\n",
    "**User:**\n",
    "**User**\n",
    "_**User**_\n",
    "\n---\n",
    "---",
    "#### ",
    "> ",
    "Tokens: 1 sent, ",
    "Tokens: 1 sent, 1 cache x,",
    "Exit code ",
    "curl ",
    "https://a ",
    "&amp;",
    "{",
    '{"a":',
]


@pytest.mark.parametrize("name", READERS)
def test_four_times_the_text_takes_about_four_times_as_long(name: str) -> None:
    read = READERS[name]
    for unit in UNITS:
        text = (unit * (SMALL * TIMES // len(unit) + 1))[: SMALL * TIMES]
        if seconds(read, text, 1) > NOISE:
            longer, shorter = seconds(read, text, 3), seconds(read, text[:SMALL], 3)
            assert longer < MOST * shorter, f"{unit!r}: {longer / shorter:.1f} times as long"
