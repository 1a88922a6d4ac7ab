"""Every loop of this installation keeps the contract: a new one gets these tests for nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from passdown import loops
from passdown.contract import Loop
from passdown.domain.clock import later
from passdown.testing import (
    START,
    Transcript,
    World,
    assistant,
    call,
    check_loop,
    check_on,
    person,
    result,
    transcript,
)
from passdown.testing.strategies import transcripts
from tests.loops.audit.past import judged
from tests.loops.follow_on import burns, routes
from tests.loops.ontology_gate.past import two_domains
from tests.loops.themes.past import approved, sessions
from tests.loops.tuning.past import answered
from tests.notes import NOTES

ROOT = Path(__file__).parents[2]
EVERY = {**loops.load(), "notes": NOTES}
LOOPS = pytest.mark.parametrize("loop", EVERY.values(), ids=EVERY.keys())


def cure(failed: str, error: str, worked: str) -> tuple[Any, ...]:
    return (call("Bash", failed), result(error, ok=False), call("Bash", worked), result("ok"))


UV = cure("pytest -q", "bash: pytest: command not found", "uv run pytest -q")
RUN = cure("npm run biuld", 'npm error Missing script: "biuld"', "npm run build")

PAST: tuple[Transcript, ...] = (
    transcript(
        "s1",
        person("Always run the linter before a commit."),
        *UV,
        person("note: tea"),
        repo="web",
    ),
    transcript("s2", person("We use uv for everything in this repo."), *RUN, repo="web"),
    transcript("s3", *UV, person("note: tea"), person("note: milk"), repo="api"),
    transcript(
        "s4",
        person("Always run the linter before a commit."),
        *UV,
        repo="web",
        at=later(START, days=2),
    ),
    transcript(
        "s5",
        person("Never run the linter before a commit."),
        person("note: bread"),
        repo="web",
        at=later(START, days=3),
    ),
    *(
        transcript(
            f"ask{n}",
            person("Where do I find the deploy runbook?"),
            assistant("The deploy runbook is in docs/runbook.md."),
            at=later(START, days=4, seconds=n),
        )
        for n in range(5)
    ),
    *burns(start=later(START, days=5)),
    *routes(start=later(START, days=5)),
    *sessions(at=later(START, days=6)),
    *two_domains(at=later(START, days=9)),
)
"""Something for every loop. A loop that finds nothing here adds what it is about."""


def lived(world: World) -> None:
    """What loops learn from that decisions made: their outcomes, approved claims, and what
    people said of audits."""
    answered(world)
    approved(world)
    judged(world)


@LOOPS
def test_a_loop_keeps_every_promise_of_the_contract(loop: Loop[Any]) -> None:
    check_loop(loop, *PAST, lived=lived)


@LOOPS
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_loop_keeps_them_on_any_past(loop: Loop[Any], data: st.DataObject) -> None:
    check_on(loop, *data.draw(transcripts("note: tea", "note: milk")))


LOOK = """
from passdown.contract import Finding
from passdown.testing import World
from tests.loops.test_contract import EVERY, PAST, approved
for name, loop in EVERY.items():
    with World(loop, lived=approved) as world:
        world.read(*PAST)
        for finding in loop.detect(world.corpus(), world.app.settings):
            if not isinstance(finding, Finding):
                continue
            replay = loop.replay(finding.payload, world.corpus(), world.app.settings)
            print(name, finding, replay)
"""


def test_what_is_found_does_not_depend_on_how_a_process_hashes() -> None:
    def look(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", LOOK]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    first = look("1")
    assert first.count("\n") > 5
    assert look("2") == first
