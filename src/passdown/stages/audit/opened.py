"""What else stands in a version of a package beside what it offers to be imported: its programs and
their source, and its news. All is read as text, nothing is run."""

from __future__ import annotations

import configparser
import re
import tomllib
import zipfile
import zlib
from typing import TYPE_CHECKING

from passdown.stages.audit import news

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MOST_FILES, MOST_BYTES, LARGEST = 3000, 40_000_000, 2_000_000
"""Files of one version that are read, what they may hold together, and one of them."""
MOST_ENTRIES = 40_000
_SCRIPT = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*=\s*[\w.]+", re.M)
_SECTION = re.compile(r"^\[console_scripts\]\s*\n(.*?)(?=^\[|\Z)", re.M | re.S)
_TELLS_PROGRAMS = ("entry_points.txt", "pyproject.toml", "setup.cfg")
_TELLS_NEWS = ("METADATA", "PKG-INFO")


def programs(place: Path) -> frozenset[str]:
    """The programs that an installed package (its `.dist-info`), a wheel or a folder installs."""
    found = _texts(place, lambda path: _name(path) in _TELLS_PROGRAMS and path.count("/") < 2)
    return frozenset(name for path, text in found.items() for name in _programs(path, text))


def sources(place: Path) -> tuple[str, ...]:
    """The text of every module of it."""
    return tuple(_texts(place, lambda path: path.endswith(".py")).values())


def helps(place: Path) -> dict[str, str]:
    """What programs said of themselves, by their names, where somebody saved it: `ruff.help.txt`,
    their commands' included. That is how a program is known that is no Python."""
    found = _texts(place, lambda path: path.endswith(".help.txt") and "/" not in path)
    return {path.removesuffix(".help.txt"): text for path, text in found.items()}


def told(place: Path) -> str:
    """Its news: by files of that name, else by what it says of itself."""
    found = _texts(place, lambda path: bool(news.FILE.search(path)) or _name(path) in _TELLS_NEWS)
    first = sorted(found, key=lambda path: (_name(path) in _TELLS_NEWS, path.count("/"), path))
    return "\n".join(found[path] for path in first)


def _texts(place: Path, wanted: Callable[[str], bool]) -> dict[str, str]:
    """The files of such names, by path; none where they cannot be read."""
    try:
        if place.name.endswith(".dist-info"):
            return dict(_installed(place, wanted))
        return dict(_folder(place, wanted) if place.is_dir() else _wheel(place, wanted))
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError):
        return {}


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _programs(path: str, text: str) -> Iterator[str]:
    """The programs that a file says are installed."""
    if _name(path) == "entry_points.txt":
        # Older tools wrote it as it stood in a text of theirs, set in.
        section = _SECTION.search("\n".join(line.strip() for line in text.splitlines()))
        yield from _SCRIPT.findall(section[1] if section else "")
    elif _name(path) == "pyproject.toml":
        try:
            yield from tomllib.loads(text).get("project", {}).get("scripts", {})
        except (tomllib.TOMLDecodeError, AttributeError, TypeError):
            return
    else:
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(text)
            rows = parser.get("options.entry_points", "console_scripts", fallback="")
        except configparser.Error:
            return
        yield from _SCRIPT.findall(rows)


def _installed(info: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """By its own list; what that says stands elsewhere is not looked at."""
    rows = (info / "RECORD").read_text("utf-8", "replace").splitlines()[:MOST_ENTRIES]
    paths = [path for row in rows if wanted(path := row.split(",")[0])]
    root = info.parent.resolve()
    near = [one for path in paths[:MOST_FILES] if (one := info.parent / path).is_file()]
    yield from _read(root, [one for one in near if one.resolve().is_relative_to(root)], info.parent)


def _folder(place: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    found: list[Path] = []
    for n, target in enumerate(place.rglob("*")):
        if n >= MOST_ENTRIES or len(found) >= MOST_FILES:
            break
        if wanted(target.relative_to(place).as_posix()) and target.is_file():
            found.append(target)
    root = place.resolve()
    yield from _read(root, [one for one in found if one.resolve().is_relative_to(root)], place)


def _read(root: Path, found: list[Path], place: Path) -> Iterator[tuple[str, str]]:
    total = 0
    for target in sorted(found):
        size = target.stat().st_size
        total += size
        if total > MOST_BYTES:
            return
        if size <= LARGEST:
            yield target.relative_to(place).as_posix(), target.read_text("utf-8", "replace")


def _wheel(place: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(place) as source:
        every = [one for one in source.infolist() if wanted(one.filename)][:MOST_FILES]
        total = 0
        for one in every:
            total += one.file_size
            known = one.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            if known and total <= MOST_BYTES and one.file_size <= LARGEST and not one.flag_bits & 1:
                with source.open(one) as data:
                    yield one.filename, data.read(LARGEST).decode("utf-8", "replace")
