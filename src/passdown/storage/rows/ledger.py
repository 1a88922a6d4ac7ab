"""Entries, before-images and activities as rows, and how an entry joins the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.change import Image
from passdown.domain.clock import EPOCH, At
from passdown.domain.entry import GENESIS, Activity, Entry, canonical, chain_hash, text_hash
from passdown.domain.errors import Limit
from passdown.storage.coding import named, packed, plain, same, unpacked, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_BODY = 1 << 20


class Head(NamedTuple):
    """The last entry, as the anchor notes it."""

    seq: int
    at: At
    hash: str


NO_HEAD = Head(0, EPOCH, GENESIS)


class EntryRow(NamedTuple):
    """`ledger`, in the order its queries select; its body stands in `bodies`."""

    seq: int
    at: str
    actor: str
    name: str
    subject: str
    body: str
    prev: str
    hash: str


class BodyRow(NamedTuple):
    """`bodies`: what entries say, by its hash."""

    hash: str
    text: str


class AnchorRow(NamedTuple):
    """`anchor`: one row."""

    one: int
    seq: int
    at: str
    hash: str


class ImageRow(NamedTuple):
    """`images`, in the order their queries select."""

    proposal: str
    n: int
    change: str
    kind: str
    key: str
    after_version: int
    before_body: str | None


class ActivityRow(NamedTuple):
    """`activities`, in the order their queries select."""

    seq: int
    at: str
    name: str
    session: str
    items: str
    detail: str


class ItemRow(NamedTuple):
    """`activity_items`: which activities name an item."""

    item: str
    activity: int


def next_entry(
    head: Head, now: At, name: str, actor: str, subject: str, detail: Any
) -> tuple[Entry, str]:
    """The entry after this head and the text of its body; its time is never before the head's."""
    detail = same(detail)
    body = canonical(detail)
    if len(body.encode()) > LARGEST_BODY:
        raise Limit("this ledger entry is larger than 1 MB", where=name, next="Send less detail.")
    seq, at = head.seq + 1, max(now, head.at)
    actor, name, subject = plain(actor), named(name), named(subject)
    hash = text_hash(body)
    link = chain_hash(seq, at, actor, name, subject, hash, head.hash)
    return Entry(seq, at, actor, name, subject, hash, head.hash, link, detail), body


def entry_row(entry: Entry) -> EntryRow:
    """The row of an entry; its body stands apart."""
    who = entry.actor, entry.name, entry.subject
    return EntryRow(entry.seq, entry.at, *who, entry.body, entry.prev, entry.hash)


def entry_of(row: Sequence[Any], body: str | None) -> Entry:
    """The entry of a row and of its body, unless that was erased."""
    kept = EntryRow(*row)
    return Entry(*kept, None if body is None else unpacked(body))


def image_row(image: Image) -> ImageRow:
    """The row of a before-image."""
    return ImageRow(
        named(image.proposal),
        whole(image.n),
        plain(image.change),
        named(image.kind),
        named(image.key),
        whole(image.after),
        None if image.before is None else packed(image.before),
    )


def image_of(values: Sequence[Any]) -> Image:
    """The before-image of a row."""
    row = ImageRow(*values)
    return Image(*row[:6], None if row.before_body is None else unpacked(row.before_body))


def activity_row(activity: Activity, seq: int) -> ActivityRow:
    """The row of an activity under this seq."""
    what = plain(activity.at), named(activity.name), named(activity.session)
    return ActivityRow(seq, *what, packed(activity.items), packed(activity.detail))


def activity_of(row: Sequence[Any]) -> Activity:
    """The activity of a row."""
    _, at, name, session, items, detail = row
    return Activity(at, name, session, tuple(unpacked(items)), unpacked(detail))
