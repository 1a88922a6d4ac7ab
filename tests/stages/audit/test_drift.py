"""What a package no longer has is told by name and parameter, and nothing is guessed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from passdown.stages.audit import api, drift, pins, uses
from passdown.stages.audit.code import Symbol
from passdown.stages.audit.drift import Playbook, compared, drifts, findings, unknown
from passdown.stages.audit.shelf import Shelf
from passdown.stages.audit.uses import Call, Use
from tests.stages.audit.repo import change, commit, init
from tests.stages.audit.shelves import NEW, OLD, installed, unpacked, wheel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from passdown.stages.audit.change import Change

CODE = "import netty\n\n\ndef ask():\n    return netty.Client({})\n"
BOOK = "Say it so:\n\n```python\nimport netty\nnetty.Client({})\n```\n"
PROXIES = "proxies={'a': 'b'}"


def changed(root: Path, before: Mapping[str, str], after: Mapping[str, str | None]) -> Change:
    repo = init(root / "repo")
    base = commit(repo, before)
    return change(repo, base, commit(repo, after))


def pinned(version: str) -> str:
    return f"netty=={version}\nother==1.0\n"


def bumped(root: Path, code: str) -> Change:
    return changed(root, {"requirements.txt": pinned(OLD), "app.py": code},
                   {"requirements.txt": pinned(NEW)})  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    wheels = wheel(wheel(tmp_path / "wheels", OLD), NEW)
    return Shelf([wheels], kept=tmp_path / "kept")


def test_a_parameter_that_went_is_told_where_it_is_used_with_both_signatures(
    tmp_path: Path, shelf: Shelf
) -> None:
    found = drifts(bumped(tmp_path, CODE.format(PROXIES)), shelf)
    (one,) = [row for row in found if row.tool == "netty"]
    assert (one.status, one.symbol) == (drift.REMOVED, "netty.Client")
    assert one.was == "netty.Client(auth=, proxies=, timeout=)"
    assert one.now == "netty.Client(auth=, timeout=)"
    (told,) = findings(found)
    assert (told.rule, told.severity) == ("drift.removed", "warn")
    assert told.message == f"netty: `Client(proxies=)` removed {OLD}->{NEW}"
    assert [(at.path, at.line) for at in told.locations] == [("app.py", 5)]
    assert "netty" not in sys.modules


def test_only_playbooks_that_use_what_went_are_told_of(tmp_path: Path, shelf: Shelf) -> None:
    books = [Playbook("p1", "one", BOOK.format(PROXIES)), Playbook("p2", "two", BOOK.format(""))]
    found = drifts(bumped(tmp_path, CODE.format("timeout=3")), shelf, books)
    (told,) = findings(found)
    assert told.message == f"netty: `Client(proxies=)` removed {OLD}->{NEW}; 1 playbook uses it"
    assert told.refs == ("p1",)


def test_a_bump_of_which_nothing_that_is_used_changed_is_one_line(
    tmp_path: Path, shelf: Shelf
) -> None:
    found = drifts(bumped(tmp_path, CODE.format("timeout=3")), shelf)
    (told,) = findings(found)
    assert (told.rule, told.severity) == ("drift.version", "info")
    assert told.message == f"netty {OLD} to {NEW}: nothing that is used here changed"
    assert unknown(found) == ""


def test_a_version_that_is_nowhere_is_unknown_and_accuses_nobody(tmp_path: Path) -> None:
    found = drifts(bumped(tmp_path, CODE.format(PROXIES)), Shelf([]))
    assert [row.status for row in found] == [drift.UNKNOWN]
    assert list(findings(found)) == []
    assert unknown(found) == f"unknown: netty: there is no netty {OLD} to look at"


def test_what_was_kept_of_a_version_is_enough_when_it_is_gone(tmp_path: Path, shelf: Shelf) -> None:
    moved = bumped(tmp_path, CODE.format(PROXIES))
    assert drifts(moved, shelf)
    again = Shelf([], kept=shelf.kept)
    assert [row.status for row in drifts(moved, again)] == [drift.REMOVED]
    assert shelf.kept is not None
    for file in shelf.kept.rglob("*.json"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "extractor": 0}))
    assert [row.status for row in drifts(moved, Shelf([], kept=shelf.kept))] == [drift.UNKNOWN]


@pytest.mark.parametrize("make", [installed, wheel, unpacked])
def test_a_version_is_read_wherever_it_stands(tmp_path: Path, make: Any) -> None:
    found = Shelf([make(tmp_path / "here", NEW)]).find("Netty", NEW)
    assert found is not None
    assert {"netty.Client", "netty.get", "netty.Client.close", "netty.codes.OK"} <= set(found.names)
    assert api.of_plain(json.loads(json.dumps(found.plain()))) == api.Api(
        found.package, found.version,
        {name: Symbol(one.name, one.kind, 0, one.params, (), one.deprecated)
         for name, one in found.names.items()}, found.open,
    )  # fmt: skip


def test_a_line_that_came_and_was_written_for_another_version_is_told(tmp_path: Path) -> None:
    site = installed(tmp_path / "site", NEW)
    shelf = Shelf([wheel(tmp_path / "old", OLD)], home=[site])
    fresh = changed(tmp_path, {"old.py": CODE.format(PROXIES)}, {"new.py": CODE.format(PROXIES)})
    (told,) = findings(drifts(fresh, shelf))
    assert told.message == f"netty: `Client(proxies=)`: {OLD} had it, {NEW} has not"
    assert [at.path for at in told.locations] == ["new.py"]
    right = changed(tmp_path / "b", {"a.py": "x = 1\n"}, {"new.py": CODE.format("timeout=1")})
    assert drifts(right, shelf) == []


PAGE = "# How\n\n```python\nimport netty\n\nnetty.Client({})\n```\n"


def test_a_page_that_tells_to_write_for_another_version_is_noted(tmp_path: Path) -> None:
    shelf = Shelf([wheel(tmp_path / "old", OLD)], home=[installed(tmp_path / "site", NEW)])
    (told,) = findings(drifts(changed(tmp_path, {"a.py": ""}, {"README.md": PAGE.format(PROXIES)}),
                              shelf))  # fmt: skip
    assert (told.severity, told.rule) == ("info", "drift.removed")
    assert [(at.path, at.line) for at in told.locations] == [("README.md", 6)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", PAGE.format("timeout=3")),
        ("README.md", PAGE.format(PROXIES).replace("import netty", "netty = make()")),
        ("README.md", PAGE.format(PROXIES).replace("python", "rust")),
        ("README.md", "import netty\nnetty.Client(proxies=1)\n"),
        ("CHANGELOG.md", PAGE.format(PROXIES)), ("docs/migrating.md", PAGE.format(PROXIES)),
        ("docs/upgrade-0.28.md", PAGE.format(PROXIES)), ("docs/old/x.md", PAGE.format(PROXIES)),
        ("tests/test_a.py", CODE.format(PROXIES)), ("notes.txt", PAGE.format(PROXIES)),
    ],
)  # fmt: skip
def test_pages_that_tell_what_was_and_pages_that_are_right_are_not_noted(
    tmp_path: Path, path: str, text: str
) -> None:
    shelf = Shelf([wheel(tmp_path / "old", OLD)], home=[installed(tmp_path / "site", NEW)])
    assert drifts(changed(tmp_path, {"a.py": ""}, {path: text}), shelf) == []


def test_the_same_line_of_two_files_is_two_places(tmp_path: Path) -> None:
    older = wheel(wheel(tmp_path / "old", OLD), "0.27.1")
    shelf = Shelf([older], home=[installed(tmp_path / "site", NEW)])
    code = {"a.py": CODE.format(PROXIES), "b.py": CODE.format("timeout=1")}
    (told,) = findings(drifts(changed(tmp_path, {"c.py": ""}, {**code}), shelf))
    assert [at.path for at in told.locations] == ["a.py"]


def test_what_is_installed_is_kept_for_later(tmp_path: Path) -> None:
    site = installed(tmp_path / "site", OLD)
    shelf = Shelf([], home=[site], kept=tmp_path / "kept")
    used = changed(tmp_path, {"a.py": "x = 1\n"}, {"new.py": CODE.format("")})
    assert drifts(used, shelf) == []
    assert (tmp_path / "kept" / "netty" / f"{OLD}.json").is_file()


def test_what_takes_long_to_read_is_not_read_for_later_alone(tmp_path: Path) -> None:
    site = installed(tmp_path / "site", OLD)
    (site / f"netty-{OLD}.dist-info" / "RECORD").write_text("netty/__init__.py,x,2000000\n")
    used = changed(tmp_path, {"a.py": "x = 1\n"}, {"new.py": CODE.format("")})
    assert drifts(used, Shelf([], home=[site], kept=tmp_path / "kept")) == []
    assert not (tmp_path / "kept").exists()


def test_a_playbook_that_tells_of_an_older_version_is_told_and_asks_for_nothing(
    tmp_path: Path,
) -> None:
    site = installed(tmp_path / "site", NEW)
    shelf = Shelf([wheel(tmp_path / "old", OLD)], home=[site])
    book = Playbook("p1", "one", BOOK.format(PROXIES), (f"netty=={OLD}",), near=True)
    touched = changed(tmp_path, {"a.py": "x = 1\n"}, {"a.py": "x = 2\n"})
    (told,) = findings(drifts(touched, shelf, [book]))
    assert (told.severity, told.refs) == ("info", ("p1",))
    far = Playbook("p1", "one", BOOK.format(PROXIES), (f"netty=={OLD}",))
    assert drifts(touched, shelf, [far]) == []


def test_a_copy_that_the_repository_holds_is_held_against_itself(tmp_path: Path) -> None:
    def copy(version: str) -> dict[str, str | None]:
        from tests.stages.audit.shelves import sources

        return {f"app/_vendor/{path}": text for path, text in sources(version).items()}

    code = "from app._vendor import netty\nfrom ._vendor.netty import get\n"
    code += f"netty.Client({PROXIES})\nget('u', proxies=1)\nnetty.Timeout(1)\n"
    before = {path: text or "" for path, text in copy(OLD).items()}
    moved = changed(tmp_path, {**before, "app/use.py": code}, copy(NEW))
    rows = [(row.why, row.places[0].line) for row in drifts(moved, Shelf([]))]
    assert sorted(rows) == [("`Client(proxies=)` removed", 3), ("`Timeout` needs `kind`", 5),
                            ("`get(proxies=)` removed", 4)]  # fmt: skip


def test_a_block_of_another_language_hides_no_python_after_it() -> None:
    page = "```sh\npip install netty\n```\nThen\n```python\nimport netty\nnetty.get()\n```\n"
    assert [(one.name, one.line) for one in uses.of_page("a.md", page)] == [("netty.get", 7)]
    assert [one.name for one in uses.of_words("", page)] == ["netty.get"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("netty.Client(timeout=1)", drift.COMPATIBLE),
        ("netty.Client(proxies=1)", drift.REMOVED),
        ("netty.Client(nonsense=1)", drift.COMPATIBLE),
        ("netty.Client(**more)", drift.COMPATIBLE),
        ("netty.get('u', proxies=1)", drift.REMOVED),
        ("netty.get", drift.COMPATIBLE),
        ("netty.Timeout(1)", drift.BREAKING),
        ("netty.Timeout(1, 2)", drift.COMPATIBLE),
        ("netty.Timeout(*all)", drift.COMPATIBLE),
        ("netty.fetch('u')", drift.DEPRECATED),
        ("netty.codes.OK", drift.NONE),
        ("netty.codes.NEVER", drift.UNKNOWN),
        ("netty.nowhere()", drift.UNKNOWN),
        ("netty._client.Client(proxies=1)", drift.UNKNOWN),
    ],
)
def test_what_becomes_of_one_use(shelf: Shelf, code: str, status: str) -> None:
    old, new = shelf.find("netty", OLD), shelf.find("netty", NEW)
    assert old is not None
    assert new is not None
    (use,) = uses.uses("a.py", f"import netty\n{code}\n")
    assert compared(use, old, new)[0] == status


def test_a_name_that_is_gone_is_removed_and_one_that_may_be_there_is_not(tmp_path: Path) -> None:
    def read(name: str, text: str) -> api.Api:
        place = tmp_path / name
        (place / "pkg").mkdir(parents=True)
        (place / "pkg/__init__.py").write_text(text)
        return api.read(place, ["pkg"], "pkg", name)

    old = read("1", "def f(): ...\ndef g(): ...\n")
    new = read("2", "def f(): ...\n")
    lazy = read("3", "def f(): ...\ndef __getattr__(name): ...\n")
    star = read("4", "from elsewhere import *\ndef f(): ...\n")
    use = Use("pkg.g", "a.py", 1)
    assert compared(use, old, new)[::2] == (drift.REMOVED, "`g` removed")
    assert compared(use, old, lazy)[0] == drift.UNKNOWN
    assert compared(use, old, star)[0] == drift.UNKNOWN


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import a.b\na.b.f(1, k=2)", [("a.b.f", Call(("k",), 1))]),
        ("import a.b as c\nc.f", [("a.b.f", None)]),
        ("from a import f as g\ng(*x)", [("a.f", None), ("a.f", Call((), 1, True))]),
        ("import a\na.f(a.g())", [("a.f", Call((), 1)), ("a.g", Call((), 0))]),
        ("import a\na.f().g(a.h)", [("a.f", Call((), 0)), ("a.h", None)]),
        ("try:\n  import a\nexcept ImportError:\n  a = None\na.f()", []),
        ("import a\ndef f(a):\n  a.g()", []),
        ("import a\nfor a in x:\n  a.g()", []),
        ("from . import a\na.f()", []),
        ("import a\nimport b as a\na.f()", []),
        ("from a import *\nf()", []),
        ("not python at all", []),
    ],
)
def test_uses_are_whole_names_of_imports_and_nothing_that_may_be_another(
    code: str, found: list[tuple[str, Call | None]]
) -> None:
    assert sorted(((one.name, one.call) for one in uses.uses("a.py", code)), key=str) == sorted(
        found, key=str
    )


def test_a_text_that_is_deep_is_left_alone() -> None:
    deep = "import a\n" + "+".join(["a.f()"] * 20_000)
    assert isinstance(uses.uses("a.py", deep), list)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("requirements.txt", "A_b==1.0 ; x\nc>=2\nd[e]==3.1  # why\n--hash=x\n",
         {"a-b": "1.0", "d": "3.1"}),
        ("uv.lock", '[[package]]\nname = "a"\nversion = "1"\n', {"a": "1"}),
        ("poetry.lock", '[[package]]\nname = "A.B"\nversion = "1"\n', {"a-b": "1"}),
        ("pylock.toml", '[[packages]]\nname = "a"\nversion = "1"\n', {"a": "1"}),
        ("Pipfile.lock", '{"default": {"a": {"version": "==1"}}}', {"a": "1"}),
        ("pyproject.toml", '[project]\ndependencies = ["a==1", "b>=2"]\n', {"a": "1"}),
        ("uv.lock", "broken [", {}), ("Pipfile.lock", "[]", {}), ("uv.lock", "package = 3\n", {}),
        ("package-lock.json", "{}", {}),
    ],
)  # fmt: skip
def test_versions_are_read_from_locks_and_manifests(
    path: str, text: str, found: dict[str, str]
) -> None:
    assert pins.pins(path, text) == found


def test_a_wheel_writes_nowhere_else_and_is_read_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = wheel(tmp_path / "wheels", NEW, **{"../../evil.py": "x = 1", "/evil.py": "x = 1"})
    assert Shelf([place]).find("netty", NEW) is not None
    assert not list(tmp_path.rglob("evil.py"))
    monkeypatch.setattr("passdown.stages.audit.shelf.MOST_BYTES", 10)
    assert Shelf([place]).find("netty", NEW) is None
    (place / f"netty-{OLD}-py3-none-any.whl").write_bytes(b"no wheel")
    assert Shelf([place]).find("netty", OLD) is None


def test_a_version_is_never_a_way_to_another_folder(tmp_path: Path) -> None:
    shelf = Shelf([], kept=tmp_path)
    (tmp_path.parent / "x.json").write_text("{}")
    assert shelf.find("netty", "../../x") is None
    assert shelf.find("../x", "1") is None
    assert shelf.versions("../x") == []


def test_source_that_is_broken_is_unknown(tmp_path: Path) -> None:
    place = tmp_path / "netty-1.0"
    place.mkdir()
    (place / "netty.py").write_text("def broken(:\n")
    assert Shelf([tmp_path]).find("netty", "1.0") is None
