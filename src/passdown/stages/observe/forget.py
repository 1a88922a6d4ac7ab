"""Takes observations back for good: a session, or the parts of sessions that some files hold."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.entry import EXCHANGE
from passdown.stages.observe.forgotten import FILE, SESSION, UID, forgetting
from passdown.stages.observe.keep import SIGNS, SUMS
from passdown.stages.observe.outcome import fold, outcome
from passdown.stages.observe.sums import add

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from passdown.domain.observation import Observation, Session
    from passdown.storage.port import Tx

EVERY = 1_000_000
PAGE = 5000


class Part(NamedTuple):
    """What of a session is meant: all of it, or what came from these files."""

    session: Session
    files: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing of the session is left without it."""
        return not self.files


def of_repo(tx: Tx, repo: str) -> list[Part]:
    """Every session in this repo, what people stated there among them."""
    return [Part(s) for s in _sessions(tx) if s.repo == repo]


def of_path(tx: Tx, path: str) -> tuple[list[Part], list[str]]:
    """What came from a file, a folder or the files a glob matches; and those files."""
    pieces = [piece for piece in tx.erasure.pieces() if piece.file]
    known = {piece.file for piece in pieces} | {source.key for source in tx.observations.sources()}
    files = {file for file in known if _matches(file, path)}
    inside, beyond = _by_session(tx, files)
    parts = [Part(s, () if s.id not in beyond else tuple(sorted(files))) for s in inside]
    return parts, sorted(files)


def _by_session(tx: Tx, files: Collection[str]) -> tuple[list[Session], set[str]]:
    """The sessions that these files tell of, and those that something else tells of too."""
    inside, beyond = set[str](), set[str]()
    for piece in tx.erasure.pieces():
        (inside if piece.file in files else beyond).add(piece.session)
    found = (tx.observations.session(id) for id in sorted(inside))
    return [session for session in found if session is not None], beyond


def _matches(file: str, path: str) -> bool:
    """`*` stands for whatever is in a path, slashes too."""
    return (
        file == path or file.startswith(path.rstrip("/") + "/") or fnmatch.fnmatchcase(file, path)
    )


def placed(path: str) -> str:
    """A path as files are known by; a glob stays one."""
    whole = os.path.abspath(os.path.expanduser(path))
    real = whole if any(sign in path for sign in "*?[") else os.path.realpath(whole)
    return os.fsencode(real).decode("utf-8", "backslashreplace")


def seqs_of(tx: Tx, part: Part) -> list[int]:
    """The seqs of what is meant."""
    if not part.whole:
        return tx.erasure.of_files(part.session.id, part.files)
    return [one.seq for one in _all(tx, part.session.id)]


def forget_files(tx: Tx, files: Iterable[str]) -> None:
    """Let these files never be read again by themselves."""
    files = list(files)
    forgetting(tx).add(FILE, files)
    for file in files:
        tx.observations.drop_source(file)


def forget_part(tx: Tx, part: Part) -> str:
    """Delete what is meant and let it never come back by itself; the mark of its session."""
    marks, id = forgetting(tx), part.session.id
    seqs = set(seqs_of(tx, part))
    marks.add(UID, (one.uid for one in _all(tx, id) if one.seq in seqs))
    if part.whole:
        marks.add(SESSION, [id])
        tx.observations.drop(id)
        tx.erasure.drop_served(id)
        for child in _sessions(tx):
            if child.parent == id:
                tx.observations.add(replace(child, parent=""), [])
    else:
        tx.erasure.drop(seqs)
        forget_answers(tx, [id])
        tx.observations.add(_told_anew(tx, part.session), [])
    return marks.mark(SESSION, id)


def forget_answers(tx: Tx, sessions: Iterable[str]) -> None:
    """Delete what an engine answered about these sessions."""
    for id in set(sessions):
        tx.erasure.drop_record(EXCHANGE, id)


def _told_anew(tx: Tx, session: Session) -> Session:
    """The session by what is left of it."""
    left = list(_all(tx, session.id))
    signs = fold({}, ((one.seq, one) for one in left))
    meta = {**session.meta, SIGNS: signs, SUMS: add({}, left, session.model)}
    return replace(session, outcome=outcome(signs)[0], meta=meta)


def _all(tx: Tx, session: str) -> Iterator[Observation]:
    after = 0
    while page := tx.observations.scan(session=session, flagged=True, after=after, limit=PAGE):
        yield from page
        after = page[-1].seq


def _sessions(tx: Tx) -> list[Session]:
    return tx.observations.sessions(limit=EVERY)
