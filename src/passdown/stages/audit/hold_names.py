"""Claims that something came, went or was renamed: the lines that came and went tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.stages.audit import code
from passdown.stages.audit.change import Proof
from passdown.stages.audit.names import Name, canon, distinctive, doubtful, flat, last, parts
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.stages.audit.change import Change, Parts
    from passdown.stages.audit.facts import Line, Touched
    from passdown.stages.audit.said import Said

Answer = tuple[str, str, "Sequence[Proof]"]


def adds_symbol(claim: Said, change: Change) -> Answer:
    """The name stands in what came."""
    name = last(claim.object)
    if found := _line(change.came, name):
        return "verified", f"`{name}` came", [_proof(found, "came here")]
    if file := _touched(change, claim.object):
        return "verified", f"{file.path} was touched", [Proof(file.path, 0, "", file.how)]
    if _partly(claim.object, change.came_parts):
        return "unverifiable", f"`{name}` did not come under this very name", ()
    return "refuted", f"nothing of `{name}` stands in what came", _whereabouts(change, name)


def adds_file(claim: Said, change: Change) -> Answer:
    """A file of this path came."""
    file = _touched(change, claim.object)
    if file and file.how in ("added", "renamed", "copied"):
        return "verified", f"{file.path} came", [Proof(file.path, 0, "", file.how)]
    if file and file.after:
        return (
            "partial",
            f"{file.path} was there, and was changed",
            [Proof(file.path, 0, "", file.how)],
        )
    if file:
        return "refuted", f"{file.path} was deleted", [Proof(file.path, 0, "", file.how)]
    if _partly(claim.object, change.came_parts):
        return "unverifiable", f"{claim.object} is spoken of in what came", ()
    if doubtful(claim.object):
        return "unverifiable", f"{claim.object} may be no file", ()
    return "refuted", f"no file {claim.object} came", ()


def removes(claim: Said, change: Change) -> Answer:
    """The name, or the file, stands in what went."""
    if Name(claim.object, 0, 0, ticked=False).path and (answer := _removes_file(claim, change)):
        return answer
    name = last(claim.object)
    if found := _line(change.went, name):
        return _removed(claim, change, name, _proof(found, "went here"))
    if doubtful(claim.object):
        return "unverifiable", f"{claim.object} may be no file", ()
    if (found := _line(change.came, name)) and name in found[1].text:
        return "refuted", f"`{name}` did not go; it came", [_proof(found, "came here")]
    if _partly(claim.object, change.went_parts):
        return "unverifiable", f"`{name}` did not go under this very name", ()
    return "refuted", f"nothing of `{name}` stands in what went", _whereabouts(change, name)


def renames(claim: Said, change: Change) -> Answer:
    """The old name went and the new one came."""
    old, new = last(claim.object), last(str(claim.args["to"]))
    moved = _touched(change, claim.object)
    if moved and moved.old and canon(moved.path).endswith(canon(str(claim.args["to"]))):
        return "verified", f"{moved.old} is {moved.path} now", [Proof(moved.path, 0, "", "renamed")]
    if pair := _module(change, claim):
        return "verified", f"{pair[0]} is {pair[1]} now", [Proof(pair[1], 0, "", "renamed")]
    went, came = _line(change.went, old), _line(change.came, new)
    if came is None and not _partly(str(claim.args["to"]), change.came_parts):
        return "refuted", f"nothing of `{new}` stands in what came", _whereabouts(change, new)
    if went and came:
        left = [hit for hit in _left(change, old) if distinctive(old) and not claim.scope]
        told = [_proof(went, "went here"), _proof(came, "came here"), *left[:3]]
        return (
            ("partial" if left else "verified"),
            _still(old, left) or f"`{new}` for `{old}`",
            told,
        )
    stands = change.after.find([old]) if change.after and went is None and came is None else []
    if stands:
        return "refuted", f"`{old}` still stands and `{new}` does not", [_hit(stands[0])]
    if went is None and change.before is not None and not change.before.find([old]):
        return "refuted", f"there was no `{old}` to rename", ()
    return "unverifiable", f"`{old}` does not stand in what went", ()


def callers_updated(claim: Said, change: Change) -> Answer:
    """No call of what went is left."""
    if change.after is None:
        return "unverifiable", "the rest of the repository is not at hand", ()
    gone = [name for name in _gone(change) if distinctive(name)]
    if not gone:
        return "unverifiable", "nothing that is called went", ()
    left = [hit for name in gone for hit in _left(change, name) if _call(change, hit, name)]
    if left:
        return "refuted", "calls of what went are left", left[:8]
    return "verified", f"no call of {', '.join(f'`{name}`' for name in gone[:4])} is left", ()


def _removes_file(claim: Said, change: Change) -> Answer | None:
    file = _touched(change, claim.object)
    if file is None:
        if "/" in claim.object and change.after is not None and change.after.has(claim.object):
            return "refuted", f"{claim.object} is still there", [Proof(claim.object, 0, "", "here")]
        return None
    proof = [Proof(file.path, 0, "", file.how)]
    if file.how == "deleted" or (file.old and canon(file.old).endswith(canon(claim.object))):
        return "verified", f"{file.before} is gone", proof
    if file.how == "added":
        return "refuted", f"{file.path} did not go; it came", proof
    folder = change.after is not None and not change.after.has(claim.object)
    return ("verified", f"{claim.object} is gone", proof) if folder else None


def _removed(claim: Said, change: Change, name: str, proof: Proof) -> Answer:
    left = _left(change, name) if distinctive(name) and not claim.scope else []
    if left:
        return "partial", _still(name, left), [proof, *left[:5]]
    return "verified", f"`{name}` went", [proof]


def _still(name: str, left: Sequence[Proof]) -> str:
    return f"`{name}` is still named in {left[0].path}:{left[0].line}" if left else ""


def _left(change: Change, name: str) -> list[Proof]:
    """Where the name stands after the change, in code: that a history names it is no fault."""
    if change.after is None:
        return []
    return [
        Proof(path, n, text.strip(), "still here")
        for path, n, text in change.after.find([name])
        if sorts.CODE.search(path) and not text.lstrip().startswith(("#", "//", "*"))
    ]


def _call(change: Change, hit: Proof, name: str) -> bool:
    text = change.after.read(hit.path) if change.after else None
    if text is None:
        return False
    if hit.path.endswith(".py"):
        return hit.line in code.called(text, name)
    return f"{name}(" in hit.text


def _gone(change: Change) -> Iterator[str]:
    """The functions and methods that touched Python files no longer define anywhere."""
    before, after = set[str](), set[str]()
    for file in change.code:
        old, new = change.texts(file)
        before |= {last(name) for name in (code.symbols(old or "") or {})}
        after |= {last(name) for name in (code.symbols(new or "") or {})}
    yield from sorted(before - after)


def _line(words: Mapping[str, tuple[str, Line]], name: str) -> tuple[str, Line] | None:
    """The first line with this name; a flag or a dashed name is found by its parts."""
    if name in words:
        return words[name]
    bare = re.findall(r"[A-Za-z_$][\w$]*", name)
    if len(bare) > 1 or (bare and bare[0] != name):
        lines = [words.get(part) for part in bare]
        if all(lines) and lines[0] is not None:
            return lines[0]
    return None


def _touched(change: Change, name: str) -> Touched | None:
    """The touched file that a claim names, by its whole path, its end or its bare name."""
    wanted = canon(name)
    if not wanted or ("/" not in wanted and "." not in wanted and not wanted.endswith("file")):
        return None
    for file in change.facts.files:
        for path in {file.path, file.old} - {""}:
            folded = canon(path)
            if folded == wanted or folded.endswith(f"/{wanted}") or folded.startswith(f"{wanted}/"):
                return file
    return None


def _module(change: Change, claim: Said) -> tuple[str, str] | None:
    """The file or folder that went and the one that came, where modules are named by them."""
    went = [file.before for file in change.facts.files if file.before and file.before != file.after]
    came = [file.after for file in change.facts.files if file.after and file.before != file.after]
    old, new = _named(went, claim.object), _named(came, str(claim.args["to"]))
    return (old, new) if old and new else None


def _named(paths: Sequence[str], name: str) -> str:
    """The first of these that a module or a package of this dotted name stands in."""
    wanted = "/" + re.sub(r"\.|::|/", "/", canon(name)).strip("/") + "/"
    return next((one for one in paths if wanted in f"/{one.rpartition('.')[0]}/".casefold()), "")


def _partly(name: str, came: Parts) -> bool:
    """Whether most of the words a name is made of are there, or all of them written as one, so that
    it may be under another."""
    one = flat(last(name))
    if len(one) > 3 and one in came.flat:
        return True
    wanted = [part for part in parts(last(name)) if len(part) > 2] or parts(last(name))
    there = sum(part in came.single for part in wanted)
    return bool(wanted) and there * 2 > len(wanted)


def _whereabouts(change: Change, name: str) -> list[Proof]:
    """Where the name stands all the same."""
    for tree, note in ((change.after, "stands here, untouched"),):
        if tree is not None and (hits := tree.find([name])):
            path, n, text = hits[0]
            return [Proof(path, n, text.strip(), note)]
    return []


def _hit(hit: tuple[str, int, str]) -> Proof:
    path, n, text = hit
    return Proof(path, n, text.strip()[:300], "still here")


def _proof(found: tuple[str, Line], note: str) -> Proof:
    path, line = found
    return Proof(path, line.n, line.text.strip()[:300], note)
