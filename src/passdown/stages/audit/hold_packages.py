"""Claims about what a repository depends on: the manifests tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.stages.audit import packages
from passdown.stages.audit.change import Proof
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.facts import Line, Touched
    from passdown.stages.audit.said import Said

Answer = tuple[str, str, "Sequence[Proof]"]


def no_new(claim: Said, change: Change) -> Answer:
    """No manifest asks for a package that none asked for before."""
    manifests = [file for file in change.facts.files if sorts.manifest(file.path)]
    added = [proof for file in manifests for proof in _new(change, file)]
    if added:
        return "refuted", f"`{added[0].text}` is a new dependency", added[:8]
    return "verified", "no manifest asks for more", ()


def bump(claim: Said, change: Change) -> Answer:
    """The package's line went with the old version and came with the new one."""
    package, new = packages.of_line(claim.object) or claim.object.casefold(), str(claim.args["to"])
    came = [hit for hit in change.facts.added() if _names(hit[1], package)]
    went = [hit for hit in change.facts.removed() if _names(hit[1], package)]
    if any(_says(line, new) for _, line in came):
        path, line = next(hit for hit in came if _says(hit[1], new))
        return "verified", f"{claim.object} is at {new}", [_proof(path, line)]
    versions = [hit for hit in change.facts.added() if _says(hit[1], new)]
    if not came and not went and not versions:
        return "refuted", f"neither {claim.object} nor {new} stands in what came", ()
    if came and not versions:
        path, line = came[0]
        return "refuted", f"{claim.object} came, but not at {new}", [_proof(path, line)]
    return "unverifiable", f"{new} came, beside no name of {claim.object}", ()


def _new(change: Change, file: Touched) -> Iterator[Proof]:
    before, after = change.texts(file)
    old = packages.named(file.before or file.path, before or "")
    new = packages.named(file.path, after or "")
    if before is None or after is None or old is None or new is None:
        yield from _by_lines(file)
        return
    for name in sorted(new - old):
        yield Proof(file.path, _where(file, name), name, "is asked for")


def _by_lines(file: Touched) -> Iterator[Proof]:
    """By the lines alone: what is asked for in one that came and in none that went."""
    had = {packages.of_line(line.text) for line in file.removed}
    for line in file.added:
        name = packages.of_line(line.text)
        if name and name not in had and re.search(r"[=<>~^\"']\s*v?\d|==", line.text):
            yield Proof(file.path, line.n, name, "is asked for")


def _where(file: Touched, name: str) -> int:
    return next((line.n for line in file.added if packages.of_line(line.text) == name), 0)


def _names(line: Line, package: str) -> bool:
    folded = re.sub(r"[-_.]+", "-", line.text.casefold())
    bare = re.sub(r"[-_.]+", "-", package)
    return bool(re.search(rf"(?<![\w-]){re.escape(bare)}(?![\w-])", folded))


def _says(line: Line, version: str) -> bool:
    return bool(re.search(rf"(?<![\w.]){re.escape(version)}(?![\w]|\.\d)", line.text)) or bool(
        re.search(rf"[^\w.]v{re.escape(version)}(?![\w]|\.\d)", line.text)
    )


def _proof(path: str, line: Line) -> Proof:
    return Proof(path, line.n, line.text.strip()[:300], "came here")
