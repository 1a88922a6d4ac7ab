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
    had = {name for file in manifests for name in _asked(change, file)}
    added = [one for file in manifests for one in _new(change, file) if one.text not in had]
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
    if not _versioned(new, claim.object, came):
        return "unverifiable", f"whether {claim.object} is at {new} is not told so", ()
    if not came and not went and not versions:
        return "refuted", f"neither {claim.object} nor {new} stands in what came", ()
    if came and not versions:
        path, line = came[0]
        return "refuted", f"{claim.object} came, but not at {new}", [_proof(path, line)]
    return "unverifiable", f"{new} came, beside no name of {claim.object}", ()


def _asked(change: Change, file: Touched) -> frozenset[str]:
    """What a manifest asked for before: what only moves to another is not new."""
    before, _ = change.texts(file)
    if not file.before:
        return frozenset()
    by_line = frozenset(packages.of_line(line.text) for line in file.removed)
    return (packages.named(file.before, before or "") or frozenset()) | by_line


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


def _versioned(new: str, package: str, came: Sequence[tuple[str, Line]]) -> bool:
    """Whether the number could only stand as it is told: a plain one may be written `10_000` or
    `30s`, that of a language `py312`, and a line may give but the start of a version."""
    pinned = [line for path, line in came if sorts.manifest(path) or sorts.ci(path)]
    if package.casefold() == "python" or ("." not in new and not pinned):
        return False
    heads = [new.rsplit(".", n)[0] for n in range(1, new.count(".") + 1)]
    return not any(_says(line, head) for head in heads for _, line in came)


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
