"""How the gate does under a fleet: minutes of people, wrong approvals, what gets through, and when.

A fleet asks 1,000 questions a day for ninety days; 30 % deserve a yes. What a tier says of each
comes from scores of a known area under the curve (.75, .85, .92), as a confidence that is
calibrated, or boasts. Reviewers take six seconds a card and err on 4 or 8 % of them, on twice as
many after the hundredth card of a day. Four policies answer the same questions: everything to a
person; a fixed confidence of .90; the gate as it is by default, with a tenth of the minutes; and
the gate once an admin accepted the threshold that calibration offers. Order, threshold and fall
back are those of passdown. Of the gate's figures the worst of the six cells is judged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import count
from math import exp, log, log1p, sqrt
from random import Random
from statistics import NormalDist
from typing import NamedTuple

from evals import Measured
from passdown.contract.loop import Replay
from passdown.stages.propose.worth import worth
from passdown.text.calibrate import Pair, threshold
from passdown.text.stats import wilson

READS_DATA = False
DAYS, A_DAY = 90, 1000
GOOD = 0.3
SECONDS = 6.0
TIRED = 100
CURVES, ERRORS = (0.75, 0.85, 0.92), (0.04, 0.08)
SHARE = 0.1
"""Of the minutes of everything-to-a-person that the gate may take."""
MAX_OPEN, DEADLINE = 500, 14
TARGET, AUDITED, WATCHED = 0.90, 0.05, 60
LOT = 10
BLIND = 60
"""The day on which the tier goes blind, where it does."""
SEED = 20261121


class Question(NamedTuple):
    """One question: what a tier says of it, what a yes would help, and the truth."""

    day: int
    stated: float
    right: int
    good: bool


class Cell(NamedTuple):
    """One world."""

    curve: float
    error: float
    load: int = 1
    boast: float = 1.0
    blind_from: int = DAYS
    """The day from which on the tier knows nothing and says the same as before."""


class Told(NamedTuple):
    """What became of all questions under one policy."""

    minutes: float
    wrong: float
    covered: float
    helped: float
    auto: float
    oldest: int
    noticed: int


class Reviewer:
    """A person who answers cards, and gets tired within a day."""

    def __init__(self, error: float, seed: int) -> None:
        self._error, self._chance = error, Random(seed)
        self.cards = self._today = 0

    def morning(self) -> None:
        """A new day."""
        self._today = 0

    def answer(self, q: Question) -> bool:
        """Yes or no, rightly or not."""
        self.cards += 1
        self._today += 1
        error = self._error * (2 if self._today > TIRED else 1)
        return q.good != (self._chance.random() < error)


# ---- the fleet


def asked(cell: Cell) -> Iterator[list[Question]]:
    """The questions of each day."""
    chance = Random(f"{SEED}{cell.curve}{cell.load}{cell.boast}")
    apart = sqrt(2) * NormalDist().inv_cdf(cell.curve)
    for day in range(DAYS):
        yield [_question(chance, cell, apart, day) for _ in range(A_DAY * cell.load)]


def _question(chance: Random, cell: Cell, apart: float, day: int) -> Question:
    good = chance.random() < GOOD
    seen = good if day < cell.blind_from else chance.random() < GOOD
    score = chance.gauss(apart if seen else 0.0, 1.0)
    odds = log(GOOD / (1 - GOOD)) + apart * score - apart * apart / 2
    stated = 1 / (1 + exp(-cell.boast * odds))
    return Question(day, round(stated, 4), int(chance.paretovariate(1.2)) - 1, good)


# ---- policies


def everything(cell: Cell) -> Told:
    """Each question is put to a person on its day."""
    return _by_hand(cell, lambda q: False)


def fixed(cell: Cell) -> Told:
    """What is stated at .90 or more is a yes; the rest is put to a person."""
    return _by_hand(cell, lambda q: q.stated >= TARGET)


def _by_hand(cell: Cell, itself: Callable[[Question], bool]) -> Told:
    person, kept = Reviewer(cell.error, SEED), Kept(cell)
    for today in asked(cell):
        person.morning()
        for q in today:
            alone = itself(q)
            kept.settle(q, yes=alone or person.answer(q), alone=alone, day=q.day)
    return kept.told(person)


def gate(cell: Cell, *, grant: bool) -> Told:
    """The open ones within their budget, the best by worth and every tenth by lot, as many as the
    minutes allow; with `grant` the threshold of calibration is accepted whenever it is offered."""
    return _Gate(cell, grant=grant).run()


class _Gate:
    def __init__(self, cell: Cell, *, grant: bool) -> None:
        self.cell, self.grant = cell, grant
        self.person, self.kept = Reviewer(cell.error, SEED), Kept(cell)
        self.chance = Random(SEED)
        self.open: list[tuple[float, int, Question]] = []
        self.number = count()
        self.pairs: deque[Pair] = deque(maxlen=5000)
        self.audits: deque[bool] = deque(maxlen=WATCHED)
        self.at: float | None = None
        self.cards = int(SHARE * A_DAY)

    def run(self) -> Told:
        for day, today in enumerate(asked(self.cell)):
            self.person.morning()
            left = self.cards - sum(self._alone(q) for q in today)
            self._file(day, [q for q in today if not self._is_alone(q)])
            for q in self._chosen(left):
                self._ask(q, day)
            self._evening(day)
        return self.kept.told(self.person)

    def _is_alone(self, q: Question) -> bool:
        return self.at is not None and q.stated >= self.at

    def _alone(self, q: Question) -> int:
        """Decide it without a person, unless it is one of the audited; the cards that took."""
        if not self._is_alone(q):
            return 0
        if self.chance.random() >= AUDITED:
            self.kept.settle(q, yes=True, alone=True, day=q.day)
            return 0
        self.audits.append(self._ask(q, q.day))
        return 1

    def _ask(self, q: Question, day: int) -> bool:
        yes = self.person.answer(q)
        self.pairs.append(Pair(q.stated, yes))
        self.kept.settle(q, yes=yes, alone=False, day=day)
        return yes

    def _file(self, day: int, fresh: list[Question]) -> None:
        """The best of what is open and new, as many as may be; the others are counted out."""
        for q in fresh:
            heappush(self.open, (-worth(q.stated, Replay("", right=q.right)), next(self.number), q))
        every = [heappop(self.open) for _ in range(len(self.open))]
        still = [row for row in every if day - row[2].day < DEADLINE]
        self.open = still[:MAX_OPEN]

    def _chosen(self, cards: int) -> list[Question]:
        """Nine of ten by worth, the tenth by lot."""
        chosen = []
        for n in range(1, min(cards, len(self.open)) + 1):
            place = self.chance.randrange(len(self.open)) if n % LOT == 0 else 0
            chosen.append(self.open.pop(place)[2])
        return chosen

    def _evening(self, day: int) -> None:
        """Accept what is offered; fall back when what was audited is no longer right."""
        if self.at is not None and has_fallen(list(self.audits)):
            self.at = None
            self.pairs.clear()
            self.audits.clear()
            self.kept.noticed = self.kept.noticed or day
        elif self.grant and self.at is None:
            offered = threshold(list(self.pairs), target=TARGET)
            self.at = offered.at if offered else None


def has_fallen(audits: list[bool]) -> bool:
    """Whether what was audited speaks against the target."""
    return len(audits) >= 10 and wilson(sum(audits), len(audits))[1] < TARGET


class Kept:
    """What became of the questions that were answered."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self.wrong = self.good = self.auto = self.oldest = self.noticed = 0
        self.help = 0.0

    def settle(self, q: Question, *, yes: bool, alone: bool, day: int) -> None:
        """Count one answer."""
        self.auto += alone
        self.oldest = max(self.oldest, day - q.day)
        if yes and q.good:
            self.good += 1
            self.help += help_of(q)
        self.wrong += yes and not q.good

    def told(self, person: Reviewer) -> Told:
        """A day, and as shares of all that deserved a yes."""
        every = [q for today in asked(self._cell) for q in today]
        good = [q for q in every if q.good]
        minutes = person.cards * SECONDS / 60 / DAYS
        covered, helped = self.good / len(good), self.help / sum(map(help_of, good))
        auto = self.auto / len(every)
        return Told(minutes, self.wrong / DAYS, covered, helped, auto, self.oldest, self.noticed)


def help_of(q: Question) -> float:
    """What a yes to it would help: more occasions help more, ever more slowly."""
    return 1 + log1p(q.right)


# ---- the evaluation


def measure(data: object) -> Measured:
    """Every cell under every policy; the worst one of the gate, and how it bears harm."""
    cells = [Cell(curve, error) for curve in CURVES for error in ERRORS]
    rows = {cell: _policies(cell) for cell in cells}
    load = gate(Cell(0.75, 0.08, load=10), grant=True)
    boast = _policies(Cell(0.85, 0.04, boast=3.0))
    blind = gate(Cell(0.92, 0.04, blind_from=BLIND), grant=True)
    figures = {
        "minutes_share": _worst(rows, lambda r: r["gate"].minutes / r["everything"].minutes),
        "wrong_share": _worst(rows, lambda r: r["gate"].wrong / r["everything"].wrong),
        "granted_minutes_share": _worst(
            rows, lambda r: r["granted"].minutes / r["everything"].minutes
        ),
        "granted_wrong_share": _worst(rows, lambda r: r["granted"].wrong / r["everything"].wrong),
        "oldest_days_at_ten_times": float(load.oldest),
        "boast_wrong_share": round(boast["granted"].wrong / boast["everything"].wrong, 3),
        "days_until_noticed": float(blind.noticed - BLIND if blind.noticed else DAYS),
    }
    against: dict[str, float | str] = {
        f"{policy} {cell.curve} {cell.error}": _said(told)
        for cell, row in rows.items()
        for policy, told in row.items()
    }
    against |= {f"{policy} that boasts": _said(told) for policy, told in boast.items()}
    against |= {"granted at ten times the load": _said(load), "granted, blind": _said(blind)}
    return Measured(figures, len(cells) * DAYS * A_DAY, against)


def _policies(cell: Cell) -> dict[str, Told]:
    return {
        "everything": everything(cell),
        "fixed": fixed(cell),
        "gate": gate(cell, grant=False),
        "granted": gate(cell, grant=True),
    }


def _worst(
    rows: Mapping[Cell, Mapping[str, Told]], share: Callable[[Mapping[str, Told]], float]
) -> float:
    return round(max(share(row) for row in rows.values()), 3)


def _said(told: Told) -> str:
    return (
        f"{told.minutes:.1f} min, {told.wrong:.1f} wrong a day, {told.covered:.0%} of the good"
        f" ({told.helped:.0%} of the help), {told.auto:.0%} alone, oldest {told.oldest} d"
    )
