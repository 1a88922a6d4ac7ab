"""The claims that themes are made of: approved, in force, resting on something that may be mined;
with the names they hold and the sessions that contributed them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.domain.record import Life
from passdown.loops.themes.payload import CLAIM
from passdown.text.entities import ENTITY, keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.domain.settings import Settings

DEEPEST = 20
"""Sessions that were started from one another, one after the other."""
QUESTION = "question"
_TAG = re.compile(r"(?<![\w&#/])#[A-Za-z][\w-]{1,60}")
_LINK = re.compile(r"\[\[([^\[\]\r\n|]{1,120})(?:\|[^\[\]\r\n]{0,120})?\]\]")
_HANDLE = re.compile(r"(?<![\w.@/`])@[A-Za-z][\w-]{1,38}(?![\w/@]|\.\w)")


@dataclass(frozen=True, slots=True)
class Claim:
    """An eligible claim: its names, each under the one it is called by; the sessions, those that
    came out of one another once; when it was first said; the observations it rests on."""

    record: Record
    names: tuple[str, ...]
    sessions: tuple[str, ...]
    at: At
    evidence: tuple[int, ...]

    @property
    def key(self) -> str:
        """The key of its record."""
        return self.record.key

    @property
    def asks(self) -> bool:
        """Whether it is an open question."""
        return bool(self.record.body.get("category") == QUESTION)


def eligible(corpus: Corpus, settings: Settings) -> dict[str, Claim]:
    """Every eligible claim, by key."""
    return _those(corpus.records(CLAIM), corpus, settings)


def named(corpus: Corpus, settings: Settings, wanted: Iterable[str]) -> dict[str, Claim]:
    """Those of these claims, by key, that are eligible."""
    found = (corpus.record(CLAIM, key) for key in dict.fromkeys(wanted))
    active = [one for one in found if one is not None and one.life is Life.ACTIVE]
    return _those(active, corpus, settings)


def _those(records: Sequence[Record], corpus: Corpus, settings: Settings) -> dict[str, Claim]:
    seqs = {seq for record in records for seq in _quoted(record)}
    said = {one.seq: one.session for one in corpus.get(seqs)}
    called, handles = aliases(corpus), settings.flag("themes.handles")
    roots = _Roots(corpus)
    found: dict[str, Claim] = {}
    for record in records:
        quoted = _quoted(record)
        live = tuple(sorted(seq for seq in quoted if seq in said))
        expired = record.valid_to and record.valid_to <= corpus.now
        if expired or (quoted and not live):  # all that it rests on is in quarantine, or gone
            continue
        told = {said[seq] for seq in live}
        sessions = roots.of((*told, *_sessions(record, corpus)))
        names = tuple(dict.fromkeys(called.get(n, n) for n in _names(record, handles=handles)))
        if sessions and names:
            at = record.valid_from or record.created_at
            found[record.key] = Claim(record, names, sessions, at, live)
    return found


def aliases(corpus: Corpus) -> dict[str, str]:
    """What a name is called by, for those that were approved to be another name of one."""
    records = corpus.records(ENTITY, lives=tuple(Life))
    direct = {
        str(alias): str(record.body.get("name", record.text))
        for record in records
        for alias in record.body.get("aliases", ())
    }
    return {alias: _end(alias, direct) for alias in direct}


def _end(name: str, direct: Mapping[str, str]) -> str:
    """The last of the names that one leads to, the first by name where they lead in a circle."""
    seen = [name]
    while (following := direct.get(seen[-1])) is not None:
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
    return seen[-1]


def _quoted(record: Record) -> list[int]:
    return [int(quote["seq"]) for quote in record.body.get("quotes", ())]


def _sessions(record: Record, corpus: Corpus) -> list[str]:
    """The sessions that its record names, as far as they are there still."""
    every = (str(session) for session in record.body.get("sessions", ()))
    return [session for session in every if corpus.session(session) is not None]


def _names(record: Record, *, handles: bool) -> list[str]:
    """The names its approval found, and the tags, links and handles in what it says."""
    text = record.text
    said = record.body.get("entities")
    found = [str(name) for name in (keys(text) if said is None else said)]
    found += (tag.casefold() for tag in _TAG.findall(text))
    found += (link.strip() for link in _LINK.findall(text))
    return [*found, *(_HANDLE.findall(text) if handles else ())]


class _Roots:
    """The sessions that others were forked or started from, each looked up once."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._known: dict[str, str] = {}

    def of(self, sessions: Iterable[str]) -> tuple[str, ...]:
        """These sessions, those that came out of one another once."""
        return tuple(sorted({self._root(session) for session in sessions}))

    def _root(self, session: str) -> str:
        if session not in self._known:
            self._known[session] = self._first(session)
        return self._known[session]

    def _first(self, session: str) -> str:
        for _ in range(DEEPEST):
            found = self._corpus.session(session)
            if found is None or not found.parent or self._corpus.session(found.parent) is None:
                break
            session = found.parent
        return session
