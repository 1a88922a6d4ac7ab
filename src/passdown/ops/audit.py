"""Operations that audit: a range of commits or a patch is judged, and the verdict is kept once."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid, PassdownError
from passdown.ops.kinds import FilePath, Name, Text
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.judge import Part
    from passdown.stages.audit.memory import Memory
    from passdown.stages.audit.said import Text as Told
    from passdown.stages.audit.verdict import Subject, Verdict

_CARD = Shell(card="text", check=True)
LONGEST = 1_048_576
"""Bytes of a description: more than any forge takes."""


@operation(
    "audit.range",
    Effect.WRITE,
    cli=Shell(card="text", check=True, bare="range"),
    example="passdown audit range origin/main..HEAD",
    long=True,
)
def audit_range(
    ctx: Ctx,
    range: Name = "",
    repo: FilePath = ".",
    description: FilePath = "",
    title: Text = "",
    pr: int = 0,
    sarif: tuple[FilePath, ...] = (),
    sarif_base: tuple[FilePath, ...] = (),
    dry_run: bool = False,
) -> dict[str, Any]:
    """Judge the commits of BASE..HEAD: what they say of themselves held against what they do.

    Without a range it is what this branch adds to the branch that the origin shows. `sarif` are
    reports of linters: what they say of the lines that came counts, unless reports of the base,
    `sarif_base`, say it too.
    """
    from passdown.ops.checks import linters
    from passdown.stages.audit import facts, git
    from passdown.stages.audit.change import Change
    from passdown.stages.audit.tree import Tree

    place = Path(repo).expanduser()
    base, head = _ends(place, range)
    start = _start(place, base, head)
    diff = git.diff(place, start, head)
    subject = _subject(place, base, head, start, git.patch_id(place, diff), pr, title)
    texts = [*_described(title, description), *messages(place, start, head)]
    change = Change(facts.read(diff), Tree(place, start), Tree(place, head))
    more = linters(place, change, sarif, sarif_base)
    return _told(ctx, judged(ctx, subject, texts, change, more), dry_run=dry_run)


@operation(
    "audit.patch",
    Effect.WRITE,
    cli=_CARD,
    example="passdown audit patch change.patch --description pr.md",
    long=True,
)
def audit_patch(
    ctx: Ctx,
    file: FilePath,
    repo: FilePath = "",
    base: Name = "",
    description: FilePath = "",
    title: Text = "",
    pr: int = 0,
    sarif: tuple[FilePath, ...] = (),
    sarif_base: tuple[FilePath, ...] = (),
    dry_run: bool = False,
) -> dict[str, Any]:
    """Judge a patch file: what it says of itself held against what it does.

    With the repository and the commit that it applies to, whole files are read; without, its lines
    alone, and what they cannot tell is not told. `sarif` are reports of linters, `sarif_base` those
    of what it applies to.
    """
    from passdown.ops.checks import linters, read
    from passdown.stages.audit.facts import LARGEST

    diff, place = read(file, LARGEST), Path(repo).expanduser()
    texts = [*_described(title, description), *_mailed(diff)]
    with _patched(diff, file, repo, base, title, pr) as (change, subject):
        if not change.facts.files:
            raise Invalid("the patch changes no file", where=file, next="Name another one.")
        more = linters(place, change, sarif, sarif_base)
        found = judged(ctx, subject, texts, change, more)
    return _told(ctx, found, dry_run=dry_run)


@contextmanager
def _patched(
    diff: bytes, file: str, repo: str, base: str, title: str, pr: int
) -> Iterator[tuple[Change, Subject]]:
    """A patch by its lines alone; with a repository as it would stand on a commit, in a tree that
    no work tree sees."""
    from passdown.stages.audit import facts, git, verdict
    from passdown.stages.audit.change import Change
    from passdown.stages.audit.tree import Tree

    if not repo:
        head = hashlib.sha1(diff, usedforsecurity=False).hexdigest()
        alone = verdict.Subject("", "", head, pr=pr, patch_id=head, title=title)
        yield Change(facts.read(diff, file)), alone
        return
    start = git.sha(place := Path(repo).expanduser(), base or "HEAD")
    with git.applied(place, start, diff, file) as (beside, made):
        whole = git.diff(beside, start, made)
        trees = Tree(beside, start), Tree(beside, made)
        patch_id = git.patch_id(beside, whole)
        subject = _subject(beside, start, made, start, patch_id, pr, title)
        yield Change(facts.read(whole), *trees), subject


def _ends(place: Path, range: str) -> tuple[str, str]:
    from passdown.stages.audit import git

    base, dots, head = range.partition("..")
    if range and not dots:
        raise Invalid(f"{range!r} is no range", next="name BASE..HEAD")
    start = git.sha(place, base) if base else git.default_base(place)
    return start, git.sha(place, head.lstrip(".") or "HEAD")


def _start(place: Path, base: str, head: str) -> str:
    """Where the change began; Invalid where it brings nothing."""
    from passdown.stages.audit import git

    start = git.merge_base(place, base, head)
    if start == head:
        what = f"there is nothing to judge: {head[:12]} brings no commit that {base[:12]} has not"
        raise Invalid(what, where=str(place), next="Name BASE..HEAD, the older one first.")
    return start


def _subject(
    place: Path, base: str, head: str, start: str, patch_id: str, pr: int, title: str
) -> Subject:
    from passdown.stages.audit import git
    from passdown.stages.audit.said import is_bot
    from passdown.stages.audit.verdict import Subject

    commits = git.commits(place, start, head)
    last = commits[-1] if commits else None
    author = last.author if last else ""
    return Subject(
        repo=git.name(place),
        host=git.host(place),
        base=base,
        head=head,
        pr=pr,
        merge_base=start,
        patch_id=patch_id,
        title=title or (last.subject if last else ""),
        author=author,
        is_bot=is_bot(author),
    )


def _described(title: str, description: str) -> list[Told]:
    from passdown.ops.checks import read
    from passdown.stages.audit.said import Text

    found = [Text("title", title)] if title else []
    if description:
        found.append(Text("body", read(description, LONGEST).decode("utf-8", "replace")))
    return found


def messages(place: Path, start: str, head: str) -> list[Told]:
    """What the commits from one to the other say."""
    from passdown.stages.audit import git
    from passdown.stages.audit.said import Text

    return [
        Text(f"commit:{one.sha}", f"{one.subject}\n\n{one.body}", one.author)
        for one in git.commits(place, start, head)
    ]


def _mailed(diff: bytes) -> list[Told]:
    """What a patch from a mailbox says above its first file."""
    from email import message_from_bytes, policy

    from passdown.stages.audit.said import Text

    head, found, _ = diff.partition(b"\ndiff --git ")
    if not found or not head.startswith((b"From ", b"From:", b"Subject:")):
        return []
    mail = message_from_bytes(head, policy=policy.default)
    body = mail.get_body() if mail.is_multipart() else mail
    text = str(body.get_content()) if body is not None else ""
    subject = str(mail["Subject"] or "").partition("] ")[2] or str(mail["Subject"] or "")
    return [
        Text("title", subject, str(mail["From"] or "")),
        Text("body", text.partition("\n---\n")[0]),
    ]


def judged(
    ctx: Ctx, subject: Subject, texts: list[Told], change: Change, more: Sequence[Part] = ()
) -> Verdict:
    """The verdict on a change, with all that is remembered and decided here."""
    from dataclasses import replace

    from passdown import __version__
    from passdown.ops.auditing import ladder, remembered, standing
    from passdown.ops.checks import every
    from passdown.stages.audit.hands import agent
    from passdown.stages.audit.judge import judge
    from passdown.stages.audit.rules import precision

    memory = remembered(ctx, subject.repo, subject.audit_key)
    parts, stand = (*more, *every(ctx, subject, change, memory)), standing(ctx)
    found = judge(
        subject, texts, change, ctx.redactor(), ctx.clock.now(), ladder(stand), memory, parts
    )
    by = replace(subject, agent=subject.agent or agent(texts))
    return replace(
        _shadowed(ctx, found, memory), subject=by, config=_config(ctx), precision=precision(stand),
        tools={"passdown": __version__},
    )  # fmt: skip


def _shadowed(ctx: Ctx, found: Verdict, memory: Memory | PassdownError) -> Verdict:
    """The verdict, or, for the first audits of a repository where that was asked for, only notes of
    what is not certain."""
    from passdown.stages.audit.rules import usual
    from passdown.stages.audit.verdict import shadowed

    before = 0 if isinstance(memory, PassdownError) else len(memory.audits)
    if before >= ctx.settings.whole("audit.shadow_audits"):
        return found
    return shadowed(found, {one.rule for one in found.findings if not usual(one.rule)})


def _config(ctx: Ctx) -> str:
    """A name for how audits are configured: under another one the same change is judged anew."""
    known = ctx.settings.values.items()
    values = {name: setting.value for name, setting in known if name.startswith("audit.")}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _told(ctx: Ctx, verdict: Verdict, *, dry_run: bool) -> dict[str, Any]:
    from passdown.ops.auditing import cleaned, kept
    from passdown.stages.audit import told

    plain: dict[str, Any] = cleaned(ctx, verdict.plain())
    found = plain if dry_run else kept(ctx, plain)
    text = told.text(found, kept=not dry_run)
    return {"ok": found["overall"] == "approve", "text": text, "verdict": found}
