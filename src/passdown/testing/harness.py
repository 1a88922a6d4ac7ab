"""The harness every loop must pass, built in or third party: what the Loop contract promises."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from passdown.contract.loop import Finding
from passdown.contract.mirror import Edit
from passdown.domain.errors import Unavailable
from passdown.domain.scope import ALL, GLOBAL
from passdown.engines.static import NoWriter
from passdown.testing.broken import owe
from passdown.testing.findings import Look, Names, alike, check_finding
from passdown.testing.promises import DECLARED
from passdown.testing.state import digest
from passdown.testing.transcript import person, transcript
from passdown.testing.undoing import check_undo
from passdown.testing.world import World, interleaved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passdown.contract.loop import Loop
    from passdown.testing.transcript import Transcript

    Lived = Callable[[World], None] | None

SHUFFLES = (1, 2)
STATEMENTS = (
    "Always run the linter before a commit.",
    "Never push to the main branch on a Friday.",
)


def check_loop(
    loop: Loop[Any], *transcripts: Transcript, lived: Lived = None
) -> list[Finding[Any]]:
    """Every promise of the Loop contract, on sessions in which this loop finds something; what it
    found. `lived` does what else such a world has, each time sessions were read: decisions, for a
    loop that learns from them. Broken says which promise is not kept."""
    check_declaration(loop)
    found = check_on(loop, *transcripts, lived=lived)
    owe(found, loop, "it finds nothing here: give transcripts that it is about")
    check_statements(loop)
    return found


def check_declaration(loop: Loop[Any]) -> None:
    """What can be read off the declaration: names, actions, knobs, prompt and queries."""
    for promise in DECLARED:
        promise(loop)


def check_on(loop: Loop[Any], *transcripts: Transcript, lived: Lived = None) -> list[Finding[Any]]:
    """What must hold on any past: detection is pure and independent of the order of storage, each
    finding keeps its promises, is asked once, and what a yes does is taken back by undo."""
    found = _check_looking(loop, transcripts, lived)
    if found:
        _check_order(loop, transcripts, lived, found)
        _check_asked_once(loop, transcripts, lived)
        check_undo(loop, transcripts, lived)
    return found


def check_statements(loop: Loop[Any]) -> None:
    """A loop that takes statements makes each a question of its own, the same one every time."""
    if loop.state is None:
        return
    with World(loop) as world:
        world.read(transcript("stated", *map(person, STATEMENTS)))
        seqs = [o.seq for o in world.corpus().observations()]
        found = [loop.state(s, (n,), GLOBAL) for s, n in zip(STATEMENTS, seqs, strict=True)]
        again = loop.state(STATEMENTS[0], seqs[:1], GLOBAL)
        owe(again == found[0], loop, "the same statement becomes two different questions")
        owe(found[0].key != found[1].key, loop, "two statements become one question")
        with world.store.read(ALL) as tx:
            for finding in found:
                check_finding(_look(loop, world, tx), finding)


def _check_looking(
    loop: Loop[Any], transcripts: Sequence[Transcript], lived: Lived
) -> list[Finding[Any]]:
    """Looking changes nothing, and finds the same however often it is done."""
    with World(loop, lived=lived) as world:
        world.read(*transcripts)
        before = digest(world.store)
        with world.store.read(ALL) as tx:
            look = _look(loop, world, tx)
            past = _past(look)
            found = _found(look)
            for finding in found:
                check_finding(look, finding)
            again = _found(look)
            owe(again == found, loop, "a second look at the same past finds something else")
            _check_rest(look)
            owe(_past(look) == past, loop, "looking changed an observation")
        owe(digest(world.store) == before, loop, "looking changed the store")
        return found


def _found(look: Look) -> list[Finding[Any]]:
    every = look.loop.detect(look.corpus, look.settings)
    return [one for one in every if isinstance(one, Finding)]


def _look(loop: Loop[Any], world: World, tx: Any) -> Look:
    from passdown.stages.mine.corpus import live

    return Look(loop, world.corpus(), live(tx), world.app.settings)


def _past(look: Look) -> bytes:
    return msgspec.json.encode([msgspec.to_builtins(o) for o in look.corpus.observations()])


def _check_rest(look: Look) -> None:
    """Without an engine it asks for one or finds nothing; its files stay where they belong."""
    loop = look.loop
    if loop.enrich is not None:
        try:
            silent = not list(loop.enrich(list(look.corpus.observations()), NoWriter()))
        except Unavailable:
            silent = True
        owe(silent, loop, "it enriches without an engine")
    if loop.mirror is not None:
        files = loop.mirror(look.corpus)
        owe(loop.mirror(look.corpus) == files, loop, "it mirrors one past in two ways")
        for name in files:
            owe(_stays_inside(name), loop, f"it mirrors to {name!r}, outside its folder")
        _check_edits(look, files)


def _check_edits(look: Look, files: dict[str, str]) -> None:
    """Whoever changed nothing in its files asks nothing."""
    edits = look.loop.edits
    asked = list(edits(files, files, look.corpus)) if edits is not None else []
    silent = not any(isinstance(one, Edit) for one in asked)
    owe(silent, look.loop, "it takes its own files for edits")


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _check_order(
    loop: Loop[Any],
    transcripts: Sequence[Transcript],
    lived: Lived,
    found: Sequence[Finding[Any]],
) -> None:
    """The order in which sessions were stored makes no difference."""
    with World(loop, lived=lived) as world:
        world.read(*transcripts)
        straight = _names(world)
    backwards = [(t.session, t.items) for t in reversed(transcripts)]
    for order in (backwards, *(interleaved(transcripts, seed) for seed in SHUFFLES)):
        with World(loop, lived=lived) as world:
            world.keep(order)
            every = loop.detect(world.corpus(), world.app.settings)
            shuffled = [one for one in every if isinstance(one, Finding)]
            same = alike(found, shuffled, Names(straight, _names(world)))
            owe(same, loop, "it finds something else when sessions are stored in another order")


def _names(world: World) -> dict[int, str]:
    return {o.seq: f"{o.session} {o.uid}" for o in world.corpus().observations()}


def _check_asked_once(loop: Loop[Any], transcripts: Sequence[Transcript], lived: Lived) -> None:
    """A second cycle over the same past asks nothing that was asked before."""
    with World(loop, lived=lived) as world:
        world.read(*transcripts)
        (first,) = world.mine(loop.name)["cycles"]
        asked = world.pending()
        world.clock.advance(hours=1)
        (second,) = world.mine(loop.name)["cycles"]
        owe(not first["failure"], loop, f"its cycle fails: {first['failure']}")
        owe(asked, loop, f"what it finds never becomes a question: {first['fates']}")
        same = [p["id"] for p in world.pending()] == [p["id"] for p in asked]
        owe(same, loop, f"it asks again what was asked before: {second['fates']}")
