"""The kinds of pages, as the settings declare them, each with the fields it must have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.domain.settings import Settings
    from passdown.loops.themes.payload import Page

BUILTIN = ("theme", "concept", "decision", "system", "person")
FALLBACK = "concept"
KINDS = "theme concept decision:status system:purpose person:role"
_ONE = rf"({'|'.join(BUILTIN)})(:[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*)?"
FORM = rf"{_ONE}( +{_ONE})*"
FORM_TOLD = f"some of {', '.join(BUILTIN)}, with fields like decision:status+owner"


def declared(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """The fields that each kind of page must have, by kind; `concept` there always is."""
    found: dict[str, tuple[str, ...]] = {FALLBACK: ()}
    for one in settings.text("themes.kinds").split():
        name, _, fields = one.partition(":")
        found[name] = tuple(filter(None, fields.split("+")))
    return found


def own(settings: Settings) -> str:
    """What a page about a theme is: the configured kind, or `concept` where there is no such kind
    or it asks for more than was found."""
    kind, known = settings.text("themes.kind"), declared(settings)
    return kind if known.get(kind) == () else FALLBACK


def check(page: Page, settings: Settings) -> None:
    """Invalid, with the kinds there are, for any other; with its fields where one is missing."""
    known = declared(settings)
    if page.kind not in known:
        there = ", ".join(sorted(known))
        raise Invalid(f"no kind of page {page.kind!r}", where="kind", next=f"There are: {there}.")
    missing = [name for name in known[page.kind] if not page.fields.get(name, "").strip()]
    if missing:
        raise Invalid(
            f"a page of kind {page.kind} has to say: {', '.join(missing)}",
            where="fields",
            next=f"Give fields: {', '.join(f'{name}=…' for name in missing)}.",
        )
    for name, value in page.fields.items():
        if not value.isprintable():
            raise Invalid(f"the field {name} has characters that nobody sees", where="fields")
