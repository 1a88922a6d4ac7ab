"""How requests ended that were audited: asked of the forge, for those whose end nobody told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.errors import Unreadable
from passdown.stages.audit.keep import AUDIT, RESULT
from passdown.stages.audit.remote.place import GITHUB, is_repo
from passdown.stages.audit.remote.request import Request, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.stages.audit.remote.line import Line
    from passdown.stages.audit.remote.place import Forge, Place

Json: TypeAlias = dict[str, Any]

MERGED, CLOSED, REVERTED = "merged", "closed", "reverted"
MOST_LISTED = 100
"""Requests that ended lately, of one repository, among which those are sought that take others
back."""


def open_ones(rows: Iterable[Mapping[str, Any]], host: str) -> list[tuple[str, int]]:
    """Audited requests at this host of which nobody told how they ended; each once, in order."""
    audited, ended = set(), set()
    for row in rows:
        key = (str(row.get("repo", "")), row.get("pr_number") or 0)
        if row.get("kind") == RESULT and row.get("host") in (None, "", host):
            ended.add(key)
        elif row.get("kind") == AUDIT and row.get("host") == host and _is_request(*key):
            audited.add(key)
    return sorted(audited - ended)


def merged_ones(rows: Iterable[Mapping[str, Any]], host: str) -> dict[str, set[int]]:
    """Audited requests at this host that were merged and not taken back, by repository."""
    known = list(rows)
    here = {(row.get("repo"), row.get("pr_number")) for row in known
            if row.get("kind") == AUDIT and row.get("host") == host}  # fmt: skip
    found: dict[str, set[int]] = {}
    for row in known:
        key = (row.get("repo"), row.get("pr_number"))
        of_here = key in here and row.get("host") in (None, "", host)
        if row.get("kind") == RESULT and of_here and is_repo(str(key[0])):
            told = found.setdefault(str(key[0]), set())
            (told.add if row.get("result") == MERGED else told.discard)(int(key[1] or 0))
    return {repo: numbers for repo, numbers in found.items() if numbers}


def ended(line: Line, place: Place) -> str:
    """How this request ended; '' where it is open yet.

    Raises:
        Unreadable: the forge describes another request, or none.
    """
    found = read(line.ask("GET", f"{place.path}/pulls/{place.number}"))
    if (found.repo.casefold(), found.number) != (place.repo.casefold(), place.number):
        raise Unreadable(f"the forge describes {found.repo}#{found.number} for {place}")
    return {"merged": MERGED, "closed": CLOSED}.get(found.state, "")


def taken_back(line: Line, forge: Forge, repo: str, numbers: set[int]) -> Iterator[int]:
    """Those of these requests that a request which was merged lately says it takes back."""
    sort = "updated&direction=desc" if forge.kind == GITHUB else "recentupdate"
    for n, row in enumerate(line.pages(f"/repos/{repo}/pulls?state=closed&sort={sort}")):
        if n >= MOST_LISTED:
            return
        one = _listed(row)
        if one is not None and one.repo.casefold() == repo.casefold() and one.undoes() in numbers:
            yield one.undoes()


def after(known: Sequence[tuple[str, int]], last: str) -> list[tuple[str, int]]:
    """The same requests, those first that come after the one that was asked of last."""
    later = [one for one in known if named(*one) > last]
    return [*later, *(one for one in known if named(*one) <= last)]


def named(repo: str, number: int) -> str:
    """A request as it is sorted and kept."""
    return f"{repo}#{number:010d}"


def _listed(row: Any) -> Request | None:
    """A merged request as a list describes it; None for another, or nonsense. GitHub's lists tell
    that it was merged by the time alone."""
    if not isinstance(row, dict) or not (row.get("merged") or row.get("merged_at")):
        return None
    try:
        return replace(read({**row, "merged": False, "state": "closed"}), state=MERGED)
    except Unreadable:
        return None


def _is_request(repo: str, number: Any) -> bool:
    return type(number) is int and 0 < number < 10**10 and is_repo(repo)
