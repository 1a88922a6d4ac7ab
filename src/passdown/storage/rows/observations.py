"""Sessions, observations and sources as rows."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.observation import Observation, Pointer, Seen, Session, Source, Trust
from passdown.storage.coding import is_short, named, packed, plain, unpacked, whole

if TYPE_CHECKING:
    from collections.abc import Sequence


_names = attrgetter("session", "uid", "at", "scope", "tool", "call", "signature")


class SessionRow(NamedTuple):
    """`sessions`, in the order their queries select; the scope follows from the repo."""

    id: str
    format: str
    agent: str
    model: str
    repo: str
    branch: str
    started_at: str
    ended_at: str
    outcome: str
    parent: str
    meta: str
    scope: str


class ObservationRow(NamedTuple):
    """`observations`, in the order their queries select."""

    seq: int
    session: str
    uid: str
    seen: str
    text: str
    at: str
    trust: int
    scope: str
    tool: str
    call: str
    ok: int | None
    signature: str
    file: str | None
    file_offset: int | None
    file_length: int | None
    sha256: str | None
    flags: str
    meta: str


class SourceRow(NamedTuple):
    """`sources`, in the order their queries select; what may need 64 bits and no sign is text."""

    key: str
    format: str
    device: str
    inode: str
    file_offset: int
    tail: str
    memory: str
    read_at: str
    counts: str


def session_row(session: Session) -> SessionRow:
    """The row of a session."""
    return SessionRow(
        named(session.id),
        plain(session.format),
        plain(session.agent),
        plain(session.model),
        plain(session.repo),
        plain(session.branch),
        plain(session.started_at),
        plain(session.ended_at),
        plain(session.outcome),
        plain(session.parent),
        packed(session.meta),
        plain(session.scope),
    )


def session_of(values: Sequence[Any]) -> Session:
    """The session of a row."""
    row = SessionRow(*values)
    return Session(*row[:10], unpacked(row.meta))


def observation_row(item: Observation, seq: int) -> ObservationRow:
    """The row of an observation under this seq."""
    name, text = (str, str) if is_short(*_names(item)) else (named, plain)
    at = item.pointer
    return ObservationRow(
        seq,
        name(item.session),
        name(item.uid),
        item.seen.value,
        plain(item.text),
        text(item.at),
        int(item.trust),
        text(item.scope),
        text(item.tool),
        text(item.call),
        None if item.ok is None else int(item.ok),
        name(item.signature),
        plain(at.file) if at else None,
        whole(at.offset) if at else None,
        whole(at.length) if at else None,
        plain(at.sha256) if at else None,
        packed(item.flags) if item.flags else "[]",
        packed(item.meta) if item.meta else "{}",
    )


def observation_of(row: Sequence[Any]) -> Observation:
    """The observation of a row."""
    seq, session, uid, seen, text, at, trust, scope, tool, call, ok, signature, *rest = row
    file, offset, length, sha256, flags, meta = rest
    return Observation(
        session,
        uid,
        Seen(seen),
        text,
        at,
        Trust(trust),
        scope,
        tool,
        call,
        None if ok is None else bool(ok),
        signature,
        None if file is None else Pointer(file, offset, length, sha256),
        () if flags == "[]" else tuple(unpacked(flags)),
        {} if meta == "{}" else unpacked(meta),
        seq,
    )


def source_row(source: Source) -> SourceRow:
    """The row of a source."""
    return SourceRow(
        named(source.key),
        plain(source.format),
        str(source.device),
        str(source.inode),
        whole(source.offset),
        plain(source.tail),
        packed(source.memory),
        plain(source.read_at),
        packed(source.counts),
    )


def source_of(row: Sequence[Any]) -> Source:
    """The source of a row."""
    key, format, device, inode, offset, tail, memory, read_at, counts = row
    place = int(device), int(inode), offset
    return Source(key, format, *place, tail, unpacked(memory), read_at, unpacked(counts))
