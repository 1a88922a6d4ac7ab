"""Long conversations, earlier sessions and decisions to search in: real ones, or made up."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from passdown.text.rank import Doc, doc

CATEGORIES = {1: "multi_hop", 2: "temporal", 3: "open_domain", 4: "single_hop"}
LONGEST = 4000
"""Characters of an observation that are looked at."""
_WORD = re.compile(r"\w+")
_TURN = re.compile(r"D\d+:\d+")


class Asked(NamedTuple):
    """A question, the ids that answer it, and of what kind it is."""

    text: str
    right: frozenset[str]
    kind: str


class Talk(NamedTuple):
    """One long conversation: its turns, their ids, and what is asked of it."""

    docs: Sequence[Doc]
    plain: Sequence[Doc]
    ids: Sequence[str]
    asked: Sequence[Asked]


class Said(NamedTuple):
    """One text as it is ranked by us and by the plain way."""

    ours: Doc
    plain: Doc


class Case(NamedTuple):
    """A question to sessions, how relevant each is; `stale` should stand below what is right."""

    text: str
    said: Sequence[Said]
    grades: Mapping[str, int]
    stale: str = ""


def talks(data: Path | None) -> Iterator[Talk]:
    if data is None:
        yield from (_made_talk(random.Random(seed)) for seed in range(3))
        return
    turns, asked = defaultdict(list), defaultdict(list)
    for row in _jsonl(data / "locomo10" / "turns.jsonl"):
        turns[row["conv"]].append(row)
    for row in _jsonl(data / "locomo10" / "qa.jsonl"):
        told = row.get("corrected_evidence") or row["evidence"]
        right = frozenset(id for each in told for id in _TURN.findall(str(each)))
        if row["category"] in CATEGORIES and right:
            asked[row["conv"]].append(Asked(row["question"], right, CATEGORIES[row["category"]]))
    for name, rows in turns.items():
        yield _talk([_turn(row) for row in rows], asked[name])


class Turn(NamedTuple):
    """One turn as it is read."""

    id: str
    group: str
    who: str
    text: str
    at: str = ""


def _turn(row: Mapping[str, Any]) -> Turn:
    at = datetime.strptime(row["date"], "%I:%M %p on %d %B, %Y").isoformat()
    return Turn(row["dia_id"], str(row["session"]), row["speaker"], _seen(row), at)


def _seen(row: Mapping[str, Any]) -> str:
    """A turn's words, its picture's before them: what ends in a question mark asks."""
    return f"{row['caption']} {row['text']}" if row.get("caption") else str(row["text"])


def _talk(rows: Sequence[Turn], asked: Sequence[Asked]) -> Talk:
    docs = [doc(one.text, one.who, one.group, n, one.at) for n, one in enumerate(rows)]
    plain = [_plain(one.text, one.group, "") for one in rows]
    ids = [one.id for one in rows]
    return Talk(docs, plain, ids, [one for one in asked if one.right & {*ids}])


def _said(text: str, group: str, place: int, at: str) -> Said:
    return Said(doc(text, "", group, place, at), _plain(text, group, at))


def _plain(text: str, group: str, at: str) -> Doc:
    return Doc(_WORD.findall(text.casefold()), "", group, at=at)


def earlier(data: Path | None) -> Iterator[Case]:
    if data is None:
        yield from _made_cases(random.Random(5), 40)
        return
    heard = _observed(data)
    links = {row["session"]: row for row in _jsonl(data / "sessions" / "session_links.jsonl")}
    for row in _jsonl(data / "sessions" / "retrieval_qrels.jsonl"):
        before = [
            id
            for id, one in links.items()
            if one["repo"] == row["repo"] and one["start"] < row["start"] and id[-36:] in heard
        ]
        grades = {id: grade for id, grade in row["rel"].items() if id in before}
        if grades:
            said = [
                _said(text, id, n, links[id]["start"])
                for id in before
                for n, text in enumerate(heard[id[-36:]])
            ]
            yield Case(row["query"], said, grades)


def _observed(data: Path) -> dict[str, list[str]]:
    """What each transcript says, as it is read into a store."""
    from passdown.domain.clock import SystemClock
    from passdown.domain.scope import ALL
    from passdown.domain.settings import defaults
    from passdown.stages.observe.ingest import ingest
    from passdown.stages.observe.readers import load
    from passdown.storage.sqlite import open_sqlite
    from passdown.text.redact import Redactor

    folders = sorted(p for p in (data / "sessions").iterdir() if p.is_dir())
    files = sorted(f for p in folders for f in p.iterdir() if f.is_file())
    said: dict[str, list[str]] = defaultdict(list)
    with TemporaryDirectory(prefix="passdown-retrieval-") as folder:
        store = open_sqlite(Path(folder, "store.db"), SystemClock())
        redactor, clock = Redactor(b"an evaluation's key, of 32 bytes"), SystemClock()
        ingest(store, files, readers=load(), redactor=redactor, settings=defaults(), clock=clock)
        with store.read(ALL) as tx:
            for one in tx.observations.scan(limit=10**7):
                said[one.session[-36:]].append(one.text[:LONGEST])
        store.close()
    return said


def decided(data: Path | None) -> Iterator[Case]:
    if data is None:
        yield from _made_cases(random.Random(9), 40, stale=True)
        return
    folder = data / "sde_bench"
    tasks = list(_jsonl(folder / "tasks.jsonl"))
    noise = [
        _said(f"{row['subject']}\n{row['body']}"[:LONGEST], row["sha"], 0, row["date"])
        for row in _jsonl(folder / "boltons_commits.jsonl")
    ]
    for n, row in enumerate(_jsonl(folder / "decoy_conversations.jsonl")):
        noise += [_said(turn["text"], f"decoy {n}", k, "") for k, turn in enumerate(row["turns"])]
    for task in tasks:
        yield _task(task, noise)


def _task(task: Mapping[str, Any], noise: Sequence[Said]) -> Case:
    """Where this was decided, among what was not; of an amended one the last says how it is."""
    at = "2026-01-0{}T00:00:00.000Z".format
    if task["source"] == "history":
        told = f"{task['decision_subject']}\n\n{task['decision_rationale']}"
        return Case(task["bug_report"], [*noise, _said(told, "decided", 0, at(1))], {"decided": 1})
    talks = task["conversations"]
    talks = [talks] if isinstance(talks[0], dict) else talks
    said = [
        _said(turn["text"], f"decided {n}", k, at(n + 1))
        for n, talk in enumerate(talks)
        for k, turn in enumerate(talk)
    ]
    stale = "decided 0" if len(talks) > 1 else ""
    return Case(task["bug_report"], [*noise, *said], {f"decided {len(talks) - 1}": 1}, stale)


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as file:
        yield from map(json.loads, file)


# ---- made here


_NAMES = ("Ada", "Grace", "Linus")
_THINGS = """bakery violin garden marathon passport sailboat telescope kitchen library museum
bicycle lantern orchard puppy quilt rocket sculpture theatre umbrella vineyard workshop piano"""
_DEEDS = ("visit", "paint", "repair", "describe", "clean", "borrow", "photograph", "polish")
_OFTEN = ("yesterday", "with my sister", "again", "in the rain")


def _made_talk(chance: random.Random) -> Talk:
    """Sessions of small talk in which some things are said once, in another form than asked."""
    rows: list[Turn] = []
    asked, pairs = list[Asked](), [(t, d) for t in _THINGS.split() for d in _DEEDS]
    for n, (thing, deed) in enumerate(chance.sample(pairs, 60)):
        who, group = chance.choice(_NAMES), str(n // 6)
        other = chance.choice([name for name in _NAMES if name != who])
        said = f"I {deed.rstrip('e')}ed the {thing} {chance.choice(_OFTEN)}."
        for speaker, text in (
            (other, f"How is the {thing}?"),
            (who, said),
            (other, "Nice to hear!"),
        ):
            rows.append(Turn(f"D{group}:{len(rows)}", group, speaker, text))
        asked.append(Asked(f"When did {who} {deed} the {thing}?", frozenset([rows[-2].id]), "made"))
    return _talk(rows, asked)


def _made_cases(chance: random.Random, many: int, *, stale: bool = False) -> Iterator[Case]:
    """Sessions on random matters, two of them on the matter asked for."""
    things = _THINGS.split()
    for _ in range(many):
        matter = chance.sample(things, 2)
        rest = [thing for thing in things if thing not in matter]
        said = [
            _said(_small_talk(chance, rest, matter), f"s{k}", i, f"{k:03}")
            for k in range(30)
            for i in range(4)
        ]
        told = f"The {matter[0]} needs a {matter[1]}"
        said.append(_said(f"{told}, always.", "old", 0, "014"))
        said.append(_said(f"{told}, as of June.", "new", 0, "015"))
        grades = {"new": 1} if stale else {"old": 2, "new": 2}
        asked = f"Which {matter[1]}s do {matter[0]}s need?"
        yield Case(asked, said, grades, "old" if stale else "")


def _small_talk(chance: random.Random, rest: Sequence[str], matter: Sequence[str]) -> str:
    """Of other things, now and then of one of those the question is about."""
    things = [*chance.sample(rest, 2), chance.choice([*rest, *matter])]
    return f"We {chance.choice(_DEEDS)} the {' and the '.join(things)}."
