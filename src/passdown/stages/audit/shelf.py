"""Versions of packages as they are found on this machine: installed, as wheels, unpacked, or kept
from an earlier time. Nothing is fetched, and nothing of them is run."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from passdown.domain.errors import PassdownError
from passdown.stages.audit import api
from passdown.stages.audit.pins import canon
from passdown.storage.files import replaced
from passdown.storage.spool import make

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.stages.audit.api import Api

MOST_ENTRIES = 20_000
"""Entries of one folder that are looked at."""
MOST_FILES = 4_000
MOST_BYTES = 80_000_000
"""What a wheel may unpack to; only its Python files are unpacked."""
MOST_READ = 16
"""Packages whose source is read for one audit: what was read before is kept."""
MOST_FRESH = 2
"""Of these, those that are read for later alone: the rest of them another audit reads."""
SMALL = 1_000_000
"""Bytes of source that are read for later alone: about a third of a second."""
LARGEST = 20_000_000
_WHEEL = re.compile(r"([A-Za-z0-9_.]+)-([0-9][A-Za-z0-9_.!+]*)-[^/]*\.whl")
_FOLDER = re.compile(r"([A-Za-z0-9_.-]+?)(?:-|==)([0-9][A-Za-z0-9_.!+]*?)(\.dist-info)?")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.!+-]{0,100}")


@dataclass
class Shelf:
    """Where versions of packages stand: `sources` any, `home` those that the repository's own code
    would meet. `kept` is where what was read is kept, if it is to be."""

    sources: Sequence[Path]
    home: Sequence[Path] = ()
    kept: Path | None = None
    left: int = MOST_READ
    fresh: int = MOST_FRESH
    _known: dict[tuple[str, str], Api | None] = field(default_factory=dict)

    def find(self, package: str, version: str) -> Api | None:
        """What this version offers; None where it stands nowhere here, or cannot be read."""
        key = (canon(package), version)
        if key not in self._known:
            self._known[key] = self._stored(*key) or self._taken(*key)
        return self._known[key]

    def installed(self, package: str) -> str:
        """The version that is installed, where one is; '' for none."""
        name, home = canon(package), [one.resolve() for one in self.home]
        return next(
            (version for one, version, place in self._standing
             if one == name and place.name.endswith(".dist-info")
             and place.parent.resolve() in home),
            "",
        )  # fmt: skip

    def remember(self, package: str) -> None:
        """Keep what the installed version offers, so that a later one can be held against it."""
        key = (canon(package), self.installed(package))
        file = self._file(*key) if key[1] and key not in self._known else None
        if file is None or self.fresh <= 0 or file.exists():
            return
        places = [place for *one, place in self._standing if tuple(one) == key]
        if places and _weight(places[0]) <= SMALL:
            self.fresh -= 1
            self.find(*key)

    def place(self, package: str, version: str) -> Path | None:
        """Where this version stands; None where it is not there."""
        key = (canon(package), version)
        return next((place for *one, place in self._standing if tuple(one) == key), None)

    def versions(self, package: str) -> list[str]:
        """Every version that stands somewhere, the newest first."""
        name = canon(package)
        found = {version for one, version, _ in self._standing if one == name}
        if self.kept is not None and _SAFE.fullmatch(name):
            for file in islice(sorted((self.kept / name).glob("*.json")), MOST_ENTRIES):
                found.add(file.name.removesuffix(".json"))
        return sorted(found, key=_order, reverse=True)

    @cached_property
    def _standing(self) -> list[tuple[str, str, Path]]:
        found = []
        for source in dict.fromkeys((*self.home, *self.sources)):
            for place in sorted(_entries(source)):
                match = _WHEEL.fullmatch(place.name) or _FOLDER.fullmatch(place.name)
                if match:
                    found.append((canon(match[1]), match[2], place))
        return found

    def _stored(self, package: str, version: str) -> Api | None:
        file = self._file(package, version)
        try:
            if file is None or file.stat().st_size > LARGEST:
                return None
            return api.of_plain(json.loads(file.read_bytes()))
        except (OSError, ValueError, RecursionError):
            return None

    def _taken(self, package: str, version: str) -> Api | None:
        for name, stands, place in self._standing:
            if (name, stands) == (package, version) and self.left > 0:
                self.left -= 1
                found = _read(place, package, version)
                if found is not None:
                    self._save(found)
                    return found
        return None

    def _save(self, found: Api) -> None:
        """Keep it for later; that it cannot be kept is no reason to do without."""
        file = self._file(found.package, found.version)
        if file is None:
            return
        try:
            make(file.parent)
            with replaced(str(file)) as part:
                Path(part).write_text(json.dumps(found.plain()), encoding="utf-8")
        except (OSError, PassdownError):
            return

    def _file(self, package: str, version: str) -> Path | None:
        safe = _SAFE.fullmatch(package) and _SAFE.fullmatch(version)
        return self.kept / package / f"{version}.json" if safe and self.kept is not None else None


def _entries(source: Path) -> Iterator[Path]:
    try:
        yield from islice(source.iterdir(), MOST_ENTRIES)
    except OSError:
        return


def _order(version: str) -> tuple[tuple[int, str], ...]:
    return tuple(
        (int(part) if part.isdigit() else -1, part) for part in re.split(r"[.+-]", version)
    )


def _read(place: Path, package: str, version: str) -> Api | None:
    try:
        if place.name.endswith(".dist-info"):
            return api.read(place.parent, _listed(place) or _guessed(place.parent, package),
                            package, version)  # fmt: skip
        if place.is_dir():
            return api.read(place, _tops(place), package, version)
        with TemporaryDirectory(prefix="passdown-wheel-") as folder:
            _unpacked(place, Path(folder))
            return api.read(Path(folder), _tops(Path(folder)), package, version)
    except (PassdownError, OSError, zipfile.BadZipFile, zlib.error, EOFError):
        return None


def _rows(info: Path) -> list[str]:
    """What an installed package brought, by its own list: path, hash, size."""
    try:
        with (info / "RECORD").open("rb") as file:
            return file.read(LARGEST).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _weight(info: Path) -> int:
    """Bytes of its Python files, as its list has them."""
    rows = (row.rsplit(",", 2) for row in _rows(info))
    return sum(int(row[-1]) for row in rows if row[0].endswith(".py") and row[-1].isdigit())


def _listed(info: Path) -> list[str]:
    """The modules that an installed package brought."""
    rows = _rows(info)
    firsts = (row.partition(",")[0].split("/") for row in rows)
    return _public(
        parts[0].removesuffix(".py") for parts in firsts
        if (len(parts) > 1 and parts[1].startswith("__init__.py"))
        or (len(parts) == 1 and parts[0].endswith(".py"))
    )  # fmt: skip


def _guessed(folder: Path, package: str) -> list[str]:
    name = package.replace("-", "_")
    return [name] if (folder / name).is_dir() or (folder / f"{name}.py").is_file() else []


def _tops(folder: Path) -> list[str]:
    """The modules that stand in a folder, or in its `src`."""
    return _public(
        one.name.removesuffix(".py") for one in sorted(_entries(folder))
        if (one.is_dir() and (one / "__init__.py").is_file()) or one.suffix == ".py"
    )  # fmt: skip


def _public(names: Iterator[str]) -> list[str]:
    found = sorted({name for name in names if name.isidentifier()})
    return [name for name in found if not name.startswith("_")] or found


def _is_plain(member: zipfile.ZipInfo) -> bool:
    """Whether it is a Python file that is packed as wheels are, and not locked."""
    known = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return known and not member.flag_bits & 1 and member.filename.endswith((".py", ".pyi"))


def _unpacked(wheel: Path, folder: Path) -> None:
    """The Python files of a wheel, within bounds, below the folder whatever they are called."""
    total = 0
    with zipfile.ZipFile(wheel) as source:
        members = [one for one in source.infolist() if _is_plain(one)]
        for one in members[:MOST_FILES]:
            parts = one.filename.split("/")
            if any(part in ("", "..", ".") or "\\" in part or "\0" in part for part in parts):
                continue
            total += one.file_size
            if total > MOST_BYTES:
                raise zipfile.BadZipFile("too large")
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with source.open(one) as data:
                target.write_bytes(data.read(one.file_size))
