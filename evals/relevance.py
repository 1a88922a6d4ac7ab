"""Whether a brief says first what helps with the task: 60 tasks in six repos, each with one or two
claims that somebody wrote down as helping, among all claims of the repo and those of every repo.

nDCG over the first five lines, beside the same brief without a task and a plain BM25 of the task
over the same claims. Every claim is as sure and as trusted as any other, and as old: the task alone
tells. `planted/tasks.txt` was written before the ranking was looked at, by the one who measures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from evals import Measured
from passdown.app import App, memory_app
from passdown.domain.actor import human
from passdown.domain.change import Put
from passdown.domain.record import Record, record_id
from passdown.domain.scope import ALL, GLOBAL
from passdown.stages.apply.execute import execute

READS_DATA = False
TASKS = Path(__file__).with_name("planted") / "tasks.txt"
ACTOR = human("relevance")
STRONG, WEAK = 2, 1
FIRST = 5
KIND = "claim"
_WORD = re.compile(r"\w+")


class Task(NamedTuple):
    """What is to be done in a repo, and how much which claim helps."""

    repo: str
    text: str
    helps: Mapping[str, int]


class Planted(NamedTuple):
    """The tasks, and the claims of each scope."""

    tasks: Sequence[Task]
    claims: Mapping[str, Sequence[str]]


def measure(_: Path | None) -> Measured:
    """The brief of each task against what helps with it."""
    planted = read()
    app = memory_app()
    fill(app, planted)
    ours = [ndcg(told(app, task, task.text), task) for task in planted.tasks]
    blind = [ndcg(told(app, task, ""), task) for task in planted.tasks]
    plain = [ndcg(bm25(task, planted), task) for task in planted.tasks]
    app.close()
    figures = {
        "ndcg_5": _mean(ours),
        "ndcg_5_over_no_task": round(_mean(ours) - _mean(blind), 4),
        "helps_in_5": _mean([float(one > 0) for one in ours]),
    }
    per_repo = {
        f"ndcg_5_in_{repo}": _mean(
            [score for score, task in zip(ours, planted.tasks, strict=True) if task.repo == repo]
        )
        for repo in planted.claims
        if repo != "*"
    }
    against = {"no_task_ndcg_5": _mean(blind), "bm25_ndcg_5": _mean(plain), **per_repo}
    return Measured(figures, len(planted.tasks), against)


def read(path: Path = TASKS) -> Planted:
    """What is planted."""
    tasks, claims, repo = list[Task](), dict[str, list[str]](), ""
    for line in path.read_text().splitlines():
        if line.startswith("== "):
            repo = line[3:]
            claims[repo] = []
        elif line and not line.startswith("#"):
            text, *helps = (part.strip() for part in line.split(" | "))
            there = [claim for claim in helps if claim != "-"]
            claims[repo] += [claim for claim in there if claim not in claims[repo]]
            if text != "-":
                tasks.append(Task(repo, text, dict(zip(there, (STRONG, WEAK), strict=False))))
    return Planted(tasks, claims)


def fill(app: App, planted: Planted) -> None:
    """Every claim as an approved one, all of them equally sure."""
    records = list(_records(planted))
    with app.store.write(ALL) as tx:
        execute(tx, "planted", [Put(record) for record in records], ACTOR.name)
    app.call("index.follow", {}, ACTOR)


def told(app: App, task: Task, asked: str) -> list[str]:
    """What a brief tells, in its order."""
    answer: dict[str, Any] = app.call("brief", {"repo": task.repo, "task": asked}, ACTOR)
    with app.store.read(ALL) as tx:
        known = {record.id: record.text for record in tx.knowledge.by_ids(answer["items"])}
    return [known[id] for id in answer["items"]]


def ndcg(order: Sequence[str], task: Task, depth: int = FIRST) -> float:
    """How well the order puts what helps first, 1 being as well as can be."""

    def gain(grades: Sequence[int]) -> float:
        return sum((2.0**g - 1) / math.log2(n + 2) for n, g in enumerate(grades[:depth]))

    best = gain(sorted(task.helps.values(), reverse=True))
    return gain([task.helps.get(text, 0) for text in order]) / best


def bm25(task: Task, planted: Planted) -> list[str]:
    """The claims that a session in this repo sees, by plain BM25 (1.2, 0.75) of the task."""
    claims = [*planted.claims[task.repo], *planted.claims["*"]]
    docs = [_WORD.findall(text.casefold()) for text in claims]
    usual = mean(map(len, docs))
    scores = {
        claim: sum(_weight(word, doc, docs, usual) for word in set(_words(task.text)))
        for claim, doc in zip(claims, docs, strict=True)
    }
    return sorted((c for c in claims if scores[c] > 0), key=lambda c: -scores[c])


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _weight(word: str, doc: Sequence[str], docs: Sequence[Sequence[str]], usual: float) -> float:
    often, having = doc.count(word), sum(word in other for other in docs)
    rare = math.log(1 + (len(docs) - having + 0.5) / (having + 0.5))
    return rare * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * len(doc) / usual))


def _records(planted: Planted) -> Iterator[Record]:
    for repo, texts in planted.claims.items():
        scope = GLOBAL if repo == "*" else f"repo:{repo}"
        for text in texts:
            key = record_id(scope, text)
            yield Record(KIND, key, text, {"category": "fact"}, scope, confidence=0.85)


def _mean(values: Sequence[float]) -> float:
    return round(mean(values), 4)
