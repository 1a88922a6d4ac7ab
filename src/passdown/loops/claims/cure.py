"""Detector: a call failed, and a changed call on the same target worked soon after."""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Seen, Trust
from passdown.loops.claims.command import MENDING, Change, alike, blamed, cured
from passdown.loops.claims.draft import receipt
from passdown.text.calls import SHELLS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.loops.claims.payload import Quote

LONGEST_ERROR = 120
LONGEST_NAME = 100
LONGEST_CALL = 4000

EDITORS = frozenset(
    {
        "edit",
        "write",
        "multiedit",
        "notebookedit",
        "apply_patch",
        "str_replace_editor",
        "create_file",
        "replace",
    }
)
# A reader may write a call's arguments one a line.
_COMMAND_ARGUMENT = re.compile(r"command: (.+)")
_ARGUMENT = re.compile(r"^([a-z]\w{0,40}): (.*)$", re.MULTILINE)
_PATHS = frozenset({"file_path", "path", "notebook_path", "filename"})

# Errors about how the call was made, not about the code it ran on.
_USAGE = (
    r"(?:unrecogni[sz]ed|unknown|invalid|unexpected|illegal|no such|unsupported) (?:long |short )?"
    r"(?:sub-?commands?|options?|flags?|arguments?|parameters?|switch|command|task|target|recipe)"
    r"\b[^\n]{0,80}|missing script:? [^\n]{1,60}|no rule to make target [^\n]{1,60}|"
    r"(?:error: )?the following required arguments[^\n]{0,80}|unknown skill: \S+|"
    r"(?:agent type|skill|tool|profile|task) '[^'\n]{1,80}' (?:was )?not found"
)
_COMMAND = (
    r"[\w./-]{1,80}: (?:command )?not found|command not found: [\w./-]{1,80}|"
    r"[\w./'\"-]{1,80} is not recognized as[^\n]{0,60}|executable file not found[^\n]{0,60}|"
    r"no such command:? [^\n]{1,60}"
)
_MODULE = (
    r"no module named ['\"]?[\w.]+['\"]?|cannot find module '(?![./])[^'\n]+'|"
    r"modulenotfounderror: [^\n]{1,80}"
)
_PLACE = (
    r"not a git repository[^\n]{0,60}|could not (?:find|read) [`'\"]?(?:package\.json|cargo\.toml|"
    r"pyproject\.toml|go\.mod|makefile)[^\n]{0,60}|package\.json'?: no such file[^\n]{0,20}|"
    r"enoent[^\n]{0,60}package\.json[^\n]{0,20}|cannot find main module[^\n]{0,40}|"
    r"no (?:makefile|justfile|pyproject\.toml|cargo\.toml)[^\n]{0,20} found"
)
_RIGHTS = r"permission denied[^\n]{0,60}|operation not permitted[^\n]{0,60}|read-only file system"
_SETUP = (
    r"[A-Z][A-Z0-9_]{2,40} (?:environment variable )?(?:is not set|is unset|not set|must be set|is "
    r"required)|(?:requires|unsupported) (?:python|node|engine|a different python)[^\n]{0,60}|"
    r"connection refused[^\n]{0,60}|could not connect to[^\n]{0,60}"
)
_MISSING = r"no such file or directory[^\n]{0,80}|(?:file|path) does not exist[^\n]{0,120}"

_KINDS = (
    ("usage", _USAGE),
    ("command", _COMMAND),
    ("module", _MODULE),
    ("place", _PLACE),
    ("rights", _RIGHTS),
    ("setup", _SETUP),
    ("missing", _MISSING),
)
INVOCATION = re.compile(
    "|".join(f"(?P<{name}>{pattern})" for name, pattern in _KINDS), re.IGNORECASE
)
# Somebody else's decision, or an edit that did not fit: never a lesson about the call.
NO_LESSON = re.compile(
    r"doesn't want to (?:proceed|take this action)|tool use was rejected|request interrupted|"
    r"string to replace not found|has not been read yet|no changes to make|modified since read|"
    r"timed out|cancell?ed|sibling tool call|requires approval|permission to use|"
    r"haven't granted",
    re.IGNORECASE,
)


class Cured(NamedTuple):
    """One failure and what worked instead, with the three observations that show it."""

    call: Observation
    result: Observation
    worked: Observation
    error: str
    kind: str
    change: Change

    @property
    def shape(self) -> str:
        """What makes two cures the same."""
        return "\0".join((self.result.signature, self.change.failed, self.change.worked))

    def quotes(self) -> tuple[Quote, ...]:
        """Where the three observations say so, word for word."""
        return (
            receipt(self.call, self.change.failed),
            receipt(self.result, self.error),
            receipt(self.worked, self.change.worked),
        )


class Done(NamedTuple):
    """One call and its result."""

    call: Observation
    result: Observation


def cures(corpus: Corpus, within: int) -> Iterator[Cured]:
    """Every failure that a changed call cured within so many calls, in corpus order."""
    for session in corpus.sessions():
        calls = done(corpus.in_session(session.id))
        for place, one in enumerate(calls):
            if one.result.ok is False and one.result.signature and _own(one):
                yield from _first(one, calls[place + 1 : place + 1 + within])


def _own(one: Done) -> bool:
    """Whether what it says comes from this machine and not from strangers."""
    return min(one.call.trust, one.result.trust) > Trust.WEB


def done(items: Sequence[Observation]) -> list[Done]:
    """Calls with their results, in the order of the calls."""
    results = {o.call: o for o in items if o.seen is Seen.RESULT and o.call}
    return [Done(o, results[o.call]) for o in items if o.seen is Seen.CALL and o.call in results]


def _first(one: Done, later: Sequence[Done]) -> Iterator[Cured]:
    found = _error(one.result.text)
    if found is None:
        return
    kind, error = found
    for other in later:
        if other.call.tool == one.call.tool and other.result.ok:
            change = _change(one, other, error)
            if change is not None and not INVOCATION.search(other.result.text):
                yield Cured(one.call, one.result, other.call, error, kind, change)
                return
        if _mends(other):
            return


def _error(text: str) -> tuple[str, str] | None:
    """The kind of the error and its words as they stand in the text."""
    if NO_LESSON.search(text[:2000]):
        return None
    found = INVOCATION.search(text)
    if found is None or found.lastgroup is None:
        return None
    return found.lastgroup, found.group().rstrip(" .,;:")[:LONGEST_ERROR]


def _change(one: Done, other: Done, error: str) -> Change | None:
    if one.call.tool.lower() not in SHELLS:
        return _corrected(one, other, error)
    step = blamed(command(one.call), error)
    return cured(step, command(other.call), error) if step else None


def _corrected(one: Done, other: Done, error: str) -> Change | None:
    """Another tool's call with one argument corrected: a file under its right name or in its
    right folder, or the name that the error says it does not know."""
    before, after = arguments(one.call), arguments(other.call)
    differ = [name for name in before if before[name] != after.get(name)]
    if len(differ) != 1 or before.keys() - after.keys():
        return None
    old, new = before[differ[0]], after[differ[0]]
    if differ[0] in _PATHS:
        return _moved(old, new)
    known = old in error and max(len(old), len(new)) <= LONGEST_NAME
    return Change(old, new) if known and (old in new or new in old or alike(old, new)) else None


def _moved(before: str, after: str) -> Change | None:
    if not alike(before, after) or os.path.isabs(before) != os.path.isabs(after):
        return None
    folder = os.path.commonpath([before, after])
    if folder == os.sep:
        return None
    start = folder or os.curdir
    return Change(os.path.relpath(before, start), os.path.relpath(after, start))


def _mends(other: Done) -> bool:
    """Whether this call, and not the changed one, may be what cured the failure."""
    tool = other.call.tool.lower()
    if tool in EDITORS:
        return True
    return tool in SHELLS and bool(other.result.ok) and bool(MENDING.search(command(other.call)))


def command(call: Observation) -> str:
    """The command line of a shell call."""
    found = _COMMAND_ARGUMENT.match(call.text)
    return (found[1] if found else call.text).strip()


def arguments(call: Observation) -> dict[str, str]:
    """What a tool was called with, as far as it stands on lines of its own; what a reader put
    on a line is a place in a file or a name, what is long or spread over lines is a text."""
    lines = _ARGUMENT.findall(call.text[:LONGEST_CALL])
    return {name: value for name, value in lines if name not in TEXTS and len(value) <= 300}


def called(call: Observation) -> str:
    """The call in one line, to see whether it is made again."""
    if call.tool.lower() in SHELLS:
        return command(call)
    return "\n".join(arguments(call).values())
