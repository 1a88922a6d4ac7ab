"""Operations on audits that were done: which there are, one whole, what people say of a finding,
and what became of a request. What is said here is all that rules and memory learn from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from passdown.domain.errors import Invalid, NotFound
from passdown.ops.kinds import Id, Name, Text
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

QUESTIONS = 1000
"""Open questions that are looked through for those about rules; there are fewer rules."""


@operation(
    "audit.list",
    Effect.READ,
    cli=Shell(
        rows="audits",
        columns=("audit_key", "repo", "pr_number", "head", "overall", "audited_at", "one_liner"),
        empty="there is no such audit; `passdown audit range` judges what this branch adds",
    ),
    example="passdown audit list --repo acme/shop",
)
def audit_list(
    ctx: Ctx,
    repo: Name = "",
    overall: Literal["", "approve", "request_changes", "block"] = "",
    limit: int = 50,
) -> Json:
    """The audits there were, the newest first; of one repository or one conclusion when named."""
    every = _last(_rows(ctx))
    found = [
        {**row, "head": row.get("head_sha", "")[:12]}
        for row in every
        if repo in ("", row.get("repo")) and overall in ("", row.get("overall"))
    ]
    repos = sorted({str(row.get("repo", "")) for row in every} - {""})
    return {"audits": found[::-1][: max(limit, 0)], "total": len(found), "repos": repos}


@operation(
    "audit.show",
    Effect.READ,
    cli=Shell(card="text"),
    example="passdown audit show 3f2a9c",
)
def audit_show(ctx: Ctx, id: Id) -> Json:
    """One verdict as it was written, by its key or the start of it.

    With what people said of it since, and what became of the request.
    """
    from passdown.stages.audit.keep import FEEDBACK, RESULT, is_of
    from passdown.stages.audit.told import text

    rows = _rows(ctx)
    row = _audit(rows, id)
    verdict = _verdict(ctx, row)
    said = [one for one in rows if one.get("kind") == FEEDBACK
            and one.get("audit_key") == row["audit_key"]]  # fmt: skip
    results = [one for one in rows if one.get("kind") == RESULT and row["pr_number"]
               and is_of(one, row)]  # fmt: skip
    return {"text": text(verdict), "verdict": verdict, "said": said, "results": results}


@operation(
    "audit.export",
    Effect.READ,
    cli=Shell(card="text"),
    example="passdown audit export 3f2a9c --form sarif",
)
def audit_export(
    ctx: Ctx,
    id: Id,
    form: Literal["sarif", "markdown", "check-run", "status", "review"] = "markdown",
) -> Json:
    """A verdict as others take it: for code scanning, or for what is said at a forge.

    That is a comment, a check run in parts, a status or a review. None of them approves a request:
    that is for people.
    """
    verdict = _verdict(ctx, _audit(_rows(ctx), id))
    return {"form": form, "text": _formed(verdict, form)}


@operation(
    "audit.feedback",
    Effect.DECIDE,
    cli=Shell(facts=("fp", "rule", "verdict", "audit_key", "new")),
    example="passdown audit feedback 3f2a9c 81d0aa dismissed --reason 'it is called by name'",
)
def audit_feedback(
    ctx: Ctx,
    id: Id,
    finding: Id,
    verdict: Literal["confirmed", "dismissed", "fixed"],
    reason: Text = "",
) -> Json:
    """Say whether a finding of an audit was right.

    A dismissed one is quiet from then on, for as long as the same lines show it.
    """
    from passdown.ops.auditing import outcomes
    from passdown.stages.audit.keep import FEEDBACK, note

    row = _audit(_rows(ctx), id)
    known = _finding(row, finding)
    said: Json = {
        "kind": FEEDBACK, "id": f"{row['audit_key']}:{known['fp']}:{verdict}:{ctx.actor.name}",
        "audit_key": row["audit_key"], "repo": row["repo"], "pr_number": row["pr_number"],
        "fp": known["fp"], "rule": known["rule"], "evidence_digest": known["evidence_digest"],
        "claim_ids": known["claim_ids"], "verdict": verdict, "reason": reason,
        "by": ctx.actor.name, "at": ctx.clock.now(),
    }  # fmt: skip
    new = note(outcomes(ctx), said)
    _told(ctx, said)
    return {**said, "new": new}


@operation(
    "audit.rules",
    Effect.READ,
    cli=Shell(rows="rules", columns=("rule", "level", "confirmed", "n", "mean", "low", "next")),
    example="passdown audit rules",
)
def audit_rules(ctx: Ctx) -> Json:
    """What each rule of an audit has earned: how often people found it right, and its weight now.

    And what it could come to weigh if somebody agrees; with the question, where it is asked.
    """
    from passdown.ops.auditing import standing

    asked = _asked(ctx)
    return {"rules": [{**one.plain(), "asked": asked.get(one.rule, "")} for one in standing(ctx)]}


@operation(
    "audit.result",
    Effect.WRITE,
    cli=Shell(facts=("repo", "pr_number", "host", "result", "new")),
    example="passdown audit result acme/shop 101 reverted",
)
def audit_result(
    ctx: Ctx,
    repo: Name,
    pr: int,
    result: Literal["merged", "closed", "reverted"],
    forge: Name = "",
) -> Json:
    """Say what became of a request: audits of the same places know it from then on.

    `forge` is where it is, as audits name that; needed where requests of the same number were
    audited at two.
    """
    from passdown.ops.auditing import outcomes
    from passdown.stages.audit.keep import RESULT, note

    if pr < 1:
        raise Invalid(f"{pr} is no number of a request", where="pr", next="They begin with 1.")
    at = forge or _host(_rows(ctx), repo, pr)
    said: Json = {"kind": RESULT, "id": f"{at}/{repo}:{pr}:{result}".lstrip("/"), "repo": repo,
                  "pr_number": pr, "host": at, "result": result, "by": ctx.actor.name,
                  "at": ctx.clock.now()}  # fmt: skip
    return {**said, "new": note(outcomes(ctx), said)}


def _host(rows: list[Json], repo: str, pr: int) -> str:
    """Where the audits of this request say that it is; '' where there are none, or none says it."""
    from passdown.stages.audit.keep import AUDIT

    found = {str(row.get("host") or "") for row in rows if row.get("kind") == AUDIT
             and (row.get("repo"), row.get("pr_number")) == (repo, pr)} - {""}  # fmt: skip
    if len(found) > 1:
        raise Invalid(
            f"requests {repo}#{pr} were audited at {' and '.join(sorted(found))}",
            where="forge", next="Say at which of them: --forge NAME.",
        )  # fmt: skip
    return next(iter(found), "")


def _last(rows: list[Json]) -> list[Json]:
    """Each audit as it ended last: the same head may have been judged again."""
    from passdown.stages.audit.keep import AUDIT

    found: dict[str, Json] = {}
    for n, row in enumerate(rows):
        if row.get("kind") == AUDIT:
            key = str(row.get("audit_key") or n)
            found.pop(key, None)
            found[key] = row
    return list(found.values())


def _asked(ctx: Ctx) -> dict[str, str]:
    """The question that waits at the gate about each rule of which there is one."""
    from passdown.stages.audit.rules import KIND

    loops = [name for name, loop in ctx.loops.items() if KIND in loop.kinds]
    with ctx.store.read(ctx.sight) as tx:
        found = [one for loop in loops for one in tx.queue.all(loop=loop, limit=QUESTIONS)]
    return {str(one.payload["rule"]): one.id for one in found if "rule" in one.payload}


def _told(ctx: Ctx, said: Json) -> None:
    """Tell the loop of rules: what people say of findings is what it learns from."""
    import hashlib

    from passdown.ops.intake import intake
    from passdown.stages.audit.rules import usual
    from passdown.stages.observe.journal import Post

    id = hashlib.sha256(f"{said['kind']}|{said['id']}".encode()).hexdigest()[:32]
    event = {
        "event_id": id, "source": "auditor", "event_kind": said["kind"], "ok": True,
        "endpoint": "auditor:feedback", "output_summary": f"{said['verdict']}: {said['rule']}",
        "rule": said["rule"], "verdict": said["verdict"], "fp": said["fp"], "repo": said["repo"],
        "audit_key": said["audit_key"], "usual": usual(said["rule"]),
    }  # fmt: skip
    intake(ctx).take([Post(event, ctx.clock.now())])


def _formed(verdict: Json, form: str) -> str:
    from passdown import __version__
    from passdown.stages.audit import forge, sarif, told

    if form == "markdown":
        return told.markdown(verdict)
    found: Any
    if form == "sarif":
        found = sarif.sarif(verdict, __version__)
    elif form == "check-run":
        found = list(forge.check_run(verdict))
    else:
        found = forge.review(verdict) if form == "review" else forge.commit_status(verdict)
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _verdict(ctx: Ctx, row: Json) -> Json:
    from passdown.ops.auditing import verdicts
    from passdown.stages.audit.keep import verdict_file

    file = verdict_file(verdicts(ctx), row["pr_number"], row["head_sha"])
    try:
        found: Json = json.loads(file.read_bytes())
    except FileNotFoundError as error:
        raise NotFound("the verdict's file is gone; its row is left", where=str(file)) from error
    return found


def _rows(ctx: Ctx) -> list[Json]:
    from passdown.ops.auditing import outcomes
    from passdown.stages.audit.keep import rows

    return rows(outcomes(ctx))


def _audit(rows: list[Json], id: str) -> Json:
    from passdown.stages.audit.keep import AUDIT

    every = (row for row in rows if row.get("kind") == AUDIT)
    found = {row["audit_key"]: row for row in every if row.get("audit_key")}
    hits = [key for key in found if key.startswith(id)] if id else []
    if len(hits) != 1:
        what = f"{len(hits)} audits have keys that start with" if hits else "no audit has the key"
        raise NotFound(f"{what} {id!r}", next="`passdown audit list` shows them")
    return found[hits[0]]


def _finding(row: Json, id: str) -> Json:
    hits = [one for one in row["fps"] if id and one["fp"].startswith(id)]
    if len(hits) != 1:
        raise NotFound(
            f"the audit has no one finding {id!r}", next=f"its findings are {_names(row)}"
        )
    found: Json = hits[0]
    return found


def _names(row: Json) -> str:
    def each() -> Iterator[str]:
        for one in row["fps"]:
            yield f"{one['fp']} ({one['rule']})"

    return ", ".join(each()) or "none"
