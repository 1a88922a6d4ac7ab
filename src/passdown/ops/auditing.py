"""What an audit leaves behind: the verdict's file, the outcomes' row, the event. Each once,
whatever was interrupted before; none of them keeps the next from being done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import PassdownError
from passdown.stages.audit import keep
from passdown.stages.audit.memory import Memory
from passdown.stages.audit.verdict import unlike, written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.ops.operation import Ctx
    from passdown.stages.audit.rules import Standing

PATIENCE = 3.0
"""Seconds that the observer may take."""
TOLD = frozenset(
    ("text", "message", "title", "one_liner", "why", "note", "reason", "object", "scope", "author")
)
"""What of a verdict is anybody's words; the rest are names, numbers and hashes of ours."""


def kept(ctx: Ctx, verdict: dict[str, Any]) -> dict[str, Any]:
    """The verdict as it is kept: the one of before where this very audit was done already, with
    `warnings` for what could not be done."""
    file = keep.verdict_file(verdicts(ctx), verdict["pr"], verdict["head_sha"])
    rules, config = verdict["rules_version"], verdict["config_digest"]
    known = keep.stored(file, verdict["audit_key"], config, rules)
    if known is None or unlike(known) != unlike(verdict):
        keep.write(file, written(verdict))
        known = verdict
    warnings = [*_noted(ctx, known), *_observed(ctx, known)]
    return {**known, "warnings": warnings, "file": str(file)}


def verdicts(ctx: Ctx) -> Path:
    """The folder of verdicts."""
    return under(ctx, ctx.settings.text("audit.verdicts"))


def outcomes(ctx: Ctx) -> Path:
    """The file of outcomes, which scenarios write to as well."""
    return under(ctx, ctx.settings.text("audit.outcomes"))


def remembered(ctx: Ctx, repo: str, but: str) -> Memory | PassdownError:
    """What earlier audits of this repository left, and what people said of them; or why that
    cannot be read, which keeps no audit from being done."""
    try:
        return Memory(keep.rows(outcomes(ctx)), repo, but)
    except PassdownError as error:
        return error


def standing(ctx: Ctx) -> list[Standing]:
    """How every rule stands: by what was approved, and by what people said since."""
    from passdown.domain.scope import ALL
    from passdown.stages.audit.rules import KIND, standings

    with ctx.store.read(ALL) as tx:
        approved = {
            record.key: str(record.body.get("level", "")) for record in tx.knowledge.all(KIND)
        }
    return standings(_readable(ctx), approved)


def _readable(ctx: Ctx) -> list[dict[str, Any]]:
    """The rows; none where they cannot be read: then rules weigh what they usually do."""
    try:
        return keep.rows(outcomes(ctx))
    except PassdownError:
        return []


def ladder(stand: Iterable[Standing]) -> dict[str, str]:
    """What each rule weighs whose weight was decided, or that fell by what people said."""
    return {one.rule: one.level for one in stand if one.level != one.usual}


def cleaned(ctx: Ctx, verdict: Any, name: str = "") -> Any:
    """The verdict with everybody's words redacted; hashes and paths stay as they are, bytes of
    paths that are no text written out."""
    if isinstance(verdict, dict):
        return {key: cleaned(ctx, value, key) for key, value in verdict.items()}
    if isinstance(verdict, list):
        return [cleaned(ctx, value, name) for value in verdict]
    if isinstance(verdict, str):
        said = verdict.encode("utf-8", "backslashreplace").decode()
        return ctx.redactor().clean(said) if name in TOLD else said
    return verdict


def under(ctx: Ctx, named: str) -> Path:
    """A place that a setting names: below the folder of data where it is not absolute."""
    path = Path(named).expanduser()
    root: Path = ctx.facts["places"].root
    return path if path.is_absolute() else root / path


def _noted(ctx: Ctx, verdict: dict[str, Any]) -> list[str]:
    try:
        keep.note(outcomes(ctx), keep.audit_row(verdict))
    except (OSError, PassdownError) as error:
        return [f"the row was not written to {outcomes(ctx)}: {error}"]
    return []


def _observed(ctx: Ctx, verdict: dict[str, Any]) -> list[str]:
    """Tell the observer; where nobody listens the event is kept here, under the same id."""
    event = keep.event_of(verdict)
    url = ctx.settings.text("audit.observer")
    if not url or (why := _posted(url, event)):
        from passdown.ops.intake import intake
        from passdown.stages.observe.journal import Post

        intake(ctx).take([Post(event, ctx.clock.now())])
        return (
            [f"the observer at {url} did not take the event ({why}); it is kept here"]
            if (url and not _is_usual(url))
            else []
        )
    return []


def _is_usual(url: str) -> bool:
    """Whether this is where our own server would be: that it does not run is no news."""
    return url.rstrip("/") in ("http://localhost:3800", "http://127.0.0.1:3800")


def _posted(url: str, event: dict[str, Any]) -> str:
    """Why an event could not be handed over; '' when it was."""
    import json
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    if not url.startswith(("http://", "https://")):
        return "not an http address"
    data = json.dumps(event).encode()
    head = {"Content-Type": "application/json"}
    try:
        with urlopen(Request(f"{url.rstrip('/')}/event", data, head), timeout=PATIENCE) as answer:
            return "" if answer.status < 300 else f"status {answer.status}"
    except (URLError, OSError, ValueError) as error:
        return str(getattr(error, "reason", "") or error)[:200]
