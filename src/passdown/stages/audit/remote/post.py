"""A verdict is told where the request is: each thing once, whatever was interrupted before. What is
there already is looked up first, so that nothing but the forge has to remember it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.errors import Forbidden, Invalid, NotFound, Unreadable
from passdown.stages.audit import forge
from passdown.stages.audit.remote import comment
from passdown.stages.audit.remote.place import GITHUB
from passdown.stages.audit.told import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from passdown.stages.audit.remote.line import Line
    from passdown.stages.audit.remote.place import Place

Json: TypeAlias = dict[str, Any]

ASKED = "REQUEST_CHANGES"


def post(line: Line, place: Place, verdict: Mapping[str, Any]) -> Json:
    """Tell it: a check run or a status, a review where there is something to show, one comment.

    Raises:
        PassdownError: the forge did not take all of it; done again, the rest is done.
        Unreadable: among its answers is one that no forge gives.
    """
    try:
        return _posted(line, place, verdict)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(
            f"the forge answers what no forge says ({type(error).__name__}: {str(error)[:80]})",
            where=str(place), next="See that a GitHub, Gitea or Forgejo answers there.",
        ) from error  # fmt: skip


def _posted(line: Line, place: Place, verdict: Mapping[str, Any]) -> Json:
    if place.forge.kind == GITHUB:
        done = _checked(line, place, verdict)
    else:
        done = {"status": _status(line, place, verdict), "review": _review(line, place, verdict)}
    return {**done, "comment": comment.say(line, place, verdict)}


# ---- GitHub


def _checked(line: Line, place: Place, verdict: Mapping[str, Any]) -> Json:
    """A check run; a status where the token may make none, which only an app's may."""
    try:
        return {"check_run": _check_run(line, place, verdict)}
    except (Forbidden, NotFound):
        return {"status": _status(line, place, verdict)}


def _check_run(line: Line, place: Place, verdict: Mapping[str, Any]) -> Json:
    """The check run of this audit, with every annotation once. One that shows what is not so any
    more gives way to a new one: annotations cannot be taken back."""
    mine = {forge.note_key(note) for note in forge.notes(verdict)}
    known, was = None, "new"
    for one in _runs(line, place, verdict):
        sent = set(_sent(line, place, one))
        if sent <= mine:
            known, was = one["id"], "there" if sent == mine and _is(one, verdict) else "changed"
            mine -= sent
            break
    if was == "there":
        return {"id": known, "was": was}
    for part in forge.check_run(verdict, only=frozenset(mine)):
        if known is None:
            known = line.ask("POST", f"{place.path}/check-runs", part)["id"]
        else:
            rest = {name: value for name, value in part.items() if name != "head_sha"}
            line.ask("PATCH", f"{place.path}/check-runs/{int(known)}", rest)
    return {"id": known, "was": was}


def _runs(line: Line, place: Place, verdict: Mapping[str, Any]) -> list[Json]:
    """The check runs of this audit, the newest first."""
    name = forge.NAME.replace(" ", "%20")
    path = f"{place.path}/commits/{verdict['head_sha']}/check-runs?check_name={name}&filter=all"
    found = [one for one in line.pages(path, "check_runs")
             if one.get("external_id") == verdict["audit_key"]]  # fmt: skip
    return sorted(found, key=lambda one: -int(one["id"]))


def _sent(line: Line, place: Place, run: Json) -> Iterator[tuple[Any, ...]]:
    if int((run.get("output") or {}).get("annotations_count") or 0):
        path = f"{place.path}/check-runs/{int(run['id'])}/annotations"
        yield from map(forge.note_key, line.pages(path))


def _is(run: Json, verdict: Mapping[str, Any]) -> bool:
    """Whether a check run says this already."""
    told = next(forge.check_run(verdict))
    said = run.get("output") or {}
    return run.get("conclusion") == told["conclusion"] and all(
        said.get(name) == told["output"][name] for name in ("title", "summary", "text")
    )


# ---- a status, where there are no check runs


def _status(line: Line, place: Place, verdict: Mapping[str, Any]) -> Json:
    told = forge.commit_status(verdict)
    head = verdict["head_sha"]
    every = line.pages(f"{place.path}/commits/{head}/statuses")
    mine = [one for one in every if one.get("context") == told["context"]]
    # Of those of one name the newest is the only one that counts.
    newest = max(mine, key=lambda one: int(one["id"]), default=None)
    if newest is not None and _said(newest, told):
        return {"id": newest["id"], "was": "there"}
    made = line.ask("POST", f"{place.path}/statuses/{head}", told)
    return {"id": made.get("id"), "was": "new"}


def _said(one: Json, told: Json) -> bool:
    state = one.get("state") or one.get("status")
    return bool(state == told["state"] and one.get("description") == told["description"])


# ---- Gitea


def _review(line: Line, place: Place, verdict: Mapping[str, Any]) -> Json:
    """A review where changes are asked for or something stands beside a line; one that asked for
    changes is taken back when they are not asked for any more."""
    told = _reviewed(verdict)
    every = [one for one in line.pages(f"{place.path}/pulls/{place.number}/reviews") if _ours(one)]
    me = line.me() if every else ""
    mine = [one for one in every if not me or (one.get("user") or {}).get("login") == me]
    done: Json = {"id": None, "was": "not needed"}
    same = next((one for one in mine if _is_review(one, told, verdict)), None)
    if same is not None:
        done = {"id": same["id"], "was": "there"}
    elif told["event"] == ASKED or told["comments"]:
        done = {"id": _sent_review(line, place, told)["id"], "was": "new"}
    if told["event"] != ASKED:
        _take_back(line, place, mine)
    return done


def _reviewed(verdict: Mapping[str, Any]) -> Json:
    """The review: a line beside each finding, and that the rest is in the comment."""
    told = forge.review(verdict)
    mark = MARK.format(key=verdict["audit_key"])
    return {**told, "body": f"{mark}\n{forge.summary(verdict)}", "comments": forge.beside(verdict)}


def _sent_review(line: Line, place: Place, told: Json) -> Json:
    """A review; without its lines where the forge does not take them, and one that only comments
    where it is our own request, which nobody may refuse."""
    path, bare = f"{place.path}/pulls/{place.number}/reviews", {**told, "comments": []}
    for form in (told, bare):
        with suppress(Invalid):
            return _asked(line, path, form)
    return _asked(line, path, {**bare, "event": "COMMENT"})


def _asked(line: Line, path: str, told: Json) -> Json:
    found: Json = line.ask("POST", path, told)
    return found


def _ours(review: Json) -> bool:
    return str(review.get("body")).lstrip().startswith(forge.OURS)


def _is_review(one: Json, told: Json, verdict: Mapping[str, Any]) -> bool:
    """Whether a review says this of this head; our own request may have been commented on only."""
    body = str(one.get("body")).replace("\r\n", "\n").strip()
    return bool(one.get("commit_id") == verdict["head_sha"] and body == told["body"].strip())


def _take_back(line: Line, place: Place, mine: list[Json]) -> None:
    said = {"message": "A later audit does not ask for these changes any more."}
    for one in mine:
        if one.get("state") == ASKED and not one.get("dismissed"):
            path = f"{place.path}/pulls/{place.number}/reviews/{int(one['id'])}/dismissals"
            line.ask("POST", path, said)
