"""Operations on the mirror: what is known as plain files, and what was changed in them by hand."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.actor import Kind
from passdown.domain.errors import Conflict, Forbidden, Invalid, NotFound, PassdownError
from passdown.ops.kinds import FilePath
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.stages.serve.mirror import Notes
    from passdown.storage.tree import Tree

ROOT = "knowledge"
FOLDER = "mirrors"
"""Where beside the store it is noted what was written."""
SHOWN = 5


@operation(
    "mirror",
    Effect.WRITE,
    cli=Shell(
        rows="written", columns=("file",), facts=("root", "files", "removed", "mended"), bare="root"
    ),
    example="passdown mirror",
)
def mirror(ctx: Ctx, root: FilePath = "", force: bool = False) -> dict[str, Any]:
    """Write what is known as plain files: the same store, the same bytes.

    They go to `knowledge` in the project, or to `root`. Where somebody changed one since, nothing
    is written until that was pulled; with `force` what they changed is lost.
    """
    from passdown.ops.edits import fresh_pages
    from passdown.ops.projection import project

    place = _place(ctx, root)
    _may(ctx, named=bool(root), force=force)
    with _folder(ctx, place, make=True) as folder:
        fresh = fresh_pages(ctx)
        done = folder.bring_up(fresh, force=force)
        project(ctx, anew=True)
        return {
            "root": place,
            "files": len(fresh),
            "written": [{"file": name} for name in done.written],
            "removed": done.removed,
            "mended": folder.tree.mended,
        }


@operation(
    "mirror.pull",
    Effect.WRITE,
    cli=Shell(card="diff", facts=("root", "proposals", "refused", "missing", "next"), bare="root"),
    example="passdown mirror pull --dry-run",
)
def pull(ctx: Ctx, root: FilePath = "", dry_run: bool = False) -> dict[str, Any]:
    """Put what was changed in the mirror by hand to the gate, each line as a proposal.

    An added line asks to add a claim, a changed one to replace it, a removed one to retire it; each
    is shown as a diff. With `dry_run` they are only shown. The files stay as they are until the
    next `passdown mirror`.
    """
    from passdown.ops.edits import asked, fresh_pages, put
    from passdown.stages.serve.mirror import changed, standing

    place = _place(ctx, root)
    _may(ctx, named=bool(root), force=False)
    with _folder(ctx, place, make=False) as folder:
        notes = folder.notes
        there = standing(folder.tree, {*notes.files, *folder.names()})
        after = changed(notes, there, fresh_pages(ctx))
        found = asked(ctx, notes, after)
        rows = [one.row for one in (found.asked if dry_run else put(ctx, found.asked))]
        if not dry_run:
            stuck = {str(row["file"]) for row in rows if row["next"]}
            ours = {*notes.files, *found.own}
            folder.pulled({name: there[name] for name in {*after} & ours - stuck})
    return {"root": place, **_told(rows, dry=dry_run), "missing": _missing(notes, there)}


class Brought(NamedTuple):
    """What was written into a mirror, and what was taken away from it."""

    written: list[str]
    removed: list[str]


def noted(ctx: Ctx) -> list[str]:
    """The folders that were ever mirrored to."""
    import json

    found = (ctx.home / FOLDER).glob("*.json") if (ctx.home / FOLDER).is_dir() else ()
    return sorted(str(json.loads(path.read_bytes())["root"]) for path in found)


def renew(ctx: Ctx) -> None:
    """Write every mirror anew, because something is not known any more; those that somebody
    changed since are left, and one that is gone is not remembered."""
    from passdown.ops.edits import fresh_pages
    from passdown.stages.serve.mirror import name_of

    for place in noted(ctx):
        if not os.path.lexists(place):
            (ctx.home / FOLDER / name_of(place)).unlink(missing_ok=True)
            continue
        with suppress(PassdownError), _folder(ctx, place, make=False) as folder:
            folder.bring_up(fresh_pages(ctx))


def held_back(ctx: Ctx) -> list[str]:
    """The mirrors that somebody changed since, which are not written anew."""
    from passdown.ops.edits import fresh_pages

    found = []
    for place in noted(ctx):
        try:
            with _folder(ctx, place, make=False) as folder:
                edited = folder.edited(fresh_pages(ctx))
        except NotFound:
            continue
        except PassdownError:
            edited = [place]
        found += [place] if edited else []
    return found


@dataclass(slots=True)
class _Folder:
    """A mirror's folder, and what is noted of it, while nobody else writes there."""

    place: str
    tree: Tree
    book: Tree
    notes: Notes

    def names(self) -> list[str]:
        """The files that could be some loop's."""
        from passdown.stages.serve.mirror import ENDS

        return [name for name in self.tree.names() if name.endswith(ENDS)]

    def edited(self, fresh: Mapping[str, str]) -> list[str]:
        """The files that are not as they were written, pulled, or are to be."""
        from passdown.stages.serve.mirror import changed, standing

        return sorted(changed(self.notes, standing(self.tree, {*fresh, *self.notes.files}), fresh))

    def bring_up(self, fresh: Mapping[str, str], *, force: bool = False) -> Brought:
        """Make the folder say this; Conflict where somebody changed it since."""
        from passdown.stages.serve.mirror import gone, standing

        edited = [] if force else self.edited(fresh)
        if edited:
            raise _unpulled(edited, self.notes, self.place)
        there = standing(self.tree, {*fresh, *self.notes.files})
        todo = sorted(name for name, text in fresh.items() if there.get(name) != text.encode())
        away = [name for name in gone(self.notes, fresh) if name in there]
        self.write(fresh, todo, away)
        return Brought(todo, away)

    def write(self, fresh: Mapping[str, str], todo: Sequence[str], away: Sequence[str]) -> None:
        """Make the folder say this; it is noted before, so that what a crash leaves is known."""
        self.notes.intend(fresh)
        self._save()
        self.tree.sweep()
        for name in todo:
            self.tree.write(name, fresh[name].encode())
        for name in away:
            self.tree.remove(name)
        for name in fresh.keys() - set(todo):
            self.tree.close_to_others(name)
        self.notes.wrote(fresh)
        self._save()

    def pulled(self, files: Mapping[str, bytes]) -> None:
        """Note that what these say was put to the gate."""
        for name, content in files.items():
            self.notes.pulled(name, content)
        self._save()

    def _save(self) -> None:
        from passdown.stages.serve.mirror import name_of, save

        self.book.write(name_of(self.place), save(self.notes, self.place))


@contextmanager
def _folder(ctx: Ctx, place: str, *, make: bool) -> Iterator[_Folder]:
    from passdown.stages.serve.mirror import load, name_of
    from passdown.storage.tree import alone, opened

    if ctx.sight.scopes is not None:
        raise Forbidden(
            "a mirror is of the whole store, and this caller sees a part",
            where="mirror",
            next="Ask somebody who sees all of it.",
        )
    beside = ctx.home / FOLDER
    with (
        alone(str(beside / "lock")),
        opened(str(beside), make=True) as book,
        opened(place, make=make) as tree,
    ):
        if tree is None or book is None:
            raise NotFound("no mirror is there", where=place, next="passdown mirror makes one.")
        yield _Folder(place, tree, book, load(book.read(name_of(place))))


def _place(ctx: Ctx, root: str) -> str:
    """Where the files go; Invalid where a folder of their own is impossible."""
    places = ctx.facts["places"]
    if not root:
        return str(places.root.absolute() / ROOT)
    place = os.path.abspath(Path(root).expanduser())
    real, home = Path(os.path.realpath(place)), Path(os.path.realpath(ctx.home))
    users = Path(os.path.realpath(places.user))
    if real in (users, *users.parents, home, *home.parents) or (real / ".git").exists():
        raise Invalid(
            "a mirror needs a folder of its own",
            where=place,
            next="Name a new folder inside this one.",
        )
    if home in real.parents and real != home / ROOT:
        raise Invalid("that is inside the store", where=place, next="Name a folder outside.")
    return place


def _may(ctx: Ctx, *, named: bool, force: bool) -> None:
    """Only people choose where files are written or what is lost."""
    if ctx.actor.kind is Kind.AGENT and (named or force):
        raise Forbidden(
            "which folder is mirrored, and what is overwritten, is for people to say",
            where="mirror",
            next="Leave out `root` and `force`, or ask a person.",
        )


def _unpulled(edited: Sequence[str], notes: Notes, place: str) -> Conflict:
    foreign = [name for name in edited if name not in notes.files]
    verb = ("were", "are") if len(edited) > 1 else ("was", "is")
    what = f"{verb[0]} changed by hand" if not foreign else f"{verb[1]} not as passdown wrote it"
    more = f" and {len(edited) - SHOWN} more" if len(edited) > SHOWN else ""
    many = f"{len(edited)} file{'s' if len(edited) > 1 else ''}"
    return Conflict(
        f"{many} {what}: {', '.join(edited[:SHOWN])}{more}",
        where=place,
        next="`passdown mirror pull` proposes what was changed; --force overwrites it.",
    )


def _missing(notes: Notes, there: Mapping[str, bytes]) -> list[str]:
    """What was written and is not there: no edit, for a folder may be lost whole."""
    return sorted(notes.files.keys() - there.keys())


def _told(rows: list[dict[str, Any]], *, dry: bool) -> dict[str, Any]:
    """What became of the edits: one by one, as a diff, and in numbers."""
    ids = list(dict.fromkeys(str(row["proposal"]) for row in rows if row["proposal"]))
    refused = sum(bool(row["next"]) for row in rows)
    step = "passdown review" if ids else "passdown mirror pull" if dry and rows else ""
    return {
        "edits": rows,
        "diff": "\n".join(_diff(row) for row in rows) or "Nothing was changed by hand.",
        "proposals": len(ids),
        "refused": refused,
        "next": step,
    }


def _diff(row: Mapping[str, Any]) -> str:
    place = f"{row['file']}:{row['line']}" if row["line"] else row["file"]
    if row["next"]:
        return f"{place}  refused: {row['what']}. {row['next']}"
    filed = f"{row['fate']} {str(row['proposal'])[:12]}".strip()
    lines = [f"{place}  {row['action']}" + (f", {filed}" if filed else "")]
    lines += [f"- {row['before']}"] if row["before"] else []
    lines += [f"+ {row['after']}"] if row["after"] else []
    lines += [f"! {row['conflict']}"] if row["conflict"] else []
    return "\n".join(lines)
