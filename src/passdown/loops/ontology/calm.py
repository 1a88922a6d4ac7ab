"""What was found in order, and is not looked at again while all that was seen of it is as it was.

It only saves work: what is said of a world is the same with it and without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.loops.ontology.touched import unlike

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from passdown.loops.ontology.scene import Scene
    from passdown.loops.ontology.thresholds import Thresholds


class Calm:
    """Ontologies of which no rule spoke, by a digest of what it saw, as of the last look."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: tuple[Thresholds | None, dict[str, str]] = (None, {})

    def still(self, now: Scene, told: Mapping[str, str]) -> frozenset[str]:
        """Those that are as they were, by the digests of what is seen now."""
        settings, before = self._kept
        if settings != now.settings:
            return frozenset()
        return frozenset(before.keys() & told.keys()) - unlike(now, told, before)

    def keep(self, settings: Thresholds, told: Mapping[str, str], quiet: Iterable[str]) -> None:
        """These are in order, as they are now seen."""
        self._kept = settings, {key: told[key] for key in quiet}
