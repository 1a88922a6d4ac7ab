"""Whether what code asks of a described interface is still there, where a change brings another
description of it. Told is what code asks for by its path, and nothing that is guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.audit import openapi
from passdown.stages.audit.change import Proof
from passdown.stages.audit.drift import BREAKING, DEPRECATED, REMOVED, UNKNOWN, Drift
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.drift import Playbook
    from passdown.stages.audit.facts import Touched
    from passdown.stages.audit.openapi import Described

MOST_FILES, MOST_PATHS = 200, 400
_WORD = re.compile(r"\w[\w.~-]*")
_METHOD = re.compile(
    r"\.(get|put|post|delete|options|head|patch)\s*[(<]|"
    r"[\"'`](GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH)[\"'`]|"
    r"(?:-X|--request)[ =]?(GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH)\b|"
    r"\b(GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH) (?=\S*/)"
)
_SERVES = re.compile(
    r"^\s*@|\b(?:re_)?path\(|\b(?:add_)?(?:url_rule|route|api_route|websocket)\(|\bRoute\(|"
    r"\b(?:app|router|server|api|blueprint|bp|mux|r|e|routes|fastify)\.(?:get|put|post|delete|patch|"
    r"head|options|all|use|route|handle|HandleFunc|Handle)\s*\(|HandleFunc\(|Mapping\("
)
"""A line by which something is served, not asked for."""


class Asked(NamedTuple):
    """A path that code asks for, by which method ('' where its line does not tell), and where."""

    method: str
    place: Proof
    book: str = ""


def described(change: Change, playbooks: Sequence[Playbook] = ()) -> Iterator[Drift]:
    """What the code after the change asks of interfaces whose descriptions it changes."""
    for file in change.facts.files:
        if not file.before or not file.after or not openapi.FILE.search(file.after):
            continue
        texts = change.texts(file)
        if texts[0] is None or texts[1] is None:
            continue
        old, new = openapi.read(file.before, texts[0]), openapi.read(file.after, texts[1])
        if old is not None and new is None:
            why = f"{file.after} is no description that is read here"
            yield Drift(file.after, old.version, "", UNKNOWN, why=why)
        elif old is not None and new is not None:
            yield from _compared(change, file, old, new, playbooks)


def _compared(
    change: Change, file: Touched, old: Described, new: Described, playbooks: Sequence[Playbook]
) -> Iterator[Drift]:
    paths = [path for path in sorted({path for _, path in old.operations})
             if _is_telling(path) and path not in new.open and not _moved(path, old, new)
             and _differs(path, old, new)]  # fmt: skip
    if len(paths) > MOST_PATHS:
        why = f"{len(paths)} paths of it are others: {MOST_PATHS} were looked for"
        yield Drift(file.after, old.version, new.version, UNKNOWN, why=why)
        paths = paths[:MOST_PATHS]
    code = _in_code(change, {path: _pattern(path, old) for path in paths})
    for path in paths:
        asked = [*code.get(path, ()), *_in_books(playbooks, path, old)]
        yield from _became(change, file, path, asked, old, new)


def _differs(path: str, old: Described, new: Described) -> bool:
    """Whether an operation of this path may be another."""
    return any(new.operations.get(key) != one for key, one in old.operations.items()
               if key[1] == path)  # fmt: skip


def _is_telling(path: str) -> bool:
    """Whether a path is not one that anything has."""
    fixed = [part for part in path.split("/") if part and "{}" not in part]
    return any(len(part) >= 4 for part in fixed) and path.count("{}") <= 4


def _moved(path: str, old: Described, new: Described) -> bool:
    """Whether a path that went only stands behind more or less than before."""
    if path in new.paths:
        return False
    return any(one.endswith(path) or path.endswith(one) for one in new.paths - old.paths
               if _is_telling(one))  # fmt: skip


def _became(
    change: Change, file: Touched, path: str, asked: Sequence[Asked], old: Described, new: Described
) -> Iterator[Drift]:
    """A row for each thing that is not as it is asked for."""
    methods = {method for method, one in old.operations if one == path}
    gone = {method for method in methods if (method, path) not in new.operations}
    for method in sorted({one.method for one in asked}):
        mine = [one for one in asked if one.method == method]
        name = f"{method} {path}".strip()
        if method in gone or (not method and gone == methods):
            yield _row(file, old, new, REMOVED, name, f"`{name}` removed", mine)
        elif method in methods and (need := _needed(change, method, path, old, new)):
            yield _row(file, old, new, BREAKING, name, f"`{name}` needs `{need}`", mine)
        elif _is_old(method, path, methods, old, new):
            yield _row(file, old, new, DEPRECATED, name, f"`{name}` deprecated", mine)


def _row(
    file: Touched, old: Described, new: Described, status: str, name: str, why: str,
    asked: Sequence[Asked],
) -> Drift:  # fmt: skip
    places = tuple(one.place for one in asked if not one.book)
    books = tuple(dict.fromkeys(one.book for one in asked if one.book))
    now = "" if status == REMOVED else name
    return Drift(file.after, old.version, new.version, status, name, why, name, now, places, books)


def _needed(change: Change, method: str, path: str, old: Described, new: Described) -> str:
    """What an operation must be given now, and nothing in the code so much as names."""
    before, after = old.operations[method, path], new.operations[method, path]
    if before.open or change.after is None:
        return ""
    for name in sorted(after.needs - before.needs):
        files = change.after.naming([name], "*")
        if not any(sorts.code(at) and not openapi.FILE.search(at) for at in files):
            return name
    return ""


def _is_old(method: str, path: str, methods: set[str], old: Described, new: Described) -> bool:
    """Whether it is deprecated now, and was not; without a method, whether all of the path is."""
    keys = [(one, path) for one in ({method} & methods if method else methods)]
    known = [new.operations[key] for key in keys if key in new.operations]
    return bool(known) and all(one.deprecated for one in known) and not any(
        old.operations[key].deprecated for key in keys
    )  # fmt: skip


# ---- what is asked for


def _in_code(change: Change, signs: Mapping[str, re.Pattern[str]]) -> Mapping[str, Sequence[Asked]]:
    """Where programs of the tree ask for these paths; tests are none of them. A path that the tree
    serves itself may be its own."""
    words = {path: _longest(path) for path in signs}
    known = sorted({word for word in words.values() if word})
    if change.after is None or not known:
        return {}
    files = [one for one in change.after.naming(known, "*") if sorts.code(one)][:MOST_FILES]
    change.after.load(files)
    found: dict[str, list[Asked]] = {}
    own: set[str] = set()
    for at in files:
        text = change.after.read(at) or ""
        there = frozenset(_WORD.findall(text))
        mine = {path: signs[path] for path, word in words.items() if word in there}
        for path, one in _asks(at, text, mine) if mine else ():
            if one is None:
                own.add(path)
            else:
                found.setdefault(path, []).append(one)
    return {path: asked for path, asked in found.items() if path not in own}


def _asks(
    at: str, text: str, signs: Mapping[str, re.Pattern[str]]
) -> Iterator[tuple[str, Asked | None]]:
    """The lines of a file that have one of these paths; None for one that serves it."""
    above = ""
    for n, row in enumerate(text.splitlines(), 1):
        for path, sign in signs.items() if "/" in row else ():
            if sign.search(row):
                if _SERVES.search(row) or _SERVES.search(above):
                    yield path, None
                else:
                    proof = Proof(at, n, row.strip()[:300], "asked for here")
                    yield path, Asked(_method(row) or _method(above, open=True), proof)
        above = row


def _longest(path: str) -> str:
    """The longest of the fixed parts of a path, where it is a word; '' for none."""
    word = max((part for part in path.split("/") if "{}" not in part), key=len)
    return word if _WORD.fullmatch(word) else ""


def _in_books(playbooks: Sequence[Playbook], path: str, old: Described) -> Iterator[Asked]:
    sign = _pattern(path, old)
    for book in playbooks:
        for n, row in enumerate(book.text.splitlines()[:MOST_FILES], 1):
            if sign.search(row):
                yield Asked(_method(row), Proof("", n, row.strip()[:300], "told here"), book.id)


def _pattern(path: str, old: Described) -> re.Pattern[str]:
    """A path as it is written: whole, behind a host, a variable, or what servers put before it."""
    parts = [r"[^/\s\"'`?#]+".join(re.escape(one) for one in part.split("{}"))
             for part in path.split("/")[1:]]  # fmt: skip
    bases = "|".join(re.escape(one) for one in old.bases)
    before = rf"(?:[\"'`]|[}})]|https?://[\w.:-]+|\s)(?:{bases})?" if bases else (
        r"(?:[\"'`]|[})]|https?://[\w.:-]+|\s)"
    )  # fmt: skip
    return re.compile(before + "/" + "/".join(parts) + r"/?(?=[\"'`?#\s,)]|$)")


def _method(row: str, *, open: bool = False) -> str:
    """The method that a line names; of the line above only one whose call goes on."""
    if open and not row.rstrip().endswith(("(", ",")):
        return ""
    found = _METHOD.search(row)
    return next(one for one in found.groups() if one).upper() if found else ""
