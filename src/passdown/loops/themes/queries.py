"""Themes as they stand, which writes nothing; and the question for those that have no page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta
from msgspec.structs import replace

from passdown.contract.loop import Finding
from passdown.domain.errors import Conflict, Invalid, NotFound
from passdown.domain.record import record_id
from passdown.loops.themes.changes import lacking
from passdown.loops.themes.claims import aliases, eligible
from passdown.loops.themes.clusters import about, theme, themes
from passdown.loops.themes.detect import ask, detect
from passdown.loops.themes.kinds import check, own
from passdown.loops.themes.known import Pages
from passdown.loops.themes.payload import CLAIM, File, Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.themes.claims import Claim
    from passdown.loops.themes.clusters import Theme
    from passdown.loops.themes.payload import Payload

Short = Annotated[str, Meta(max_length=200)]
Long = Annotated[str, Meta(max_length=600)]


def found(corpus: Corpus, settings: Settings, limit: int = 0) -> dict[str, Any]:
    """What keeps coming back together across sessions, best first; nothing is written."""
    known, pages = eligible(corpus, settings), Pages(corpus)
    most = limit if limit > 0 else settings.whole("themes.top_k")
    enabled = settings.flag("themes.enabled")
    every = themes(known, settings, most) if enabled else []
    return {
        "enabled": enabled,
        "clusters": [_row(one, pages) for one in every],
        "claims": len(known),
        "sessions": len({session for one in known.values() for session in one.sessions}),
        "entities": len({name for one in known.values() for name in one.names}),
    }


def propose(
    corpus: Corpus,
    settings: Settings,
    cluster: tuple[Short, ...] = (),
    kind: Short = "",
    field: tuple[Long, ...] = (),
) -> Any:
    """Ask for a page about one cluster, or about each that has none.

    A cluster is named by its id or its names; `field` (NAME=TEXT) says what its kind must say.
    """
    if not settings.flag("themes.enabled"):
        raise Invalid("themes are switched off", where="themes.enabled", next="Switch them on.")
    if not cluster and (kind or field):
        raise Invalid("of which cluster?", where="cluster", next="Name its id or its names.")
    if not cluster:
        every = detect(corpus, settings)
        return [one for one in every if isinstance(one, Finding) and isinstance(one.payload, Page)]
    asked = _one(corpus, settings, cluster, kind)
    if field and isinstance(asked.payload, File):
        worded = replace(asked.payload, fields=dict(map(_field, field)))
        check(worded, settings)
        return worded
    if isinstance(asked.payload, Page):
        check(asked.payload, settings)
    return [asked]


def _row(one: Theme, pages: Pages) -> dict[str, Any]:
    keys = [claim.key for claim in one.claims]
    those = pages.about(one.names, keys)
    state = "new" if not those else "grown" if those[0].has_grown(keys) else "known"
    times = [claim.at for claim in one.claims]
    return {
        "id": one.id,
        "entity_ids": list(one.names),
        "claim_ids": [record_id(CLAIM, key) for key in keys],
        "session_ids": sorted(one.sessions),
        "session_count": len(one.sessions),
        "claim_count": len(one.claims),
        "score": one.score,
        "significance": one.significance,
        "since": min(times),
        "until": max(times),
        "state": state,
        "page": those[0].record.id if those else "",
    }


def _one(corpus: Corpus, settings: Settings, cluster: Sequence[str], kind: str) -> Finding[Payload]:
    """The question about this cluster; NotFound for names there are none of, Invalid with the
    figures below the thresholds, Conflict where a page says it."""
    known, pages = eligible(corpus, settings), Pages(corpus)
    wanted = _cluster(cluster, corpus, settings, known)
    if missing := lacking(wanted, settings):
        step = "Wait until more sessions tell of it, or lower themes.min_sessions or min_claims."
        raise Invalid(f"below the thresholds: {missing}", where="cluster", next=step)
    those = pages.about(wanted.names, (claim.key for claim in wanted.claims))
    asked = ask(wanted, those, pages, corpus, settings, known, kind or own(settings))
    if isinstance(asked, Finding):
        return asked
    where = those[0].record.id if those else ""
    raise Conflict(asked.reason, where=where, next="`passdown themes detect` shows how they stand.")


def _cluster(
    cluster: Sequence[str], corpus: Corpus, settings: Settings, known: Mapping[str, Claim]
) -> Theme:
    if len(cluster) == 1:
        every = themes(known, settings)
        if match := next((one for one in every if one.id == cluster[0]), None):
            return match
    called = aliases(corpus)
    names = tuple(dict.fromkeys(called.get(name, name) for name in cluster))
    there = {name for claim in known.values() for name in claim.names}
    if unknown := [name for name in names if name not in there]:
        step = "`passdown themes detect` names clusters, `passdown graph` names."
        raise NotFound(f"no entity {', '.join(unknown)[:200]}", where="cluster", next=step)
    if len(names) < 2:
        raise Invalid("one name is no cluster", where="cluster", next="Name two or more.")
    return theme(names, about(names, known.values()))


def _field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Invalid(f"no field: {text[:80]}", where="field", next="Write NAME=TEXT.")
    return name.strip(), value.strip()
