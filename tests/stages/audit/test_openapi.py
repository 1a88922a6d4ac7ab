"""What an interface no longer offers is told where code asks for it, and only where that is
certain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from passdown.stages.audit import drift
from passdown.stages.audit.drift import Playbook, findings, unknown
from passdown.stages.audit.drifted import drifted
from passdown.stages.audit.openapi import Operation, bare, read
from passdown.stages.audit.shelf import Shelf
from passdown.stages.audit.tree import Tree
from tests.stages.audit.repo import change, commit, init

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from passdown.stages.audit.drift import Drift

FILE = "vendor_api/openapi.json"
OK: dict[str, Any] = {"responses": {}}
PATHS: dict[str, Any] = {
    "/orders": {"get": OK, "post": OK},
    "/orders/{id}": {"get": OK, "delete": OK},
    "/invoices": {"get": OK},
}


def spec(paths: dict[str, Any], version: str = "1.0", **more: Any) -> str:
    told = {"openapi": "3.1.0", "info": {"title": "x", "version": version}, "paths": paths, **more}
    return json.dumps(told)


def but(path: str, **operations: Any) -> dict[str, Any]:
    """The paths with other operations under one; without any of it where none is given."""
    rest = {one: item for one, item in PATHS.items() if one != path}
    return rest | {path: operations} if operations else rest


def described(
    root: Path, code: dict[str, str], after: str, before: str = "", books: Any = ()
) -> list[Drift]:
    repo = init(root / "repo")
    base = commit(repo, {FILE: before or spec(PATHS), **code})
    return drifted(change(repo, base, commit(repo, {FILE: after})), Shelf([]), books)


def test_a_path_that_went_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    code = {"app.py": 'import netty\n\nrows = netty.get(f"{BASE}/invoices").json()\n'}
    rows = described(tmp_path, code, spec(but("/invoices"), "2.0"))
    (one,) = findings(rows)
    assert (one.rule, one.severity) == ("drift.removed", "warn")
    assert one.message == f"{FILE}: `GET /invoices` removed 1.0->2.0"
    assert [(at.path, at.line) for at in one.locations] == [("app.py", 3)]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ('netty.delete(f"/orders/{one.id}")', drift.REMOVED),
        ("fetch(`${base}/orders/${id}`, {method: 'DELETE'})", drift.REMOVED),
        ('call("DELETE", "https://api.example.com/orders/3")', drift.REMOVED),
        ('netty.get(f"/orders/{one.id}")', ""),
        ('url = f"/orders/{one.id}"', ""),
        ('netty.delete("/orders")', ""),
        ('netty.delete("/orders/3/lines")', ""),
        ('netty.delete("/v2/orders/3")', ""),
        ('netty.delete("/reorders/3")', ""),
    ],
)  # fmt: skip
def test_one_method_of_a_path_is_told_where_the_line_names_it(
    tmp_path: Path, line: str, status: str
) -> None:
    name = "app.ts" if "fetch" in line else "app.py"
    rows = described(tmp_path, {name: f"{line}\n"}, spec(but("/orders/{id}", get=OK)))
    assert [one.status for one in rows] == ([status] if status else [])
    assert all(one.symbol == "DELETE /orders/{}" for one in rows)


def needs(name: str, **more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": name, "in": "query", "required": True, **more}]}


def test_what_must_be_given_now_and_nothing_names_is_told(tmp_path: Path) -> None:
    code = {"app.py": 'netty.get("/invoices")\n'}
    rows = described(tmp_path, code, spec(but("/invoices", get=needs("tenant"))))
    assert [(one.status, one.why) for one in rows] == [
        (drift.BREAKING, "`GET /invoices` needs `tenant`")
    ]
    shared: dict[str, Any] = {"components": {"parameters": {"T": needs("tenant")["parameters"][0]}}}
    ref = {"parameters": [{"$ref": "#/components/parameters/T"}]}
    (tmp_path / "b").mkdir()
    rows = described(tmp_path / "b", code, spec(but("/invoices", get=ref), **shared))
    assert [one.why for one in rows] == ["`GET /invoices` needs `tenant`"]


def test_what_other_files_name_often_hides_no_program_that_names_it(tmp_path: Path) -> None:
    code = {"a.txt": "tenant\n" * 300, "z.py": 'netty.get("/invoices", tenant=1)\n'}
    assert described(tmp_path, code, spec(but("/invoices", get=needs("tenant")))) == []


def test_many_paths_are_looked_for_in_one_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"/path{n}": {"get": OK} for n in range(300)}
    searches: list[Any] = []
    usual = Tree.naming

    def counted(tree: Tree, words: Sequence[str], glob: str) -> list[str]:
        searches.append(words)
        return usual(tree, words, glob)

    monkeypatch.setattr(Tree, "naming", counted)
    kept, code = {"/orders": {"get": OK}}, {"app.py": 'netty.get("/path7")\n'}
    rows = described(tmp_path, code, spec(kept), spec({**many, **kept}))
    assert ([one.symbol for one in rows], len(searches)) == (["GET /path7"], 1)


def test_what_is_beyond_the_bounds_of_a_search_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passdown.stages.audit.drift_described.MOST_PATHS", 1)
    rows = described(tmp_path, CALL, spec({"/refunds": {"get": OK}}))
    assert unknown(rows) == f"unknown: {FILE}: 3 paths of it are others: 1 were looked for"
    assert [one.symbol for one in rows if one.status != drift.UNKNOWN] == ["GET /invoices"]


def test_what_is_on_its_way_out_is_told_so(tmp_path: Path) -> None:
    code = {"app.py": 'netty.get("/invoices")\n'}
    rows = described(tmp_path, code, spec(but("/invoices", get={"deprecated": True})))
    assert [(one.status, one.why) for one in rows] == [
        (drift.DEPRECATED, "`GET /invoices` deprecated")
    ]


def test_a_playbook_that_tells_to_ask_for_it_is_told(tmp_path: Path) -> None:
    books = [Playbook("p1", "x", "Ask `GET /invoices` first.\n"), Playbook("p2", "y", "Invoices\n")]
    (one,) = findings(described(tmp_path, {}, spec(but("/invoices")), books=books))
    assert one.refs == ("p1",)


def test_a_description_in_yaml_is_read_like_one_in_json(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    text = ("# x\nopenapi: 3.0.0\ninfo: {title: x, version: '1.0'}\nservers:\n"
            "  - url: https://x.example/api/v1\npaths:\n  /orders: &o\n"
            "    get: {deprecated: true}\n"
            "  /invoices:\n    get:\n      parameters:\n        - {name: a, in: query}\n"
            "  /more: *o\n")  # fmt: skip
    found = read("openapi.yaml", text)
    assert found is not None
    assert found.bases == ("/api/v1",)
    assert found.operations["GET", "/invoices"] == Operation(frozenset(), frozenset("a"))
    assert found.operations["GET", "/more"].deprecated
    repo = init(tmp_path / "repo")
    code = 'netty.get("https://x.example/api/v1/invoices")\nnetty.get("/api/v2/invoices")\n'
    base = commit(repo, {"openapi.yaml": text, "a.py": code})
    gone = text[: text.index("  /invoices")]
    rows = drifted(change(repo, base, commit(repo, {"openapi.yaml": gone})), Shelf([]))
    assert [[at.line for at in one.places] for one in rows] == [[1]]


CALL = {"app.py": 'netty.get("/invoices")\n'}


@pytest.mark.parametrize(
    ("code", "after"),
    [
        (CALL, spec(PATHS, "2.0")),
        (CALL, spec({**PATHS, "/refunds": {"get": OK}})),
        (CALL, spec(but("/invoices", get={"summary": "All of them", "tags": ["x"]}))),
        (CALL, spec(but("/invoices", get=OK, post=OK))),
        (CALL, spec(but("/invoices", get=needs("tenant", required=False)))),
        (CALL, spec(but("/invoices", get=needs("tenant", **{"in": "path"})))),
        (CALL, spec(but("/invoices", **{"$ref": "#/components/pathItems/I"}))),
        (CALL, spec({f"/v1{path}": item for path, item in PATHS.items()})),
        (CALL, spec(but("/orders/{id}"))),
        (CALL, spec({path.replace("{id}", "{order}"): item for path, item in PATHS.items()})),
        ({"app.py": 'netty.get("/invoices", params={"tenant": 1})\n'},
         spec(but("/invoices", get=needs("tenant")))),
        ({**CALL, "client.py": 'HEADERS = {"tenant": 1}\n'},
         spec(but("/invoices", get=needs("tenant")))),
        ({"app.py": '@app.get("/invoices")\ndef invoices(): ...\n'}, spec(but("/invoices"))),
        ({"app.js": 'router.get("/invoices", list)\n'}, spec(but("/invoices"))),
        ({"web/app.ts": 'fetch("/invoices")\n', "app.py": '@app.get("/invoices")\ndef f(): ...\n'},
         spec(but("/invoices"))),
        ({"urls.py": 'path("/invoices", view)\n'}, spec(but("/invoices"))),
        ({"tests/test_app.py": 'client.get("/invoices")\n'}, spec(but("/invoices"))),
        ({"README.md": "Ask `/invoices`\n", "CHANGELOG.md": "`/invoices`\n"},
         spec(but("/invoices"))),
        ({"app.py": 'netty.get("/invoices/archive")\nopen("data/invoices.csv")\n'},
         spec(but("/invoices"))),
        ({"app.py": "invoices = 3\nnetty.get('/other/invoices')\n"}, spec(but("/invoices"))),
        ({"app.py": 'netty.delete("/orders/3")\nurl = f"/orders/{id}"\n'},
         spec(but("/orders/{id}", delete=OK))),
        ({}, spec(but("/invoices"))),
    ],
)  # fmt: skip
def test_ordinary_changes_of_a_description_are_silent(
    tmp_path: Path, code: dict[str, str], after: str
) -> None:
    assert described(tmp_path, code, after) == []


@pytest.mark.parametrize("path", ["/", "/{id}", "/a/{b}", "/{a}/{b}/{c}/{d}/long/{e}"])
def test_a_path_that_anything_has_tells_nothing(tmp_path: Path, path: str) -> None:
    before = spec({path: {"get": OK}, "/orders": {"get": OK}})
    code = {"app.py": f'netty.get("{path}")\nnetty.get("/a/b")\n'}
    assert described(tmp_path, code, spec({"/orders": {"get": OK}}), before) == []


@pytest.mark.parametrize(
    "after", ["{", "[]", '{"openapi": "3.0.0"}', '{"openapi": "3.0.0", "paths": 3}']
)
def test_a_description_that_cannot_be_read_any_more_is_unknown(tmp_path: Path, after: str) -> None:
    rows = described(tmp_path, CALL, after)
    assert [one.status for one in rows] == [drift.UNKNOWN]
    assert unknown(rows) == f"unknown: {FILE}: {FILE} is no description that is read here"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("openapi.json", None), ("openapi.json", ""), ("openapi.json", "[" * 100_000),
        ("openapi.yaml", "openapi: 3.0.0\npaths: [" + "[" * 50_000), ("a.json", spec(PATHS)),
        ("openapi.yaml", "openapi: 3.0.0\npaths: !!python/object/apply:os.system ['true']\n"),
        ("openapi.yaml", f"openapi: 3.0.0\npaths:\n  {'- ' * 50_000}x\n"),
        ("openapi.yaml", "openapi: 3.0.0\n\tpaths: x"), ("openapi.py", spec(PATHS)),
        ("api.json", '{"paths": {"/orders": {"get": {}}}}'),
    ],
)  # fmt: skip
def test_what_is_no_description_is_none(path: str, text: str | None) -> None:
    assert read(path, text) is None


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, [[]], [None], {"a": []}, {"$ref": "#/a/b"}])
def test_odd_parts_of_a_description_are_left_out(odd: Any) -> None:
    for told in ({"/orders": odd}, {"/orders": {"get": odd}}, {f"{odd}": 1},
                 {"/orders": {"parameters": odd, "get": {"parameters": odd}}},
                 {"/orders": {"get": {"parameters": [odd]}}}):  # fmt: skip
        assert read("openapi.json", spec(told)) is not None
    for name in ("info", "servers", "basePath"):
        assert read("openapi.json", spec({}, **{name: odd})) is not None
    assert read("openapi.json", spec({}, servers=[odd, {"url": odd}, {"url": "http://[x"}]))


def test_what_a_description_takes_from_elsewhere_is_not_known_and_grows_nothing() -> None:
    rows = ["openapi: 3.0.0", "x0: &x0 {a: b}"]
    rows += [f"x{n}: &x{n}\n  <<: [*x{n - 1}, *x{n - 1}]\n  l: [*x{n - 1}, *x{n - 1}]"
             for n in range(1, 40)]  # fmt: skip
    rows += ["paths:", "  /orders:", "    <<: *x39", "  /more:", "    get: {<<: *x39}"]
    found = read("openapi.yaml", "\n".join(rows))
    assert found is not None
    assert found.open == {"/orders"}
    assert found.operations["GET", "/more"].open


def test_a_path_is_known_whatever_its_parts_are_called() -> None:
    assert bare("/orders/{id}/lines/{line_id}/") == "/orders/{}/lines/{}"
    assert bare("/") == "/"
