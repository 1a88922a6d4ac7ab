"""Claims as files that people read, and what is asked by whoever changes them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.contract.loop import Finding
from passdown.contract.mirror import Edit, Misread, Own
from passdown.domain.record import Life
from passdown.loops.claims.ask import entities
from passdown.loops.claims.changes import KIND, claim_key
from passdown.loops.claims.detect import LONGEST
from passdown.loops.claims.pages import Item, names, pages, read, scope_of, shown
from passdown.loops.claims.payload import Add, Cure, Known, Quote, Retire, Supersede
from passdown.loops.claims.view import STATED, another, state
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.loops.claims.pages import Shown
    from passdown.loops.claims.payload import Payload

INDEX = "index.json"
VERSION = 1
AT_ONCE = 500
LIVING = (Life.ACTIVE, Life.CONTESTED)
SHORTEST = 3


def files(corpus: Corpus) -> dict[str, str]:
    """The claims in force: an index, and a page for everywhere and for each repo and agent."""
    every = corpus.records(KIND, lives=tuple(Life))
    told = [record for record in every if record.life in LIVING]
    facts = sorted(_facts(told, corpus), key=lambda fact: str(fact["id"]))
    changed = max((record.updated_at for record in every), default="")
    return {INDEX: _index(facts, changed), **pages(told, names({record.scope for record in every}))}


def _index(facts: Sequence[dict[str, Any]], changed: At) -> str:
    """The index as JSON, a fact a line: so a version control system shows which one changed."""
    lines = ",\n".join(f"    {json.dumps(fact, ensure_ascii=False)}" for fact in facts)
    head = f'"version": {VERSION},\n  "last_updated": {json.dumps(changed)},\n'
    body = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  {head}  "total_facts": {len(facts)},\n  "facts": {body}\n}}\n'


def _facts(records: Sequence[Record], corpus: Corpus) -> Iterator[dict[str, Any]]:
    for start in range(0, len(records), AT_ONCE):
        part = records[start : start + AT_ONCE]
        seqs = {seq for record in part for seq in _seqs(record)}
        seen = {one.seq: (one.at, one.session) for one in corpus.get(seqs)}
        for record in part:
            yield _fact(record, sorted(seen[seq] for seq in _seqs(record) if seq in seen))


def _fact(record: Record, seen: Sequence[tuple[At, str]]) -> dict[str, Any]:
    family, _, name = record.scope.partition(":")
    times = [at for at, _ in seen if at]
    said = shown(record)
    return {
        "id": record.id,
        "fact": said.text,
        "category": said.category,
        "repo": name if family == "repo" else "global",
        "agent": name if family == "agent" else "",
        "confidence": record.confidence,
        "status": record.life.value,
        "source_session": next((session for _, session in seen), ""),
        "first_seen": min(times, default=record.created_at),
        "last_seen": max(times, default=record.updated_at),
    }


def _seqs(record: Record) -> set[int]:
    return {int(quote["seq"]) for quote in record.body.get("quotes", ())}


# ---- what was changed by hand


def edits(
    before: Mapping[str, str], after: Mapping[str, str], corpus: Corpus
) -> Iterator[Edit[Payload] | Misread | Own]:
    """What each changed line asks: an added one ADD, a changed one SUPERSEDE, a removed one
    RETIRE; nothing where the store says the same already."""
    book = _Book(corpus)
    yield from map(Own, book.own(after))
    was = [item for item in book.items(before) if isinstance(item, Item)]
    stands: list[Item] = []
    for item in book.items(after):
        sound = item if isinstance(item, Misread) else _sound(item)
        if isinstance(sound, Misread):
            yield sound
        else:
            stands.append(sound)
    asked = [book.ask(prior, item) for prior, item in _pairs(was, stands, book)]
    found = [edit for edit in asked if edit is not None]
    yield from sorted(found, key=lambda edit: (edit.file, edit.line, edit.said))


def _sound(item: Item) -> Item | Misread:
    """The line with a category, when it can be a claim."""
    text = item.shown.text
    if not SHORTEST <= len(text) <= LONGEST or not text.isprintable():
        what = f"a claim is one sentence of {SHORTEST} to {LONGEST} printable characters"
        return Misread(item.file, item.line, what, another(text))
    if item.shown.category:
        return item
    guess = state(text, (1,), item.shown.scope).payload
    category = guess.category if isinstance(guess, Add) else "fact"
    return item._replace(shown=item.shown._replace(category=category))


def _pairs(
    was: Sequence[Item], stands: Sequence[Item], book: _Book
) -> Iterator[tuple[Item | None, Item | None]]:
    """What became of what, by what is said and not by where: a line that only moved, or whose
    words another line has now, is no change."""
    old = {book.key(item): item for item in was}
    ids = {item.id: item for item in was}
    same = {item.shown: key for key, item in old.items()}
    new: dict[str, Item] = {}
    for item in sorted(stands, key=lambda item: not _is_kept(item, ids)):
        prior = ids[item.id] if _is_kept(item, ids) else None
        key = book.key(prior) if prior else same.get(item.shown) or _key(item.shown)
        new.setdefault(key, item)
    gone = {key: item for key, item in old.items() if key not in new}
    for key, item in new.items():
        origin = ids.get(item.id)
        if key in old:
            if old[key].shown != item.shown:
                yield old[key], item
        elif origin is not None and book.key(origin) in gone:
            yield gone.pop(book.key(origin)), item
        else:
            yield None, item
    yield from ((item, None) for item in gone.values())


def _is_kept(item: Item, ids: Mapping[str, Item]) -> bool:
    return item.id in ids and ids[item.id].shown == item.shown


def _key(said: Shown) -> str:
    return claim_key(said.text, said.scope)


class _Now(NamedTuple):
    """The record that stands for what a file said, and how it differs from that."""

    record: Record | None
    conflict: str


class _Book:
    """Every claim there ever was, to see what a line is about and what became of that."""

    def __init__(self, corpus: Corpus) -> None:
        every = corpus.records(KIND, lives=tuple(Life))
        self._by_id = {record.id: record for record in every}
        self._by_key = {record.key: record for record in every}
        named = names({record.scope for record in every})
        self._scopes = {file: scope for scope, file in named.items()}

    def items(self, texts: Mapping[str, str]) -> Iterator[Item | Misread]:
        """The lines of these files."""
        for file, text in sorted(texts.items()):
            scope = scope_of(file, self._scopes)
            if scope is not None:
                yield from read(file, text, scope)
            elif file == INDEX:
                what = "the index is derived: nothing that is changed in it is kept"
                step = "Change the line in its own file; `passdown mirror --force` mends the index."
                yield Misread(file, 0, what, step)

    def own(self, texts: Iterable[str]) -> list[str]:
        """Those of these files that are pages of claims."""
        return sorted(file for file in texts if scope_of(file, self._scopes) is not None)

    def key(self, item: Item) -> str:
        """The key of the claim that a line was written of."""
        known = self._by_id.get(item.id)
        return known.key if known else _key(item.shown)

    def ask(self, prior: Item | None, item: Item | None) -> Edit[Payload] | None:
        """The question that a line's change is; None when the store says so already."""
        now = self._now(prior) if prior else _Now(None, "")
        if item is None:
            return self._removed(prior, now) if prior and now.record else None
        key = _key(item.shown)
        target = now.record or self._living(key)
        if target and shown(target) == item.shown:
            return None
        if target is None or target.key == key:
            return self._said(prior, item, now.conflict, None)
        return self._said(prior, item, now.conflict, target)

    def _living(self, key: str) -> Record | None:
        found = self._by_key.get(key)
        return found if found and found.life in LIVING else None

    def _now(self, prior: Item) -> _Now:
        """What became of what a line was written of: followed to what replaced it."""
        record, seen = self._by_id.get(prior.id) or self._living(_key(prior.shown)), set[str]()
        while record and record.life is Life.SUPERSEDED and record.id not in seen:
            seen.add(record.id)
            record = self._by_id.get(str(record.body.get("superseded_by", "")))
        if record is None or record.life not in LIVING:
            return _Now(None, "the claim was retired since this file was written")
        if shown(record) == prior.shown:
            return _Now(record, "")
        said = one_line(record.text, LONGEST)
        return _Now(record, f"since this file was written the claim became: {said}")

    def _removed(self, prior: Item, now: _Now) -> Edit[Payload] | None:
        target = now.record
        if target is None:
            return None
        reason = one_line(f"its line was removed from {prior.file}", LONGEST)
        payload = Retire(target.key, reason)
        key = _question("RETIRE", target.key, target.version)
        title = _title(f"No longer: {target.text}", now.conflict)

        def ask(seq: int) -> Finding[Payload]:
            return Finding(payload, (seq,), key, title, STATED, target.scope)

        said = f"Removed from {prior.file}: {prior.shown.text}"
        shown_as = (prior.file, prior.line, prior.shown.text, "")
        return Edit(*shown_as, target.scope, said, ask, now.conflict)

    def _said(
        self, prior: Item | None, item: Item, conflict: str, target: Record | None
    ) -> Edit[Payload]:
        """The question whether a line holds: beside the rest, or in the place of the target."""
        said = item.shown
        base = target or self._by_key.get(_key(said))
        action = "SUPERSEDE" if target else "ADD"
        key = _question(action, base.key if base else "", base.version if base else 0, *said)
        title = _title(said.text, conflict)

        def ask(seq: int) -> Finding[Payload]:
            made = _claim(said, seq, base if target or self._living(_key(said)) else None)
            payload = Supersede(**made, target=target.key) if target else Add(**made)
            return Finding(payload, (seq,), key, title, made["confidence"], said.scope)

        before = prior.shown.text if prior else ""
        return Edit(item.file, item.line, before, said.text, said.scope, said.text, ask, conflict)


def _claim(said: Shown, seq: int, base: Record | None) -> dict[str, Any]:
    """What a claim says that stands on this line; what it was about before goes with it."""
    made: dict[str, Any] = {
        "text": said.text,
        "category": said.category,
        "scope": said.scope,
        "confidence": max(STATED, base.confidence) if base else STATED,
        "quotes": (Quote(seq, 0, len(said.text)),),
        "entities": entities(said.text),
    }
    if base is not None:
        made["nearest"] = Known(base.key, base.text)
        made["valid_from"], made["valid_to"] = base.valid_from, base.valid_to
        cure = base.body.get("cure")
        if cure:
            made["cure"] = Cure(**cure, signature=str(base.body.get("signature", "")))
    return made


def _title(text: str, conflict: str) -> str:
    return one_line(f"Conflict: {text}" if conflict else text, LONGEST)


def _question(*parts: object) -> str:
    """Which question an edit is: the same words over the same version of the same claim."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
