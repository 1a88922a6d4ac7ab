"""Shell commands as a cure compares them: the steps of one line, and the least that changed."""

from __future__ import annotations

import difflib
import os.path
import re
import shlex
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 400
MOST_STEPS = 6
MOST_CHANGED = 4

_REDIRECT = re.compile(r"\s*(?:\d?>&\d|&?\d?>>?\s*[\w./-]+|<\s*[\w./-]+)")
# Steps that set the scene for the next one.
_SETTING = frozenset({"cd", ".", "source", "export", "set", "unset", "pushd", "popd"})
_ASIDE = frozenset({"echo", "printf", "true", ":", "sleep", "pwd", "ls", "date"})
# What may mend more than the call that follows it.
MENDING = re.compile(
    r"\b(?:install|add|sync|init|create|mkdir|touch|cp|mv|ln|chmod|chown|start|up|pull|fetch|"
    r"checkout|switch|build|compile|generate|migrate|restart|kill|rm|write|sed -i|tee|patch|apply|"
    r"stash|reset|restore|clean|update|upgrade|login|export)\b"
)


# Errors that ask for something more, and not for something else.
_ASKS = re.compile(r"refused|requir|must|missing|specify|not set|could not connect", re.IGNORECASE)

# Arguments of one occasion: hashes, numbers, paths, files, texts.
_OF_ONE_TASK = re.compile(
    r"[0-9a-f]{7,40}|\d+|\d{4}-\d\d.*|.*/.*|[\w.-]+\.[a-z]\w{0,4}|.{30,}|\S* .*|[A-Z]{2,}-\d+|"
    # A name that some program gave: `build-7f3a`.
    r"[A-Za-z]\w*(?:-\w+)*-(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{3,}",
    re.DOTALL,
)

_TEXT = re.compile(r"(?!-).*(?:\s.*\s|\|).*|(?!-)\S{60,}", re.DOTALL)
# Programs that show a file or say a word, whatever another one would have done with it.
_VIEWERS = frozenset(
    ("head", "tail", "cat", "ls", "wc", "stat", "echo", "printf", "which", "od", "sed")
)

# Programs whose next word says what they do.
_TELLING = "pip pip3 npm pnpm yarn git docker cargo go kubectl gh helm brew poetry"
_MANY = frozenset(_TELLING.split())
# Options that change what is said and not what is done.
_LOUD = frozenset({"-v", "-vv", "-q", "-s", "-x", "--verbose", "--quiet", "--debug", "--force"})

Words: TypeAlias = tuple[str, ...]
Block: TypeAlias = tuple[str, int, int, int, int]


class Step(NamedTuple):
    """One command of a line: its words, and how it was written."""

    words: Words
    text: str

    @property
    def program(self) -> str:
        """The program's name without its folder."""
        return os.path.basename(self.words[0])


class Change(NamedTuple):
    """The least that changed between a command that failed and one that worked."""

    failed: str
    worked: str


def steps(line: str) -> tuple[Step, ...]:
    """The commands of a one-line shell command, viewers and redirections left out; () when it is
    too long, spread over lines or cannot be read."""
    line = line.strip()
    if not line or len(line) > LONGEST or "\n" in line or "<<" in line or "$(" in line:
        return ()
    found = []
    for piece in pieces(line):
        step = _step(_REDIRECT.sub("", piece).strip())
        if step is None:
            return ()
        found.append(step)
    return tuple(found) if len(found) <= MOST_STEPS else ()


def blamed(line: str, error: str) -> Step | None:
    """The step of the line that the error is about; None when that cannot be told."""
    every = [s for s in steps(line) if s.program not in _SETTING | _ASIDE]
    if len(every) == 1:
        return every[0]
    named = [s for s in every if re.search(rf"(?<!\w){re.escape(s.program)}(?!\w)", error)]
    if not named:
        named = [s for s in every if any(len(w) > 2 and w in error for w in s.words[1:])]
    return named[0] if len(named) == 1 else None


def cured(failed: Step, line: str, error: str) -> Change | None:
    """How the line repeats the failed step in another form; None when it does not, or when more
    than one thing changed."""
    if "||" in line:
        return None
    scene: list[Step] = []
    for step in steps(line):
        if step.program in _SETTING:
            scene.append(step)
        elif step.program not in _ASIDE:
            found = _set(failed, scene, step) or _changed(failed, step, error)
            if found and not _local(found):
                return found
    return None


def requoted(failed: str, worked: str) -> Change | None:
    """The same command with quotes around what a shell took for a pattern."""
    ours, theirs = steps(failed), steps(worked)
    pairs = zip(ours, theirs, strict=False) if len(ours) == len(theirs) else ()
    differ = [(a, b) for a, b in pairs if a.text != b.text]
    if len(differ) != 1 or differ[0][0].words != differ[0][1].words:
        return None
    return Change(differ[0][0].text, differ[0][1].text)


def varied(failed: Step, line: str) -> Change | None:
    """How the line repeats the failed step with one thing changed, whatever that is: told in so
    general words that another session can have done the same."""
    for step in steps(line) if "||" not in line else ():
        blocks = difflib.SequenceMatcher(None, failed.words, step.words, autojunk=False)
        moves = [block for block in blocks.get_opcodes() if block[0] != "equal"]
        same = sum(block.size for block in blocks.get_matching_blocks())
        if len(moves) == 1 and moves[0][1] and same > 1 and _general(failed, step, moves[0]):
            return _in_general(failed.words, step.words, moves[0])
    return None


def _general(failed: Step, step: Step, move: Block) -> bool:
    """Whether it is a way to make the call that changed, and not what it was made for."""
    gone, come = failed.words[move[1] : move[2]], step.words[move[3] : move[4]]
    if not come or max(len(gone), len(come)) > 2 or any(map(MENDING.fullmatch, (*gone, *come))):
        return False
    if set(come) <= _LOUD or _is_local((*gone, *come)):
        return False
    return not any(_OF_ONE_TASK.fullmatch(words[0]) for words in (gone, come) if words)


def _in_general(a: Words, b: Words, move: Block) -> Change:
    _, i, j, k, m = move
    head = list(takewhile(lambda w: not (w.startswith("-") or _OF_ONE_TASK.fullmatch(w)), a[:i]))
    if len(head) < i and a[i - 1].startswith("-") and not b[k].startswith("-"):
        head.append(a[i - 1])
    come = [w if n == 0 or not _OF_ONE_TASK.fullmatch(w) else "…" for n, w in enumerate(b[k:m])]
    return Change(" ".join([*head, *a[i:j]]), " ".join(word or "''" for word in [*head, *come]))


def shown(step: Step, *, named: bool = False) -> str:
    """The command without what belongs to one task; where it shall be named, with its options."""
    words = [w if not place else _masked(w, named) for place, w in enumerate(step.words)]
    return re.sub(r"(?: …)+$", "", re.sub(r"…(?: …)+", "…", " ".join(words)))


def _masked(word: str, named: bool) -> str:
    option, equals, _ = word.partition("=")
    if not _OF_ONE_TASK.fullmatch(word):
        return word
    return f"{option}=…" if named and equals and option.startswith("-") else "…"


def is_of_one_task(word: str) -> bool:
    """Whether it is an argument of one occasion: a hash, a number, a path, a text."""
    return bool(_OF_ONE_TASK.fullmatch(word))


def pieces(line: str) -> list[str]:
    """The first command of every pipeline, in order."""
    pieces: list[str] = []
    rest, quote, begin, piped = line, "", 0, False
    for place, char in enumerate(rest):
        if quote:
            quote = "" if char == quote and rest[place - 1] != "\\" else quote
        elif char in "'\"":
            quote = char
        elif char in "|;&" and not _in_redirect(rest, place):
            if not piped and rest[begin:place].strip():
                pieces.append(rest[begin:place])
            double = rest[place : place + 2] == char * 2 or rest[place - 1 : place + 1] == char * 2
            piped = char == "|" and not double
            begin = place + 1
    if not piped and rest[begin:].strip():
        pieces.append(rest[begin:])
    return pieces


def _in_redirect(line: str, place: int) -> bool:
    return line[place] == "&" and (line[place - 1] == ">" or line[place + 1 : place + 2] == ">")


def _step(piece: str) -> Step | None:
    try:
        words = tuple(shlex.split(piece))
    except ValueError:
        return None
    return Step(words, piece) if words and words[0] else None


def _set(failed: Step, scene: list[Step], step: Step) -> Change | None:
    """The same step in another scene: another folder, another environment."""
    if not scene or step.words != failed.words:
        return None
    own = takewhile(lambda word: not _OF_ONE_TASK.fullmatch(word), failed.words[1:MOST_CHANGED])
    shown = " ".join((failed.program, *own))
    return Change(shown, " && ".join([*(s.text for s in scene), shown]))


def _changed(failed: Step, step: Step, error: str) -> Change | None:
    a, b = failed.words, step.words
    if a == b:
        return None
    blocks = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    moves = [block for block in blocks if block[0] != "equal" and not _idle(block, a, b, error)]
    if len(moves) != 1 or all(block[0] != "equal" for block in blocks):
        return None
    _, i, j, k, m = moves[0]
    if max(j - i, m - k) > MOST_CHANGED or not _telling(a, b, moves[0], error):
        return None
    if i == k == 0 and b[0] in _VIEWERS and not alike(a[0], b[0]):
        return None
    return Change(_shown(a, i, j, error), _shown(b, k, m, error))


def _idle(block: Block, a: Words, b: Words, error: str) -> bool:
    """Whether only flags changed that the error does not name."""
    words = (*a[block[1] : block[2]], *b[block[3] : block[4]])
    return block[1] > 0 and all(w.startswith("-") and w not in error for w in words)


def _telling(a: Words, b: Words, block: Block, error: str) -> bool:
    """Whether the change answers the error: it is in the program's place, takes away or replaces
    what the error names, gives what it asks for, or spells the same file in another way."""
    _, i, j, k, m = block
    gone, come = a[i:j], b[k:m]
    if any(map(MENDING.fullmatch, come)):
        return False
    if i == 0 and k == 0:
        return bool(set(a[j:]) & set(b[m:]))
    if not gone:
        asked = come[0].startswith("-") and bool(_ASKS.search(error))
        return len(come) <= 2 and (asked or a[i] in error if i < len(a) else asked)
    if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", error) for word in gone):
        return not come or len(gone) == len(come)
    return len(gone) == len(come) and all(map(alike, gone, come))


def alike(a: str, b: str) -> bool:
    """Whether two words are one name in two spellings, or one file in two folders."""
    if os.path.basename(a) == os.path.basename(b) and "/" in a + b:
        return True
    if os.path.dirname(a) != os.path.dirname(b):
        return False
    names = os.path.basename(a), os.path.basename(b)
    return difflib.SequenceMatcher(None, *names, autojunk=False).ratio() >= 0.8


def _shown(words: Words, start: int, end: int, error: str) -> str:
    """The command up to the change, and on to the first word that the error names; what belongs
    to one task is left out."""
    near = range(end, min(len(words), end + 3))
    stop = next((place + 1 for place in near if words[place] in error), end + 1)
    if start == 0 and words[stop - 1 : stop] and words[stop - 1] in _MANY:
        stop += 1
    kept = [
        "…" if place and _is_left_out(word, start <= place < end) else word or "''"
        for place, word in enumerate(words[:stop])
    ]
    return re.sub(r"(?: …)+$", "", re.sub(r"…(?: …)+", "…", " ".join(kept)))


def _is_left_out(word: str, changed: bool) -> bool:
    """Whether it belongs to one task; of what changed only texts and patterns do."""
    return bool((_TEXT if changed else _OF_ONE_TASK).fullmatch(word))


def _local(change: Change) -> bool:
    """Whether it holds on one machine or for one secret only."""
    return _is_local(f"{change.failed} {change.worked}".split())


def _is_local(words: Iterable[str]) -> bool:
    return any(w.startswith(("/", "~", "$HOME")) or "[secret:" in w for w in words)
