"""The floor: it is there from the start, and reads as if it were where it is not written yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.app import open_app
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.loops.ontology import LOOP
from passdown.loops.ontology.known import KIND, PRIMORDIAL, floor
from passdown.ops.upkeep import settle
from passdown.testing import World, faults
from passdown.up.init import main
from tests.loops.ontology_gate.past import two_domains
from tests.loops.themes.past import approved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from passdown.storage.port import Store

READS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("list", {}),
    ("list", {"gone": True}),
    ("show", {"name": PRIMORDIAL}),
    ("home", {"concept": "login_form"}),
    ("scores", {}),
    ("pressure", {}),
    ("preview", {}),
    ("history", {}),
    ("export", {}),
    ("regions", {}),
)


def stored(store: Store) -> Any:
    with store.read(ALL) as tx:
        return tx.knowledge.get(KIND, PRIMORDIAL)


def test_a_store_that_was_just_made_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path)]) == 0  # and once
    with open_app(store=str(tmp_path / ".passdown")) as app:
        found = stored(app.store)
        assert (found.text, found.life, found.body) == (PRIMORDIAL, Life.ARCHIVED, floor().body)
        with app.store.read(ALL) as tx:
            (told,) = tx.ledger.entries(name="ontology.updated")
        assert told.actor == "system:ontology"
        assert faults(app.store) == []
    assert "Store:" in capsys.readouterr().out


def reads(world: World) -> Iterator[Any]:
    """What each reads, but for when an ontology was made."""
    for name, params in READS:
        yield _timeless(world.call(f"ontology.{name}", **params))


def _timeless(found: Any) -> Any:
    if isinstance(found, list):
        return [_timeless(one) for one in found]
    if isinstance(found, dict):
        return {key: _timeless(one) for key, one in found.items() if key != "since"}
    return found


def test_where_it_is_not_written_yet_it_reads_the_same_to_all() -> None:
    with World(LOOP, lived=approved) as world:
        world.read(*two_domains())
        assert stored(world.store) is None
        before = list(reads(world))
        assert LOOP.mirror is not None
        files = LOOP.mirror(world.corpus())
        assert settle(world.store, LOOP, world.app.settings) == 1
        assert stored(world.store) is not None
        assert list(reads(world)) == before
        assert LOOP.mirror(world.corpus()) == files
        assert settle(world.store, LOOP, world.app.settings) == 0
