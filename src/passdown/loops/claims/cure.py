"""Detector: a call failed, and a changed call on the same target worked soon after."""

from __future__ import annotations

import os.path
import re
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Seen, Trust
from passdown.loops.claims.command import (
    MENDING,
    Change,
    alike,
    blamed,
    cured,
    is_of_one_task,
    requoted,
    shown,
    steps,
    varied,
)
from passdown.loops.claims.draft import receipt
from passdown.text.calls import SHELLS, TEXTS
from passdown.text.entities import TOOLS
from passdown.text.signature import exit_code, masked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.loops.claims.payload import Quote

LONGEST_ERROR = 120
LONGEST_NAME = 100
LONGEST_CALL = 4000
LONGEST_LINE = 400

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

_WORKTREE = re.compile(r"/\.?(?:claude/)?worktrees/")

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

QUOTED = "quoted"
_UNQUOTED = r"no matches found: [^\n]{1,100}|bad pattern: [^\n]{1,100}"
_OF_TOOLS = frozenset({"usage", "command", "module", "rights", QUOTED})
_KINDS = (
    (QUOTED, _UNQUOTED),
    ("usage", _USAGE),
    ("command", _COMMAND),
    ("module", _MODULE),
    ("place", _PLACE),
    ("rights", _RIGHTS),
    ("setup", _SETUP),
    ("missing", _MISSING),
)
OTHER, READY, LOOSE = "other", "ready", "loose"
"""Any error; one that another command came before; any change, told in general words."""
# Errors of what a call ran on: another call that works is no other way to make it.
_OF_THE_CODE = re.compile(
    r"\bassert|\bFAIL|\bfailed\b|\bexpected\b|\btests?\b|\bpanicked\b|\bTS\d{4}\b|E\d{4}\b|"
    r"syntax ?error|type ?error|name ?error|attribute ?error|key ?error|value ?error|index ?error|"
    r"undefined|conflict|rejected|\.\w+:\d+:\d+|\b[45]\d\d\b|\d+ (?:errors?|problems?)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(r"(?:[^\W\d_]+\W+){3}")
_OF_TROUBLE = re.compile(
    r"error|fail|warn|invalid|cannot|can't|could not|unable|denied|missing|refused|unauthori[sz]ed|"
    r"\bno\b|\bnot\b|\bmust\b|too (?:many|few|long)|does(?: not|n't)",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=\S*")
# No variable cures what a compiler refuses, and none that only makes a program say more anything.
_COMPILED = re.compile(r"error\[E\d+\]|\bTS\d{4}\b")
_LOUD = re.compile(r"\w*(?:LOG|DEBUG|VERBOSE|TRACE)\w*=", re.IGNORECASE)
INVOCATION = re.compile(
    "|".join(f"(?P<{name}>{pattern})" for name, pattern in _KINDS), re.IGNORECASE
)
# Somebody else's decision, or an edit that did not fit: never a lesson about the call.
NO_LESSON = re.compile(
    r"doesn't want to (?:proceed|take this action)|tool use was rejected|request interrupted|"
    r"string to replace not found|has not been read yet|no changes to make|modified since read|"
    r"timed out|cancell?ed|sibling tool call|requires approval|permission to use|"
    r"haven't granted|hook error|hook blocked|blocked by",
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
    def gist(self) -> str:
        """What makes two cures the same: the error, and what was put in the place of what."""
        before, after = self.change.failed.split(), self.change.worked.split()
        _, gone, come = swapped(before, after)
        if self.kind == QUOTED:
            return QUOTED
        if self.kind == LOOSE:
            return "\0".join((LOOSE, *self.change))
        if not gone and all(map(_ASSIGNED.fullmatch, come)):
            return "\0".join(("set", before[0], *come))
        error = "" if self.kind in ("command", OTHER) else masked(self.error)
        return "\0".join((self.kind, error, before[0], " ".join(gone), " ".join(come)))

    @property
    def of_tool(self) -> bool:
        """Whether it is about how a tool is called, and not about what it was called on."""
        start, gone, come = swapped(self.change.failed.split(), self.change.worked.split())
        if self.kind == READY or (come and all(map(_ASSIGNED.fullmatch, come))):
            return False
        put = bool(come) and not gone and (come[0] in TOOLS or come[0].startswith(("-", "'")))
        before = self.change.failed.split()
        given = start > 0 and before[start - 1].startswith("-")
        spelt = bool(come and gone) and (gone[0].startswith("-") or given)
        return self.kind in _OF_TOOLS or put or spelt

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


def swapped(before: list[str], after: list[str]) -> tuple[int, list[str], list[str]]:
    """Where two commands begin to differ, and the words of each up to where they meet again."""
    start = len(common([before, after]))
    a, b = before[start:], after[start:]
    end = len(common([a[::-1], b[::-1]]))
    return start, a[: len(a) - end], b[: len(b) - end]


def common(rows: Sequence[Sequence[str]]) -> list[str]:
    """The words that all of these begin with."""
    columns = zip(*rows, strict=False)
    return [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]


def cures(corpus: Corpus, within: int) -> Iterator[Cured]:
    """Every failure that a changed call cured within so many calls, in corpus order."""
    for session in corpus.sessions():
        calls = done(corpus.in_session(session.id))
        for place, one in enumerate(calls):
            if one.result.ok is False and is_own(one):
                yield from _first(one, calls[place + 1 : place + 1 + within])


def is_own(one: Done) -> bool:
    """Whether what it says comes from this machine and not from strangers."""
    return min(one.call.trust, one.result.trust) > Trust.WEB


def done(items: Sequence[Observation]) -> list[Done]:
    """Calls with their results, in the order of the calls."""
    results = {o.call: o for o in items if o.seen is Seen.RESULT and o.call}
    return [Done(o, results[o.call]) for o in items if o.seen is Seen.CALL and o.call in results]


def _first(one: Done, later: Sequence[Done]) -> Iterator[Cured]:
    found = _error(one.result)
    if found is None:
        return
    kind, error = found
    for place, other in enumerate(later):
        if other.call.tool == one.call.tool and other.result.ok:
            how, change = _change(one, other, kind, error)
            # Where the same call works after it, it was no other way to make that call.
            no_way = how == LOOSE and _made_ready(one, other, later[place + 1 :], error)
            if change and not no_way and not INVOCATION.search(other.result.text):
                yield Cured(one.call, one.result, other.call, error, how, change)
                return
        if _mends(other):
            if kind == OTHER and not one.result.signature:
                return
            ready = _made_ready(one, other, later[place + 1 :], error)
            if ready is not None:
                yield Cured(one.call, one.result, other.call, error, READY, ready)
            return


def _made_ready(one: Done, mend: Done, later: Sequence[Done], error: str) -> Change | None:
    """The command that had to be run before the same call worked, where the next one is it."""
    again = next((o for o in later if o.call.tool.lower() in SHELLS | EDITORS), None)
    if again is None or mend.call.tool.lower() not in SHELLS:
        return None
    if not (again.result.ok and again.call.text == one.call.text):
        return None
    step, way = blamed(command(one.call), error), steps(command(mend.call))
    # That others were faster is no lesson about a push.
    if step is None or len(way) != 1 or step.program == "git":
        return None
    failed = shown(step)
    return Change(failed, f"{shown(way[0], named=True)} && {failed}")


def _error(result: Observation) -> tuple[str, str] | None:
    """The kind of the error and its words as they stand in the text."""
    if NO_LESSON.search(result.text[:2000]):
        return None
    found = INVOCATION.search(result.text)
    if found is not None and found.lastgroup is not None:
        return found.lastgroup, found.group().rstrip(" .,;:│┃|")[:LONGEST_ERROR]
    line = error_line(result) or _first_line(result.text)
    return (OTHER, line[:LONGEST_ERROR]) if line else None


def _first_line(text: str) -> str:
    """The first line that says what is wrong, or anything, as it stands."""
    lines = (line.strip() for line in text[:LONGEST_CALL].splitlines())
    says = [one for one in lines if _SAYS.search(one) and not exit_code(one)]
    return next((one for one in says if _OF_TROUBLE.search(one)), says[0] if says else "")


def error_line(result: Observation) -> str:
    """The line that its signature was taken from; '' where that says nothing."""
    vague = not result.signature or result.signature.startswith("exit ")
    lines = () if vague else (line.strip() for line in result.text.splitlines())
    short = (line for line in lines if line and len(line) <= LONGEST_LINE)
    return next((line for line in short if masked(line).endswith(result.signature)), "")


def _change(one: Done, other: Done, kind: str, error: str) -> tuple[str, Change | None]:
    if one.call.tool.lower() not in SHELLS:
        return kind, _corrected(one, other, error) if kind != OTHER else None
    if kind == QUOTED:
        return kind, requoted(command(one.call), command(other.call))
    step = blamed(command(one.call), error)
    found = cured(step, command(other.call), error) if step else None
    if found and _was_so(found, command(one.call)):
        return kind, None
    if found and kind in ("usage", "module") and _another(found, kind):
        return LOOSE, found
    if found and (kind != OTHER or _slight(found, error)):
        return kind, found
    loose = varied(step, command(other.call)) if step else None
    return (LOOSE, loose) if loose else (kind, None)


def _slight(change: Change, error: str) -> bool:
    """Whether so little changed that it must be what cured any error: something was put before
    the command, or one word was spelt in another way."""
    before, after = change.failed.split(), change.worked.split()
    start, gone, come = swapped(before, after)
    if not gone and start == 0:
        if all(map(_ASSIGNED.fullmatch, come)):
            return not _COMPILED.search(error) and not all(map(_LOUD.match, come))
        return come[0] in TOOLS and not _OF_THE_CODE.search(error)
    if len(gone) != 1 or len(come) != 1 or start == 0:
        return False
    if alike(gone[0], come[0]) and (gone[0] in error or not _OF_THE_CODE.search(error)):
        return True
    # A value that the error does not know, of the same option.
    given = before[start - 1].startswith("-") and not is_of_one_task(gone[0])
    return given and gone[0] in error.split() and not is_of_one_task(come[0])


def _was_so(change: Change, failed: str) -> bool:
    """Whether the call that failed was made in the same scene, or nothing that is told changed."""
    scene, set_before, _ = change.worked.rpartition(" && ")
    return change.worked == change.failed or bool(set_before and scene in failed)


def _another(change: Change, kind: str) -> bool:
    """Whether another subcommand was called, and with nothing of what the first one was given:
    something else may have been done then."""
    before, after = change.failed.split(), change.worked.split()
    start, gone, come = swapped(before, after)
    if gone and come and start == 0:
        return kind == "usage"
    option = kind == "usage" and bool(gone) and gone[0].startswith("-")
    if not (gone and come) or start + len(gone) < len(before) or option:
        return False
    near = gone[0] in come[0] or come[0] in gone[0] or alike(gone[0], come[0])
    return not near and start + len(come) == len(after)


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
    before, after = before.replace("\\", "/"), after.replace("\\", "/")
    # A work tree of its own is gone with its session.
    if _WORKTREE.search(before) or _WORKTREE.search(after):
        return None
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
