"""Proposals as files beside the store, for programs that read folders: they follow the ledger.

`<loop>/{pending,approved,rejected,expired}/<id>.json`, and `audit.jsonl` with what happened. All of
it is derived: what is lost or was changed there is written anew by `passdown mirror`.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.proposal import PUBLIC, STATUS_VALUES
from passdown.domain.scope import ALL
from passdown.storage.files import FILE_MODE, FOLDER_MODE
from passdown.storage.tree import alone, opened, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.domain.entry import Entry
    from passdown.domain.proposal import Proposal
    from passdown.ops.operation import Ctx
    from passdown.storage.port import Tx
    from passdown.storage.tree import Tree

FOLDER, LOG, LOCK = "promotions", "audit.jsonl", ".lock"
EVENT, FORGOTTEN = "promotion.", ".forgotten"
SEEN = "projected"
PAGE = 1000
TAIL = 65_536
OFTEN = 200
"""So many entries that concern nobody may be read twice before it is noted how far was read."""


class News(NamedTuple):
    """What happened since: proposals to write anew, lines of the log, and how far was read."""

    proposals: dict[str, Proposal]
    lines: list[dict[str, Any]]
    read: int
    forgot: bool


def place(ctx: Ctx) -> str:
    """Where the files go."""
    return ctx.settings.text("promotions.dir") or str(ctx.home / FOLDER)


def projected(ctx: Ctx) -> tuple[str, ...]:
    """The loops whose proposals are written as files."""
    return tuple(name for name in ctx.loops if ctx.settings.flag(f"{name}.projected"))


def project(ctx: Ctx, *, anew: bool = False) -> int:
    """Bring the files up to the ledger; how many were written. With `anew` all of them are."""
    loops = projected(ctx)
    root = os.path.abspath(os.path.expanduser(place(ctx)))
    kept, name = ctx.facts.get("kept", {}), (SEEN, root)
    with ctx.store.read(ALL) as tx:
        head = tx.ledger.head()[0]
        if not loops or (not anew and kept.get(name) == head):
            return 0
        noted, whole = (0, False) if anew else _noted(tx, root)
        # What this process read, it need not read again, unless the files or the ledger went back.
        read = kept.get(name, 0) if whole else 0
        news = _news(ctx, tx, loops, read if noted < read <= head else noted)
    if news.proposals or news.lines or news.forgot:
        _write(ctx, root, loops, news, anew=anew)
    if news.lines or anew or news.read - noted > OFTEN:
        _note(ctx, root, news.read)
    kept[name] = news.read
    return len(news.proposals)


def behind(ctx: Ctx) -> int:
    """How many entries of the ledger the files may not show yet."""
    root = os.path.abspath(os.path.expanduser(place(ctx)))
    loops = projected(ctx)
    with ctx.store.read(ALL) as tx:
        return len(_news(ctx, tx, loops, _noted(tx, root)[0]).lines) if loops else 0


# ---- what happened


def _news(ctx: Ctx, tx: Tx, loops: tuple[str, ...], since: int) -> News:
    seams = {seam.name for name in loops if (seam := ctx.loops[name].seam)}
    news = News({}, [], since, forgot=False)
    for entry in _entries(tx, since):
        news = news._replace(read=entry.seq, forgot=news.forgot or entry.name.endswith(FORGOTTEN))
        if not entry.name.startswith(EVENT) and entry.name not in seams:
            continue
        if (entry.detail or {}).get("loop", loops[0]) not in loops:
            continue
        found = news.proposals.get(entry.subject) or tx.queue.get(entry.subject)
        if found is not None and found.loop in loops:
            news.proposals[found.id] = found
            news.lines.append(_line(entry, found))
    return news


def _entries(tx: Tx, after: int) -> Iterator[Entry]:
    page = tx.ledger.entries(after=after, limit=PAGE)
    yield from page
    while len(page) == PAGE:
        page = tx.ledger.entries(after=page[-1].seq, limit=PAGE)
        yield from page


def _line(entry: Entry, found: Proposal) -> dict[str, Any]:
    """One event without anybody's words: those stand in the proposal's file, and go with it."""
    said = (entry.detail or {}).get("actor")
    return {
        "seq": entry.seq,
        "at": entry.at,
        "event": entry.name,
        "actor": said or entry.actor,
        "by": entry.actor,
        "loop": found.loop,
        "proposal_id": entry.subject,
        "hash": entry.hash,
    }


# ---- how far was read


def _noted(tx: Tx, root: str) -> tuple[int, bool]:
    """Up to which entry the files show everything: as noted, unless the log says more or is
    gone; and whether it is whole."""
    read, logged = json.loads(tx.registry.value(_name(root)) or "[0, 0]")
    last = _last(os.path.join(root, LOG)) or 0
    return (last, False) if last < logged else (max(read, last), True)


def _note(ctx: Ctx, root: str, read: int) -> None:
    logged = _last(os.path.join(root, LOG)) or 0
    with ctx.store.write(ALL) as tx:
        tx.registry.keep(_name(root), json.dumps([read, logged]))


def _name(root: str) -> str:
    import hashlib

    return f"{SEEN}.{hashlib.sha256(root.encode()).hexdigest()[:24]}"


def _last(log: str) -> int | None:
    """The last entry that the log holds whole; None where there is no log."""
    try:
        with open(log, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        refuse(error, log)
    for line in reversed(lines[:-1]):
        with suppress(ValueError, KeyError, TypeError):
            return int(json.loads(line)["seq"])
    return 0


# ---- files


def _write(ctx: Ctx, root: str, loops: tuple[str, ...], news: News, *, anew: bool) -> None:
    with opened(root, make=True) as tree, alone(os.path.join(root, LOCK)):
        assert tree is not None
        for name in loops:
            for status in STATUS_VALUES:
                os.makedirs(os.path.join(root, name, status), FOLDER_MODE, exist_ok=True)
        again = _standing(ctx, tree, loops) if news.forgot or anew else ()
        for one in {p.id: p for p in (*again, *news.proposals.values())}.values():
            _put(ctx, root, tree, one)
        _log(os.path.join(root, LOG), news.lines, anew=anew)


def _standing(ctx: Ctx, tree: Tree, loops: tuple[str, ...]) -> Iterable[Proposal]:
    """The proposals of which there is a file; a file of none is taken away."""
    found = []
    with ctx.store.read(ALL) as tx:
        for name in tree.names():
            loop, _, rest = name.partition("/")
            id = rest.rpartition("/")[2].removesuffix(".json")
            if loop in loops and rest.endswith(".json"):
                one = tx.queue.get(id) if len(id) == 32 else None
                if one is None:
                    tree.remove(name)
                else:
                    found.append(one)
    return found


def _put(ctx: Ctx, root: str, tree: Tree, p: Proposal) -> None:
    """The file where the proposal now stands, and none where it stood."""
    from passdown.ops.wire import wire

    text = json.dumps(wire(ctx, p), ensure_ascii=False, indent=2, sort_keys=True)
    tree.write(f"{p.loop}/{PUBLIC[p.status]}/{p.id}.json", f"{text}\n".encode())
    for status in STATUS_VALUES:
        if status != PUBLIC[p.status]:
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(root, p.loop, status, f"{p.id}.json"))


def _log(log: str, lines: list[dict[str, Any]], *, anew: bool) -> None:
    """Add what the log does not hold yet, after its last whole line."""
    last = -1 if anew else _last(log) or 0
    rows = [json.dumps(line, ensure_ascii=False) for line in lines if line["seq"] > last]
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(log, flags, FILE_MODE)
    with os.fdopen(handle, "r+b") as file:
        os.fchmod(handle, FILE_MODE)
        size = os.fstat(handle).st_size
        file.seek(max(0, size - TAIL))
        start = file.tell()
        file.truncate(0 if anew else start + _whole(file.read()))
        file.seek(0, os.SEEK_END)
        file.write("".join(f"{row}\n" for row in rows).encode())
        file.flush()
        os.fsync(handle)


def _whole(raw: bytes) -> int:
    """Up to where there are whole lines."""
    return raw.rfind(b"\n") + 1
