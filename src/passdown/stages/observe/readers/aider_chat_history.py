"""aider's chat history: what a person typed, what the model said, what aider printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from passdown.contract.reader import Skip
from passdown.domain.clock import parse
from passdown.domain.observation import Trust
from passdown.stages.observe.readers.chat import Chat
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.telling import Spot, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Draft, Drawn, Json, Line

NAME = "aider_chat_history"
STARTED = b"# aider chat started at "
TYPED = b"#### "
PRINTED = b"> "
_STARTED = re.compile(rb"^# aider chat started at \d{4}-\d\d-\d\d", re.MULTILINE)
_EXAMPLE = re.compile(
    rb"<div class=\"chat-transcript\"[^>\n]*>.{0,4000}?^#### ", re.MULTILINE | re.DOTALL
)
_MODEL = re.compile(r"^(?:Main model|Models?): (\S+)", re.MULTILINE)
_TOKENS = re.compile(
    r"^Tokens: ([\d.,]+)(k?) sent,(?: [\d.,]+k? cache \w+,)* ([\d.,]+)(k?) received", re.MULTILINE
)
_COST = re.compile(r"Cost: \$(\d+(?:\.\d+)?|\.\d+)\.? (?:request|message|send)")
_INTERRUPTED = "^C KeyboardInterrupt"


class Aider:
    """The reader of a project's history, which holds many chats and grows; and of single chats
    as they are published."""

    name = NAME
    unit: Literal["line", "file"] = "line"
    verified = True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        if _STARTED.search(head[:4000]):
            return 1.0
        return 0.9 if _EXAMPLE.search(head) else 0.0

    def starts(self, line: bytes, before: bytes) -> bool:
        """A record is a run of lines of one kind; an empty line begins what the model says."""
        return line.startswith(STARTED) or _kind(line) != _kind(before)

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            if line.raw.startswith(STARTED):
                _begin(line.raw, known)
            elif known.kept.get("session") or _kind(line.raw) in (TYPED, PRINTED):
                yield from _told(line, known)
            elif b"chat-transcript" in line.raw or line.offset == 0:
                # What a published chat is introduced with.
                known.count("heading")
            else:
                yield Skip(line.offset, "before any chat")


READER = Aider()


def _kind(line: bytes) -> bytes:
    """What a line is: typed, printed, the start of a chat, or said."""
    if line.startswith((TYPED, b"####\n", b"####\r")):
        return TYPED
    if line.startswith((PRINTED, b">\n", b">\r")):
        return PRINTED
    return STARTED if line.startswith(STARTED) else b""


def _begin(raw: bytes, known: Memory) -> None:
    """A chat has no name but the moment it began."""
    at = raw[len(STARTED) :].split(b"\n")[0].strip()
    kept = known.kept
    kept["session"], kept["n"] = f"aider-{digest(at)}", 0
    kept["at"] = parse(at.decode("utf-8", "replace"))
    kept["model"] = ""
    known.count("chat")


def _told(line: Line, known: Memory) -> Iterator[Drawn]:
    kept, kind = known.kept, _kind(line.raw)
    session = str(kept.setdefault("session", f"aider-{digest(line.raw)}"))
    n = kept["n"] = int(kept.get("n", 0)) + 1
    words = line.raw.decode("utf-8", "replace")
    spot = Spot(f"{n}", line.offset, len(line.raw), str(kept.get("at", "")))
    chat = Chat(known, session)
    plain = _bare(words, kind)
    if kind == PRINTED and (model := _MODEL.search(plain)):
        kept["model"] = model[1][:100]
    drawn = list(_drafts(chat, kind, plain, words, spot))
    if drawn:
        yield from chat.facts(agent="aider", model=str(kept.get("model", "")), at=spot.at)
    yield from drawn


def _drafts(chat: Chat, kind: bytes, plain: str, words: str, spot: Spot) -> Iterator[Draft]:
    model = str(chat.memory.kept.get("model", ""))
    meta: Json = {"model": model} if model else {}
    if not plain.strip():
        chat.memory.count("blank")
    elif kind == PRINTED:
        yield _printed(chat, plain, spot, meta)
    elif kind == TYPED and plain.startswith(("/", "!")):
        yield chat.note(spot, plain, "command", Trust.HUMAN)
    elif kind == TYPED:
        yield chat.prompt(spot, plain)
    elif words[:1] not in ("\n", "\r"):
        # What stands right below a printed line was printed with it.
        yield chat.note(spot, plain, "output", Trust.TOOL)
    else:
        yield from chat.replied(spot, plain, meta)


def _bare(words: str, kind: bytes) -> str:
    """The words without the marks of their lines."""
    if not kind:
        return words.strip("\n")
    cut = len(kind)
    return "\n".join(line[cut:].rstrip() for line in words.splitlines()).strip("\n")


def _printed(chat: Chat, plain: str, spot: Spot, meta: Json) -> Draft:
    """What aider printed: its own words, and the output of commands it ran."""
    taken = [_taken(found) for found in _TOKENS.finditer(plain)]
    if taken:
        total = {name: sum(one[name] for one in taken) for name in ("in", "out")}
        meta = {**meta, "tokens": {name: n for name, n in total.items() if n}}
        cost = sum(float(found[1]) for found in _COST.finditer(plain))
        meta |= {"cost": round(cost, 6)} if 0 < cost < 1e6 else {}
    kind = "interrupt" if _INTERRUPTED in plain else "output"
    return chat.note(spot, plain, kind, Trust.TOOL, meta=meta)


def _taken(found: re.Match[str]) -> dict[str, int]:
    return {"in": _number(found[1], found[2]), "out": _number(found[3], found[4])}


def _number(digits: str, thousands: str) -> int:
    """A count as aider shortens it: 1,234 or 4.2k."""
    try:
        n = float(digits.replace(",", "").rstrip("."))
    except ValueError:
        return 0
    n *= 1000 if thousands else 1
    return int(n) if n < 1e12 else 0
