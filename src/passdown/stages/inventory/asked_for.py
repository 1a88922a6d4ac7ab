"""What a repository asks to have installed, by the names that programs import it by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LISTS = re.compile(
    r"(?:^|/)(?:[\w-]*requirements[\w.-]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)|Pipfile)\Z"
)
_MANIFESTS = re.compile(r"(?:^|/)(?:setup\.py|setup\.cfg|pyproject\.toml)\Z")
_EXTRAS = r"(?:\s*\[[^\]\n]{0,200}\])?\s*"
_LINE = re.compile(rf"\s*([A-Za-z][\w.-]*){_EXTRAS}(?:[<>=!~;#@]|\Z)")
_QUOTED = re.compile(rf"[\"']([A-Za-z][\w.-]*){_EXTRAS}(?:[<>=!~;][^\"'\n]*)?[\"']")


def asked_for(texts: Mapping[str, str]) -> set[str]:
    """The names of distributions as modules are called: `schema-salad` brings `schema_salad`."""
    found: set[str] = set()
    for path, text in texts.items():
        if _LISTS.search(path) or path.endswith("setup.cfg"):
            found.update(_lines(text))
        elif _MANIFESTS.search(path):
            found.update(_QUOTED.findall(text), _lines(text) if path.endswith(".toml") else ())
    return {name.replace("-", "_") for name in found}


def _lines(text: str) -> Iterator[str]:
    """What stands alone in a line, with its version or without."""
    yield from (hit[1] for line in text.splitlines() if (hit := _LINE.match(line)))
