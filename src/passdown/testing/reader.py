"""The harness every reader must pass, built in or not: what the Reader contract promises."""

from __future__ import annotations

import json
import random
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from passdown.contract.reader import Blocks, Draft, Line, SessionFacts, Shaped, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers import SURE
from passdown.testing.broken import Broken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.reader import Drawn, Reader

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MUTATIONS = 60
SHARE = 0.1
HEAD = 1 << 16
"""What a reader is shown to recognise its format by."""
FOREIGN = (
    b"",
    b"\x00\x01\x02\xff" * 64,
    b"# A readme\n\nIt says what this is.\n\n- one\n- two\n",
    b'{"name": "a package", "version": "1.0.0", "dependencies": {"left": "1"}}\n',
    b"2026-01-01 10:00:00 INFO started\n2026-01-01 10:00:01 WARN slow\n",
    b"a,b,c\n1,2,3\n",
    b"[]\n",
    b"{}\n",
)
"""What is no transcript of anybody's."""


def check_reader(reader: Reader, sample: bytes, *others: bytes) -> list[Draft]:
    """Every promise of the Reader contract on a file of its format, and that files of `others` are
    not taken for one; the drafts. Broken says which promise is not kept."""
    _check_declaration(reader)
    _check_sniffing(reader, sample, others)
    reader = reader.shaped(sample[:HEAD]) if isinstance(reader, Shaped) else reader
    drawn = _read(reader, lines_of(reader, sample))
    drafts = [one for one in drawn if isinstance(one, Draft)]
    _owe(drafts, reader, "it draws nothing from this sample")
    for draft in drafts:
        _check_draft(reader, draft, sample)
    _check_sessions(reader, drawn)
    _owe(
        _read(reader, lines_of(reader, sample)) == drawn,
        reader,
        "a second reading draws something else",
    )
    if reader.unit == "line":
        _check_growing(reader, sample, drawn)
    _check_damage(reader, sample)
    return drafts


def _check_declaration(reader: Reader) -> None:
    _owe(NAME.fullmatch(reader.name), reader, "its name is not a word in small letters")
    _owe(reader.unit in ("line", "file"), reader, f"its unit is {reader.unit!r}, not line or file")
    _owe(isinstance(reader.verified, bool), reader, "`verified` is not yes or no")


def _check_sniffing(reader: Reader, sample: bytes, others: Sequence[bytes]) -> None:
    sure = reader.sniff(sample[:HEAD])
    _owe(SURE <= sure <= 1.0, reader, f"it does not know its own sample: sure by {sure}")
    for foreign in (*FOREIGN, *others):
        found = reader.sniff(foreign[:HEAD])
        shown = foreign[:40]
        _owe(0.0 <= found < SURE, reader, f"it takes what is not its format for it: {shown!r}")


def _check_sessions(reader: Reader, drawn: Sequence[Drawn]) -> None:
    told: set[str] = set()
    uids: set[tuple[str, str]] = set()
    for one in drawn:
        if isinstance(one, SessionFacts):
            told.add(one.id)
        elif isinstance(one, Draft):
            _owe(one.session in told, reader, "a draft comes before the facts of its session")
            key = (one.session, one.uid)
            _owe(key not in uids, reader, f"two drafts of one session have the uid {one.uid!r}")
            uids.add(key)


def _check_draft(reader: Reader, draft: Draft, sample: bytes) -> None:
    which = f"the draft {draft.uid!r}"
    _owe(draft.session and draft.uid, reader, f"{which} has no session or no uid")
    _owe(isinstance(draft.seen, Seen), reader, f"{which} is seen as {draft.seen!r}")
    _owe(isinstance(draft.trust, Trust), reader, f"{which} is trusted {draft.trust!r}")
    _owe(isinstance(draft.text, str), reader, f"{which} has no text")
    _owe(not draft.at or AT.fullmatch(draft.at), reader, f"{which} has the time {draft.at!r}")
    inside = draft.offset >= 0 and 0 < draft.length <= len(sample) - draft.offset
    _owe(inside, reader, f"{which} stands at {draft.offset}+{draft.length}, beyond the file")
    _owe(draft.ok is None or draft.seen is not Seen.PROMPT, reader, f"{which} is a failed prompt")
    try:
        json.dumps(draft.meta, allow_nan=False)
    except (TypeError, ValueError) as e:
        raise Broken(f"reader {reader.name!r}: the meta of {which} is not JSON: {e}") from e


def _check_growing(reader: Reader, sample: bytes, whole: list[Drawn]) -> None:
    """However a growing file is cut between two records, the same is drawn."""
    lines = lines_of(reader, sample)
    for cut in sorted({0, 1, len(lines) // 3, len(lines) // 2, len(lines) - 1}):
        memory: dict[str, Any] = {}
        first = _read(reader, lines[:cut], memory)
        try:
            kept = json.loads(json.dumps(memory, allow_nan=False))
        except (TypeError, ValueError) as e:
            raise Broken(f"reader {reader.name!r}: its memory is not JSON: {e}") from e
        then = _read(reader, lines[cut:], kept)
        _owe(
            [*first, *then] == whole, reader, f"read in two parts, cut at record {cut}, it differs"
        )


def _check_damage(reader: Reader, sample: bytes) -> None:
    for raw in _damaged(sample, random.Random(len(sample))):
        for line in lines_of(reader, raw):
            drawn: list[Any] = [*_read(reader, [line])]
            wrong = [one for one in drawn if not isinstance(one, Draft | SessionFacts | Skip)]
            _owe(not wrong, reader, f"it yields {wrong[:1]}")
            ends = [one.offset + one.length for one in drawn if isinstance(one, Draft)]
            _owe(all(end <= len(raw) for end in ends), reader, "a draft stands beyond the file")


def _damaged(sample: bytes, chance: random.Random) -> Iterator[bytes]:
    """The sample cut, doubled, with bytes changed and values of other types in it."""
    for _ in range(MUTATIONS):
        at, end = sorted(chance.choices(range(len(sample) + 1), k=2))
        yield sample[:at]
        yield sample[:at] + sample[end:]
        yield sample[:end] + sample[at:]
        yield sample[:at] + bytes([chance.randrange(256)]) + sample[at + 1 :]
        yield _retyped(sample, chance)


def _retyped(sample: bytes, chance: random.Random) -> bytes:
    """The sample with some of its JSON strings replaced by something else."""
    value = chance.choice([b"null", b"3", b"[]", b"{}", b'""', b"true", b"1e999", b"[[[]]]"])

    def other(found: re.Match[bytes]) -> bytes:
        return value if chance.random() < SHARE else found[0]

    return re.sub(rb'"[^"\\]*"', other, sample)


def _read(
    reader: Reader, lines: Sequence[Line], memory: dict[str, Any] | None = None
) -> list[Drawn]:
    try:
        return list(reader.read(lines, {} if memory is None else memory))
    except Exception as e:
        shown = lines[0].raw[:80] if lines else b""
        raise Broken(f"reader {reader.name!r}: it raises {e!r} on {shown!r}") from e


def lines_of(reader: Reader, raw: bytes) -> list[Line]:
    """The content as this reader is given it."""
    if reader.unit == "file":
        return [Line(0, raw)] if raw.strip() else []
    ends = [0, *(m.end() for m in re.finditer(rb"\n", raw)), len(raw)]
    every = [Line(start, raw[start:end].rstrip(b"\r\n")) for start, end in pairwise(ends)]
    if isinstance(reader, Blocks):
        return list(_blocks(reader, [line for line in every if line.offset < len(raw)], raw))
    return [line for line in every if line.raw.strip()]


def _blocks(reader: Blocks, lines: Sequence[Line], raw: bytes) -> Iterator[Line]:
    begun, before = 0, b""
    for line in lines:
        if line.offset > begun and reader.starts(line.raw, before):
            yield Line(begun, raw[begun : line.offset].rstrip(b"\r\n"))
            begun = line.offset
        before = line.raw
    if raw[begun:].strip():
        yield Line(begun, raw[begun:].rstrip(b"\r\n"))


def _owe(kept: object, reader: Reader, what: str) -> None:
    if not kept:
        raise Broken(f"reader {reader.name!r}: {what}")
