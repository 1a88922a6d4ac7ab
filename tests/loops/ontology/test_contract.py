"""What is promised of a whole decision and of many cycles: killed between any two statements it is
done or not begun, and with nothing new the loop comes to rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals._shapes import shapes
from passdown.domain.proposal import Status
from passdown.loops.ontology.graph import graph, world
from passdown.testing import Fuse, crashes, faults
from tests.loops.ontology.bench import Bench, bench

CYCLES = 12


def furnished(name: str, made: Bench) -> Bench:
    """A store that holds one of the shapes."""
    (shape,) = [one for one in shapes() if one.name == name]
    ties = graph((a, b, 1) for a, b in shape.edges)
    made.read(world(ties, shape.homes, clock=1000))  # so that nothing in it is new
    made.quick()
    return made


@pytest.mark.parametrize("backend", ["memory", "sqlite"])
def test_a_decision_killed_between_any_two_statements_is_done_or_not_begun(
    backend: str, tmp_path: Path
) -> None:
    fuse = Fuse()
    at = furnished("S2", bench(backend, tmp_path, fuse=fuse))
    asked = at.ask(
        {
            "action": "SPLIT_INTO_EXISTING",
            "donor": {"key": "dc"},
            "concepts": [f"u{n}" for n in range(6)],
            "into": {"key": "cloud"},
        }
    )
    assert asked is not None
    at.clock.advance(seconds=1)
    before, passed = at.state().homes, 0
    after = {name: "cloud" if name[0] == "u" else home for name, home in before.items()}
    for passed in crashes(fuse, lambda: at.call("approve", id=asked.id), every=4):
        at.forget()
        done = at.stands(asked.id)[0] == Status.EXECUTED
        assert at.state().homes == (after if done else before), passed
        assert faults(at.store) == []
        if done:
            break
    at.forget()
    assert at.state().homes == after
    assert passed > 20
    at.close()


@pytest.mark.parametrize("name", ["S1", "S2", "S4", "S6"])
def test_with_nothing_new_the_loop_comes_to_rest_and_nothing_comes_back(name: str) -> None:
    at = furnished(name, bench())
    seen, actions = [at.state().homes], 0
    for _ in range(CYCLES):
        at.clock.advance(days=1)
        at.call("mine", loop="ontology")
        waiting = [p for p in at.proposals(Status.PENDING, Status.HUMAN) if p.action != "ESCALATE"]
        for asked in waiting:
            at.clock.advance(seconds=1)
            at.call("approve", id=asked.id)
            assert at.state().homes not in seen
            seen.append(at.state().homes)
            actions += 1
        if not waiting:
            break
    else:
        raise AssertionError(f"{name} finds no rest")
    assert actions > 0
    assert faults(at.store) == []
    at.close()
