"""What a forge answers at each of its addresses, as strictly as GitHub and Gitea do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.forges import Forge

Json = dict[str, Any]

ROBOT = "passdown-robot"
CONCLUSIONS = {"success", "failure", "action_required", "cancelled", "timed_out", "skipped"}
"""Without `neutral`: no audit may end so."""


class RefusedError(Exception):
    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class Call:
    """One request: what its path names, what it asks, what it brings."""

    at: dict[str, str]
    asked: Json
    said: Json

    def page(self, rows: list[Json], forge: Forge, *, parted: bool = True) -> list[Json]:
        """The part of a list that is asked for."""
        most = int(self.asked.get("per_page" if forge.kind == "github" else "limit", 30))
        first = (int(self.asked.get("page", 1)) - 1) * most
        return rows[first : first + most] if parted else rows


def _need(ok: bool, message: str, status: int = 422) -> None:
    if not ok:
        raise RefusedError(status, message)


def _id(rows: list[Json]) -> int:
    return max((one["id"] for one in rows), default=0) + 1


def _one(rows: list[Json], id: str) -> Json:
    found = next((one for one in rows if one["id"] == int(id)), None)
    if found is None:
        raise RefusedError(404, "Not Found")
    return found


def _pull(forge: Forge, call: Call) -> tuple[int, Any]:
    found = forge.pulls.get((call.at["repo"], int(call.at["n"])))
    if found is None:
        raise RefusedError(404, "Not Found")
    return 200, found


def _pulls(forge: Forge, call: Call) -> tuple[int, Any]:
    """Those that ended, the newest first, as lists tell them: GitHub's say when, not whether."""
    _need(call.asked["state"] == "closed", "only those that ended are asked for here")
    rows = [one for (repo, _), one in sorted(forge.pulls.items(), reverse=True)
            if repo == call.at["repo"] and one["state"] == "closed"]  # fmt: skip
    told = [{**one, "merged_at": "2026-01-02T00:00:00Z" if one["merged"] else None} for one in rows]
    if forge.kind == "github":
        told = [{name: one[name] for name in one if name != "merged"} for one in told]
    return 200, call.page(told, forge)


def _comments(forge: Forge, call: Call) -> tuple[int, Any]:
    mine = [one for one in forge.comments if one["number"] == int(call.at["n"])]
    # Gitea gives all comments of a request at once, whatever is asked for.
    return 200, call.page(mine, forge, parted=forge.kind == "github")


def _comment(forge: Forge, call: Call) -> tuple[int, Any]:
    _pull(forge, call)
    _need(bool(call.said["body"]) and len(call.said["body"]) <= 65_536, "body is too long")
    made = {"id": _id(forge.comments), "number": int(call.at["n"]), "body": call.said["body"],
            "user": {"login": ROBOT}}  # fmt: skip
    forge.comments.append(made)
    return 201, made


def _edit_comment(forge: Forge, call: Call) -> tuple[int, Any]:
    found = _one(forge.comments, call.at["id"])
    _need(found["user"]["login"] == ROBOT, "Must have admin rights", 403)
    found["body"] = call.said["body"]
    return 200, found


def _runs(forge: Forge, call: Call) -> tuple[int, Any]:
    name = call.asked.get("check_name", "").replace("%20", " ")
    mine = [one for one in forge.runs
            if one["head_sha"] == call.at["sha"] and name in ("", one["name"])]  # fmt: skip
    return 200, {"total_count": len(mine), "check_runs": call.page([_run(x) for x in mine], forge)}


def _run(one: Json) -> Json:
    output = {**one["output"], "annotations_count": len(one["notes"])}
    return {**{name: one[name] for name in one if name != "notes"}, "output": output}


def _valid_run(said: Json) -> None:
    output = said.get("output", {})
    _need(said.get("conclusion") in CONCLUSIONS, "conclusion is not allowed")
    _need(len(output.get("annotations", [])) <= 50, "No more than 50 annotations")
    _need(len(output.get("text") or "") <= 65_535, "text is too long")
    _need(len(output.get("summary") or "") <= 65_535, "summary is too long")
    for note in output.get("annotations", []):
        _need(note["annotation_level"] in ("notice", "warning", "failure"), "no such level")
        _need(note["start_line"] > 0 and note["message"] != "", "an empty annotation")


def _make_run(forge: Forge, call: Call) -> tuple[int, Any]:
    _need(forge.app, "You must authenticate via a GitHub App.", 403)
    _valid_run(call.said)
    notes = call.said["output"].pop("annotations", [])
    made = {"id": _id(forge.runs), **call.said, "notes": list(notes)}
    forge.runs.append(made)
    return 201, _run(made)


def _edit_run(forge: Forge, call: Call) -> tuple[int, Any]:
    found = _one(forge.runs, call.at["id"])
    _valid_run(call.said)
    # What is sent is added to what was sent: annotations are never taken back.
    found["notes"] += call.said["output"].pop("annotations", [])
    found.update(call.said)
    return 200, _run(found)


def _notes(forge: Forge, call: Call) -> tuple[int, Any]:
    return 200, call.page(_one(forge.runs, call.at["id"])["notes"], forge)


def _statuses(forge: Forge, call: Call) -> tuple[int, Any]:
    mine = [one for one in forge.statuses if one["sha"] == call.at["sha"]]
    return 200, call.page(mine[::-1], forge)


def _make_status(forge: Forge, call: Call) -> tuple[int, Any]:
    _need(call.said["state"] in ("pending", "success", "failure", "error"), "no such state")
    _need(len(call.said["description"]) <= 140, "description is too long")
    made = {"id": _id(forge.statuses), "sha": call.at["sha"], **call.said}
    if forge.kind == "gitea":
        made["status"] = made.pop("state")
    forge.statuses.append(made)
    return 201, made


def _reviews(forge: Forge, call: Call) -> tuple[int, Any]:
    return 200, call.page(
        [one for one in forge.reviews if one["number"] == int(call.at["n"])], forge
    )


def _make_review(forge: Forge, call: Call) -> tuple[int, Any]:
    event = call.said["event"]
    author = _pull(forge, call)[1]["user"]["login"]
    _need(event in ("COMMENT", "REQUEST_CHANGES"), "an audit never approves")
    _need(event == "COMMENT" or author != ROBOT, "reject your own pull is not allowed")
    made = {"id": _id(forge.reviews), "number": int(call.at["n"]), "user": {"login": ROBOT},
            "body": call.said["body"], "commit_id": call.said["commit_id"], "state": event,
            "comments": call.said["comments"], "dismissed": False}  # fmt: skip
    forge.reviews.append(made)
    return 200, made


def _dismiss(forge: Forge, call: Call) -> tuple[int, Any]:
    found = _one(forge.reviews, call.at["id"])
    _need(bool(call.said["message"]), "a dismissal says why")
    found["dismissed"] = True
    return 200, found


def _me(forge: Forge, call: Call) -> tuple[int, Any]:
    return 200, {"login": ROBOT}


REPO = r"/repos/(?P<repo>[\w.-]+/[\w.-]+)"
PULL = rf"{REPO}/pulls/(?P<n>\d+)"
TALK = rf"{REPO}/issues/(?P<n>\d+)/comments"
RUN = rf"{REPO}/check-runs/(?P<id>\d+)"
COMMIT = rf"{REPO}/commits/(?P<sha>\w+)"
WAYS: list[tuple[str, str, Callable[[Forge, Call], tuple[int, Any]]]] = [
    ("GET", PULL, _pull),
    ("GET", rf"{REPO}/pulls", _pulls),
    ("GET", TALK, _comments),
    ("POST", TALK, _comment),
    ("PATCH", rf"{REPO}/issues/comments/(?P<id>\d+)", _edit_comment),
    ("GET", rf"{COMMIT}/check-runs", _runs),
    ("POST", rf"{REPO}/check-runs", _make_run),
    ("PATCH", RUN, _edit_run),
    ("GET", rf"{RUN}/annotations", _notes),
    ("GET", rf"{COMMIT}/statuses", _statuses),
    ("POST", rf"{REPO}/statuses/(?P<sha>\w+)", _make_status),
    ("GET", rf"{PULL}/reviews", _reviews),
    ("POST", rf"{PULL}/reviews", _make_review),
    ("POST", rf"{PULL}/reviews/(?P<id>\d+)/dismissals", _dismiss),
    ("GET", "/user", _me),
]
