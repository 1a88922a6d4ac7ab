"""What earlier audits say about this one: the same request, the same change, the same claims, the
same places. Nothing is remembered but rows, so that reading them again rebuilds all of it."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.stages.audit.finding import RECURRING, SUPPRESSED, Finding, digest, lower
from passdown.stages.audit.keep import AUDIT, FEEDBACK, RESULT, is_of
from passdown.stages.audit.kinds import BY_NAME
from passdown.text.earned import INFO, WARN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.stages.audit.hold import Held
    from passdown.stages.audit.verdict import Subject

Json: TypeAlias = dict[str, Any]

HALF_LIFE = 90.0
"""Days after which an earlier audit counts half."""
MOST = 5
LEAST = 1.0
"""Below this an earlier audit has too little to do with this one to be named."""
CONFIRMATIONS = 2
"""Times that people must have confirmed a specific claim to be false before that warns."""
ALIKE = 0.6
LAST = 100
"""Characters of what the last of the earlier audits said that are told."""
CONFIRMED, DISMISSED, MENDED = "confirmed", "dismissed", "fixed"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Prior:
    """One earlier audit and why it is named."""

    row: Json
    score: float
    claims: tuple[str, ...]
    reasons: tuple[str, ...]

    def plain(self) -> Json:
        """As a verdict cites it."""
        return {
            "id": self.row["audit_key"],
            "pr": self.row.get("pr_number", 0),
            "head_sha": self.row.get("head_sha", ""),
            "overall": self.row.get("overall", ""),
            "at": self.row.get("audited_at", ""),
            "score": round(self.score, 3),
            "claims": list(self.claims),
            "reasons": list(self.reasons),
        }


class Memory:
    """The rows of one repository's audits, and what people said of them."""

    def __init__(self, rows: Iterable[Json], repo: str, but: str = "") -> None:
        """`but` is the audit that remembers: it is no past of its own."""
        of_repo = (row for row in rows if row.get("repo") == repo)
        mine = [row for row in of_repo if not but or row.get("audit_key") != but]
        audits = [row for row in mine if row.get("kind") == AUDIT and row.get("audit_key")]
        self.audits = list({row["audit_key"]: row for row in audits}.values())
        self._said = {
            (row["fp"], row.get("evidence_digest", "")): row
            for row in mine
            if row.get("kind") == FEEDBACK
        }
        self._reverted: dict[Any, list[Json]] = {}
        for row in mine:
            if row.get("kind") == RESULT and row.get("result") == "reverted":
                self._reverted.setdefault(row.get("pr_number"), []).append(row)
        self._often = Counter(path for row in self.audits for path in set(row.get("paths", ())))

    def prior(
        self,
        subject: Subject,
        held: Sequence[Held],
        paths: Sequence[str],
        symbols: Sequence[str],
    ) -> list[Prior]:
        """The earlier audits with most to say about this one, the most first."""
        found = [
            self._weighed(row, subject, held, {*paths, *symbols})
            for row in self.audits
            if row["audit_key"] != subject.audit_key
        ]
        near = sorted(found, key=lambda one: (-one.score, one.row["audit_key"]))
        return [one for one in near if one.score >= LEAST and one.reasons][:MOST]

    def dismissed(self, finding: Finding) -> Json | None:
        """What somebody said who dismissed this very finding, on whatever evidence."""
        for (fp, _), row in reversed(self._said.items()):
            if fp == finding.fp:
                return row if row.get("verdict") == DISMISSED else None
        return None

    def confirmations(self, claim: str) -> int:
        """How many findings about this claim people confirmed, each request once."""
        confirmed = [row for row in self._said.values() if row.get("verdict") == CONFIRMED]
        return len({row["audit_key"] for row in confirmed if claim in row.get("claim_ids", ())})

    def with_feedback(
        self, findings: Iterable[Finding], hunks: Sequence[str] = ()
    ) -> list[Finding]:
        """Each finding as what people said of it makes it: one dismissed on the same evidence is
        quiet; one dismissed on other evidence weighs less and says so."""
        return [self._remembered(one, frozenset(hunks)) for one in findings]

    def _remembered(self, one: Finding, hunks: frozenset[str]) -> Finding:
        known = any(one.fp == said["fp"] for row in self.audits for said in row.get("fps", ()))
        now = replace(one, state=RECURRING) if known else one
        said = self.dismissed(one)
        if said is None:
            return now
        ref = str(said.get("audit_key", ""))
        if self._rests_on_the_same(one, said, hunks):
            return replace(now, state=SUPPRESSED, reason=_why(said), refs=(*one.refs, ref))
        message = f"{one.message} (dismissed before, in audit {ref}: {_why(said)})"
        less = lower(one.severity, INFO)
        return replace(now, severity=less, message=message, refs=(*one.refs, ref))

    def _rests_on_the_same(self, one: Finding, said: Json, hunks: frozenset[str]) -> bool:
        """Whether what was dismissed is here again. A claim is false by what a whole change does
        not do: all that the change did then must be in this one."""
        if one.check != "claims":
            return bool(said.get("evidence_digest") == one.digest)
        then = [row for row in self.audits if row["audit_key"] == said.get("audit_key")]
        return bool(then) and hunks.issuperset(then[0].get("hunks", ("unknown",)))

    def _weighed(
        self, row: Json, subject: Subject, held: Sequence[Held], places: set[str]
    ) -> Prior:
        reasons: dict[str, float] = {}
        if subject.pr and row.get("pr_number") == subject.pr:
            reasons["the same request"] = 3.0
        if subject.patch_id and row.get("patch_id") == subject.patch_id:
            reasons["the same change"] = 3.0
        same = self._claims(row, held)
        if same:
            reasons["the same claims"] = 2.0 * len(same) / max(len(_specific(held)), 1)
        if any(_alike(one, row) for one in held):
            reasons["a claim in nearly the same words"] = 1.0
        if (near := self._near(row, places)) > 0.1:
            reasons["the same places"] = near
        undone = self._reverted.get(row.get("pr_number"), ())
        if set(row.get("paths", ())) & places and any(is_of(one, row) for one in undone):
            reasons["a request that was reverted"] = 2.0
        score = sum(reasons.values()) * _aged(row.get("audited_at", ""), self._newest())
        return Prior(row, score, tuple(same), tuple(reasons))

    def _claims(self, row: Json, held: Sequence[Held]) -> list[str]:
        """The specific claims of both: to say the same kind of thing is nothing."""
        theirs = {one["key"] for one in row.get("claims", ()) if _is_specific(one["kind"])}
        return sorted(theirs & _specific(held))

    def _near(self, row: Json, places: set[str]) -> float:
        """How much both touch the same, what is touched by every change counting least."""
        theirs = {*row.get("paths", ()), *row.get("symbols", ())}
        total = sum(self._rare(place) for place in theirs | places)
        return sum(self._rare(place) for place in theirs & places) / total if total else 0.0

    def _rare(self, place: str) -> float:
        return math.log((len(self.audits) + 1) / (self._often[place] + 0.5))

    def _newest(self) -> str:
        return max((row.get("audited_at", "") for row in self.audits), default="")


def kb_query(memory: Memory, prior: Sequence[Prior], held: Sequence[Held]) -> list[Finding]:
    """What memory itself has to say: that there were audits of the same, and what people confirmed
    of the same specific claims."""
    if not prior:
        return []
    ids = tuple(one.row["audit_key"] for one in prior)
    keys = sorted({claim for one in prior for claim in one.claims})
    sure = [key for key in keys if memory.confirmations(key) >= CONFIRMATIONS]
    still = {one.claim.key for one in held if one.result == "refuted"}
    weight = WARN if still & set(sure) else INFO
    return [Finding("kb.prior_audits", "kb_query", weight, _ended(prior),
                    digest("kb.prior_audits", *ids), 1.0, (), tuple(keys), ids)]  # fmt: skip


def _ended(prior: Sequence[Prior]) -> str:
    """How earlier audits ended, and what the last of them had against it."""
    ended = Counter(str(one.row.get("overall", "")) for one in prior)
    how = ", ".join(
        name if len(ended) == 1 else f"{name} ({n})" for name, n in sorted(ended.items())
    )
    word = "audit" if len(prior) == 1 else "audits"
    newest = max(prior, key=lambda one: str(one.row.get("audited_at", "")))
    last = str(newest.row.get("one_liner", "")).strip()
    return f"prior {len(prior)} {word} ended in {how}" + (
        f"; the last: {last[:LAST]}" if last else ""
    )


def gain(memory: Memory, prior: Sequence[Prior], held: Sequence[Held],
         findings: Sequence[Finding], *, cached: int, ms: int) -> Json:  # fmt: skip
    """What knowing the past changed, counted. `cached` are checks that ran before; `ms` is what
    this audit took, which is compared with the last of the earlier ones."""
    specific = _specific(held)
    matched = {claim for one in prior for claim in one.claims}
    took = [round(1000 * float(one.row.get("elapsed_secs", 0.0))) for one in sorted(
        prior, key=lambda one: str(one.row.get("audited_at", "")))]  # fmt: skip
    return {
        "prior_audits": len(prior),
        "specific_claims_matched": len(matched & specific),
        "specific_claims_total": len(specific),
        "suppressed_by_human_dismissal": sum(one.state == SUPPRESSED for one in findings),
        "escalated_by_confirmed_history": sum(
            any(memory.confirmations(claim) for claim in one.claims) for one in findings
            if one.check == "claims"
        ),
        "cached_checks": cached,
        "duration_delta_ms": ms - took[-1] if took else 0,
    }  # fmt: skip


def _specific(held: Sequence[Held]) -> set[str]:
    return {one.claim.key for one in held if one.claim.specific}


def _is_specific(kind: str) -> bool:
    return kind in BY_NAME and BY_NAME[kind].specific


def _alike(held: Held, row: Json) -> bool:
    """Whether the row has a claim of this kind in nearly these words."""
    mine = _grams(held.claim.text)
    return any(
        one["kind"] == held.claim.kind
        and _is_specific(one["kind"])
        and _share(mine, _grams(one.get("text", ""))) >= ALIKE
        for one in row.get("claims", ())
    )


def _grams(text: str) -> set[str]:
    words = " ".join(_WORD.findall(text.casefold()))
    return {words[at : at + 4] for at in range(max(len(words) - 3, 1))}


def _share(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0


def _aged(at: str, now: str) -> float:
    try:
        then, today = datetime.fromisoformat(at), datetime.fromisoformat(now)
    except ValueError:
        return 1.0
    days = max((today - then).total_seconds(), 0.0) / 86400
    return float(0.5 ** (days / HALF_LIFE))


def _why(said: Mapping[str, Any]) -> str:
    return str(said.get("reason") or "no reason given")
