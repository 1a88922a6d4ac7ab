"""Applies the rules again to everything that is stored, page by page, each page all or nothing.

How far it came is kept with every page that changed something, so that what was interrupted goes
on there. Whoever cites a text that changed is changed with it.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from passdown.domain.entry import EXCHANGE
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.stages.observe.forget import forget_answers
from passdown.stages.observe.rules import Rules, changed
from passdown.storage.retelling import bodies_about, retell, told
from passdown.storage.texts import PLACES
from passdown.text.leaves import shifted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from passdown.domain.entry import Entry
    from passdown.storage.port import Store, Tx
    from passdown.storage.texts import Texts
    from passdown.text.redact import Redactor

    Report = Callable[[int, int, str, str], object]
    Moves = Mapping[int, Callable[[int, bool], int]]

FAR = "rescan"
"""The registry's name for how far an unfinished rescan came."""
DONE = "rescanned"
"""Its name for the rules that everything stored has passed."""
SCRUB = "scrub"
"""Its name for whether something erased may still stand in the store's files."""
PAGE = 200
MANY = 1_000_000
LONG = 10_000
"""Rows that may be looked at without a note of it: so many are looked at again at most."""
WHY = "rescan"


@dataclass(slots=True)
class Rescanned:
    """What a rescan did: rows looked at, rows changed by table, and finds by rule."""

    looked: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    resumed: bool = False


def rescan(
    store: Store, redactor: Redactor, actor: str, *, dry: bool = False, report: Report
) -> Rescanned:
    """Bring everything stored under the rules as they are; with `dry`, only say what that does."""
    with store.read(ALL) as tx:
        rules = Rules(redactor, _released(tx))
        kept = None if dry else _far(tx, rules.version)
    run = _Run(store, rules, actor, dry, report)
    if kept is not None:
        run.go_on(kept)
    for table in [*PLACES][[*PLACES].index(run.table) :]:
        run.over(table)
    if not dry:
        run.finish()
    return run.done


def passed(tx: Tx, redactor: Redactor) -> bool | None:
    """Whether everything stored passed the rules of today; None when nobody noted any."""
    noted = tx.registry.value(DONE)
    return noted == Rules(redactor, {}).version if noted else None


def note(tx: Tx, redactor: Redactor) -> None:
    """Note the rules of today where none are noted: what comes from now on passes them."""
    if not tx.registry.value(DONE):
        tx.registry.keep(DONE, Rules(redactor, {}).version)


def _far(tx: Tx, version: str) -> dict[str, Any] | None:
    """How far a rescan by these rules came; None when there is none that goes on."""
    kept: dict[str, Any] = json.loads(tx.registry.value(FAR) or "{}")
    return kept if kept.get("rules") == version else None


def _released(tx: Tx) -> dict[int, frozenset[str]]:
    """What a person let go of, however the rules see it."""
    entries = told(_entries(tx, "quarantine.released"))
    flags = ((int(e.subject), (e.detail or {}).get("flags") or ()) for e in entries)
    return {seq: frozenset(each) for seq, each in flags}


def _entries(tx: Tx, name: str) -> Iterator[Entry]:
    last = 0
    while page := tx.ledger.entries(after=last, name=name, limit=1000):
        yield from page
        last = page[-1].seq


class _Run:
    """One rescan: where it stands and what it did so far."""

    def __init__(self, store: Store, rules: Rules, actor: str, dry: bool, report: Report) -> None:
        self.done = Rescanned()
        self.table = next(iter(PLACES))
        self._store = store
        self._rules = rules
        self._actor = actor
        self._dry = dry
        self._report = report
        self._after: tuple[Any, ...] = ()
        self._unnoted = 0

    def go_on(self, kept: Mapping[str, Any]) -> None:
        """Stand where the last one was interrupted."""
        self.table, self._after = kept["table"], tuple(kept["after"])
        self.done = Rescanned(kept["looked"], kept["changed"], kept["found"], resumed=True)

    def over(self, table: str) -> None:
        """One table from where it stands to its end."""
        if table != self.table:
            self.table, self._after = table, ()
        while page := self._page():
            before = Counter(self._rules.found)
            now = [self._rules.row(one) for one in page]
            counts = self._rules.found - before
            if any(map(changed, page, now)):
                page = page if self._dry else self._write(before)
                if self._dry:
                    self._count(table, sum(map(changed, page, now)), counts)
            self._after = page[-1].key
            self.done.looked += len(page)
            self._note(len(page))
            self._report(self.done.looked, 0, "rows", table)

    def _page(self) -> list[Texts]:
        with self._store.read(ALL) as tx:
            return tx.erasure.page(self.table, after=self._after, limit=PAGE)

    def _write(self, before: Counter[str]) -> list[Texts]:
        """Change what must change on the page as it is by now, and note how far that is."""
        with self._store.write(ALL) as tx:
            self._rules.found = Counter(before)
            page = tx.erasure.page(self.table, after=self._after, limit=PAGE)
            pairs = [(one, self._rules.row(one)) for one in page]
            pairs = [pair for pair in pairs if changed(*pair)]
            self._keep(tx, pairs)
            self._count(self.table, len(pairs), self._rules.found - before)
            self._mark(tx, page[-1].key if page else self._after)
            tx.registry.keep(SCRUB, "due")
        self._unnoted = 0
        return page

    def _keep(self, tx: Tx, pairs: list[tuple[Texts, Texts]]) -> None:
        for before, after in pairs:
            if before.table == "bodies":
                retell(tx, before, after.values["text"], self._actor, WHY)
            else:
                tx.erasure.rewrite(after)
        if self.table == "observations":
            olds = {one.key[0]: one.values["text"] for one, new in pairs if _other(one, new)}
            cite(tx, {seq: self._rules.moves(text) for seq, text in olds.items()}, self._actor)
        if self.table == "records":
            ids = [one.key[0] for one, _ in pairs]
            index(tx, ids)
            # The ledger must say of a record what it is, at any time.
            bodies = [body for id in ids for body in bodies_about(tx, id)]
            for body, new in ((body, self._rules.row(body)) for body in bodies):
                if changed(body, new):
                    retell(tx, body, new.values["text"], self._actor, WHY)

    def _count(self, table: str, rows: int, found: Mapping[str, int]) -> None:
        add(self.done.changed, {table: rows})
        add(self.done.rules, found)

    def _note(self, rows: int) -> None:
        """Now and then, so that what is interrupted has not far to go back."""
        self._unnoted += rows
        if self._unnoted >= LONG and not self._dry:
            with self._store.write(ALL) as tx:
                self._mark(tx, self._after)
            self._unnoted = 0

    def _mark(self, tx: Tx, after: tuple[Any, ...]) -> None:
        far = {"rules": self._rules.version, "table": self.table, "after": after}
        did = {"looked": self.done.looked, "changed": self.done.changed, "found": self.done.rules}
        tx.registry.keep(FAR, json.dumps({**far, **did}))

    def finish(self) -> None:
        """All of it stands under the rules as they are."""
        with self._store.write(ALL) as tx:
            tx.registry.keep(FAR, "")
            if self.done.changed:
                answered = tx.ledger.activities(name=EXCHANGE, limit=MANY)
                forget_answers(tx, (one.session for one in answered))
            tx.registry.keep(DONE, self._rules.version)
            tx.index.forget_vectors()
            did = {"looked": self.done.looked, "changed": self.done.changed}
            did |= {"rules": self.done.rules}
            tx.ledger.append("rescan.finished", self._actor, "store", did)


def cite(tx: Tx, moves: Moves, actor: str) -> None:
    """Put every quote of these texts at its new place: in proposals, records and the ledger."""
    for id in tx.erasure.resting_on(moves):
        _shift(tx, tx.erasure.of_proposal(id), moves, actor)
        _shift(tx, bodies_about(tx, id), moves, actor)
        for kind, key in {(image.kind, image.key) for image in tx.ledger.images(id)}:
            rows = tx.erasure.of_record(kind, key)
            _shift(tx, rows, moves, actor)
            for about in {one.key[0] for one in rows if one.table in ("records", "versions")}:
                _shift(tx, bodies_about(tx, about), moves, actor)


def _shift(tx: Tx, rows: Iterable[Texts], moves: Moves, actor: str) -> None:
    for one in rows:
        new = one._replace(values={k: shifted(v, moves) for k, v in one.values.items()})
        if not changed(one, new):
            continue
        if one.table == "bodies":
            retell(tx, one, new.values["text"], actor, WHY)
        else:
            tx.erasure.rewrite(new)


def named_by(store: Store, redactor: Redactor) -> list[str]:
    """The records whose key the rules find something in: it names them, and so it stays."""
    with store.read(ALL) as tx:
        every = tx.knowledge.all(lives=tuple(Life))
    return [record.id for record in every if redactor.redact(record.key).found]


def index(tx: Tx, ids: Iterable[str]) -> None:
    """Let the search index know these records by what they say now."""
    known = [record for record in tx.knowledge.by_ids(ids) if record.life.value == "active"]
    tx.index.follow(known, [], tx.index.position())


def add(into: dict[str, int], more: Mapping[str, int]) -> None:
    """Add numbers by name, without those that are nothing."""
    for name, n in more.items():
        if n:
            into[name] = into.get(name, 0) + n


def _other(before: Texts, after: Texts) -> bool:
    return bool(before.values["text"] != after.values["text"])
