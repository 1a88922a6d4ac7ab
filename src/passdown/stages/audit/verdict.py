"""The verdict: everything an audit found, as one value that says how it came about."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.stages.audit.finding import SUPPRESSED, Finding
from passdown.text.earned import BLOCK, INFO, SHADOW, WARN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.stages.audit.change import Proof
    from passdown.stages.audit.hold import Held

Json: TypeAlias = dict[str, Any]

SCHEMA = "kb.audit/v1"
APPROVE, REQUEST, BLOCKED = "approve", "request_changes", "block"
COMPLETE, INCOMPLETE = "complete", "incomplete"
PASS, FAIL, ERROR, SKIPPED, TIMEOUT = "pass", "fail", "error", "skipped", "timeout"
WORSE = (SKIPPED, PASS, FAIL, TIMEOUT, ERROR)
"""How a check may end, from nothing done to what is worst."""
SHOWN_CHECKS = ("static", "dynamic", "inference", "kb_query")
ONE_LINE = 140
RULES_VERSION = "2"
UNJUDGED: Json = {"n": 0, "mean": 0.0, "lb": 0.0}
"""How right a rule is of which nobody judged a finding."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is audited: which change of which repository."""

    repo: str
    base: str
    head: str
    host: str = ""
    pr: int = 0
    merge_base: str = ""
    patch_id: str = ""
    title: str = ""
    author: str = ""
    agent: str = ""
    is_bot: bool = False
    is_fork: bool = False

    @property
    def sig_hash(self) -> str:
        """The short name that those who listen to the bus know."""
        return f"pr{self.pr}-{self.head[:8]}"

    @property
    def audit_key(self) -> str:
        """Which audit this is, told apart from those of any other repository."""
        told = f"audit/v1|{self.host}/{self.repo}|{self.pr}|{self.head}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: how it went, how long it took, and why where it did not run."""

    name: str
    status: str
    ms: int = 0
    reason: str = ""
    required: bool = False
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit concludes, and from what. `would` is what it would conclude, where a
    repository's first audits are only noted; `precision` how often people found each rule right."""

    subject: Subject
    at: str
    claims: tuple[Held, ...]
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    config: str = ""
    rules: str = RULES_VERSION
    tools: Mapping[str, str] = field(default_factory=dict)
    memory: Mapping[str, Any] = field(default_factory=dict)
    files: int = 0
    ms: int = 0
    model: Mapping[str, Any] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    hunks: tuple[str, ...] = ()
    would: str = ""
    precision: Mapping[str, Json] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """Whether everything that was asked for ran."""
        bad = {check.status for check in self.checks if check.required} - {PASS, FAIL}
        return INCOMPLETE if bad else COMPLETE

    @property
    def told(self) -> tuple[Finding, ...]:
        """The findings that are shown: none that only shadows, none that was dismissed."""
        return tuple(
            one for one in self.findings if one.state != SUPPRESSED and one.severity != SHADOW
        )

    @property
    def overall(self) -> str:
        """What follows from them."""
        severities = {one.severity for one in self.told}
        if BLOCK in severities:
            return BLOCKED
        unmet = any(check.required and check.status != PASS for check in self.checks)
        return REQUEST if WARN in severities or unmet else APPROVE

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each weight."""
        return {
            weight: sum(one.severity == weight for one in self.told)
            for weight in (BLOCK, WARN, INFO)
        }

    @property
    def one_liner(self) -> str:
        """The verdict in a line."""
        if self.would:
            return _short(f"only noted yet: it would be {self.would}")
        worst = sorted(self.told, key=lambda one: (BLOCK, WARN, INFO).index(one.severity))
        if self.status == INCOMPLETE:
            missing = [check.name for check in self.checks if check.required
                       and check.status not in (PASS, FAIL)]  # fmt: skip
            return _short(f"incomplete: {', '.join(missing)} did not run")
        if worst and worst[0].severity != INFO:
            more = f" (and {len(worst) - 1} more)" if len(worst) > 1 else ""
            return _short(f"{worst[0].message}{more}", len(more))
        held = sum(one.result == "verified" for one in self.claims)
        said = f"{held} of {len(self.claims)} claims hold" if self.claims else "nothing to object"
        return _short(said + (f"; {len(worst)} notes" if worst else ""))

    def plain(self) -> Json:
        """The verdict as it is written down."""
        return {
            "schema": SCHEMA, "audit_id": self.subject.audit_key, "ts": self.at,
            **self._subject(), "config_digest": self.config, "rules_version": self.rules,
            "tools": dict(self.tools), "overall": self.overall, "status": self.status,
            "one_liner": self.one_liner, "claims": [_claim(one) for one in self.claims],
            "findings": [_finding(one, self.precision) for one in self.findings],
            "checks": [_check(one) for one in self.checks],
            "kb": {"mode": "off", "prior_audits": [], "playbooks": [], "drift": [], "gain": {},
                   **self.memory},
            "shadow": {"would_be": self.would} if self.would else {},
            "paths": list(self.paths), "symbols": list(self.symbols), "hunks": list(self.hunks),
            "metrics": self._metrics(),
        }  # fmt: skip

    def _subject(self) -> Json:
        one = self.subject
        return {
            "repo": {"host": one.host, "name": one.repo}, "pr": one.pr, "title": one.title,
            "base_sha": one.base, "head_sha": one.head, "merge_base": one.merge_base,
            "patch_id": one.patch_id, "sig_hash": one.sig_hash, "audit_key": one.audit_key,
            "actor": {"author": one.author, "agent": one.agent, "is_bot": one.is_bot,
                      "is_fork": one.is_fork},
        }  # fmt: skip

    def _metrics(self) -> Json:
        results = [one.result for one in self.claims]
        return {
            "duration_ms": self.ms,
            "files": self.files,
            "claims": {"total": len(results)} | {
                name: results.count(name) for name in ("verified", "refuted", "unverifiable")
            },
            "llm": {"used": False, "tokens": 0, "cost": 0, **self.model},
        }  # fmt: skip


def written(verdict: Json) -> bytes:
    """A verdict's bytes: the same for the same verdict."""
    return (json.dumps(verdict, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8", "replace"
    )


def unlike(verdict: Json) -> Json:
    """A verdict without what differs from run to run: its time, how long it took, whether a check
    had to run or was known, by which version of us, and how often people found its rules right."""
    metrics = {**verdict.get("metrics", {}), "duration_ms": 0}
    checks = [{**check, "duration_ms": 0, "cached": False} for check in verdict.get("checks", [])]
    kb = verdict.get("kb", {})
    gain = {**kb.get("gain", {}), "duration_delta_ms": 0, "cached_checks": 0}
    kb = {**kb, "gain": gain if kb.get("gain") else {}}
    findings = [{**one, "rule_precision": {}} for one in verdict.get("findings", [])]
    return {**verdict, "ts": "", "tools": {}, "metrics": metrics, "checks": checks, "kb": kb,
            "findings": findings}  # fmt: skip


def shadowed(verdict: Verdict, rules: Iterable[str] = ()) -> Verdict:
    """The verdict with its findings only noted, and what it would be else; those of `rules` keep
    their weight."""
    kept = frozenset(rules)
    quiet = tuple(
        one if one.rule in kept else replace(one, severity=SHADOW) for one in verdict.findings
    )
    left = any(one.severity in (WARN, BLOCK) for one in quiet)
    checks = verdict.checks if left else tuple(map(passed, verdict.checks))
    return replace(verdict, findings=quiet, checks=checks, would=verdict.overall)


def passed(check: Check) -> Check:
    """A check that failed by what no longer counts."""
    return replace(check, status=PASS) if check.status == FAIL else check


def _short(text: str, tail: int = 0) -> str:
    line = " ".join(text.split())
    if len(line) <= ONE_LINE:
        return line
    end = line[len(line) - tail :] if tail else ""
    return f"{line[: ONE_LINE - 1 - len(end)]}…{end}"


def _proofs(proofs: Sequence[Proof]) -> list[Json]:
    return [
        {"path": one.path, "line": one.line, "text": one.text, "note": one.note} for one in proofs
    ]


def _claim(held: Held) -> Json:
    one = held.claim
    return {
        "id": one.sig, "kind": one.kind, "text": one.text,
        "span": {"src": one.src, "start": one.start, "end": one.end}, "object": one.object,
        "args": one.args, "scope": one.scope or None, "modality": one.modality,
        "result": held.result, "why": held.why, "evidence": _proofs(held.evidence),
        "key": one.key, "sig": one.sig,
    }  # fmt: skip


def _finding(one: Finding, precision: Mapping[str, Json]) -> Json:
    return {
        "id": one.fp, "rule": one.rule, "check": one.check, "severity": one.severity,
        "confidence": one.confidence, "rule_precision": precision.get(one.rule, UNJUDGED),
        "message": one.message, "locations": _proofs(one.locations),
        "claim_ids": list(one.claims), "kb_refs": list(one.refs), "fp": one.fp,
        "evidence_digest": one.digest, "state": one.state, "reason": one.reason,
    }  # fmt: skip


def _check(one: Check) -> Json:
    return {
        "name": one.name, "status": one.status, "duration_ms": one.ms, "reason": one.reason,
        "required": one.required, "cached": one.cached,
    }  # fmt: skip
