"""Operations on requests at a forge: one is judged where it was made, and what a forge posts of it
is taken in. What it brings is data: nothing of it configures us, nothing of a fork is run."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Literal

from passdown.domain.errors import (
    Forbidden,
    Limit,
    PassdownError,
    Unavailable,
    Unreadable,
)
from passdown.ops.kinds import Headers, Name, Raw
from passdown.ops.operation import Ctx, Effect, Route, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from passdown.domain.job import Job
    from passdown.ops.operation import Operation
    from passdown.stages.audit.remote.hooks import Delivery
    from passdown.stages.audit.remote.line import Line
    from passdown.stages.audit.remote.mirror import Mirrors
    from passdown.stages.audit.remote.place import Forge, Place
    from passdown.stages.audit.remote.request import Request
    from passdown.stages.audit.said import Text as Told
    from passdown.stages.audit.verdict import Subject

Json = dict[str, Any]

FOLDER = "forges"
"""Where beside the store the mirrors are."""
ATTEMPTS = 12
"""How often a job is tried before somebody has to look: that is for five hours."""
REMEMBERED = 1000
"""Deliveries of one forge that are known again; what comes later finds all done."""
SYNC = "pull_request_sync"
"""How jobs are called that bring what is known of a request up to what it is."""


@operation(
    "audit.pr",
    Effect.WRITE,
    cli=Shell(card="text", check=True),
    example="passdown audit pr acme/shop#7",
    long=True,
)
def audit_pr(
    ctx: Ctx,
    request: Name,
    forge: Literal["", "github", "gitea"] = "",
    dry_run: bool = False,
) -> Json:
    """Judge a request at its forge, and say the verdict there.

    It is a check run or a status, a review where lines are to be shown, one comment; the request is
    never approved. `request` is OWNER/REPO#N or its address. `dry_run` does everything but say it
    there. What was interrupted is done to its end when it is asked for again, each thing once.
    """
    from passdown.stages.audit import told
    from passdown.stages.audit.remote.line import Line
    from passdown.stages.audit.remote.place import placed
    from passdown.stages.audit.remote.request import read

    place = placed(request, forges(ctx, forge), forge)
    mirrors, line = _mirrors(ctx), Line(place.forge)
    with mirrors.alone(place):
        now = read(line.ask("GET", f"{place.path}/pulls/{place.number}"))
        found = _verdict(ctx, mirrors, place, now)
        posted = {} if dry_run else _posted(ctx, line, place, found)
    return {
        "ok": found["overall"] == "approve",
        "text": told.text(found),
        "request": now.plain(),
        "verdict": found,
        "posted": posted,
    }


@operation(
    "audit.hook",
    Effect.WRITE,
    http=(Route("POST", "/hook/{forge}", body="body", headers="headers"),),
    cli=Shell(facts=("delivery", "event", "action", "does", "why", "repo", "pr"), stdin="body"),
    example='passdown audit hook github \'{"x-github-event": "ping"}\' --body -',
)
def audit_hook(
    ctx: Ctx, forge: Literal["github", "gitea"], headers: Headers, body: Raw = ""
) -> Json:
    """Take in what a forge posts of a request, if its seal is good.

    A job audits the request, or notes how it ended. The same delivery again has the same answer,
    and nothing more follows from it.
    """
    from passdown.stages.audit.remote import hooks

    secret = ctx.facts["secret"](ctx.settings.text(f"audit.{forge}_secret"))
    if not secret:
        raise Unavailable(
            f"webhooks of {forge} have no secret here", where=f"audit.{forge}_secret",
            next="Name the variable or the file that holds it.",
        )  # fmt: skip
    known = {str(name).lower(): str(value) for name, value in headers.items()}
    data = body.encode("utf-8", "surrogatepass")
    if not hooks.is_sealed(forge, secret, data, known):
        raise Forbidden(
            "the post's seal is not what the secret makes of its body",
            where=f"audit.{forge}_secret", next="Give the forge and passdown the same secret.",
        )  # fmt: skip
    told = hooks.delivery(forge, known, data)
    _queue(ctx, forge, told)
    return told.plain()


# ---- one request


def forges(ctx: Ctx, kind: str = "") -> list[Forge]:
    """Every forge that is configured; GitHub is where nobody says anything else, unless somebody
    named another one and gave no token for it."""
    from passdown.stages.audit.remote.place import GITEA, GITHUB, forge

    found = []
    for one in (GITHUB, GITEA):
        url = ctx.settings.text(f"audit.{one}").strip()
        if url and kind in ("", one):
            token = ctx.facts["secret"](ctx.settings.text(f"audit.{one}_token"))
            found.append(forge(one, url, token))
    meant = [one for one in found if one.token or one.kind == GITEA]
    return meant if len(found) > 1 and len(meant) == 1 else found


def _mirrors(ctx: Ctx) -> Mirrors:
    from passdown.stages.audit.remote.mirror import Mirrors

    most = ctx.settings.whole("audit.mirror_mb")
    return Mirrors(ctx.home / FOLDER, most, ctx.facts["environment"]())


def _verdict(ctx: Ctx, mirrors: Mirrors, place: Place, now: Request) -> Json:
    """The verdict on what the forge says the request is now; it is kept when this returns."""
    from passdown.ops.audit import judged, messages
    from passdown.ops.auditing import cleaned, kept
    from passdown.stages.audit import facts, git
    from passdown.stages.audit.change import Change
    from passdown.stages.audit.tree import Tree

    mirror = mirrors.fetched(place, now)
    start = git.merge_base(mirror, now.base, now.head)
    diff = git.diff(mirror, start, now.head)
    subject = _subject(place, now, start, git.patch_id(mirror, diff))
    texts = [*now.texts(), *messages(mirror, start, now.head)]
    texts += _merged(mirror, now, {text.src for text in texts})
    change = Change(facts.read(diff), Tree(mirror, start), Tree(mirror, now.head))
    return kept(ctx, cleaned(ctx, judged(ctx, subject, texts, change).plain()))


def _subject(place: Place, now: Request, start: str, patch_id: str) -> Subject:
    from passdown.stages.audit.verdict import Subject

    return Subject(
        repo=now.repo,
        base=now.base,
        head=now.head,
        host=place.forge.host,
        pr=now.number,
        merge_base=start,
        patch_id=patch_id,
        title=now.title,
        author=now.author,
        is_bot=now.is_bot,
        is_fork=now.is_fork,
    )


def _merged(mirror: Path, now: Request, known: set[str]) -> list[Told]:
    """What the one commit says that a request was merged as."""
    from passdown.stages.audit import git
    from passdown.stages.audit.said import Text

    if not now.merged or f"commit:{now.merged}" in known:
        return []
    try:
        every = git.commits(mirror, f"{now.merged}^", now.merged)
    except Unreadable:
        return []
    return [Text(f"commit:{one.sha}", f"{one.subject}\n\n{one.body}", one.author) for one in every
            ] if len(every) == 1 else []  # fmt: skip


# ---- what is said at the forge


def _posted(ctx: Ctx, line: Line, place: Place, verdict: Json) -> Json:
    """What was said there; what could not be said now, a job says later."""
    from passdown.domain.actor import Kind
    from passdown.stages.audit.remote.post import post

    if not place.forge.token:
        where = ctx.settings.text(f"audit.{place.forge.kind}_token")
        what = f"nothing was said at {place.forge.host}: there is no token in {where}"
        verdict["warnings"].append(what)
        return {}
    told, receipt = _digest(verdict), _receipt(ctx, verdict)
    if (known := _read(receipt)).get("digest") == told:
        return {"was": "said before", **known["done"]}
    try:
        done = post(line, place, verdict)
    except (Unavailable, Limit) as error:
        if ctx.actor.kind is Kind.SYSTEM:
            raise
        return _later(ctx, place, verdict, error)
    _keep(receipt, {"digest": told, "done": done})
    return done


def _later(ctx: Ctx, place: Place, verdict: Json, error: PassdownError) -> Json:
    """Leave it to a job, which tries again until it is done."""
    from passdown.domain.scope import ALL

    key = f"{SYNC}:{place}:{verdict['audit_key']}"
    with ctx.store.write(ALL) as tx:
        tx.jobs.add(_sync(key, place.forge.kind, place.repo, place.number))
    verdict["warnings"].append(f"the verdict is kept, and a worker says it later: {error}")
    return {"was": "left to a worker"}


def _digest(verdict: Json) -> str:
    """A name for what is said: the same for the same verdict."""
    from passdown.stages.audit.verdict import unlike, written

    told = {name: value for name, value in verdict.items() if name not in ("warnings", "file")}
    return hashlib.sha256(written(unlike(told))).hexdigest()


def _receipt(ctx: Ctx, verdict: Json) -> Path:
    from passdown.ops.auditing import verdicts

    return verdicts(ctx).parent / "posted" / f"{verdict['audit_key']}.json"


def _read(receipt: Path) -> Json:
    try:
        found = json.loads(receipt.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(receipt: Path, said: Json) -> None:
    from passdown.stages.audit.keep import write

    write(receipt, json.dumps(said, sort_keys=True).encode())


# ---- what a forge posts


def _queue(ctx: Ctx, forge: str, told: Delivery) -> None:
    """The jobs of one delivery, added once however often it comes: a delivery is remembered with
    the jobs that it made, or with neither."""
    from passdown.domain.scope import ALL

    host = next((one.host for one in forges(ctx, forge)), "")
    if not (jobs := list(_jobs(forge, host, told))):
        return
    name, id = f"hooks:{forge}", hashlib.sha256(told.id.encode()).hexdigest()[:16]
    with ctx.store.write(ALL) as tx:
        known = (tx.registry.value(name) or "").split()
        if id not in known:
            tx.registry.keep(name, " ".join([*known, id][-REMEMBERED:]))
            for job in jobs:
                tx.jobs.add(job)


def _jobs(forge: str, host: str, told: Delivery) -> Iterator[Job]:
    """What follows from a delivery; the same that waits already is not added by the store."""
    from passdown.ops.audits import audit_result
    from passdown.stages.audit.remote.hooks import AUDIT, RESULT

    if told.does == AUDIT:
        key = f"{SYNC}:{forge}:{told.repo}#{told.number}:{told.state}"
        yield _sync(key, forge, told.repo, told.number)
    if told.does == RESULT:
        ends = [(told.number, told.result)]
        for n, result in [*ends, (told.undone, "reverted")] if told.undone else ends:
            key = f"pull_request_result:{forge}:{told.repo}#{n}:{result}"
            said = {"repo": told.repo, "pr": n, "result": result, "forge": host}
            yield _job(audit_result, key, said)


def _sync(key: str, forge: str, repo: str, number: int) -> Job:
    return _job(audit_pr, key, {"request": f"{repo}#{number}", "forge": forge})


def _job(does: Operation, key: str, params: Json) -> Job:
    from passdown.domain.clock import new_id
    from passdown.domain.job import Job

    return Job(new_id(), does.name, key, params, max_attempts=ATTEMPTS)
