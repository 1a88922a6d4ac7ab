"""A store after a busy year: very much waits, very much was decided, very much is known."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from passdown.domain.actor import human
from passdown.domain.change import Put
from passdown.domain.clock import later, new_id
from passdown.domain.entry import Activity
from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.proposal import Status
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.stages.apply.execute import execute

if TYPE_CHECKING:
    from passdown.app import App
    from passdown.domain.proposal import Proposal

AT_ONCE = 5000
OUTCOMES = ("", "tests-passed", "committed", "tests-failed", "abandoned")
ASKER = human("ann")
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
        "card_alone": f"/cards/{cards(app, 1)[0]}",
    }


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
