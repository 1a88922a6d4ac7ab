"""Which files a file reaches: what it imports, and what it has loaded or run by a text."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from passdown.stages.inventory.modules import INIT
from passdown.stages.inventory.source import TYPING, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passdown.stages.inventory.classify import World
    from passdown.stages.inventory.source import Import

LISTED = 3
"""Files of a shape that a program has words for, from which on these are the ones it loads."""
_LITERAL = re.compile(r"[\"'](\w+)[\"']")


def targets(found: World, path: str, source: Source) -> Iterator[tuple[str, int]]:
    """Every file that this one names, and the line that does."""
    for one in source.imports:
        if one.how != TYPING:
            yield from ((target, one.line) for target in found.modules.meant(path, one))
    has_engine = "ENGINE" in found.files.texts[path]
    for text, line in source.strings:
        if "." in text or ":" in text:
            yield from ((target, line) for target in loaded(found, text))
        if has_engine and "." in text:
            yield from ((target, line) for target in found.modules.files(f"{text}.base"))
    for text, line in source.beside:
        yield from ((target, line) for target in _resolved(found, path, text))
    for text, line in source.scripts:
        yield from ((target, line) for target in at(found, text, path))


def guesses(found: World, path: str, source: Source) -> Iterator[tuple[str, int]]:
    """Every file that this one may load without its whole name being said, and the line."""
    for one in source.imports:
        if one.how != TYPING:
            yield from ((target, one.line) for target in found.modules.strays(one))
            yield from ((target, one.line) for target in _lone(found, path, one))
    for text, line in source.strings:
        near = _beside(path, text) if "_" in text and not set(".:") & set(text) else ""
        if near in found.sources:
            yield near, line
    # What a loader is given stands among both.
    for text, line in dict.fromkeys((*source.prefixes, *(source.heads if source.loads else ()))):
        yield from ((target, line) for target in _begun(found, path, text))
    for word, line in source.folders:
        yield from ((target, line) for target in _housed(found, path, word))
    if source.scans and source.loads and path.endswith(f"/{INIT}"):
        inner = found.modules.beside(path, deep=source.scans_deep)
        yield from ((target, source.scans) for target in inner)


def loaded(found: World, text: str) -> Iterable[str]:
    """A text that is a module's whole name, or one of an object in it."""
    return [one for one in found.modules.longest(text)
            if any(text.partition(":")[0].startswith(name) and "." in name
                   for name in found.modules.names(one))]  # fmt: skip


def _lone(found: World, path: str, one: Import) -> Iterator[str]:
    """The only file of a name that is imported as if it stood where Python looks, and that defines
    what is taken from it: where it is put to be found nothing here says."""
    if one.level or "." in one.module or one.module in sys.stdlib_module_names or not one.names:
        return
    files = found.modules.files(one.module)
    if len(files) == 1 and not any(found.modules.meant(path, one)):
        source = found.sources[files[0]]
        if source.publics.issuperset(name for name in one.names if name != "*"):
            yield files[0]


def _resolved(found: World, path: str, text: str) -> Iterator[str]:
    """What `.feature.make` means in a package: the module, less what at its end is in it."""
    parts = text[1:].partition(":")[0].split(".")
    folder = path.rpartition("/")[0]
    for end in range(len(parts), 0, -1):
        place = "/".join([*filter(None, (folder,)), *parts[:end]])
        hits = [one for one in (f"{place}.py", f"{place}/{INIT}") if one in found.sources]
        if hits:
            yield from hits
            return


def _beside(path: str, name: str) -> str:
    """The module that this name would mean in a file's own folder."""
    folder = path.rpartition("/")[0]
    return f"{folder}/{name}.py".lstrip("/")


def _begun(found: World, path: str, said: str) -> Iterator[str]:
    """What a name that is put together may load: `pkg.*.make`, from here or above; everything
    that begins so where nothing is known of how it goes on."""
    if said.startswith("."):
        bare = said.lstrip(".")
        folder = path.split("/")[: -(len(said) - len(bare))]
        shape = _shape("/".join([*folder, bare.replace(".", "/")]))
        yield from (one for one in found.sources if shape.fullmatch(one))
        return
    if "*" not in said:
        yield from found.modules.under(said)
        return
    while "*" in said:
        hits = list(found.modules.like(said))
        yield from _chosen(found, path, said, hits)
        said, _, last = said.rpartition(".")
        if hits or "*" in last:
            return


def _chosen(found: World, path: str, said: str, hits: Sequence[str]) -> Sequence[str]:
    """Those of a shape's files that the program which puts the name together has words for, where
    it has such a list: `for kind in ("csv", "xml"): import_module(f"shop.{kind}.make")`."""
    words = _literals(found.files.texts[path])
    shape = re.compile(re.escape(said).replace(r"\*", r"(\w+)"))
    fills = {one: [hit.groups() for name in found.modules.names(one)
                   if (hit := shape.fullmatch(name))] for one in hits}  # fmt: skip
    listed = [one for one, each in fills.items() if any(words.issuperset(fill) for fill in each)]
    return listed if len(listed) >= LISTED else hits


@lru_cache(1)
def _literals(text: str) -> frozenset[str]:
    """The words that stand in quotes; a program that puts many names together is asked for each."""
    return frozenset(_LITERAL.findall(text))


def _shape(place: str) -> re.Pattern[str]:
    """The files that a place with stars in it may mean."""
    return re.compile(re.escape(place).replace(r"\*", r"\w+") + r"(?:\.py|/__init__\.py)")


def _housed(found: World, path: str, word: str) -> Iterator[str]:
    """What stands in a folder of that name, of the tree that a file is in and not around it."""
    top = path[: path.find("/") + 1]
    if f"/{word}/" not in f"/{path}":
        yield from (one for one in found.sources
                    if f"/{word}/" in f"/{one}" and one.startswith(top))  # fmt: skip


def _plain(script: str) -> str:
    """A path without its beginning, `./` or `../` or `/`; a hidden folder's dot is its name's."""
    while script.startswith(("./", "../", "/")):
        script = script.partition("/")[2]
    return script


def at(found: World, script: str, path: str) -> Iterator[str]:
    """The file that a path means, whatever folder of a container or machine it starts with."""
    if script.endswith("/*.py"):
        folder = script.removesuffix("*.py")
        yield from (one for one in found.sources
                    if one.startswith(folder) and "/" not in one.removeprefix(folder))  # fmt: skip
        return
    parts = _plain(script).split("/")
    folder = path.rpartition("/")[0]
    if f"{folder}/{'/'.join(parts)}".lstrip("/") in found.sources:
        yield f"{folder}/{'/'.join(parts)}".lstrip("/")
        return
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        if tail in found.sources:
            yield tail
            return
        if start == len(parts) - 1 and len(parts) > 1:
            return
        hits = [one for one in found.sources if one.endswith(f"/{tail}")]
        if len(hits) == 1 or (hits and start < len(parts) - 1):
            yield from hits
            return
