"""Takes records back for good when all they rest on is forgotten, and what made them with them."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.proposal import Mark, Status
from passdown.domain.record import Edge, record_id
from passdown.stages.apply.execute import EDGE, tell_edge
from passdown.stages.apply.outbox import PREFIX
from passdown.stages.apply.reach import MADE
from passdown.stages.apply.undo import UNDONE, applied, is_undone, restore, restore_edge, wanted
from passdown.storage.retelling import ANEW, bodies_about, retell
from passdown.text.leaves import elsewhere, without

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from passdown.domain.actor import Actor
    from passdown.domain.change import Image
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.stages.apply.reach import Key, Reach
    from passdown.storage.port import Tx
    from passdown.storage.texts import Texts

    Say: TypeAlias = Callable[[str], str]
    Plain: TypeAlias = dict[str, Any]

WHY = "forgotten"


def forget_records(tx: Tx, found: Reach, actor: Actor, say: Say) -> None:
    """Take back what the lost approvals did, and leave nothing of the records that are gone."""
    newest_first = sorted(found.lost, key=lambda p: applied(tx, p.id), reverse=True)
    for proposal in newest_first:
        if proposal.status is Status.EXECUTED and not is_undone(tx, proposal.id):
            _take_back(tx, proposal, found, actor)
    for key in found.gone:
        _drop(tx, key, actor, say)
    for proposal in newest_first:
        _unsay(tx, proposal, actor, say)
        _hide_edges(tx, proposal, actor)
        tx.erasure.drop_jobs(f"{PREFIX}{proposal.id}:")


def cite_less(tx: Tx, found: Reach, seqs: Collection[int], session: str, actor: Actor) -> None:
    """Let what is left cite none of these observations, nor their session."""
    for kind, key in found.less:
        rows = tx.erasure.of_record(kind, key)
        rows += bodies_about(tx, record_id(kind, key))
        for row in rows:
            values = {name: without(value, seqs, session) for name, value in row.values.items()}
            _say_instead(tx, row, values, actor)


def _take_back(tx: Tx, proposal: Proposal, found: Reach, actor: Actor) -> None:
    """Undo what it did to others; what is gone goes whole, what another made of it since stays."""
    images = tx.ledger.images(proposal.id)
    left = [i for i in images if (i.kind, i.key) not in found.gone]
    built_on = [i for i in left if i.kind != EDGE and _is_built_on(tx, i, found.lost)]
    for image in reversed(left):
        if image.kind == EDGE:
            restore_edge(tx, image, actor)
        elif image not in built_on:
            restore(tx, image, actor, proposal.id)
    if all(image.change not in MADE for image in built_on):
        tx.queue.mark(Mark(proposal.id, UNDONE, tx.now, actor.name))
        tx.ledger.append("promotion.undone", actor.name, proposal.id, {"loop": proposal.loop})


def _is_built_on(tx: Tx, image: Image, lost: Collection[Proposal]) -> bool:
    """Whether a yes that stands changed the record since."""
    ids = {proposal.id for proposal in lost}
    later = tx.ledger.touched_after(image.kind, image.key, image.after)
    return any(id not in ids and not is_undone(tx, id) for id in later)


def _drop(tx: Tx, key: Key, actor: Actor, say: Say) -> None:
    """Delete a record with all that was ever said of it."""
    id, texts = record_id(*key), {v.text for v in tx.knowledge.versions(*key)}
    for edge in tx.knowledge.edges(id):
        bare = Edge(edge.source, edge.type, edge.target, scope=edge.scope)
        if tx.knowledge.unlink(edge):
            tell_edge(tx, "", "remove", bare, actor.name)
    for body in bodies_about(tx, id):
        if "record" in _said(body):
            retell(tx, body, None, actor.name, WHY)
    tx.erasure.drop_record(*key)
    for text in sorted(filter(None, texts)):
        for row in tx.erasure.holding(text):
            values = {n: elsewhere(v, {id, key[1]}, text, say) for n, v in row.values.items()}
            _say_instead(tx, row, values, actor)


def _unsay(tx: Tx, proposal: Proposal, actor: Actor, say: Say) -> None:
    """Let what it put into a record that is left say, wherever it is kept, what stood before."""
    images = tx.ledger.images(proposal.id)
    own = (i for i in reversed(images) if i.change in MADE and not wanted(tx, i))
    before = {(i.kind, i.key): i.before for i in own}
    for key, first in before.items():
        said = [v for v in tx.knowledge.versions(*key) if v.made_by == proposal.id]
        instead = partial(_instead, said, first, say)
        for row in tx.erasure.of_record(*key):
            _say_instead(tx, row, _of_row(row, instead), actor)
        for body in bodies_about(tx, record_id(*key)):
            _say_instead(tx, body, {"text": _of_entry(body.values["text"], instead)}, actor)


def _instead(own: Collection[Record], before: Plain | None, say: Say, row: Plain) -> Plain:
    """A version of a record; where it is one of these, with the words of the one before."""
    was = before or {"text": say(row["text"]), "body": {}}
    words, other = row["text"], row["text"] != was["text"]
    if any(v.text == words and (other or v.body == row["body"]) for v in own):
        return {**row, "text": was["text"], "body": was["body"]}
    return row


def _of_row(row: Texts, instead: Callable[[Plain], Plain]) -> Plain:
    if row.table != "images":
        return instead(row.values)
    before = row.values["before_body"]
    return {"before_body": before and instead(before)}


def _of_entry(said: Plain, instead: Callable[[Plain], Plain]) -> Plain:
    """What the ledger says of a record, also where it was told anew."""
    if said.keys() == ANEW:
        detail = said["detail"]
        return said if detail is None else {**said, "detail": _of_entry(detail, instead)}
    return {**said, "record": instead(said["record"])} if "record" in said else said


def _hide_edges(tx: Tx, proposal: Proposal, actor: Actor) -> None:
    """Leave of the relations it made or parted only that they were."""
    edges = [image for image in tx.ledger.images(proposal.id) if image.kind == EDGE]
    for row in tx.erasure.of_proposal(proposal.id) if edges else ():
        before = row.values.get("before_body")
        if before and "target" in before:
            _say_instead(tx, row, {"before_body": {**before, "body": {}}}, actor)
    for source in {_ends(image)[0] for image in edges}:
        for body in bodies_about(tx, source):
            bare = _bare(body.values["text"], proposal.id)
            _say_instead(tx, body, {"text": bare}, actor)


def _bare(said: dict[str, Any], proposal: str) -> dict[str, Any]:
    """That a proposal made or parted a relation, without the reason; also where it was told
    anew."""
    if said.keys() == ANEW:
        detail = said["detail"]
        return said if detail is None else {**said, "detail": _bare(detail, proposal)}
    if "edge" not in said or said.get("proposal") != proposal:
        return said
    return {**said, "edge": {**said["edge"], "body": {}}}


def _say_instead(tx: Tx, row: Texts, values: dict[str, Any], actor: Actor) -> None:
    if values == row.values:
        return
    if row.table == "bodies":
        retell(tx, row, values["text"], actor.name, WHY)
    else:
        tx.erasure.rewrite(row._replace(values=values))


def _ends(image: Image) -> tuple[str, str]:
    source, _, target = json.loads(image.key)
    return source, target


def _said(body: Texts) -> dict[str, Any]:
    """What a body says, also where it was told anew, however often."""
    said: dict[str, Any] = body.values["text"]
    while said.keys() == ANEW:
        said = said["detail"] or {}
    return said
