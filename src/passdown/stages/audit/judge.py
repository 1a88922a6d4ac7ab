"""One change judged without a model and without running anything: its claims, its tests and gates,
its secrets; each check beside the others, none able to lower another's findings."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import PassdownError
from passdown.stages.audit import code, names
from passdown.stages.audit.finding import SUPPRESSED, Finding, capped, digest, of_claims
from passdown.stages.audit.hold import Held, hold
from passdown.stages.audit.leaks import leaks
from passdown.stages.audit.memory import gain, kb_query
from passdown.stages.audit.said import claims
from passdown.stages.audit.tamper import tampering
from passdown.stages.audit.verdict import ERROR, FAIL, PASS, WORSE, Check, Verdict, passed
from passdown.text.earned import BLOCK, WARN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.memory import Memory, Prior
    from passdown.stages.audit.said import Text
    from passdown.stages.audit.verdict import Subject
    from passdown.text.redact import Redactor

HUNKS = 2000
"""Places of a change that are kept to know it again by."""
SYMBOLS = 400
"""Names of a change that are kept to find it by later."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check went: what it found; its status where that does not tell, and why; whether this
    is what it found before; what the verdict is to say of what it knew and what it took."""

    findings: Sequence[Finding] = ()
    status: str = ""
    reason: str = ""
    cached: bool = False
    kb: Mapping[str, Any] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A further check beside those of every audit. One that is `late` knows what the others found
    and what is remembered."""

    name: str
    find: Callable[[Work], Outcome]
    required: bool = False
    late: bool = False


@dataclass(slots=True)
class Work:
    """What the checks have found so far."""

    ladder: Mapping[str, str]
    held: tuple[Held, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    kb: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    _by: dict[str, set[str]] = field(default_factory=dict)

    def run(self, name: str, part: Callable[[], Outcome], *, required: bool) -> None:
        """One check: what it finds counts, and that it broke down is told."""
        start = time.monotonic()
        try:
            found = part()
        except PassdownError as error:
            found = Outcome(status=ERROR, reason=error.what)
        findings = list(capped(found.findings, self.ladder))
        self.findings += findings
        self._by.setdefault(name, set()).update(one.fp for one in findings)
        self.kb.update(found.kb)
        self.model.update(found.model)
        status = found.status or _outcome(findings)
        ms = _since(start)
        self._note(Check(name, status, ms, found.reason, required, found.cached))

    def _note(self, check: Check) -> None:
        """A check of several parts is as good as the worst of them."""
        old = next((one for one in self.checks if one.name == check.name), None)
        if old is None:
            self.checks.append(check)
            return
        worst = max(old.status, check.status, key=WORSE.index)
        reason = "; ".join(filter(None, (old.reason, check.reason)))
        both = Check(check.name, worst, old.ms + check.ms, reason, old.required or check.required,
                     old.cached and check.cached)  # fmt: skip
        self.checks[self.checks.index(old)] = both

    def all(self, parts: Iterable[Part]) -> None:
        """Each of these checks."""
        for one in parts:
            self.run(one.name, partial(one.find, self), required=one.required)

    def settle(self) -> None:
        """A check that failed by findings of which none counts any more passes."""
        counts = {one.fp for one in self.findings if one.state != SUPPRESSED and _weighs(one)}
        self.checks = [
            one if self._by.get(one.name, set()) & counts else passed(one) for one in self.checks
        ]

    def told(self) -> dict[str, Any]:
        """What of it a verdict holds."""
        findings, checks = tuple(_once(self.findings)), tuple(self.checks)
        kept = {"claims": self.held, "findings": findings, "checks": checks}
        return {**kept, "memory": self.kb, "model": self.model}


def _since(start: float) -> int:
    """Milliseconds."""
    return round((time.monotonic() - start) * 1000)


def judge(
    subject: Subject,
    texts: Sequence[Text],
    change: Change,
    redactor: Redactor,
    at: str,
    ladder: Mapping[str, str] | None = None,
    memory: Memory | PassdownError | None = None,
    parts: Sequence[Part] = (),
) -> Verdict:
    """The verdict on a change; `memory` is what earlier audits left, `parts` are checks that were
    asked for besides."""
    start, work = time.monotonic(), Work(ladder or {})
    work.run("claims", lambda: _claims(work, texts, change, bot=subject.is_bot), required=True)
    work.run("static", lambda: _static(change, redactor), required=True)
    work.all(one for one in parts if not one.late)
    prior = _prior(work, memory, subject, change)
    work.all(one for one in parts if one.late)
    _remember(work, memory, prior, change, start)
    work.settle()
    return Verdict(subject, at, **work.told(), ms=_since(start), **_known_by(change))


def _known_by(change: Change) -> dict[str, Any]:
    """What the change is found by later."""
    return {
        "files": len(change.facts.files),
        "paths": tuple(file.path for file in change.facts.files),
        "symbols": tuple(symbols(change)),
        "hunks": tuple(hunks(change)),
    }


def _prior(
    work: Work, memory: Memory | PassdownError | None, subject: Subject, change: Change
) -> list[Prior]:
    """The earlier audits that have a say, and what they say."""
    if memory is None:
        return []
    if isinstance(memory, PassdownError):
        work.run("kb_query", lambda: Outcome(status=ERROR, reason=str(memory)), required=False)
        return []
    paths = [file.path for file in change.facts.files]
    prior = memory.prior(subject, work.held, paths, symbols(change))
    work.kb = {"mode": "lexical", **work.kb, "prior_audits": [one.plain() for one in prior]}
    work.run("kb_query", lambda: Outcome(kb_query(memory, prior, work.held)), required=False)
    return prior


def _remember(
    work: Work,
    memory: Memory | PassdownError | None,
    prior: Sequence[Prior],
    change: Change,
    start: float,
) -> None:
    """What people said of the findings before; and what knowing it changed."""
    if memory is None or isinstance(memory, PassdownError):
        return
    work.findings = memory.with_feedback(_once(work.findings), hunks(change))
    cached = sum(check.cached for check in work.checks)
    work.kb["gain"] = gain(memory, prior, work.held, work.findings, cached=cached, ms=_since(start))


def hunks(change: Change) -> list[str]:
    """A short name for what each place of the change does, wherever it stands."""
    return [
        digest(file.path, *(line for line in hunk.lines if line[:1] in "+-"))
        for file in change.facts.files
        for hunk in file.hunks
    ][:HUNKS]


def symbols(change: Change) -> list[str]:
    """The names that the change defines, drops or claims something of, to find it by later."""
    found: dict[str, None] = {}
    for file in change.code:
        before, after = change.texts(file)
        old, new = code.symbols(before or "") or {}, code.symbols(after or "") or {}
        for name in sorted(old.keys() ^ new.keys()):
            found[names.last(name)] = None
    for word in (*change.came, *change.went):
        if names.distinctive(word):
            found.setdefault(word)
    return list(found)[:SYMBOLS]


def _claims(work: Work, texts: Sequence[Text], change: Change, *, bot: bool) -> Outcome:
    work.held = hold(claims(texts, bot=bot), change)
    return Outcome(tuple(of_claims(work.held)))


def _static(change: Change, redactor: Redactor) -> Outcome:
    return Outcome((*tampering(change), *leaks(change, redactor)))


def _outcome(found: Sequence[Finding]) -> str:
    return FAIL if any(map(_weighs, found)) else PASS


def _weighs(one: Finding) -> bool:
    return one.severity in (BLOCK, WARN)


def _once(found: Iterable[Finding]) -> Iterable[Finding]:
    """One of each: the same thing told twice is told once."""
    kept: dict[str, Finding] = {}
    for one in found:
        kept.setdefault(one.fp, one)
    return kept.values()
