"""What redaction leaves alone in this store: the entries of its `allow` file and of a setting.

An entry is a value, or an RE2 pattern of whole values. One that is malformed, or that would let
every secret pass, is left out with a warning that names it: too much is redacted, never too little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FILE = "allow"
KNOB = "observe.allow"
LARGEST = 1_048_576
"""Bytes of the file."""

# Values that nobody has: what matches them all matches anything.
_NOBODY_S = ("x7Qf2Lm9Zt4Rk8Wb1Vn6Yc3Hd5", "nobody@nowhere.invalid", "p4ssw0rd!x")


class Allowed(NamedTuple):
    """The entries that hold, and one sentence for each that does not."""

    entries: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def allowed(home: Path, setting: str) -> Allowed:
    """The setting's entries, apart by white space, then the file's, one a line; `#` begins a
    remark."""
    named = [(KNOB, entry) for entry in setting.split()]
    warnings: list[str] = []
    found = _checked([*named, *_lines(home / FILE, warnings)], warnings)
    return Allowed(tuple(dict.fromkeys(found)), tuple(warnings))


def _lines(path: Path, warnings: list[str]) -> list[tuple[str, str]]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        text = raw.decode()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        warnings.append(f"{path}: {getattr(error, 'strerror', None) or error}; ignored")
        return []
    if len(raw) > LARGEST:
        warnings.append(f"{path}: longer than {LARGEST:,} bytes; ignored")
        return []
    lines = enumerate(map(str.strip, text.splitlines()), 1)
    return [(f"{path}:{n}", line) for n, line in lines if line and not line.startswith("#")]


def _checked(entries: Iterable[tuple[str, str]], warnings: list[str]) -> Iterator[str]:
    for where, entry in entries:
        if fault := _fault(entry):
            warnings.append(f"{where}: {fault}; ignored")
        else:
            yield entry


def _fault(entry: str) -> str:
    """Why this entry cannot hold; '' when it can."""
    from passdown.text.redact import pattern

    try:
        compiled = pattern(entry)
    except Invalid as error:
        return error.what
    if all(compiled.fullmatch(value) for value in _NOBODY_S):
        return f"the allow-list entry {entry!r} lets every secret pass"
    return ""
