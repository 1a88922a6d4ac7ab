"""Finds what keeps coming back and has no page yet, pages that their theme outgrew, and names that
are two spellings of one."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from passdown.contract.loop import Dropped, Finding
from passdown.loops.themes.claims import eligible
from passdown.loops.themes.clusters import about, theme, themes
from passdown.loops.themes.kinds import own
from passdown.loops.themes.known import Pages, targets
from passdown.loops.themes.payload import LONGEST_PAGE, Alias, Update
from passdown.loops.themes.synthesis import evidence, page_of, scope_of
from passdown.text.safe import one_line
from passdown.text.tokens import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.themes.claims import Claim
    from passdown.loops.themes.clusters import Theme
    from passdown.loops.themes.known import Before
    from passdown.loops.themes.payload import Payload, Target

WIDTH = 120
KNOWN, LATER, BARE = "a page says this already", "beyond top_k", "nothing to rest on"
ALIAS_SURE = 0.5
SHORTEST = 4
"""Letters of a name before another spelling of it is taken for one."""


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload] | Dropped]:
    """A page for each cluster that has none, the best first, up to `top_k`; for those a page is
    about, the page anew where it has grown or cites what does not hold any more."""
    known, pages = eligible(corpus, settings), Pages(corpus)
    room = settings.whole("themes.top_k")
    seen: set[str] = set()
    for found in themes(known, settings):
        those = pages.about(found.names, (claim.key for claim in found.claims))
        seen.update(one.record.id for one in those)
        asked = ask(found, those, pages, corpus, settings, known)
        if isinstance(asked, Finding) and not room:
            asked = Dropped(LATER, asked.title)
        room -= isinstance(asked, Finding)
        yield asked
    yield from _outdated(pages, seen, known, corpus)
    yield from _spellings(known)


def ask(
    found: Theme,
    those: Sequence[Before],
    pages: Pages,
    corpus: Corpus,
    settings: Settings,
    known: Mapping[str, Claim],
    kind: str = "",
) -> Finding[Payload] | Dropped:
    """The question whether there should be a page about this cluster, or whether the one there is
    should be written anew; Dropped where that one says it."""
    links = pages.beside(found.names, those)
    page = page_of(found, kind or own(settings), corpus, links)
    title = one_line(page.title, WIDTH)
    seqs = evidence(found, (one.claim for one in page.statements))
    if not seqs:
        return Dropped(BARE, title)
    if not those:
        key = f"page {page.kind} {found.id}"
        return Finding(page, seqs, key, title, sure(found), scope_of(page.scopes))
    first, *rest = those
    keys = [claim.key for claim in found.claims]
    if not (rest or first.has_grown(keys) or _lost(first, known)):
        return Dropped(KNOWN, title)
    return _anew(first, rest, found, corpus, links)


def sure(found: Theme) -> float:
    """How sure a theme is: the more sessions it comes back in the surer, and no surer than its
    test."""
    n = len(found.sessions)
    share = n / (n + 2)
    return round(share if found.significance is None else share * (1 - found.significance), 4)


def _anew(
    first: Before, rest: Sequence[Before], found: Theme, corpus: Corpus, links: Sequence[Target]
) -> Finding[Payload]:
    """The page as it would be now; others that turned out to be about the same give way to it."""
    fields = first.record.body.get("fields", {})
    page = page_of(found, first.record.kind, corpus, links)
    whole = {**asdict(page), "fields": fields, "supersedes": targets(rest)}
    payload = Update(**whole, target=first.target, before=first.text[:LONGEST_PAGE])
    seqs = evidence(found, (one.claim for one in page.statements))
    at = first.target
    title = one_line(f"{at.title or page.title}, once more", WIDTH)
    key = f"update {at.kind} {at.key} {at.version}"
    return Finding(payload, seqs, key, title, sure(found), scope_of(page.scopes))


def _lost(page: Before, known: Mapping[str, Claim]) -> bool:
    """Whether it cites something that does not hold any more."""
    return any(key not in known for key in page.record.body.get("cited", ()))


def _outdated(
    pages: Pages, seen: set[str], known: Mapping[str, Claim], corpus: Corpus
) -> Iterator[Finding[Payload] | Dropped]:
    """Pages about what is no theme any more and that cite what does not hold: with what is left."""
    for page in pages.every:
        if page.record.id in seen or not _lost(page, known):
            continue
        left = [known[key] for key in sorted(page.claims) if key in known]
        found = theme(page.names, about(page.names, left))
        if not found.claims or not evidence(found, page.claims):
            yield Dropped(BARE, one_line(page.target.title, WIDTH))
            continue
        yield _anew(page, (), found, corpus, pages.beside(page.names, (page,)))


def _spellings(known: Mapping[str, Claim]) -> Iterator[Finding[Payload]]:
    """Names that differ in case and marks alone: the rarer one as another name of the other."""
    forms: dict[str, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in known.values():
        for name in claim.names:
            forms[_folded(name)][name].append(claim)
    for form, names in sorted(forms.items()):
        if len(form) < SHORTEST or len(names) < 2:
            continue
        first, *others = sorted(names, key=lambda name: (-len(names[name]), name))
        for other in others:
            found = theme(
                (first, other), {c.key: c for n in (first, other) for c in names[n]}.values()
            )
            if seqs := evidence(found, ()):
                yield _alias(first, other, seqs)


def _alias(name: str, other: str, seqs: tuple[int, ...]) -> Finding[Payload]:
    title = one_line(f"Is `{other}` another name of `{name}`?", WIDTH)
    digest = hashlib.sha256(f"{name}\0{other}".encode("utf-8", "replace")).hexdigest()[:24]
    return Finding(Alias(name, other), seqs, f"alias {digest}", title, ALIAS_SURE)


def _folded(name: str) -> str:
    """A name without case and marks; what is a path stays one."""
    return "".join(char for char in normalise(name) if char.isalnum() or char in "/.")
