"""Who carries which effect out of the store.

An effect is named by a loop's `Emit`; third parties add carriers by entry point, group
`passdown.couriers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any, TypeAlias

Courier: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


class _Couriers(Mapping[str, Courier]):
    """Carriers by effect, found when the first effect is delivered."""

    def __init__(self) -> None:
        self._found: dict[str, Courier] | None = None

    def _all(self) -> dict[str, Courier]:
        if self._found is None:
            points = entry_points(group="passdown.couriers")
            self._found = {point.name: point.load() for point in points}
        return self._found

    def __getitem__(self, effect: str) -> Courier:
        return self._all()[effect]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


COURIERS: Mapping[str, Courier] = _Couriers()
