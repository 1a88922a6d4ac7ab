"""The promise that every yes can be taken back: applied alone, applied with others, undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict, PassdownError
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.testing.broken import Broken, owe
from passdown.testing.state import entries, rebuild
from passdown.testing.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passdown.contract.loop import Loop
    from passdown.domain.record import Edge, Record
    from passdown.storage.port import Store
    from passdown.testing.transcript import Transcript


def check_undo(
    loop: Loop[Any],
    transcripts: Sequence[Transcript],
    lived: Callable[[World], None] | None = None,
) -> None:
    """Every question, answered with yes and then undone, leaves knowledge exactly as it was: on
    an empty store, and on one that already holds what the first half of the sessions taught."""
    half = len(transcripts) // 2
    for known, fresh in ((transcripts[:0], transcripts), (transcripts[:half], transcripts[half:])):
        for answer in (_each_alone, _all_together):
            with World(loop, lived=lived) as world:
                world.read(*known)
                _approve_all(world, loop)
                world.read(*fresh)
                answer(world, loop)


def _each_alone(world: World, loop: Loop[Any]) -> None:
    """A yes and its undo, one question at a time."""
    world.mine(loop.name)
    for proposal in world.pending():
        before = knowledge(world.store)
        said = _approve(world, loop, proposal)
        owe(said, loop, f"{proposal['title']!r} never becomes a yes, though nothing moved")
        _is_all_in_the_ledger(world, loop)
        world.call("undo", id=proposal["id"])
        same = knowledge(world.store) == before
        owe(same, loop, f"undoing {proposal['title']!r} does not restore what was before")
        _is_all_in_the_ledger(world, loop)


def _all_together(world: World, loop: Loop[Any]) -> None:
    """All that can be approved one after the other, then undone, the last one first."""
    world.mine(loop.name)  # what joins a record is no yes
    before = knowledge(world.store)
    done = _approve_all(world, loop)
    for id in reversed(done):
        world.call("undo", id=id)
    same = knowledge(world.store) == before
    owe(same, loop, "undoing all of a cycle does not restore what was before")


def _approve_all(world: World, loop: Loop[Any]) -> list[str]:
    world.mine(loop.name)
    return [p["id"] for p in world.pending() if _approve(world, loop, p)]


def _approve(world: World, loop: Loop[Any], proposal: dict[str, Any]) -> bool:
    """False when an earlier yes moved the world; anything else that fails is the loop's fault."""
    world.clock.advance(seconds=1)
    try:
        world.call("approve", id=proposal["id"], reason="checked")
    except Conflict:
        return False
    except PassdownError as error:
        raise Broken(f"loop {loop.name!r}: no yes to {proposal['title']!r}: {error}") from error
    return True


def _is_all_in_the_ledger(world: World, loop: Loop[Any]) -> None:
    """The records are those that the ledger alone would give."""
    with world.store.read(ALL) as tx:
        built = rebuild(entries(tx))
        stored = {r.id: r for r in tx.knowledge.all(lives=tuple(Life))}
    owe(built.records == stored, loop, "its records cannot be rebuilt from the ledger")


def knowledge(store: Store) -> tuple[dict[str, Record], list[Edge]]:
    """Every record and edge; versions aside, which count what was done, and whether a record is
    contested, which is so while a question about it is open."""
    with store.read(ALL) as tx:
        return {r.id: _bare(r) for r in tx.knowledge.all(lives=tuple(Life))}, tx.knowledge.edges()


def _bare(record: Record) -> Record:
    life = Life.ACTIVE if record.life is Life.CONTESTED else record.life
    return replace(record, version=0, life=life)
