"""The mirror: what is known as plain files, and which of them somebody changed since.

What was written is noted beside the store: only what is noted is ever replaced or taken away.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from passdown.contract.mirror import Misread
from passdown.domain.errors import Invalid, StoreError
from passdown.storage.tree import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Loop
    from passdown.storage.tree import Tree

HEAD = "ledger.txt"
"""The file that holds the ledger's head: an anchor outside of the store."""
VERSION = 1
ENDS = (".md", ".json", ".yaml", ".txt")


@dataclass(frozen=True, slots=True)
class Noted:
    """One file as it was written; `ours` are hashes of contents that are ours to replace: what was
    written, what is about to be, and what was pulled."""

    text: str
    ours: tuple[str, ...]


@dataclass(slots=True)
class Notes:
    """What is noted of one folder."""

    files: dict[str, Noted] = field(default_factory=dict)

    def ours(self, name: str, content: bytes) -> bool:
        """Whether this content of this file may be replaced."""
        return name in self.files and _hash(content) in self.files[name].ours

    def pulled(self, name: str, content: bytes) -> None:
        """What stands in this file was put to the gate, so that it is ours to replace."""
        known = self.files.get(name) or Noted("", ())
        self.files[name] = replace(known, ours=tuple({*known.ours, _hash(content)}))

    def intend(self, fresh: Mapping[str, str]) -> None:
        """These are about to be written."""
        for name, text in fresh.items():
            known = self.files.get(name) or Noted("", ())
            self.files[name] = replace(known, ours=tuple({*known.ours, _hash(text.encode())}))

    def wrote(self, fresh: Mapping[str, str]) -> None:
        """These are all there is now."""
        self.files = {name: Noted(text, (_hash(text.encode()),)) for name, text in fresh.items()}


def pages(loops: Iterable[Loop[Any]], corpus: Corpus, head: tuple[int, str]) -> dict[str, str]:
    """Every loop's files by name, and the ledger's head; Invalid when two loops say one file."""
    found = {HEAD: f"{head[0]} {head[1]}\n"}
    for loop in loops:
        for name, text in (loop.mirror(corpus) if loop.mirror else {}).items():
            parts_of(name)
            if name in found or not name.endswith(ENDS):
                raise Invalid(
                    f"{loop.name} may not write {name[:120]!r}", next="Name it otherwise."
                )
            found[name] = text
    return found


def standing(tree: Tree, names: Iterable[str]) -> dict[str, bytes]:
    """What stands in those of these files that are there."""
    found = {name: tree.read(name) for name in sorted(set(names))}
    return {name: content for name, content in found.items() if content is not None}


def changed(notes: Notes, there: Mapping[str, bytes], fresh: Mapping[str, str]) -> dict[str, bytes]:
    """Those that are neither as they were written or pulled, nor as they are to be."""
    return {
        name: content
        for name, content in there.items()
        if not notes.ours(name, content) and content != fresh.get(name, "").encode()
    }


def text_of(name: str, content: bytes) -> str | Misread:
    """What stands in a file, its line ends ours."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        what = f"not UTF-8 at byte {error.start}"
        return Misread(name, 0, what, "Save it as UTF-8, then pull again.")


def gone(notes: Notes, fresh: Mapping[str, str]) -> list[str]:
    """What was written and is said no longer."""
    return sorted(notes.files.keys() - fresh.keys())


def load(raw: bytes | None) -> Notes:
    """The notes as they were saved; none when there are none."""
    if raw is None:
        return Notes()
    try:
        said = json.loads(raw)
        return Notes(
            {
                str(name): Noted(str(one["text"]), tuple(map(str, one["ours"])))
                for name, one in said["files"].items()
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            "the note of what was mirrored is damaged",
            where="mirrors",
            next="Delete it beside the store: what stands in the mirror is then taken for edits.",
        ) from error


def save(notes: Notes, root: str) -> bytes:
    """The notes as they are kept."""
    files = {
        name: {"text": one.text, "ours": sorted(one.ours)}
        for name, one in sorted(notes.files.items())
    }
    return json.dumps({"version": VERSION, "root": root, "files": files}).encode()


def name_of(root: str) -> str:
    """The name that the notes of this folder are kept under."""
    return f"{_hash(root.encode('utf-8', 'surrogateescape'))[:16]}.json"


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
