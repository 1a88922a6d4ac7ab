"""The one list of loops: the built-in ones by name, others by entry point `passdown.loops`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

    from passdown.contract.loop import Loop

BUILTIN = {
    "audit": "passdown.loops.audit",
    "claims": "passdown.loops.claims",
    "ontology": "passdown.loops.ontology",
    "phrasebook": "passdown.loops.phrasebook",
    "router_trigger": "passdown.loops.router_trigger",
    "snapshot_expand": "passdown.loops.snapshot_expand",
    "themes": "passdown.loops.themes",
    "tuning": "passdown.loops.tuning",
}
GROUP = "passdown.loops"


def load() -> Loops:
    """All loops of this installation; each is imported when it is first asked for."""
    return Loops()


class Loops(Mapping[str, "Loop[Any]"]):
    """Loops by name, built-in ones first, then those of third parties by name.

    A third-party loop that cannot be loaded is left out and named in `failures`.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, Loop[Any]] = {}
        self._failures: list[str] = []
        self._looked = False

    def __getitem__(self, name: str) -> Loop[Any]:
        if name in BUILTIN:
            return self._builtin(name)
        self._look()
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        self._look()
        yield from BUILTIN
        yield from sorted(self._loaded.keys() - BUILTIN.keys())

    def __len__(self) -> int:
        self._look()
        return len(BUILTIN.keys() | self._loaded.keys())

    @property
    def failures(self) -> tuple[str, ...]:
        """One sentence for each third-party loop that was left out."""
        self._look()
        return tuple(self._failures)

    def _builtin(self, name: str) -> Loop[Any]:
        if name not in self._loaded:
            self._loaded[name] = import_module(BUILTIN[name]).LOOP
        return self._loaded[name]

    def _look(self) -> None:
        if self._looked:
            return
        self._looked = True
        for point in _points():
            # A plug-in is foreign code: whatever it raises must not take the others with it.
            try:
                self._loaded[point.name] = _loop(point, self._loaded)
            except Exception as error:
                self._failures.append(f"loop {point.name!r} of {point.value} was left out: {error}")


def _points() -> list[EntryPoint]:
    from importlib.metadata import entry_points

    return sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))


def _loop(point: EntryPoint, known: Mapping[str, Loop[Any]]) -> Loop[Any]:
    from passdown.contract.loop import Loop

    if point.name in BUILTIN or point.name in known:
        raise ValueError("the name is taken")
    loop = point.load()
    if not isinstance(loop, Loop):
        raise TypeError(f"it is a {type(loop).__name__}, not a Loop")
    if loop.name != point.name:
        raise ValueError(f"it calls itself {loop.name!r}")
    return loop
