"""Sessions for hypothesis, which whoever tests a loop installs: `pip install passdown[testing]`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from passdown.domain.clock import later
from passdown.domain.errors import Unavailable
from passdown.testing.clock import START
from passdown.testing.transcript import assistant, call, event, person, result, transcript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.testing.transcript import Transcript, Turn

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise Unavailable(
        "hypothesis is not installed",
        where="passdown.testing.strategies",
        next="pip install 'passdown[testing]', or hypothesis itself.",
    ) from error

SAID = (
    "Always run the linter before a commit.",
    "No, it is called deploy_v2, not deploy.",
    "We use uv for everything in this repo.",
    "What does this function do?",
    "ok",
)
RAN = (
    ("pytest -q", "pytest: command not found", "python -m pytest -q", "3 passed"),
    ("npm run biuld", 'npm error Missing script: "biuld"', "npm run build", "done"),
    ("cat config.yml", "cat: config.yml: No such file or directory", "cat config.yaml", "a: 1"),
)
"""A call that fails, its error, a changed call that works, and what it prints."""


def texts(*said: str) -> st.SearchStrategy[str]:
    """Any text at all, and often one of these, alone or inside a longer one."""
    known = st.sampled_from((*SAID, *said))
    loose = st.text(st.characters(codec="utf-8"), max_size=60)
    return st.one_of(known, loose, st.builds("{} {}".format, loose, known))


def turns(*said: str) -> st.SearchStrategy[list[Turn]]:
    """One exchange: something said by one side, an event, or a failure and what came after it."""
    words = texts(*said)
    voices = (person, assistant, event)
    spoken = [words.map(voice).map(lambda turn: [turn]) for voice in voices]
    worked = st.sampled_from(RAN).map(_cure)
    return st.one_of(*spoken, worked, st.builds(_listed, words, st.booleans()))


def transcripts(
    *said: str, most: int = 4, turns_each: int = 6
) -> st.SearchStrategy[list[Transcript]]:
    """A few sessions in a few repos, some at the same time; `said` is what the loop is about."""
    spoken = st.lists(turns(*said), max_size=turns_each)
    facts = st.tuples(spoken, st.sampled_from(("", "web", "api")), st.integers(0, 3))
    return st.lists(facts, min_size=1, max_size=most).map(_sessions)


def _sessions(facts: Sequence[tuple[list[list[Turn]], str, int]]) -> list[Transcript]:
    return [
        transcript(f"s{n}", *chain(*spoken), repo=repo, at=later(START, days=day))
        for n, (spoken, repo, day) in enumerate(facts)
    ]


def _listed(text: str, ok: bool) -> list[Turn]:
    return [call("Bash", "ls"), result(text, ok=ok)]


def _cure(ran: tuple[str, str, str, str]) -> list[Turn]:
    failed, error, worked, output = ran
    return [
        call("Bash", failed),
        result(error, ok=False),
        call("Bash", worked),
        result(output),
    ]
