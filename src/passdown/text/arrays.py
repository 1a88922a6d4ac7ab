"""numpy, or word of how to get it: whoever computes with arrays takes it from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.errors import Unavailable

try:
    import numpy as np
except ImportError as missing:
    raise Unavailable(
        "finding what recurs needs the extra 'mine'", next="pip install 'passdown[mine]'"
    ) from missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers: TypeAlias = NDArray[np.integer[Any]]
    Floats: TypeAlias = NDArray[np.floating[Any]]

    Names: TypeAlias = NDArray[np.object_]

__all__ = ["Floats", "Integers", "np", "ordered"]


def ordered(keys: Integers) -> Integers:
    """Each of these once, ascending. `np.unique` hashes them, which takes many times as long."""
    keys = np.sort(keys)
    found: Integers = keys[np.diff(keys, prepend=keys[:1] - 1) != 0]
    return found
