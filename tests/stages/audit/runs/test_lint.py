"""A repository's linters are run as the base configures them, and what they say is only told where
it is new."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.errors import Limit, Unavailable, Unreadable
from passdown.stages.audit.linted import linted
from passdown.stages.audit.packages import moved
from passdown.stages.audit.runs import heard as hearing, lint, linters
from passdown.stages.audit.runs.heard import heard
from passdown.stages.audit.runs.lint import Both, keep, kept, program, run
from passdown.stages.audit.runs.linters import BY_NAME, Tool, asked, configured
from passdown.stages.audit.runs.sandbox import KINDS, NONE, sandbox
from passdown.stages.audit.tree import Tree
from tests.stages.audit.repo import change, commit, init

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.finding import Finding

STRICT = '[tool.ruff]\ntarget-version = "py311"\n[tool.ruff.lint]\nselect = ["F", "E", "C901"]\n'
LONG = f"value = {'1 + ' * 30}1\n"
OLD = f"import os\nimport re\n\n{LONG}\n\ndef cut(text):\n    return re.split(',', text)\n"
BASE = {"pyproject.toml": STRICT, "shop/cart.py": OLD, "shop/__init__.py": ""}
RUFF, MYPY, ESLINT = (BY_NAME[name] for name in ("ruff", "mypy", "eslint"))


def changed(root: Path, before: Mapping[str, str], after: Mapping[str, str | None]) -> Change:
    repo = init(root / "repo")
    base = commit(repo, before)
    return change(repo, base, commit(repo, after))


def told(known: Change, tool: Tool = RUFF, kind: str = NONE) -> list[Finding]:
    assert known.after is not None
    found = program(tool, known.after, sys.executable)
    both = run(tool, known, sandbox(kind), found, 120)
    return list(linted(known, both.head, both.base, elsewhere=True)) if both else []


def script(place: Path, text: str) -> Path:
    """A program that stands for a linter."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{text}")
    place.chmod(0o755)
    return place


def tree(root: Path, files: Mapping[str, str]) -> Tree:
    repo = init(root / "repo")
    return Tree(repo, commit(repo, files))


@pytest.mark.parametrize("kind", [*KINDS, NONE])
def test_what_is_new_is_told_and_what_stood_there_is_not(tmp_path: Path, kind: str) -> None:
    try:
        sandbox(kind)
    except Unavailable as error:
        pytest.skip(error.what)
    known = changed(tmp_path, BASE, {"shop/cart.py": OLD.replace("re\n", "re\nimport json\n", 1)})
    (one,) = told(known, kind=kind)
    assert (one.rule, one.severity, one.check) == ("lint.ruff.f401", "warn", "static")
    assert (one.locations[0].path, one.locations[0].line) == ("shop/cart.py", 3)
    assert one.locations[0].text == "import json"


def test_what_follows_on_a_line_that_the_change_left_alone_is_a_note(tmp_path: Path) -> None:
    known = changed(tmp_path, BASE, {"shop/cart.py": OLD.replace("re.split(',', text)", "text")})
    (one,) = told(known)
    assert (one.message, one.severity) == ("`re` imported but unused", "info")
    assert (one.locations[0].line, one.locations[0].note) == (2, "stands")


@pytest.mark.parametrize(
    "after",
    [
        {"shop/cart.py": f'"""The cart."""\n\n\n{OLD}'},
        {"shop/cart.py": OLD.replace(LONG, f"total{LONG[5:]}")},
        {"shop/cart.py": OLD.replace(LONG, LONG.replace("1 + 1", "2 + 1", 1))},
        {"shop/cart.py": OLD.replace("import os\n", "import json\n")},
        {"shop/cart.py": OLD.replace("def cut", "\ndef more(x):\n    return x\n\n\ndef cut")},
        {"shop/cart.py": OLD.replace(LONG, "") + f"\n\n{LONG}"},
        {"shop/cart.py": OLD.replace("import os\nimport re\n", "import re\nimport os\n")},
        {"shop/cart.py": OLD.replace("import os\n", "").replace(LONG, "")},
        {"shop/cart.py": None, "shop/basket.py": OLD},
        {"shop/cart.py": None, "shop/basket.py": f'"""It moved."""\n\n{OLD}'},
        {"shop/new.py": "def more(x):\n    return x\n"},
        {"shop/new.py": "import re\n", "shop/__init__.py": "from shop.cart import cut\n",
         "pyproject.toml": STRICT + '[tool.ruff.lint.per-file-ignores]\n"x" = ["F"]\n'}
        | {"shop/new.py": "import re\n\nprint(re.escape('x'))\n",
           "shop/__init__.py": "from shop.cart import cut as cut\n"},
        {"README.md": "# Shop\n"},
        {"shop/cart.py": OLD.replace("import os", "import os  # noqa: F401")},
    ],
)  # fmt: skip
def test_ordinary_changes_of_a_file_full_of_old_trouble_are_silent(
    tmp_path: Path, after: dict[str, str | None]
) -> None:
    assert told(changed(tmp_path, BASE, after)) == []


def test_a_change_does_not_configure_what_judges_it(tmp_path: Path) -> None:
    none = "lint.select = []\n"
    loose = {"pyproject.toml": "[tool.ruff.lint]\nselect = []\n", ".ruff.toml": none,
             "shop/ruff.toml": "exclude = ['*']\n"}  # fmt: skip
    known = changed(tmp_path, BASE, {**loose, "shop/new.py": "import os\n"})
    assert [one.rule for one in told(known)] == ["lint.ruff.f401"]


def test_a_link_that_a_change_brings_configures_nothing(tmp_path: Path) -> None:
    repo = init(tmp_path / "repo")
    base = commit(repo, {**BASE, "loose.txt": "lint.select = []\n"})
    (repo / "shop/ruff.toml").symlink_to("../loose.txt")
    known = change(repo, base, commit(repo, {"shop/new.py": "import os\n"}))
    assert [one.rule for one in told(known)] == ["lint.ruff.f401"]


def test_types_are_checked_over_all_that_the_base_names(tmp_path: Path) -> None:
    before = {"mypy.ini": "[mypy]\nstrict = True\nfiles = a.py, b.py\n",
              "a.py": "def f(x: int) -> str:\n    return str(x)\n",
              "b.py": "from a import f\n\nprint(f(3))\nold: int = ''\n"}  # fmt: skip
    known = changed(tmp_path, before, {"a.py": "def f(x: str) -> str:\n    return len(x)\n"})
    found = {(one.locations[0].path, one.severity, one.rule) for one in told(known, MYPY)}
    assert found == {
        ("a.py", "warn", "lint.mypy.return_value"), ("b.py", "info", "lint.mypy.arg_type"),
    }  # fmt: skip


def test_files_that_use_what_is_not_installed_are_known(tmp_path: Path) -> None:
    known = changed(tmp_path, {"mypy.ini": "[mypy]\n"}, {"a.py": "import nothing_of_this_name\n"})
    found = program(MYPY, known.after, sys.executable) if known.after else None
    assert found is not None
    both = run(MYPY, known, sandbox(NONE), found, 120)
    assert both is not None
    assert [hearing.is_missing(one) for one in both.head] == [True]


def eslint(root: Path, *said: dict[str, Any], code: int = 0) -> None:
    rows = json.dumps(list(said)).strip("[]")
    text = (
        f"""printf '%s' '[{{"filePath": "'"$PWD"'/a.js", "messages": [{rows}]}}]'\nexit {code}\n"""
    )
    script(root / "repo/node_modules/.bin/eslint", text)


def test_a_linter_of_scripts_is_found_with_the_repositorys_modules(tmp_path: Path) -> None:
    eslint(
        tmp_path, {"ruleId": "no-var", "severity": 2, "message": "Unexpected var.", "line": 2},
        {"ruleId": None, "severity": 1, "message": "File ignored."},
        {"ruleId": "no-empty", "severity": 1, "message": "Empty.", "line": 2, "endLine": 2},
        code=1,
    )  # fmt: skip
    base = {"eslint.config.js": "", "a.js": "let a\n", ".gitignore": "node_modules\n"}
    known = changed(tmp_path, base, {"a.js": "let a\nvar b\n"})
    assert known.before is not None
    assert known.after is not None
    assert configured(known.before) == (ESLINT,)
    both = run(ESLINT, known, sandbox(NONE), program(ESLINT, known.after, ""), 20)
    assert both is not None
    assert [(one.rule, one.level) for one in both.head] == [
        ("lint.eslint.no_var", "error"), ("lint.eslint.no_empty", "warning"),
    ]  # fmt: skip


def test_a_linters_own_configuration_in_a_source_is_the_bases(tmp_path: Path) -> None:
    see = "cat eslint.config.js >&2; echo '[]'; exit 2\n"
    script(tmp_path / "repo/node_modules/.bin/eslint", see)
    base = {"eslint.config.js": "ours\n", "a.js": "1\n", ".gitignore": "node_modules\n"}
    known = changed(tmp_path, base, {"a.js": "2\n", "eslint.config.js": "theirs\n"})
    with pytest.raises(Unreadable, match="eslint did not end well: ours"):
        told(known, ESLINT)


def test_one_that_is_not_there_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(Unavailable, match="flake8 is not installed"):
        program(BY_NAME["flake8"], tree(tmp_path, {"a": ""}), "")


def test_a_program_that_a_change_brings_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    for place in (".venv/bin/ruff", "node_modules/.bin/ruff"):
        brought = tree(tmp_path / place, {place: "#!/bin/sh\n"})
        with pytest.raises(Unavailable):
            program(RUFF, brought, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [("exit 2\n", "exit 2"), ("echo no such option >&2; exit 2\n", "no such option"),
     ("echo '{'\n", "no SARIF"), ("echo nothing\n", "no SARIF"), ("exit 0\n", "no SARIF")],
)  # fmt: skip
def test_one_that_breaks_down_is_no_pass(tmp_path: Path, text: str, why: str) -> None:
    script(tmp_path / "repo/.venv/bin/ruff", text)
    known = changed(tmp_path, {**BASE, ".gitignore": ".venv\n"}, {"shop/new.py": "x = 1\n"})
    with pytest.raises(Unreadable, match=why):
        told(known)


def test_one_that_does_not_end_is_ended(tmp_path: Path) -> None:
    script(tmp_path / "repo/.venv/bin/ruff", "sleep 60\n")
    known = changed(tmp_path, {**BASE, ".gitignore": ".venv\n"}, {"shop/new.py": "x = 1\n"})
    assert known.after is not None
    with pytest.raises(TimeoutError):
        run(RUFF, known, sandbox(NONE), program(RUFF, known.after, ""), 0.5)


def test_a_linter_that_only_the_base_knows_leaves_sarif(tmp_path: Path) -> None:
    row = '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"X y"}},"results":[%s]}]}'
    one = ('{"ruleId":"R1","level":"error","message":{"text":"bad"},"locations":[{'
           '"physicalLocation":{"artifactLocation":{"uri":"a.go"},"region":{"startLine":1}}}]}'
           )  # fmt: skip
    text = (
        f"grep -q bad a.go && echo '{row % one}' >r.sarif || echo '{row % ''}' >r.sarif; exit 3\n"
    )
    script(tmp_path / "repo/.venv/bin/golint", text)
    base = {".gitignore": ".venv\n", "a.go": "good\n", "passdown.toml":
            '[[audit.linter]]\nname = "golint"\ncommand = ["golint"]\nfiles = [".go"]\n'
            'sarif = "r.sarif"\n'}  # fmt: skip
    known = changed(tmp_path, base, {"a.go": "bad\n"})
    assert known.before is not None
    wanted = asked(base["passdown.toml"], known.before)
    assert wanted is not None
    (found,) = told(known, wanted.tools[0])
    assert (found.rule, found.message) == ("lint.golint.r1", "bad")


# ---- what the base asks for


OWN = '[[audit.linter]]\nname = "{}"\ncommand = {}\nfiles = {}\nsarif = "{}"\n'


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"pyproject.toml": "[tool.ruff]\n"}, ["ruff"]),
        ({"pyproject.toml": "[tool.ruff.lint]\n[tool.mypy]\n"}, ["ruff", "mypy"]),
        ({"pyproject.toml": "[project]\n# [tool.ruff]\n"}, []),
        ({"ruff.toml": "", "setup.cfg": "[flake8]\n[mypy-x]\n"}, ["ruff", "mypy", "flake8"]),
        ({"sub/ruff.toml": ""}, []),
        ({"package.json": '{"eslintConfig": {}}', ".pylintrc": ""}, ["pylint", "eslint"]),
        ({"package.json": '{"devDependencies": {"eslint": "9"}}'}, []),
        ({".eslintrc.yml": ""}, ["eslint"]),
    ],
)  # fmt: skip
def test_the_linters_of_a_base_are_those_that_it_configures(
    tmp_path: Path, files: dict[str, str], names: list[str]
) -> None:
    found = asked("[audit]\nlinters = true\n", tree(tmp_path, files))
    assert found is not None
    assert [one.name for one in found.tools] == names


@pytest.mark.parametrize("text", [None, "", "[audit]\n", "[audit]\nlinters = false\n", "audit = 3"])
def test_a_base_that_asks_for_none_gets_none(tmp_path: Path, text: str | None) -> None:
    assert asked(text, tree(tmp_path, {"ruff.toml": ""})) is None


@pytest.mark.parametrize(
    "text",
    [
        "[audit", "[audit]\nlinters = 3\n", '[audit]\nlinters = ["rm"]\n',
        '[audit]\nlinters = "ruff"\n',
        "[audit]\nlinters = [[]]\n", '[audit]\nlinters = ["ruff"]\nseconds = 0\n',
        "[audit]\nlinter = 3\n", "[[audit.linter]]\n",
        *(OWN.format(*parts) for parts in (
            ("ruff", '["x"]', '[".x"]', "r"), ("X y", '["x"]', '[".x"]', "r"),
            ("x", "[]", '[".x"]', "r"), ("x", "3", '[".x"]', "r"), ("x", '["x"]', '["x"]', "r"),
            ("x", '["x"]', "[]", "r"), ("x", '["x"]', '[""]', "r"),
            ("x", '["x"]', '[".x"]', "/r"), ("x", '["x"]', '[".x"]', "../r"),
            ("x", '["x"]', '[".x"]', "r s"), ("x", "[3]", '[".x"]', "r"))),
    ],
)  # fmt: skip
def test_what_asks_for_what_there_is_not_is_broken(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreadable):
        asked(text, tree(tmp_path, {"a": ""}))


# ---- what they print


@pytest.mark.parametrize(
    ("name", "said", "wanted"),
    [
        ("mypy", 'a b.py:3: error: No "x"  [attr-defined]\nnote\na.py:1: note: See\n',
         [("lint.mypy.attr_defined", "a b.py", 3, "error")]),
        ("mypy", "a.py:3:5:3:9: error: Bad thing\n", [("lint.mypy.syntax", "a.py", 3, "error")]),
        ("mypy", "Success: no issues found\n", []),
        ("flake8", "./a.py:7:2: E501 line too long\n", [("lint.flake8.e501", "a.py", 7, "error")]),
        ("flake8", "/elsewhere/a.py:7:2: E501 x\n../a.py:1:1: E501 x\n", []),
        ("pylint", '[{"type": "convention", "path": "a.py", "line": 2, "symbol": "bad-name",'
         ' "message": "Bad"}]', [("lint.pylint.bad_name", "a.py", 2, "note")]),
        ("pylint", "[]", []),
        ("eslint", "[]", []),
        ("eslint", '[{"filePath": "/x/a#1.js", "messages": [{"ruleId": null, "fatal": true,'
         ' "severity": 2, "message": "Parsing", "line": 4}]}]',
         [("lint.eslint.syntax", "a#1.js", 4, "error")]),
    ],
)  # fmt: skip
def test_each_is_read_in_its_own_form(
    name: str, said: str, wanted: list[tuple[str, str, int, str]]
) -> None:
    found = heard(BY_NAME[name], said.encode(), "/x")
    assert [(one.rule, one.path, one.first, one.level) for one in found] == wanted


@pytest.mark.parametrize("name", ["pylint", "eslint"])
@pytest.mark.parametrize("said", ["{", "3", "[3]", '{"a": 1}', "[" * 100_000, '[{"messages": 3}]'])
def test_what_is_in_no_such_form_is_no_pass(name: str, said: str) -> None:
    with pytest.raises(Unreadable):
        heard(BY_NAME[name], said.encode(), "/x")


def test_words_of_a_linter_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "MOST", 2)
    with pytest.raises(Limit):
        heard(MYPY, b"a.py:1: error: x\n" * 3, "/x")
    (one,) = heard(MYPY, b"a.py:1: error: a\x1b[2J" + b"x" * 999 + b"  [e]\n", "/x")
    assert len(one.message) <= 160
    assert "\x1b" not in one.message


@pytest.mark.parametrize(
    "code", ["import-not-found", "import-untyped", "import-error", "import/no-unresolved",
             "n/no-missing-import", "import/no-extraneous-dependencies"],
)  # fmt: skip
def test_what_tells_of_this_machine_is_set_apart(code: str) -> None:
    (one,) = heard(BY_NAME["pylint"], json.dumps([
        {"type": "error", "path": "a.py", "line": 1, "symbol": code, "message": "m"}
    ]).encode(), "/x")  # fmt: skip
    assert hearing.is_missing(one)


# ---- what is kept


def test_what_was_said_is_kept_and_comes_back_as_it_was(tmp_path: Path) -> None:
    (one,) = heard(MYPY, b"a.py:1: error: x  [e]\n", "/x")
    both = Both((replace(one, prints=frozenset(("b", "a"))),), (one,), whole=True)
    keep(tmp_path / "runs", "k", both)
    assert kept(tmp_path / "runs", "k") == both
    for broken in ("", "{", "[]", '{"head": [], "base": 3, "whole": 1}', '{"head": [{"x": 1}]}'):
        (tmp_path / "runs/k.json").write_text(broken)
        assert kept(tmp_path / "runs", "k") is None
    keep(tmp_path / "runs/k.json", "k", both)
    assert lint.key("a", "b") != lint.key("ab", "")


# ---- packages that would have to be installed


@pytest.mark.parametrize(
    ("path", "before", "after", "is_moved"),
    [
        ("uv.lock", "a", "b", True),
        ("pyproject.toml", '[project]\ndependencies = ["a>=1"]\n',
         '[project]\ndependencies = ["a>=2"]\n', True),
        ("pyproject.toml", '[project]\nversion = "1"\ndependencies = ["a"]\n',
         '[project]\nversion = "2"\ndependencies = ["a"]\n[tool.ruff]\n', False),
        ("pyproject.toml", "[dependency-groups]\na = []\n",
         "[dependency-groups]\na = ['b']\n", True),
        ("pyproject.toml", "[tool.poetry.group.dev.dependencies]\na = '1'\n",
         "[tool.poetry.group.dev.dependencies]\na = '2'\n", True),
        ("pyproject.toml", "[project\n", "[project]\n", True),
        ("package.json", '{"version": "1", "dependencies": {"a": "1"}}',
         '{"version": "2", "dependencies": {"a": "1"}}', False),
        ("package.json", "{}", '{"devDependencies": {"a": "1"}}', True),
        ("requirements.txt", "a==1\n\n", "a==1\n", False),
        ("requirements.txt", "a==1\n", "a==2\n", True),
        ("shop.py", "import a\n", "import b\n", False),
    ],
)  # fmt: skip
def test_a_change_that_asks_for_other_packages_is_known_by_its_manifests(
    tmp_path: Path, path: str, before: str, after: str, is_moved: bool
) -> None:
    assert moved(changed(tmp_path, {path: before}, {path: after})) == (path if is_moved else "")


def test_every_linter_is_known_by_files_that_it_reads() -> None:
    assert set(BY_NAME) == {"ruff", "mypy", "flake8", "pylint", "eslint"}
    for one in linters.KNOWN:
        assert one.marks
        assert one.files
        assert all(end.startswith(".") for end in one.files)
    assert not ESLINT.is_source("web/eslint.config.mjs")
    assert ESLINT.is_source("web/eslint.config/rule.mjs")
