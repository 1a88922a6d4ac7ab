"""A store after a busy year: very much waits, very much was decided, very much is known."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from passdown.domain.actor import human
from passdown.domain.change import Link, Put
from passdown.domain.clock import later, new_id
from passdown.domain.entry import Activity
from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.proposal import Status
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.domain.scope import ALL, GLOBAL
from passdown.loops.ontology.known import HOME, concept_id
from passdown.stages.apply.execute import execute
from passdown.stages.audit.change import Proof
from passdown.stages.audit.finding import of_claims
from passdown.stages.audit.hold import Held
from passdown.stages.audit.keep import audit_row, verdict_file, write
from passdown.stages.audit.said import Said
from passdown.stages.audit.verdict import Check, Subject, Verdict, written
from passdown.stages.inventory.classify import CLASSES
from passdown.text.entities import ENTITY, record_key

if TYPE_CHECKING:
    from passdown.app import App
    from passdown.domain.proposal import Proposal

Json = dict[str, Any]

AT_ONCE = 5000
OUTCOMES = ("", "tests-passed", "committed", "tests-failed", "abandoned")
ASKER = human("ann")
MOVES = "SPLIT_INTO_EXISTING"
SCOPES = ("global", "repo:web", "repo:api", "repo:ops")
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "or", "el")]
SENTENCES = (
    "`{0}` fails with `{1}`: run `{2}` first",
    "use `{0}` instead of `{1}` in `{2}`",
    "`{0}` needs `{1}` to be set before `{2}`",
)
"""Half of the questions differ from others only in what they name."""


def fill(app: App, many: int) -> None:
    """So many open questions, decided ones and claims, in random order."""
    chance = random.Random(5)
    like = _one(app)
    sessions = _sessions(app, max(1, many // 100), chance)
    for start in range(0, many, AT_ONCE):
        size = min(AT_ONCE, many - start)
        _ask(app, like, [sessions[(start + n) % len(sessions)] for n in range(size)], chance)
        _decide(app, like, range(start, start + size), chance)
    _serve(app, len(sessions), chance)
    ontologies(app, max(20, many // 5), chance)
    audit(app, max(20, many // 100), chance)
    app.call("index.follow", {}, ASKER)


def cards(app: App, many: int) -> list[str]:
    """The ids of the first so many questions that a person is asked."""
    found = app.call("pending", {"order": "value", "limit": many}, human("mira"))
    return [row["id"] for row in found["proposals"]]


def single(app: App) -> dict[str, str]:
    """The page of one claim, one decision, one session and one question."""
    record = app.call("records", {"kind": "claim", "limit": 1}, ASKER)["records"][0]["id"]
    decision = app.call("decisions", {"limit": 1}, ASKER)["decisions"][0]["proposal"]
    session = app.call("sessions.list", {"limit": 1}, ASKER)["sessions"][0]["id"]
    return {
        "record": f"/knowledge/{quote(record)}",
        "life": f"/knowledge/{quote(record)}/life",
        "decision": f"/decisions/{decision}",
        "similar": f"/decisions/{decision}/similar",
        "graph_around": f"/graph?around={_word(1)}",
        "session": f"/sessions/{quote(session)}",
        "audit": f"/audits/{_audits(app)[0]}",
        "card_alone": f"/cards/{cards(app, 1)[0]}",
    }


def ontologies(app: App, names: int, chance: random.Random) -> None:
    """A record of each of so many names, and domains in which half of them are at home; two
    decisions moved some to each."""
    domains = [f"domain-{n}" for n in range(max(4, names // 250))]
    with app.store.write(ALL) as tx:
        for n, key in enumerate(domains):
            body = {"kind": "named", "state": "active", "aliases": [], "description": ""}
            made = Record("ontology", key, key, body, life=Life.ARCHIVED)
            execute(tx, f"domain-{n}", [Put(made)], "mira")
    for start in range(0, names, AT_ONCE):
        with app.store.write(ALL) as tx:
            for n in range(start, min(start + AT_ONCE, names)):
                word = _word(n + 1)
                name = Record(
                    ENTITY, record_key(word, GLOBAL), word, {"name": word}, life=Life.ARCHIVED
                )
                at = Edge(concept_id(word), HOME, record_id("ontology", chance.choice(domains)))
                housed = [Link(at)] if chance.random() < 0.5 else []
                execute(tx, f"name-{n}", [Put(name), *housed], "mira")
    _moved(app, domains, names, chance)


def _moved(app: App, domains: list[str], names: int, chance: random.Random) -> None:
    """The decisions that moved names from one domain to another, as the loop of ontologies asks."""
    like = _one(app)
    with app.store.write(ALL) as tx:
        for _ in range(2 * len(domains)):
            donor, into = ({"key": key, "name": key} for key in chance.sample(domains, 2))
            moved = sorted({_word(chance.randint(1, names)) for _ in range(20)})
            raw = {"donor": donor, "concepts": moved, "into": into, "action": MOVES}
            one = replace(
                _of(like, chance), loop="ontology", action=MOVES, payload=raw,
                status=Status.EXECUTED, decided_by="mira",
                decided_at=later(tx.now, days=-chance.uniform(0, 300)),
            )  # fmt: skip
            tx.queue.add(one)
            tx.ledger.append("promotion.approved", "mira", one.id, {"loop": one.loop})


def audit(app: App, many: int, chance: random.Random) -> None:
    """So many audits of one repository, what people said of half of them, and an inventory of as
    many files."""
    outcomes = app.places.root / app.settings.text("audit.outcomes")
    verdicts = app.places.root / app.settings.text("audit.verdicts")
    rows = []
    for n in range(many):
        verdict = _judged(n, chance)
        write(verdict_file(verdicts, n + 1, verdict["head_sha"]), written(verdict))
        rows.append(audit_row(verdict))
        if n % 2:
            rows += [_said(verdict, one, chance) for one in verdict["findings"]]
    write(outcomes, b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    kept = {
        "id": "0" * 12, "name": "shop", "at": "2026-01-01T00:00:00Z", "left_out": 0, "overlap": [],
        **dict.fromkeys(CLASSES, 0), "files": [_file(n, chance) for n in range(many)],
    }  # fmt: skip
    place = app.places.root / app.settings.text("audit.inventories") / f"{kept['id']}.json"
    write(place, json.dumps(kept).encode())


def _judged(n: int, chance: random.Random) -> Json:
    """A verdict with a dozen claims, a third of which does not hold."""
    shown = [Proof(f"src/{_word(k)}.py", k + 1, f"def {_word(k + n)}():", "came") for k in range(3)]
    held = tuple(
        Held(Said("adds_symbol", f"Adds `{word}`", "body", 0, 9, word),
             "verified" if k % 3 else "refuted", f"`{word}` is nowhere", tuple(shown))
        for k, word in enumerate(_words(chance, 12))
    )  # fmt: skip
    head = hashlib.sha1(str(n).encode(), usedforsecurity=False).hexdigest()
    return Verdict(
        Subject("acme/shop", "0" * 40, head, pr=n + 1, title=f"Change {n}", author="Ada"),
        "2026-01-01T00:00:00Z", held, tuple(of_claims(held)), (Check("static", "pass"),), files=40,
        paths=tuple(f"src/{word}.py" for word in _words(chance, 40)),
        symbols=tuple(_words(chance, 60)), hunks=tuple(f"{n + k:016x}" for k in range(80)),
    ).plain()  # fmt: skip


def _said(verdict: Json, one: Json, chance: random.Random) -> Json:
    """What somebody says of a finding."""
    return {
        "kind": "audit_feedback", "id": f"{verdict['audit_key']}:{one['fp']}", "by": "ann",
        "audit_key": verdict["audit_key"], "fp": one["fp"], "rule": one["rule"], "reason": "",
        "verdict": chance.choice(("confirmed", "dismissed")), "at": verdict["ts"],
    }  # fmt: skip


def _file(n: int, chance: random.Random) -> Json:
    path = f"src/part{n % 40}/{_word(n)}.py"
    return {
        "path": path, "class": chance.choice(CLASSES), "confidence": 0.8, "action": "keep",
        "chain": ["Dockerfile:3", "src/main.py", path], "evidence": ["Dockerfile:3"],
        "importers": [f"src/{_word(n + 1)}.py"], "loc": 120, "flags": [], "mentioned": [],
    }  # fmt: skip


def _audits(app: App) -> list[str]:
    return [one["audit_key"] for one in app.call("audit.list", {}, ASKER)["audits"]]


def _one(app: App) -> Proposal:
    """A question as it is asked, that the others are like."""
    text = "Always run the linter before pushing."
    id = app.call("add", {"text": text}, ASKER)["proposal"]
    with app.store.read(ALL) as tx:
        found = tx.queue.get(id)
    assert found is not None
    return found


def _sessions(app: App, many: int, chance: random.Random) -> list[int]:
    """Sessions of ten turns each; the seq of one turn of each."""
    found: list[int] = []
    for n in range(many):
        id = f"s{n}"
        at = later("2026-01-01T00:00:00.000Z", seconds=60 * n)
        said = [
            Observation(id, f"{id}-{k}", Seen.REPLY, " ".join(_words(chance, 30)), at)
            for k in range(10)
        ]
        failed = [
            Observation(id, f"{id}-e{k}", Seen.RESULT, word, at, ok=False, signature=word)
            for k, word in enumerate(_words(chance, 5))
        ]
        ended = Session(id, "made", started_at=at, outcome=chance.choice(OUTCOMES))
        with app.store.write(ALL) as tx:
            found.append(tx.observations.add(ended, said + failed)[0])
    return found


def _serve(app: App, sessions: int, chance: random.Random) -> None:
    """Nine of ten sessions were told twenty claims, and said of one of them that it helped."""
    with app.store.write(ALL) as tx:
        known = [record.id for record in tx.knowledge.all("claim")]
        for n in range(sessions):
            items, held = tuple(chance.sample(known, min(20, len(known)))), n % 10 == 0
            name = "withheld" if held else "served"
            tx.ledger.note(Activity(tx.now, name, f"s{n}", items, {"how": "brief"}))
            if not held:
                helped = {"how": "cli", "by": "ann", "verdict": "helpful"}
                tx.ledger.note(Activity(tx.now, "feedback", f"s{n}", items[:1], helped))


def _ask(app: App, like: Proposal, seqs: list[int], chance: random.Random) -> None:
    with app.store.write(ALL) as tx:
        for seq in seqs:
            one = replace(
                _of(like, chance),
                created_at=later(tx.now, days=-chance.uniform(0, 14)),
                deadline=later(tx.now, days=14),
                evidence=(seq,),
                flags=("replay_changed",) if chance.random() < 0.02 else (),
            )
            tx.queue.add(one)
            tx.ledger.append("promotion.proposed", one.proposed_by, one.id, {"loop": one.loop})


def _decide(app: App, like: Proposal, numbers: range, chance: random.Random) -> None:
    """Decisions, nine of ten of them a yes, and the claims that those left."""
    with app.store.write(ALL) as tx:
        for n in numbers:
            yes = chance.random() < 0.9
            one = replace(
                _of(like, chance),
                status=Status.EXECUTED if yes else Status.REJECTED,
                decided_by="mira",
                decided_at=later(tx.now, days=-chance.uniform(0, 300)),
                reason="" if yes else "wrong",
            )
            tx.queue.add(one)
            event = "promotion.approved" if yes else "promotion.rejected"
            tx.ledger.append(event, "mira", one.id, {"loop": one.loop})
            body = {"category": "fact", "entities": _words(chance, 3)}
            made = later(tx.now, days=-chance.uniform(0, 300))
            claim = Record("claim", f"made-{n}", one.title, body, scope=one.scope, created_at=made)
            execute(tx, one.id, [Put(claim)], "mira")


def _of(like: Proposal, chance: random.Random) -> Proposal:
    """A question that says something of its own, as sure and as worthy as chance has it."""
    names = _words(chance, 3)
    plain = f"{' '.join(_words(chance, 11)).capitalize()}."
    text = chance.choice(SENTENCES).format(*names) if chance.random() < 0.5 else plain
    return replace(
        like,
        id=new_id(),
        fingerprint=new_id(),
        title=text,
        payload={**like.payload, "text": text},
        scope=chance.choice(SCOPES),
        value=chance.paretovariate(2),
        confidence=round(chance.uniform(0.4, 0.99), 3),
    )


def _words(chance: random.Random, many: int) -> list[str]:
    """Words as often as words are: the tenth a tenth as often as the first."""
    return [_word(int(20_000 ** chance.random())) for _ in range(many)]


def _word(n: int) -> str:
    parts, left = [], n + len(SYLLABLES)
    while left:
        left, part = divmod(left, len(SYLLABLES))
        parts.append(SYLLABLES[part])
    return "".join(parts)
