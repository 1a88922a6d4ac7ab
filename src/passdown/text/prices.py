"""What tokens cost: a table of prices by model, shipped with a date, the user's own first."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.errors import Invalid, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("in", "out", "cache_read", "cache_write")
"""The kinds of tokens, in the order of the prices."""
LARGEST = 1_048_576

_VENDOR = re.compile(r"^(?:[a-z]{2,10}\.)*anthropic\.")
# What may follow a model's name and leave it the same model: dates, versions, a cloud's marks.
_EDITION = re.compile(
    r"(?:[-@:](?:\d{8}|\d{4}-\d{2}-\d{2}|\d{2}-\d{2}|\d{4}|latest|preview|exp|v\d+|\d))*(?:\[1m\])?$"
)


class Price(NamedTuple):
    """Dollars per million tokens, by kind."""

    read: float
    written: float
    from_cache: float
    to_cache: float

    def of(self, tokens: Mapping[str, int]) -> float:
        """What these tokens cost, in dollars."""
        pairs = zip(KINDS, self, strict=True)
        return sum(price * tokens.get(kind, 0) for kind, price in pairs) / 1e6


class Prices:
    """Prices by model; a dated or renamed edition of a model costs what the model does."""

    def __init__(self, listed: Mapping[str, Price]) -> None:
        self._listed = {_plain(name): price for name, price in listed.items()}
        # Many replies, few models.
        self._of = lru_cache(maxsize=1024)(self._found)

    def of(self, model: str) -> Price | None:
        """The price of this model; None of one that is not listed."""
        return self._of(model)

    def _found(self, model: str) -> Price | None:
        plain = _plain(model)
        near = (name for name in self._listed if plain.startswith(name))
        same = [name for name in near if _EDITION.fullmatch(plain, len(name))]
        return self._listed[max(same, key=len)] if same else None


def prices(own: str = "") -> Prices:
    """The shipped prices, under those of the user's own file if one is named."""
    return Prices({**_shipped(), **(_read(Path(own).expanduser()) if own else {})})


@cache
def _shipped() -> dict[str, Price]:
    return _listed(files(__package__).joinpath("prices.toml").read_bytes(), "prices.toml")


def _read(path: Path) -> dict[str, Price]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as e:
        why = f"the prices cannot be read: {e.strerror}"
        raise Unreadable(why, where=str(path), next="Check the setting measure.prices.") from e
    return _listed(raw[:LARGEST], str(path))


def _listed(raw: bytes, where: str) -> dict[str, Price]:
    try:
        found = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise Invalid(f"the prices are not TOML: {e}", where=where) from e
    return {str(name): _price(name, value, where) for name, value in found.items()}


def _price(name: str, value: Any, where: str) -> Price:
    sound = isinstance(value, list) and len(value) == len(KINDS)
    if sound and all(type(n) in (int, float) and 0 <= n < 1e6 for n in value):
        return Price(*map(float, value))
    raise Invalid(
        f"the price of {name[:80]} is not four numbers",
        where=where,
        next="Dollars per million tokens: read, written, read from a cache, written to one.",
    )


def _plain(model: str) -> str:
    """The name as all vendors would write it: without who sells it, dots as dashes."""
    last = model.strip().lower().rpartition("/")[2]
    return _VENDOR.sub("", last).replace(".", "-")
