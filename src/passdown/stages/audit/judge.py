"""One change judged without a model and without running anything: its claims, its tests and gates,
its secrets; each check beside the others, none able to lower another's findings."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import PassdownError
from passdown.stages.audit import code, names
from passdown.stages.audit.finding import Finding, capped, digest, of_claims
from passdown.stages.audit.hold import Held, hold
from passdown.stages.audit.leaks import leaks
from passdown.stages.audit.memory import gain, kb_query
from passdown.stages.audit.said import claims
from passdown.stages.audit.tamper import tampering
from passdown.stages.audit.verdict import ERROR, FAIL, PASS, Check, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.memory import Memory
    from passdown.stages.audit.said import Text
    from passdown.stages.audit.verdict import Subject
    from passdown.text.redact import Redactor

HUNKS = 2000
"""Places of a change that are kept to know it again by."""
SYMBOLS = 400
"""Names of a change that are kept to find it by later."""


@dataclass(slots=True)
class Work:
    """What the checks have found so far."""

    ladder: Mapping[str, str]
    held: tuple[Held, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def run(self, name: str, part: Callable[[], Iterable[Finding]], *, required: bool) -> None:
        """One check: what it finds counts, and that it broke down is told."""
        start = time.monotonic()
        try:
            found = list(capped(part(), self.ladder))
            status, reason = _outcome(found), ""
        except PassdownError as error:
            found, status, reason = [], ERROR, error.what
        self.findings += found
        self.checks.append(Check(name, status, _since(start), reason, required))


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
) -> Verdict:
    """The verdict on a change; `memory` is what earlier audits left."""
    start, work = time.monotonic(), Work(ladder or {})
    work.run("claims", lambda: _claims(work, texts, change, bot=subject.is_bot), required=True)
    work.run("static", lambda: [*tampering(change), *leaks(change, redactor)], required=True)
    kb = _remember(work, memory, subject, change) if memory else {}
    return Verdict(
        subject=subject,
        at=at,
        claims=work.held,
        findings=tuple(_once(work.findings)),
        checks=tuple(work.checks),
        memory=kb,
        ms=_since(start),
        **_known_by(change),
    )


def _known_by(change: Change) -> dict[str, Any]:
    """What the change is found by later."""
    return {
        "files": len(change.facts.files),
        "paths": tuple(file.path for file in change.facts.files),
        "symbols": tuple(symbols(change)),
        "hunks": tuple(hunks(change)),
    }


def _remember(
    work: Work, memory: Memory | PassdownError, subject: Subject, change: Change
) -> dict[str, Any]:
    """What people said of the findings before, and the earlier audits that have a say."""
    if isinstance(memory, PassdownError):
        work.checks.append(Check("kb_query", ERROR, reason=str(memory)))
        return {}
    paths = [file.path for file in change.facts.files]
    work.findings = memory.with_feedback(_once(work.findings), hunks(change))
    prior = memory.prior(subject, work.held, paths, symbols(change))
    work.run("kb_query", lambda: kb_query(memory, prior, work.held), required=False)
    return {
        "mode": "lexical",
        "prior_audits": [one.plain() for one in prior],
        "gain": gain(memory, prior, work.held, work.findings),
    }


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


def _claims(work: Work, texts: Sequence[Text], change: Change, *, bot: bool) -> Iterable[Finding]:
    work.held = hold(claims(texts, bot=bot), change)
    return of_claims(work.held)


def _outcome(found: Sequence[Finding]) -> str:
    return FAIL if any(one.severity in ("block", "warn") for one in found) else PASS


def _once(found: Iterable[Finding]) -> Iterable[Finding]:
    """One of each: the same thing told twice is told once."""
    kept: dict[str, Finding] = {}
    for one in found:
        kept.setdefault(one.fp, one)
    return kept.values()
