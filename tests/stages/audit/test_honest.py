"""Changes that do what they say, in the ways that people say and do it: nothing is refuted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.stages.audit import said
from tests.stages.audit.repo import held

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GO = "package x\n\nfunc TestA(t *testing.T) {\n\tfor _, c := range []int{\n\t\t1,\n\t} {\n"
GO += '\t\tt.Run("a", func(t *testing.T) { use(c) })\n\t}\n}\n'
CLASS = "class C:\n    def go(self):\n        return 1\n"
SUITE = "class S(Base):\n    def test_a(self): ...\n    def test_b(self): ...\n"
Files = dict[str, str | None]


def refuted(root: Path, before: Mapping[str, str], after: Files, body: str) -> list[str]:
    base = {"keep.py": "x = 1\n", "tests/test_keep.py": "def test_keep(): ...\n", **before}
    found = held(root, base, {"keep.py": "x = 2\n", **after}, body)
    assert found, "it claims nothing"
    return [one.why for one in found.values() if one.result == "refuted"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a.py": CLASS}, {"a.py": "from b import C\n", "b.py": CLASS}),
        ({"a.py": CLASS}, {"a.py": CLASS.replace("C", "D") + "\nC = D\n"}),
        ({"a.py": CLASS}, {"a.py": "from _a import *\n", "_a.py": CLASS}),
        ({"a.py": CLASS}, {"a.py": f"{CLASS.replace('C', 'B')}\nclass C(B): ...\n"}),
        ({"a.py": CLASS}, {"a.py": "def __getattr__(name): ...\n"}),
        ({"a.py": CLASS}, {"a.py": "try:\n    from b import C\nexcept ImportError:\n    C = 0\n"}),
        ({"a.py": CLASS}, {"a.py": None, "a/__init__.py": "from a.b import C\n", "a/b.py": CLASS}),
        ({"a.py": CLASS}, {"a.py": "class C:\n    def __init__(self):\n        self.go = run\n"}),
        ({"a.py": "class C:\n    def __repr__(self): ...\n"}, {"a.py": "class C: ...\n"}),
        ({"a.py": "class C:\n    def __init__(self): ...\n"}, {"a.py": "class C: ...\n"}),
        ({"a.py": "class C:\n    def __init__(self, a): ...\n"},
         {"a.py": "@dataclass\nclass C:\n    a: int\n"}),
        ({"setup.py": "def read(): ...\n"}, {"setup.py": "x = 1\n"}),
    ],
)  # fmt: skip
def test_what_can_still_be_called_is_not_told_to_be_gone(
    tmp_path: Path, before: Mapping[str, str], after: Files
) -> None:
    assert refuted(tmp_path, before, after, "Tidy up\n\nFully backwards compatible.\n") == []


def test_what_moved_and_is_handed_on_is_no_new_interface(tmp_path: Path) -> None:
    after: Files = {"a.py": "from b import C\n", "b.py": CLASS}
    assert refuted(tmp_path, {"a.py": CLASS}, after, "No public API changes.\n") == []


@pytest.mark.parametrize(
    "after",
    ["class C: ...\n", "x = 1\n", "class C:\n    @property\n    def stop(self): ...\n"],
)
def test_what_is_gone_for_good_is_still_told(tmp_path: Path, after: str) -> None:
    found = refuted(tmp_path, {"a.py": CLASS}, {"a.py": after}, "Fully backwards compatible.\n")
    assert found[0].endswith("is gone")


def test_a_module_by_another_path_is_not_told_to_be_what_it_was(tmp_path: Path) -> None:
    found = held(tmp_path, {"a.py": CLASS}, {"a.py": None, "b.py": CLASS}, "No breaking changes.\n")
    assert found["back_compat", ""].result == "unverifiable"


@pytest.mark.parametrize(
    ("path", "before", "after", "body"),
    [
        ("a_test.go", GO, GO.replace("\t1,\n", "\t1,\n\t\t2,\n\t\t3,\n"), "Add 2 tests"),
        ("a_test.go", GO, GO + "func (s *S) TestB() {}\nfunc (s *S) TestC() {}\n", "Add 2 tests"),
        ("b_test.go", "", 'var _ = Describe("a", func() { It("b", f) })\n', "Add 1 test"),
        ("tests/ATest.java", "", "class A {\n  @Test void a() {}\n}\n", "Add 1 test"),
        ("spec/a_spec.rb", "", 'it "a" do\nend\n', "Add 1 test"),
        ("tests/t.rs", "", "#[rstest]\n#[case(1)]\n#[case(2)]\nfn a(#[case] n: u8) {}\n",
         "Add 2 tests"),
        ("tests/t.rs", "case!(a);\n", "case!(a);\ncase!(b);\n", "Add 1 test case"),
        ("tests/a.yaml", "", "a: 1\n", "Add 1 test"),
        ("tests/test_a.py", "", f"if True:\n    {SUITE.splitlines()[1].strip()}\n", "Add 1 test"),
        ("tests/test_a.py", "", SUITE, "Add 2 tests"),
        ("tests/test_a.py", "", "test_a = made(1)\n", "Add 2 tests"),
        ("test/a.js", "", "test.serial('a', f)\ntest.serial('b', f)\n", "Add 2 tests"),
    ],
)  # fmt: skip
def test_tests_are_counted_however_they_are_written_or_not_at_all(
    tmp_path: Path, path: str, before: str, after: str, body: str
) -> None:
    assert refuted(tmp_path, {path: before}, {path: after}, body) == []


def test_a_number_of_tests_may_open_a_sentence() -> None:
    (one,) = said.claims([said.Text("body", "15 new tests\n")])
    assert (one.kind, one.args) == ("n_tests", {"n": 15})


@pytest.mark.parametrize(
    "body",
    ["Add read/write locks", "Remove yes/no prompt", "Add CI/CD pipeline", "Add /users/{id}/roles",
     "Adds GET/POST handlers", "Remove 32-bit/64-bit split", "Add `application/json`"],
)  # fmt: skip
def test_two_words_with_a_slash_are_no_file_that_is_missed(tmp_path: Path, body: str) -> None:
    assert refuted(tmp_path, {}, {}, f"{body}. No new dependencies.\n") == []


@pytest.mark.parametrize(
    "body",
    ["Add Node.js 20", "Drop Vue.js", "Add MacBook support", "Remove e.g. this",
     "Drop zh_CN locale", "- [x] I have added tests (N/A)", "Add test-only hooks"],
)  # fmt: skip
def test_products_and_platforms_are_no_names_of_code(body: str) -> None:
    assert [one for one in said.claims([said.Text("body", body)]) if one.kind != "test_only"] == []


def test_a_folder_told_deleted_that_stands_is_refuted(tmp_path: Path) -> None:
    found = refuted(tmp_path, {"src/old/a.py": "x = 1\n"}, {}, "Delete src/old\n")
    assert found == ["src/old is still there"]


@pytest.mark.parametrize(
    ("after", "body"),
    [
        ({"a.py": "from opentelemetry import trace\n"}, "Introduce OpenTelemetry"),
        ({"old_mod.py": None, "new_mod.py": CLASS}, "Rename `old_mod` to `new_mod`"),
        ({"old_mod.py": None, "pkg/new.py": CLASS}, "Rename old_mod() to pkg.new"),
        ({"a.py": "LIMIT = 10_000\n"}, "Update limit from 1000 to 10000"),
        ({"a.toml": 'target = "py312"\n'}, "Upgrade Python from 3.9 to 3.12"),
        ({".github/workflows/c.yml": "- uses: a/b@v4\n"}, "Bump a/b from 3.1.0 to 4.1.0"),
        ({"requirements.txt": None, "pyproject.toml": '[project]\ndependencies = ["six==1"]\n'},
         "No new dependencies"),
    ],
)  # fmt: skip
def test_what_was_done_in_another_spelling_is_not_refuted(
    tmp_path: Path, after: Files, body: str
) -> None:
    before = {"requirements.txt": "six==1\n", "old_mod.py": CLASS}
    assert refuted(tmp_path, before, after, body) == []


def test_an_import_of_two_names_split_in_two_is_layout(tmp_path: Path) -> None:
    found = held(tmp_path, {"a.py": "import os, sys\n"}, {"a.py": "import os\nimport sys\n"}, "",
                 "style: format")  # fmt: skip
    assert found["type", "style"].result == "verified"


def test_a_removal_from_one_file_is_none_from_the_others(tmp_path: Path) -> None:
    files = {"a.py": "max_tokens = 1\n", "b.py": "max_tokens = 2\n"}
    found = held(tmp_path, files, {"a.py": ""}, "Remove max_tokens from a.py\n")
    assert found["removes", "max_tokens"].result == "verified"


def test_parts_of_a_name_that_came_apart_from_each_other_are_not_the_name(tmp_path: Path) -> None:
    before = {"ci.yml": "- renovate-config-validator --no-global\n"}
    after: Files = {"ci.yml": "- uses: renovate\n- config: x\n- validator: y\n"}
    body = "Remove `renovate-config-validator-x`\n"
    assert refuted(tmp_path, before, after, body) == []
