"""Packages of other languages that a change moves are unknown: never silence, never an alarm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from passdown.stages.audit.drift import UNKNOWN, findings, unknown
from passdown.stages.audit.drift_elsewhere import MOST, elsewhere
from passdown.stages.audit.drifted import drifted
from passdown.stages.audit.shelf import Shelf
from tests.stages.audit.repo import change, commit, init

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from passdown.stages.audit.change import Change


def changed(root: Path, before: Mapping[str, str], after: Mapping[str, str]) -> Change:
    repo = init(root / "repo")
    base = commit(repo, before)
    return change(repo, base, commit(repo, after))


def package(version: str) -> str:
    own = {"name": "shop", "version": version, "engines": {"node": f">={version}"}}
    asked = {"dependencies": {"lodash": f"^{version}", "react": "18.0.0"},
             "devDependencies": {"@types/node": f"~{version}"}}  # fmt: skip
    return json.dumps({**own, **asked})


def lock(version: str) -> str:
    every = {"": {"version": version}, "node_modules/lodash": {"version": version},
             "node_modules/a/node_modules/lodash": {"version": "3.0.0"},
             "packages/own": {"version": version}, "node_modules/own": {"link": True}}  # fmt: skip
    return json.dumps({"lockfileVersion": 3, "packages": every})


def first_lock(version: str) -> str:
    inner = {"b": {"version": version}}
    return json.dumps({"dependencies": {"a": {"version": "1.0.0", "dependencies": inner}}})


def cargo(version: str) -> str:
    return (
        f'[package]\nname = "shop"\nversion = "{version}"\n'
        f'[dependencies]\nserde = "{version}"\ntokio = {{ version = "1", features = [] }}\n'
        f'own = {{ path = "../own" }}\n'
        f'[target."cfg(unix)".dependencies]\nlibc = {{ version = "{version}" }}\n'
    )


def cargo_lock(version: str) -> str:
    return f'[[package]]\nname = "serde"\nversion = "{version}"\n'


def go(version: str) -> str:
    return f"module shop\n\ngo 1.2{version[0]}\n\nrequire (\n\tgolang.org/x/net v{version}\n)\n"


def yarn(version: str) -> str:
    return f'"@a/b@^1", "@a/b@^2":\n  version "{version}"\n\nc@^1:\n  version "1.0.0"\n'


def pnpm(version: str) -> str:
    return f"packages:\n\n  '@a/b@{version}':\n    x: {{}}\n\n  /c@1.0.0(d@2.0.0):\n    x: 1\n"


WAYS = [
    ("package.json", package, ["npm:@types/node", "npm:lodash"]),
    ("web/package-lock.json", lock, ["npm:lodash"]),
    ("package-lock.json", first_lock, ["npm:b"]),
    ("Cargo.toml", cargo, ["Cargo:libc", "Cargo:serde"]),
    ("Cargo.lock", cargo_lock, ["Cargo:serde"]),
    ("go.mod", go, ["Go:golang.org/x/net"]),
    ("yarn.lock", yarn, ["npm:@a/b"]),
    ("pnpm-lock.yaml", pnpm, ["npm:@a/b"]),
]


@pytest.mark.parametrize(("path", "make", "tools"), WAYS)
def test_a_package_that_moves_is_unknown_and_accuses_nobody(
    tmp_path: Path, path: str, make, tools: list[str]
) -> None:
    one = changed(tmp_path, {path: make("4.0.9")}, {path: make("4.0.10")})
    found = drifted(one, Shelf([]))
    assert [(row.tool, row.status) for row in found] == [(tool, UNKNOWN) for tool in tools]
    assert {row.new.strip("^~v") for row in found} == {"4.0.10"}
    assert list(findings(found)) == []
    kind = tools[0].partition(":")[0]
    assert unknown(found) == (
        f"unknown: {', '.join(tools)}: no interface of {kind} packages is looked at here"
    )


@pytest.mark.parametrize(("path", "make", "tools"), WAYS)
def test_what_stays_comes_or_is_broken_did_not_move(
    tmp_path: Path, path: str, make, tools: list[str]
) -> None:
    whole = make("4.0.9")
    for n, (before, after) in enumerate([(whole, whole + "\n"), ("", whole), (whole, "{[")]):
        one = changed(tmp_path / str(n), {path: before, "x": "1"}, {path: after, "x": "2"})
        assert list(elsewhere(one)) == []


def test_a_manifest_and_its_lock_tell_of_a_package_once_by_the_version_that_is_installed(
    tmp_path: Path,
) -> None:
    one = changed(
        tmp_path,
        {"package.json": package("4.0.9"), "package-lock.json": lock("4.0.9")},
        {"package.json": package("4.1.0"), "package-lock.json": lock("4.1.2")},
    )
    rows = [(row.tool, row.old, row.new) for row in elsewhere(one)]
    assert rows == [("npm:@types/node", "~4.0.9", "~4.1.0"), ("npm:lodash", "4.0.9", "4.1.2")]


def test_of_many_packages_some_are_named_and_all_are_told_of(tmp_path: Path) -> None:
    def many(version: str) -> str:
        return json.dumps({"dependencies": {f"p{n:03}": version for n in range(MOST + 5)}})

    one = changed(tmp_path, {"package.json": many("1")}, {"package.json": many("2")})
    found = list(elsewhere(one))
    assert [row.tool for row in found][MOST - 1 :] == [f"npm:p{MOST - 1:03}", "5 more"]
    assert unknown(found) == (
        f"unknown: npm:p000, npm:p001, npm:p002, and {MOST - 3} more: no interface of npm packages"
        " is looked at here; 5 more: no interface of their packages is looked at here"
    )
