"""Hyperscan over very many patterns at once, where it is installed: which may match a text.

Its answer is a superset that RE2 then confirms, so that results are the same with and without it.
It reads ASCII texts only; patterns whose syntax it reads otherwise, or not at all, are in `rest`.
"""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# Back-references to it, octal numbers to RE2; classes beyond ASCII; quoting.
_OTHERWISE = re.compile(r"\\[0-9pPxCQE]|[^\x00-\x7f]|\[\[")


def available() -> bool:
    """Whether the extra `match` is installed; its wheels are for x86-64 alone."""
    return find_spec("hyperscan") is not None


class Scanner:
    """Patterns compiled to one automaton; `kept`, from an earlier `keep`, spares compiling."""

    def __init__(self, patterns: Sequence[str], kept: bytes = b"") -> None:
        import hyperscan

        if kept:
            head, _, body = kept.partition(b"\n")
            self.rest = frozenset(json.loads(head))
            self._base = hyperscan.loadb(body, hyperscan.HS_MODE_BLOCK)
        else:
            read = [n for n, pattern in enumerate(patterns) if _reads(pattern)]
            self.rest = frozenset(range(len(patterns))) - frozenset(read)
            self._base = _compiled([patterns[n] for n in read], read)
        self._scratch = hyperscan.Scratch(self._base)

    def keep(self) -> bytes:
        """What makes the same scanner again, on the same kind of machine."""
        import hyperscan

        body: bytes = hyperscan.dumpb(self._base)
        return json.dumps(sorted(self.rest)).encode() + b"\n" + body

    def found(self, text: str) -> set[int]:
        """The patterns, by place, that may match this ASCII text, without those in `rest`."""
        found: set[int] = set()
        add = found.add
        self._base.scan(text.encode(), lambda id, *_: add(id), scratch=self._scratch)
        return found


def _compiled(patterns: Sequence[str], ids: Sequence[int]) -> Any:
    import hyperscan

    base = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    # An automaton of nothing cannot be made; this one matches no text that is ever scanned.
    sources = [pattern.encode() for pattern in patterns] or [b"\\x00"]
    base.compile(
        expressions=sources,
        ids=list(ids) or [0],
        elements=len(sources),
        flags=hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_ALLOWEMPTY,
    )
    return base


def _reads(pattern: str) -> bool:
    """Whether it reads this pattern, and as RE2 does or more widely."""
    import hyperscan

    if _OTHERWISE.search(pattern):
        return False
    try:
        _compiled([pattern], [0])
    except hyperscan.HyperscanError:
        return False
    return True
