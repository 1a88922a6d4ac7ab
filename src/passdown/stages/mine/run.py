"""One loop over one window: detect, then replay what was found, outside any transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.contract.loop import Dropped, Finding, Idle, Replay
from passdown.domain.errors import Limit, Unavailable
from passdown.domain.scope import ALL
from passdown.stages.mine.asked import Asked, asked
from passdown.stages.mine.budget import Budget
from passdown.stages.mine.corpus import snapshot
from passdown.stages.mine.told import told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Loop
    from passdown.domain.clock import At, Clock
    from passdown.domain.settings import Settings
    from passdown.engines.port import Embedder, Writer
    from passdown.stages.mine.past import Past
    from passdown.storage.port import Store


class Judged(NamedTuple):
    """A finding and what history says of it."""

    finding: Finding[Any]
    replay: Replay


@dataclass(frozen=True, slots=True)
class Mined:
    """What one loop found. `newest` is the last observation it saw; `left_out` counts what
    the time did not suffice for, at the least; `sessions_asked` how many a model was asked about,
    `seen` how much a detector saw, finding or not, `dropped` why what was seen or named is none,
    `unread` what was left aside; `failure` says what a detector, the asking or a replay raised, ''
    when all went well; `vectors` are new embeddings of `model`, for an operation
    to keep; `idle` why the detector did not look, '' when it did."""

    loop: str
    findings: tuple[Judged, ...] = ()
    idle: str = ""
    read: int = 0
    newest: int = 0
    seconds: float = 0.0
    left_out: int = 0
    sessions_asked: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[str, int] = field(default_factory=dict)
    seen: int = 0
    failure: str = ""
    model: str = ""
    vectors: Mapping[str, bytes] = field(default_factory=dict)


class _Found(NamedTuple):
    findings: list[Any]
    left_out: int
    failures: list[str]
    dropped: Counter[str]
    unread: Counter[str]
    idle: str = ""


def mine(
    store: Store,
    loop: Loop[Any],
    settings: Settings,
    clock: Clock,
    budget: Budget | None = None,
    embedder: Embedder | None = None,
    writer: Writer | None = None,
    words: Writer | None = None,
    until: At = "",
    past: Callable[[], Past] | None = None,
) -> Mined:
    """Every finding with its replay, the surest first; never raises what the loop raises. With a
    writer a model is asked, too, about the sessions that ended before then; with `words` it words
    what was found. `past` is what several
    loops look at that are mined at once."""
    budget = budget or Budget(settings.number("mine.seconds"))
    seen = past() if past else snapshot(store, ALL, settings, embedder, now=clock.now())
    found, named = _detected(loop, seen, settings, budget), Asked()
    if writer and loop.enrich:
        named = asked(loop, seen, writer, budget, until=until)
        found = _merged(loop, found, named, seen)
    if words and loop.reword:
        found = _reworded(loop, found, words, budget)
    judged = _replayed(loop, found.findings, seen, settings, budget)
    return _mined(loop, seen, budget, found, judged, named)


def _mined(
    loop: Loop[Any], past: Past, budget: Budget, found: _Found, judged: _Found, named: Asked
) -> Mined:
    return Mined(
        loop=loop.name,
        findings=tuple(judged.findings),
        idle=found.idle,
        read=past.size,
        newest=past.newest,
        seconds=budget.spent,
        left_out=found.left_out + judged.left_out,
        sessions_asked=named.sessions,
        dropped=dict(sorted((found.dropped + named.dropped).items())),
        unread=dict(sorted(found.unread.items())),
        seen=len(found.findings) + found.dropped.total(),
        failure="; ".join((*found.failures, *judged.failures)[:3]),
        model=past.vectors.model,
        vectors=past.vectors.new,
    )


def _detected(loop: Loop[Any], past: Corpus, settings: Settings, budget: Budget) -> _Found:
    findings: list[Finding[Any]] = []
    dropped, unread = Counter[str](), Counter[str]()
    # A loop may be third-party code: what it raises is reported, and what it had found is kept.
    try:
        for finding in loop.detect(past, settings):
            if budget.over:
                return _Found(_surest_first(findings), 1, [], dropped, unread)
            if isinstance(finding, Idle):
                return _Found([], 0, [], dropped, unread, finding.reason)
            if isinstance(finding, Finding):
                findings.append(finding)
            else:
                (dropped if isinstance(finding, Dropped) else unread)[finding.reason] += finding.n
    except Exception as error:
        failed = [told("detect", error)]
        return _Found(_surest_first(findings), 0, failed, dropped, unread)
    return _Found(_surest_first(findings), 0, [], dropped, unread)


def _merged(loop: Loop[Any], found: _Found, named: Asked, past: Corpus) -> _Found:
    """What was detected and what a model named, each question once."""
    left_out, failures = found.left_out + named.left_out, [*found.failures, *named.failures]
    findings = [*found.findings, *named.findings]
    if loop.merge and named.findings:
        try:
            findings = list(loop.merge(found.findings, named.findings, past))
        except Exception as error:
            findings, failures = found.findings, [*failures, told("merge", error)]
    return found._replace(findings=_surest_first(findings), left_out=left_out, failures=failures)


def _reworded(loop: Loop[Any], found: _Found, words: Writer, budget: Budget) -> _Found:
    """The findings in a model's words, the surest first, as far as the money goes: what it does
    not suffice for stays as it is."""
    findings, failures = list(found.findings), list(found.failures)
    assert loop.reword is not None
    for place, finding in enumerate(findings):
        if budget.over:
            break
        try:
            findings[place] = loop.reword(finding, words)
        except (Limit, Unavailable) as error:
            failures.append(str(error))
            break
        except Exception as error:
            failures.append(told(f"rewording of {finding.title[:80]!r}", error))
    return found._replace(findings=findings, failures=failures)


def _replayed(
    loop: Loop[Any],
    findings: Sequence[Finding[Any]],
    past: Corpus,
    settings: Settings,
    budget: Budget,
) -> _Found:
    judged: list[Judged] = []
    failures: list[str] = []
    for place, finding in enumerate(findings):
        if budget.over:
            return _Found(judged, len(findings) - place, failures, Counter(), Counter())
        try:
            judged.append(Judged(finding, _replay(loop, finding, past, settings)))
        except Exception as error:
            failures.append(told(f"replay of {finding.title[:80]!r}", error))
    return _Found(judged, 0, failures, Counter(), Counter())


def _replay(loop: Loop[Any], finding: Finding[Any], past: Corpus, settings: Settings) -> Replay:
    """What history says of it; of what asks nothing, nothing."""
    return Replay("") if finding.joins else loop.replay(finding.payload, past, settings)


def _surest_first(findings: list[Finding[Any]]) -> list[Finding[Any]]:
    return sorted(findings, key=lambda one: (-one.confidence, one.key))
