"""What was changed by hand in the mirror, as proposals: said by whoever pulls it, once each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.contract.mirror import Edit, Misread, Own
from passdown.domain.actor import Kind
from passdown.domain.errors import Invalid, PassdownError
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.scope import ALL
from passdown.stages.mine.corpus import Live, live
from passdown.stages.propose.file import Fate, file
from passdown.stages.propose.validate import action_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from passdown.contract.loop import Finding, Loop, Replay
    from passdown.domain.record import Life, Record
    from passdown.ops.operation import Ctx
    from passdown.stages.propose.file import Filed
    from passdown.stages.serve.mirror import Notes
    from passdown.storage.port import Tx

CONFLICT = "conflict"
"""The flag of a proposal whose record changed since the file was written."""
UNSURE = 0.6
"""How sure an edit is at most that no person made."""
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """One edit of one loop's file, and what is told of it."""

    loop: Loop[Any]
    edit: Edit[Any] | Misread
    row: dict[str, Any]


class Found(NamedTuple):
    """What was changed by hand, and which of the files are a loop's own."""

    asked: list[Asked]
    own: set[str]


class _Redacted(Live):
    """The world as a transaction sees it, what records say redacted by the rules of today."""

    def __init__(self, tx: Tx, clean: Callable[[str], str]) -> None:
        super().__init__(tx)
        self._clean = clean

    def records(self, kind: str, *, lives: Sequence[Life] = ()) -> Sequence[Record]:
        """By key; active ones unless `lives` says otherwise."""
        found = super().records(kind, lives=lives)
        return [replace(record, text=self._clean(record.text)) for record in found]


def fresh_pages(ctx: Ctx) -> dict[str, str]:
    """Every loop's files as the store would have them now."""
    from passdown.stages.serve.mirror import pages

    with ctx.store.read(ALL) as tx:
        return pages(ctx.loops.values(), _corpus(ctx, tx), tx.ledger.head())


def asked(ctx: Ctx, notes: Notes, after: Mapping[str, bytes]) -> Found:
    """What the changed files ask, as each loop understands its own."""
    from passdown.stages.serve.mirror import HEAD, text_of

    clean = ctx.redactor().clean
    said = {name: text_of(name, content) for name, content in after.items() if name != HEAD}
    now = {name: clean(text) for name, text in said.items() if isinstance(text, str)}
    was = {name: notes.files[name].text if name in notes.files else "" for name in now}
    first = next(iter(ctx.loops.values()))
    found = [_row(first, one) for one in said.values() if isinstance(one, Misread)]
    own: set[str] = set()
    if HEAD in after:
        step = "`passdown mirror --force` writes it anew."
        found.append(_row(first, Misread(HEAD, 0, "the ledger's head is derived", step)))
    with ctx.store.read(ALL) as tx:
        corpus = _corpus(ctx, tx)
        for loop in ctx.loops.values():
            every = loop.edits(was, now, corpus) if loop.edits is not None else ()
            for one in every:
                if isinstance(one, Own):
                    own.add(one.file)
                else:
                    found.append(_row(loop, one))
    return Found(found, own)


def put(ctx: Ctx, found: Sequence[Asked]) -> list[Asked]:
    """Put each edit to the gate; what cannot be is told with what to do instead."""
    ready = [(one, _finding(ctx, one)) for one in found]
    with ctx.store.read(ALL) as tx:
        world = live(tx)
        past = [_replay(ctx, one, what, world) for one, what in ready]
    return [_put(ctx, one, what, then) for (one, what), then in zip(ready, past, strict=True)]


def _corpus(ctx: Ctx, tx: Tx) -> Live:
    """What a loop may read; redacted anew where the rules changed since it was stored."""
    from passdown.stages.observe.rescan import passed

    redactor = ctx.redactor()
    return live(tx) if passed(tx, redactor) else _Redacted(tx, redactor.clean)


def _row(loop: Loop[Any], one: Edit[Any] | Misread) -> Asked:
    row: dict[str, Any] = {"file": one.file, "line": one.line, "loop": loop.name, "action": ""}
    row |= dict.fromkeys(("before", "after", "conflict", "fate", "proposal", "what", "next"), "")
    if isinstance(one, Misread):
        return Asked(loop, one, {**row, "what": one.what, "next": one.next})
    action = action_of(loop, one.ask(1).payload)
    told = {"action": action, "before": one.before, "after": one.after, "conflict": one.conflict}
    return Asked(loop, one, {**row, **told})


def _finding(ctx: Ctx, one: Asked) -> Finding[Any] | PassdownError | None:
    """The question, on what the person who changed the file says by that."""
    if isinstance(one.edit, Misread):
        return None
    try:
        finding = one.edit.ask(_said(ctx, one.edit))
    except PassdownError as error:
        return error
    sure = finding.confidence if ctx.actor.kind is Kind.HUMAN else UNSURE
    return replace(finding, confidence=min(finding.confidence, sure))


def _replay(
    ctx: Ctx, one: Asked, finding: Finding[Any] | PassdownError | None, world: Live
) -> Replay | None:
    if finding is None or isinstance(finding, PassdownError):
        return None
    replay = one.loop.replay(finding.payload, world, ctx.settings)
    conflict = one.row["conflict"]
    if not conflict:
        return replay
    return replace(replay, sentence=f"{replay.sentence} Conflict: {conflict}.")


def _put(
    ctx: Ctx, one: Asked, finding: Finding[Any] | PassdownError | None, replay: Replay | None
) -> Asked:
    if finding is None:
        return one
    try:
        if isinstance(finding, PassdownError) or replay is None:
            return _refused(one, finding)
        filed = _file(ctx, one, finding, replay)
    except PassdownError as error:
        return _refused(one, error)
    id = filed.proposal.id if filed.proposal else ""
    step = "Decide what waits, then pull again." if filed.fate is Fate.LEFT_OUT else ""
    what = "the queue is full" if step else ""
    told = {"fate": filed.fate.value, "proposal": id, "what": what, "next": step}
    return replace(one, row={**one.row, **told})


def _refused(one: Asked, error: Any) -> Asked:
    step = error.next or "Change it, then pull again."
    return replace(one, row={**one.row, "fate": "refused", "what": error.what, "next": step})


def _file(ctx: Ctx, one: Asked, finding: Finding[Any], replay: Replay) -> Filed:
    by, newest = ctx.actor.name, max(finding.evidence)
    with ctx.store.write(ALL) as tx:
        tx.registry.see(ctx.actor)
        filed = file(tx, one.loop, finding, replay, by=by, settings=ctx.settings, as_of=newest)
        made = filed.proposal
        if made is None or filed.fate is not Fate.FILED or not one.row["conflict"]:
            return filed
        flagged = replace(made, flags=(*made.flags, CONFLICT))
        return replace(filed, proposal=tx.queue.attach(flagged))


def _said(ctx: Ctx, edit: Edit[Any]) -> int:
    """Keep what an edit says as an observation, once; Invalid when it goes to quarantine."""
    item = _observed(ctx, edit)
    with ctx.store.write(ALL) as tx:
        new = tx.observations.add(_session(tx, item), [item])
        (seq,) = new or (_seq(tx, item),)
    if item.flags:
        raise Invalid(
            f"this went to quarantine: {', '.join(item.flags)}",
            where=f"observation {seq}",
            next="Say it without instructions to agents or hidden characters.",
        )
    return seq


def _observed(ctx: Ctx, edit: Edit[Any]) -> Observation:
    """What whoever pulls an edit says by it, with the trust that they have."""
    from passdown.text.hazard import hazards

    key = f"edit\0{ctx.actor.name}\0{edit.ask(1).key}"
    person = ctx.actor.kind is Kind.HUMAN
    return Observation(
        session=f"edited:{ctx.actor.name}:{edit.scope}",
        uid=hashlib.sha256(key.encode()).hexdigest()[:32],
        seen=Seen.NOTE,
        text=edit.said,
        at=ctx.clock.now(),
        trust=Trust.HUMAN if person else Trust.AGENT,
        scope=edit.scope,
        flags=hazards(edit.said),
    )


def _session(tx: Tx, item: Observation) -> Session:
    """All that one person changed in one scope, as a session."""
    known = tx.observations.session(item.session)
    family, _, name = item.scope.partition(":")
    began = known.started_at if known else item.at
    repo = name if family == "repo" else ""
    return Session(item.session, "said", repo=repo, started_at=began, ended_at=item.at)


def _seq(tx: Tx, item: Observation) -> int:
    """Where this was said before."""
    home = tx.observations.homes([item.uid])[item.uid]
    return next(one.seq for one in _all_of(tx, home) if one.uid == item.uid)


def _all_of(tx: Tx, session: str) -> Iterator[Observation]:
    after = 0
    while page := tx.observations.scan(after=after, session=session, flagged=True, limit=PAGE):
        yield from page
        after = page[-1].seq
