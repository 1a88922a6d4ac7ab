"""What is harvested: lessons that somebody planted in written sessions, and what real ones teach.

Planted: how many of 60 lessons in five categories become claims that a brief would take once every
switch is on (beside it: how many by default, and what that turns on), how many
of 30 and 40 more that were written apart from them, on how many of 58 decoys a claim rests, and
whether a receipt is false or a secret told. --data names a folder with `sessions/`: of all findings
there how many are right, judged by reading their evidence (`labels/judged.jsonl`), how they agree
with what two readings marked before any detector ran (`labels/reading_a.jsonl`, `reading_b.jsonl`)
and what one marked later in others (`reading_c.jsonl`), and how many errors that came again after a
time a claim from before it would have preceded. The labels hold hashes of ids, nothing of the
sessions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from evals import Measured
from evals._clients import Kept, plant
from evals._labels import (
    Rests,
    Verdict,
    agreement,
    found_elsewhere,
    judged,
    key_of,
    lost_and_found,
)
from evals._planted import CATEGORIES, FRESH, SCRIPTS, UNSEEN, decoys, lessons, secrets
from evals._split import preceded
from passdown.contract.loop import Finding
from passdown.domain.clock import SystemClock
from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, Settings, defaults
from passdown.loops.claims import LOOP
from passdown.loops.claims.detect import CHOSEN_BY
from passdown.stages.mine.run import mine
from passdown.stages.observe.ingest import ingest
from passdown.stages.observe.readers import load
from passdown.storage.memory import open_memory
from passdown.text.redact import Redactor

READS_DATA = True
KEY = b"an evaluation's key, of 32 bytes"
SETTINGS = defaults(LOOP.settings)
EVERY = defaults(replace(k, default=True) if k.default is False else k for k in LOOP.settings)
"""With every detector at work: what is off by default is measured, or it would stay off."""
USUAL = Settings(
    {**SETTINGS.values, **{knob: Setting(True) for knob in CHOSEN_BY.values()}},
    knobs=SETTINGS.knobs,
)
"""With every category on, and of its detectors those that need no other switch."""
THRESHOLD = SETTINGS.number("brief.min_confidence")
"""A brief takes only what is above this."""


class Harvest(NamedTuple):
    """What was read, what every detector finds in it, and what those do that need no other switch
    than that of their category."""

    sessions: Sequence[Session]
    seen: Mapping[int, Observation]
    findings: Sequence[Finding[Any]]
    usual: Sequence[Finding[Any]]

    @property
    def by_default(self) -> list[Finding[Any]]:
        """What is asked where nobody turned a switch."""
        return [one for one in self.usual if SETTINGS.flag(switch(one, self.seen))]

    @property
    def told(self) -> list[Finding[Any]]:
        """The findings that are sure enough for a brief."""
        return sure(self.findings)


def sure(findings: Iterable[Finding[Any]]) -> list[Finding[Any]]:
    """Those that are sure enough for a brief."""
    return [one for one in findings if one.confidence > THRESHOLD]


def measure(data: Path | None) -> Measured:
    """The planted ones always, the real ones where there are any."""
    figures, against, n = _planted()
    if data is not None:
        real = _real(harvest(_files(data / "sessions")))
        figures |= {**real[0], "false_receipts": figures["false_receipts"] + real[2]}
        against |= real[1]
    return Measured(figures, n, against)


def harvest(files: Sequence[Path]) -> Harvest:
    """Read these into a store of their own, and mine it."""
    clock = SystemClock()
    store = open_memory(clock)
    redactor = Redactor(KEY)
    ingest(store, files, readers=load(), redactor=redactor, settings=SETTINGS, clock=clock)
    every, some = (mine(store, LOOP, settings, clock) for settings in (EVERY, USUAL))
    if failure := every.failure or some.failure:
        raise SystemExit(f"eval harvest: {failure}")
    with store.read(ALL) as tx:
        sessions = tx.observations.sessions(limit=10**6)
        seen = {one.seq: one for one in tx.observations.scan(limit=10**7)}
    store.close()
    found = ([one.finding for one in mined.findings] for mined in (every, some))
    return Harvest(sessions, seen, *found)


def category(finding: Finding[Any]) -> str:
    """What kind of claim it asks for; '' of a question that asks for none."""
    return str(getattr(finding.payload, "category", ""))


def switch(finding: Finding[Any], seen: Mapping[int, Observation]) -> str:
    """The setting that it needs: of what a person said, be it a pitfall, that of facts."""
    kind = category(finding)
    stated = kind != "question" and seen[min(finding.evidence)].seen is Seen.PROMPT
    by_name = {str(one): knob for one, knob in CHOSEN_BY.items()}
    return "claims.facts" if stated else by_name.get(kind, "claims.facts")


def text(finding: Finding[Any]) -> str:
    """The sentence that it asks for."""
    return str(getattr(finding.payload, "text", ""))


def _files(folder: Path) -> list[Path]:
    found = sorted(f for p in folder.iterdir() if p.is_dir() for f in p.iterdir() if f.is_file())
    if not found:
        raise SystemExit(f"eval harvest: no transcripts in the folders of {folder}")
    return found


# ---- planted


class Field(NamedTuple):
    """Written sessions, what was found in them, and where each lesson and decoy stands."""

    source: Path
    found: Harvest
    where: Mapping[str, frozenset[int]]

    def learned(self, findings: Sequence[Finding[Any]]) -> Counter[str]:
        """How many lessons of each category these teach."""
        return Counter(
            one.category
            for one in lessons(self.source)
            if taught(one.words, one.category, findings, self.where[one.id])
        )

    def taken(self, findings: Sequence[Finding[Any]]) -> int:
        """On how many decoys one of these rests."""
        seqs = {seq for one in findings for seq in one.evidence}
        return sum(bool(self.where[mark] & seqs) for mark in decoys(self.source))


def field(source: Path) -> Field:
    """Plant the sessions of a folder, and harvest them."""
    with TemporaryDirectory(prefix="passdown-harvest-") as folder:
        kept = plant(Path(folder), source)
        found = harvest([one.path for one in kept])
        return Field(source, found, planted_at(kept, found.seen.values()))


def _planted() -> tuple[dict[str, float], dict[str, float | str], int]:
    first, unseen, fresh = fields = [field(source) for source in (SCRIPTS, UNSEEN, FRESH)]
    told, each = first.learned(first.found.told), _each(SCRIPTS)
    figures: dict[str, float] = {
        f"recall_{_name(c)}": round(told[c] / each[c], 4) for c in CATEGORIES
    }
    figures["recall"] = round(told.total() / each.total(), 4)
    figures["recall_unseen"] = _recall(unseen)
    figures["recall_fresh"] = _recall(fresh)
    every = [(one, of.found.seen) for of in fields for one in of.found.findings]
    figures["decoys_taken"] = sum(of.taken(of.found.told) for of in fields)
    figures["false_receipts"] = sum(is_false(one, seen) for one, seen in every)
    figures["secrets"] = sum(tells_a_secret(one) for one, _ in every)
    apart = _by_kind("unseen", unseen) | _by_kind("fresh", fresh)
    return figures, _beside(first) | apart, each.total()


def _recall(of: Field) -> float:
    return round(of.learned(of.found.told).total() / _each(of.source).total(), 4)


def _each(source: Path) -> Counter[str]:
    return Counter(one.category for one in lessons(source))


def _beside(first: Field) -> dict[str, float | str]:
    """What is found whatever its confidence, and what rests on no lesson."""
    asked, each = first.learned(first.found.findings), _each(SCRIPTS)
    said: dict[str, float | str] = {
        f"proposed_{_name(c)}": round(asked[c] / each[c], 4) for c in CATEGORIES
    }
    lesson = frozenset[int]().union(*(first.where[one.id] for one in lessons(SCRIPTS)))
    said["decoys_proposed"] = first.taken(first.found.findings)
    said["told_of_planted"] = len(first.found.told)
    on = [knob for knob in CHOSEN_BY.values() if SETTINGS.flag(knob)]
    said["on_by_default"] = ", ".join(on)
    said["told_by_default"] = first.learned(sure(first.found.by_default)).total()
    said["told_beside_lessons"] = sum(not lesson & {*one.evidence} for one in first.found.told)
    return said


def _by_kind(name: str, of: Field) -> dict[str, float | str]:
    learned, each = of.learned(of.found.told), _each(of.source)
    return {f"{name}_{_name(c)}": f"{learned[c]} of {each[c]}" for c in CATEGORIES}


def planted_at(
    kept: Iterable[Kept], seen: Iterable[Observation]
) -> defaultdict[str, frozenset[int]]:
    """Which observations bear which lesson or decoy."""
    by_file = defaultdict[str, list[Observation]](list)
    for one in seen:
        if one.pointer is not None:
            by_file[Path(one.pointer.file).name].append(one)
    where = defaultdict[str, frozenset[int]](frozenset)
    for transcript in kept:
        for offset, marks in transcript.marks:
            hit = {one.seq for one in by_file[transcript.path.name] if _covers(one, offset)}
            for mark in marks:
                where[mark] |= hit
    return where


def _covers(one: Observation, offset: int) -> bool:
    at = one.pointer
    return at is not None and at.offset <= offset < at.offset + at.length


def taught(
    words: Iterable[str], kind: str, findings: Iterable[Finding[Any]], where: frozenset[int]
) -> bool:
    """Whether one of these says it, in the right category, and rests on where it stands."""
    return any(
        category(one) == kind
        and where & {*one.evidence}
        and all(word.casefold() in text(one).casefold() for word in words)
        for one in findings
    )


def is_false(finding: Finding[Any], seen: Mapping[int, Observation]) -> bool:
    """Whether a receipt of it addresses what is not there: no code points, no observation, or one
    that is no evidence of it."""
    for quote in getattr(finding.payload, "quotes", ()):
        one = seen.get(quote.seq)
        if one is None or quote.seq not in finding.evidence:
            return True
        if not (0 <= quote.start < quote.end <= len(one.text)):
            return True
        if not one.text[quote.start : quote.end].strip():
            return True
    return not {*finding.evidence} <= seen.keys()


def bears_a_secret(finding: Finding[Any]) -> bool:
    """Whether the rules of redaction would mask anything in what it asks to keep."""
    said = f"{text(finding)}\n{finding.title}"
    return Redactor(KEY).clean(said) != said


def tells_a_secret(finding: Finding[Any]) -> bool:
    said = msgspec.json.encode((finding.payload, finding.title)).decode()
    return any(part in said for whole in secrets().values() for part in whole.splitlines())


# ---- real


def _real(found: Harvest) -> tuple[dict[str, float], dict[str, float | str], int]:
    figures, against = _by_category(found)
    verdicts = judged()
    figures["unjudged"] = sum(_key(one) not in verdicts for one in found.told)
    figures |= _over_all(sure(found.by_default))
    rests = [Rests(category(one), _ids(one, found.seen)) for one in found.told]
    against |= lost_and_found(rests) | found_elsewhere(rests) | agreement()
    share, per_repo = preceded(LOOP, EVERY, found.sessions, found.seen.values())
    figures["preceded_share"] = share
    against |= {"findings": len(found.findings), **per_repo}
    return figures, against, sum(is_false(one, found.seen) for one in found.findings)


def _by_category(found: Harvest) -> tuple[dict[str, float], dict[str, float | str]]:
    """Of each category: the precision of what is told, how much is told, and how much of all that
    is asked was right."""
    usual = Counter(category(one) for one in sure(found.by_default))
    figures, against = dict[str, float](), dict[str, float | str]()
    for c in CATEGORIES:
        told = _judged(one for one in found.told if category(one) == c)
        every = _judged(one for one in found.findings if category(one) == c)
        against[f"told_{_name(c)}"] = f"{len(told)} judged, {usual[c]} told by default"
        against[f"right_{_name(c)}"] = f"{sum(v.right for v in every)} of {len(every)} asked"
        if told:
            figures[f"precision_{_name(c)}"] = round(sum(v.right for v in told) / len(told), 4)
    return figures, against


def _judged(findings: Iterable[Finding[Any]]) -> list[Verdict]:
    """The verdicts on those of them that have one."""
    verdicts = judged()
    return [verdicts[key] for one in findings if (key := _key(one)) in verdicts]


def _key(finding: Finding[Any]) -> str:
    return key_of(category(finding), text(finding))


def _over_all(told: Sequence[Finding[Any]]) -> dict[str, float]:
    """Of what is told by default: how good the worst category is, and how much is junk."""
    by_kind = {c: _judged(one for one in told if category(one) == c) for c in CATEGORIES}
    read = [verdict for some in by_kind.values() for verdict in some]
    if not read:
        return {}
    worst = min(sum(v.right for v in some) / len(some) for some in by_kind.values() if some)
    return {
        "precision_worst": round(worst, 4),
        "junk_share": round(sum(v.junk for v in read) / len(read), 4),
        "judged_by_default": len(read),
    }


def _ids(finding: Finding[Any], seen: Mapping[int, Observation]) -> frozenset[tuple[str, str]]:
    """The session and uid of all that it rests on."""
    return frozenset((seen[seq].session, seen[seq].uid) for seq in finding.evidence if seq in seen)


def _name(kind: str) -> str:
    return kind.replace("-", "_")
