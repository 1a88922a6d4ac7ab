"""Which files a file reaches: what it imports, and what it has loaded or run by a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.stages.inventory.modules import INIT
from passdown.stages.inventory.source import TYPING, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.stages.inventory.classify import World


def targets(found: World, path: str, source: Source) -> Iterator[tuple[str, int]]:
    """Every file that this one reaches, and the line that does."""
    for one in source.imports:
        if one.how != TYPING:
            yield from ((target, one.line) for target in found.modules.meant(path, one))
    for text, line in source.strings:
        if "." in text or ":" in text:
            yield from ((target, line) for target in loaded(found, text))
        elif "_" in text and (beside := _beside(path, text)) in found.sources:
            yield beside, line
    yield from _by_text(found, path, source)
    for text, line in source.scripts:
        yield from ((target, line) for target in at(found, text, path))
    for word, line in source.folders:
        yield from ((target, line) for target in _housed(found, path, word))
    if source.scans and path.endswith(f"/{INIT}"):
        yield from ((target, source.scans) for target in found.modules.beside(path))


def loaded(found: World, text: str) -> Iterable[str]:
    """A text that is a module's whole name, or one of an object in it."""
    return [one for one in found.modules.longest(text)
            if any(text.partition(":")[0].startswith(name) and "." in name
                   for name in found.modules.names(one))]  # fmt: skip


def _by_text(found: World, path: str, source: Source) -> Iterator[tuple[str, int]]:
    """What a file has loaded whose names it says in part: from where it is, or as they begin."""
    for text, line in source.beside:
        yield from ((target, line) for target in _resolved(found, path, text))
    for text, line in [*source.prefixes, *(source.heads if source.loads else ())]:
        yield from ((target, line) for target in _begun(found, path, text))


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


def _begun(found: World, path: str, prefix: str) -> Iterator[str]:
    """What a name that is put together may load: everything that begins so, from here or above."""
    if prefix.startswith("."):
        folder = path.rpartition("/")[0]
        bare = prefix.lstrip(".").replace(".", "/")
        yield from (one for one in found.files.python if one.startswith(f"{folder}/{bare}"))
    elif prefix:
        yield from found.modules.under(prefix)
    else:
        yield from found.modules.beside(path)


def _housed(found: World, path: str, word: str) -> Iterator[str]:
    """What stands in a folder of that name, of the tree that a file is in and not around it."""
    top = path[: path.find("/") + 1]
    if f"/{word}/" not in f"/{path}":
        yield from (one for one in found.sources
                    if f"/{word}/" in f"/{one}" and one.startswith(top))  # fmt: skip


def at(found: World, script: str, path: str) -> Iterator[str]:
    """The file that a path means, whatever folder of a container or machine it starts with."""
    if script.endswith("/*.py"):
        folder = script.removesuffix("*.py")
        yield from (one for one in found.sources
                    if one.startswith(folder) and "/" not in one.removeprefix(folder))  # fmt: skip
        return
    parts = script.lstrip("./").split("/")
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
