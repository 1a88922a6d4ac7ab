"""What a repository asks to have installed, by the names that programs import it by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTS = re.compile(
    r"(?:^|/)(?:[\w-]*requirements[\w.-]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)|Pipfile)\Z"
)
_MANIFESTS = re.compile(r"(?:^|/)(?:setup\.py|setup\.cfg|pyproject\.toml)\Z")
_LINE = re.compile(r"^\s*([A-Za-z][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;]=?|\Z|#|@)", re.M)
_QUOTED = re.compile(r"[\"']([A-Za-z][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;][^\"'\n]*)?[\"']")


def asked_for(texts: Mapping[str, str]) -> set[str]:
    """The names of distributions as modules are called: `schema-salad` brings `schema_salad`."""
    found: set[str] = set()
    for path, text in texts.items():
        if _LISTS.search(path) or path.endswith("setup.cfg"):
            for line in text.splitlines():
                found.update(_LINE.findall(line))
        elif _MANIFESTS.search(path):
            found.update(_QUOTED.findall(text))
            for line in text.splitlines() if path.endswith(".toml") else ():
                found.update(_LINE.findall(line))
    return {name.replace("-", "_") for name in found}
