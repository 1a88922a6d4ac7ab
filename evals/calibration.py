"""Whether a claim that is said to be surer holds more often: mined before a time, held against what
came after it.

--data names a folder with `sessions/`. In each repo the sessions are split at their median time;
what is mined from the first half is replayed on the second alone. A claim holds when something of
the second half speaks for it and nothing against it; one that nothing there speaks of is not
counted, in either direction. Bands of stated confidence, with how many were tried in each; below
ten tried claims a band shows its counts and no share. Beside them, always, sessions that are made
here: rules that people repeat, and cures of failures that were no fault of the call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from statistics import median_low
from typing import Any, NamedTuple, TypeAlias

from evals import Measured
from passdown.contract.loop import Finding
from passdown.domain.clock import SystemClock, from_seconds, to_seconds
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, Settings, defaults
from passdown.loops.claims import LOOP
from passdown.loops.claims.detect import detect
from passdown.stages.mine.past import Past
from passdown.stages.mine.vectors import Lexical, Vectors
from passdown.stages.observe.ingest import ingest
from passdown.stages.observe.readers import load
from passdown.storage.memory import open_memory
from passdown.text.redact import Redactor
from passdown.text.signature import signature

READS_DATA = True
KEY = b"an evaluation's key, of 32 bytes"
ON = {f"claims.{name}": Setting(True) for name in ("facts", "patterns")}
SETTINGS = Settings({**defaults(LOOP.settings).values, **ON})
"""What people state and what is done in order is held against what came after, too."""
BANDS = ((0.9, "0.9_and_more"), (0.7, "0.7_to_0.9"), (0.0, "below_0.7"))
ENOUGH = 10
"""Tried claims from which on a share of a band is worth a figure."""
DAY = 86_400


class Tried(NamedTuple):
    """One claim from before the time: how sure it was, and how the time after it spoke of it."""

    confidence: float
    spoke_for: int
    against: int

    @property
    def tried(self) -> bool:
        """Whether anything after the time spoke of it."""
        return self.spoke_for + self.against > 0

    @property
    def holds(self) -> bool:
        """Whether all of that spoke for it."""
        return self.spoke_for > 0 and not self.against


Table: TypeAlias = dict[str, tuple[int, int, int]]
"""Of each band: how many were mined, how many were tried, how many held."""


class World(NamedTuple):
    """Sessions and what was seen in them."""

    sessions: Sequence[Session]
    seen: Sequence[Observation]


def measure(data: Path | None) -> Measured:
    """The table of bands, and whether the surest hold more often than the least sure."""
    claims = list(tried(made()))
    figures, against = _told(bands(claims))
    if data:
        real = list(tried(_read(data / "sessions")))
        told = _told(bands(real))
        figures |= {f"real_{name}": figure for name, figure in told[0].items()}
        against |= {f"real_{name}": said for name, said in told[1].items()}
        against["real_n"] = sum(one.tried for one in real)
    return Measured(figures, sum(one.tried for one in claims), against)


def _told(table: Table) -> tuple[dict[str, float], dict[str, float | str]]:
    """The share of each band that was tried enough, and the counts of every band."""
    figures: dict[str, float] = {}
    against: dict[str, float | str] = {}
    for name, (asked, spoken, held) in table.items():
        against[name] = f"{held} of {spoken} hold, {asked} mined"
        if spoken >= ENOUGH:
            figures[f"holds_{name}"] = round(held / spoken, 4)
    if (gap := surer(table)) is not None:
        figures["surer_by"] = gap
    return figures, against


def tried(world: World) -> Iterator[Tried]:
    """Every claim that the first half of a repo's sessions teaches, held against the second."""
    by_session = defaultdict[str, list[Observation]](list)
    for one in world.seen:
        if one.minable:
            by_session[one.session].append(one)
    for own in _by_repo(world.sessions):
        middle = median_low(sorted(one.started_at for one in own))
        before = [one for one in own if one.started_at <= middle]
        after = [one for one in own if one.started_at > middle]
        for finding in detect(_past(before, by_session), SETTINGS):
            yield _held(finding, before, after, by_session)


def bands(claims: Iterable[Tried]) -> Table:
    """For each band of confidence: how many were mined, how many were tried, how many held."""
    table = {name: (0, 0, 0) for _, name in BANDS}
    for one in claims:
        name = next(name for least, name in BANDS if one.confidence >= least)
        asked, spoken, held = table[name]
        table[name] = asked + 1, spoken + one.tried, held + one.holds
    return table


def surer(table: Table) -> float | None:
    """By how much more often the surest hold than the least sure; None where either were not
    tried enough."""
    (_, most, surest), (_, least, unsure) = table[BANDS[0][1]], table[BANDS[-1][1]]
    if min(most, least) < ENOUGH:
        return None
    return round(surest / most - unsure / least, 4)


def _held(
    finding: Finding[Any],
    before: Sequence[Session],
    after: Sequence[Session],
    by_session: dict[str, list[Observation]],
) -> Tried:
    """The finding replayed on the session that taught it first, and on what came after the time."""
    seqs = {quote.seq for quote in getattr(finding.payload, "quotes", ())}
    taught = [s for s in before if any(one.seq in seqs for one in by_session[s.id])][:1]
    replay = LOOP.replay(finding.payload, _past([*taught, *after], by_session), SETTINGS)
    return Tried(finding.confidence, replay.right, replay.wrong)


def _past(sessions: Sequence[Session], by_session: dict[str, list[Observation]]) -> Past:
    seen = [one for session in sessions for one in by_session[session.id]]
    now = max((one.at for one in seen), default="")
    return Past(now, sessions, seen, (), Vectors(Lexical()))


def _by_repo(sessions: Iterable[Session]) -> Iterator[list[Session]]:
    every = defaultdict[str, list[Session]](list)
    for one in sessions:
        if one.started_at and one.repo:
            every[one.repo].append(one)
    yield from (own for _, own in sorted(every.items()) if len({s.started_at for s in own}) > 1)


def _read(folder: Path) -> World:
    files = sorted(f for p in folder.iterdir() if p.is_dir() for f in p.iterdir() if f.is_file())
    clock = SystemClock()
    store = open_memory(clock)
    redactor = Redactor(KEY)
    ingest(store, files, readers=load(), redactor=redactor, settings=SETTINGS, clock=clock)
    with store.read(ALL) as tx:
        sessions = tx.observations.sessions(limit=10**6)
        seen = tx.observations.scan(limit=10**7)
    store.close()
    return World(sessions, seen)


# ---- sessions made here


RULES = 14
FLUKES = 14
TOOLS = "alder birch cedar dahlia elder fern ginkgo hazel iris juniper kale laurel maple nettle"


def made() -> World:
    """One repo, in which people say some rules in session after session, and some failures come
    from a service that was away: what seemed to cure them did nothing."""
    sessions, seen, seqs = list[Session](), list[Observation](), count(1)
    for n in range(16):
        start = to_seconds("2026-03-02T09:00:00.000Z") + DAY * n
        session = Session(f"s{n:02}", "made", repo="web", started_at=from_seconds(start))
        sessions.append(session)
        for place, (kind, text, facts) in enumerate(_turns(n)):
            at, seq = from_seconds(start + 10 * place), next(seqs)
            trust = Trust.HUMAN if kind is Seen.PROMPT else Trust.TOOL
            seen.append(
                Observation(
                    session.id,
                    f"u{seq}",
                    kind,
                    text,
                    at=at,
                    trust=trust,
                    scope=session.scope,
                    seq=seq,
                    **facts,
                )
            )
    return World(sessions, seen)


def _turns(n: int) -> Iterator[tuple[Seen, str, dict[str, Any]]]:
    tools = TOOLS.split()
    for tool in tools[:RULES]:
        if n % 2 == 0:
            yield Seen.PROMPT, f"Always run `make {tool}` before you touch the {tool} module.", {}
    for place, tool in enumerate(tools[:FLUKES]):
        away = n == place % 8 or n >= 8
        if away:
            yield from _call(f"{tool} sync", f"{n}a{place}", f"bash: {tool}: command not found")
            again = f"{tool} sync" if n >= 8 else f"sudo {tool} sync"
            yield from _call(again, f"{n}b{place}", "")


def _call(command: str, id: str, error: str) -> Iterator[tuple[Seen, str, dict[str, Any]]]:
    facts: dict[str, Any] = {"tool": "Bash", "call": id}
    yield Seen.CALL, command, facts
    ok = not error
    told = {**facts, "ok": ok, "signature": "" if ok else signature(error)}
    yield Seen.RESULT, "done" if ok else f"Exit code 127\n{error}", told
