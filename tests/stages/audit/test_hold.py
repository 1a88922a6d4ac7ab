"""A claim is held against what the change does; what it names is never taken on trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stages.audit.repo import bare, held

if TYPE_CHECKING:
    from pathlib import Path

LIB = "def legacy_add(a, b):\n    return a + b\n\n\ndef keep():\n    return 1\n"
TEST = "def test_keep():\n    assert True\n"


def test_a_request_that_does_none_of_what_it_says_is_refuted_on_all_three(tmp_path: Path) -> None:
    before = {"lib.py": LIB, "tests/test_lib.py": TEST}
    after: dict[str, str | None] = {"lib.py": LIB + "\n\ndef shiny():\n    return 2\n"}
    found = held(tmp_path, before, after, "Adds 3 tests, no API change, removes legacy_add().")
    assert {kind: one.result for (kind, _), one in found.items()} == {
        "n_tests": "refuted", "no_api_change": "refuted", "removes": "refuted",
    }  # fmt: skip
    assert all(one.evidence for one in found.values())
    assert found["removes", "legacy_add()"].evidence[0].path == "lib.py"


def test_a_request_that_does_what_it_says_is_verified_on_all_three(tmp_path: Path) -> None:
    before = {"lib.py": LIB, "tests/test_lib.py": TEST}
    after: dict[str, str | None] = {
        "lib.py": "def keep():\n    return 2\n",
        "tests/test_lib.py": TEST + "".join(f"\ndef test_{n}():\n    assert 1\n" for n in range(3)),
    }
    found = held(tmp_path, before, after, "Adds 3 tests and removes legacy_add().")
    assert {one.result for one in found.values()} == {"verified"}


@pytest.mark.parametrize(("n", "result"), [(10, "refuted"), (15, "verified"), (17, "verified")])
def test_fifteen_new_tests_are_fifteen_or_more(tmp_path: Path, n: int, result: str) -> None:
    tests = "".join(f"def test_{one}():\n    assert 1\n" for one in range(n))
    found = held(tmp_path, {"a.py": "x = 1\n", "tests/test_a.py": TEST},
                 {"tests/test_b.py": tests}, "Adds 15 new tests.")  # fmt: skip
    assert found["n_tests", ""].result == result


def test_cases_of_a_parametrised_test_count(tmp_path: Path) -> None:
    text = (
        "import pytest\n\n@pytest.mark.parametrize('n', [1, 2, 3])\ndef test_n(n):\n    assert n\n"
    )
    found = held(tmp_path, {"tests/test_a.py": TEST}, {"tests/test_b.py": text}, "Adds 3 tests.")
    assert found["n_tests", ""].result == "verified"
    open_ = text.replace("[1, 2, 3]", "CASES").replace(
        "import pytest", "import pytest\nCASES = [1]"
    )
    found = held(
        tmp_path / "o", {"tests/test_a.py": TEST}, {"tests/test_b.py": open_}, "Adds 3 tests."
    )
    assert found["n_tests", ""].result == "unverifiable"


def test_moved_tests_are_not_new_ones(tmp_path: Path) -> None:
    found = held(tmp_path, {"tests/test_a.py": TEST, "lib.py": LIB},
                 {"tests/test_a.py": None, "tests/test_moved.py": TEST, "lib.py": LIB + "# more\n"},
                 "Adds 1 test.")  # fmt: skip
    assert found["n_tests", ""].result == "refuted"


def test_a_ticked_box_without_tests_is_refuted_and_an_unticked_one_is_silent(
    tmp_path: Path,
) -> None:
    before, after = {"lib.py": LIB, "tests/test_lib.py": TEST}, {"lib.py": LIB + "x = 1\n"}
    found = held(
        tmp_path, before, dict(after), "- [x] I have added tests\n- [ ] I updated the docs"
    )
    assert {kind: one.result for (kind, _), one in found.items()} == {"adds_tests": "refuted"}


def test_a_test_inside_a_rust_file_is_a_test(tmp_path: Path) -> None:
    rust = "fn a() {}\n"
    found = held(tmp_path, {"src/lib.rs": rust, "tests/all.rs": "#[test]\nfn t() {}\n"},
                 {"src/lib.rs": rust + "#[cfg(test)]\nmod t {\n  #[test]\n  fn works() {}\n}\n"},
                 "Adds tests.")  # fmt: skip
    assert found["adds_tests", ""].result == "verified"


def test_tests_of_scripts_and_of_go_are_counted(tmp_path: Path) -> None:
    after: dict[str, str | None] = {
        "a.test.ts": "it('x', () => {})\nit('y', () => {})\ntest('z', () => {})\n",
        "b_test.go": "package b\nfunc TestB(t *testing.T) {}\n",
    }
    before = {"a.ts": "let a = 1\n", "a.test.ts": "it('x', () => {})\n"}
    found = held(tmp_path, before, after, "Adds 3 tests.")
    assert found["n_tests", ""].result == "verified"


def test_a_file_told_deleted_that_came_is_refuted_with_it(tmp_path: Path) -> None:
    found = held(tmp_path, {"a.py": "x = 1\n"}, {"scripts/slack.yml": "a: 1\n"},
                 "Delete scripts/slack.yml")  # fmt: skip
    (one,) = found.values()
    assert (one.result, one.evidence[0].path) == ("refuted", "scripts/slack.yml")


def test_a_rename_of_what_never_was_is_refuted(tmp_path: Path) -> None:
    before = {"lib.py": LIB}
    after: dict[str, str | None] = {"lib.py": LIB.replace("keep", "kept_now")}
    found = held(tmp_path, before, after, "Rename `never_there` to `kept_now`.")
    assert found["renames", "never_there"].result == "refuted"
    found = held(tmp_path / "b", before, after, "Rename `keep` to `kept_now`.")
    assert found["renames", "keep"].result == "verified"


def test_what_is_removed_and_still_called_is_only_partly_so(tmp_path: Path) -> None:
    before = {"lib.py": LIB, "app.py": "from lib import legacy_add\n\nlegacy_add(1, 2)\n"}
    found = held(tmp_path, before, {"lib.py": "def keep():\n    return 1\n"},
                 "Removes `legacy_add`. Updated all callers.")  # fmt: skip
    assert found["removes", "legacy_add"].result == "partial"
    assert found["all_callers_updated", ""].result == "refuted"
    assert found["all_callers_updated", ""].evidence[0].path == "app.py"


@pytest.mark.parametrize(
    ("after", "result"),
    [
        ("def f(a, b=1):\n    return 2\n", "verified"),
        ("def f(a, b=1, c=None):\n    return 1\n", "verified"),
        ("def f(a, b=1, *, c):\n    return 1\n", "refuted"),
        ("def f(a):\n    return 1\n", "refuted"),
        ("def f(a, b):\n    return 1\n", "refuted"),
        ("def f(b=1, a=2):\n    return 1\n", "refuted"),
        ("def g(a, b=1):\n    return 1\n", "refuted"),
        ("def g(a, b=1):\n    return 1\nf = g\n", "verified"),
        ("from other import f\n", "verified"),
    ],
)
def test_old_callers_still_can(tmp_path: Path, after: str, result: str) -> None:
    found = held(tmp_path, {"lib.py": "def f(a, b=1):\n    return 1\n"}, {"lib.py": after},
                 "Backwards compatible.")  # fmt: skip
    assert found["back_compat", ""].result == result


def test_only_words_changed_is_documents_only_and_code_is_not(tmp_path: Path) -> None:
    said = LIB.replace("    return 1", '    """One."""\n    return 1  # one')
    found = held(
        tmp_path, {"lib.py": LIB}, {"lib.py": said, "README.md": "hi\n"}, "", "docs: say it"
    )
    assert found["type", "docs"].result == "verified"
    found = held(tmp_path / "b", {"lib.py": LIB}, {"lib.py": LIB.replace("1", "2")}, "Docs only.")
    assert found["docs_only", ""].result == "refuted"


def test_no_behaviour_change_is_seen_where_the_code_is_the_same(tmp_path: Path) -> None:
    moved = "import b\nimport a\n\nx = [1,\n     2]\n"
    found = held(tmp_path, {"m.py": "import a\nimport b\nx = [1, 2]\n"}, {"m.py": moved},
                 "No functional changes.")  # fmt: skip
    assert found["no_behavior_change", ""].result == "verified"
    found = held(tmp_path / "b", {"m.py": "x = 1\n"}, {"m.py": "x = 2\n"}, "No functional changes.")
    assert found["no_behavior_change", ""].result == "unverifiable"


PROJECT = '[project]\nname = "a"\ndependencies = ["requests>=2.31.0"{}]\n'


def test_a_new_dependency_is_found_in_the_manifest(tmp_path: Path) -> None:
    before = {"pyproject.toml": PROJECT.format("")}
    after = {"pyproject.toml": PROJECT.format(', "httpx>=1"')}
    found = held(tmp_path, before, dict(after), "No new dependencies.")
    assert found["no_new_deps", ""].result == "refuted"
    assert found["no_new_deps", ""].evidence[0].text == "httpx"
    newer = {"pyproject.toml": PROJECT.format("").replace("2.31.0", "2.32.4")}
    found = held(tmp_path / "b", before, dict(newer),
                 "No new dependencies. Bumps requests from 2.31.0 to 2.32.4.")  # fmt: skip
    assert {one.result for one in found.values()} == {"verified"}
    found = held(tmp_path / "c", before, dict(newer), "Bumps requests from 2.31.0 to 2.40.0.")
    assert found["bump", "requests"].result == "refuted"


def test_a_bare_patch_says_what_its_lines_can_say() -> None:
    before, after = "a = 1\nold_name = 2\n", "a = 1\nnew_name = 3\n"
    body = "Removes `old_name`. Adds `new_name`. Removes `nowhere_at_all`. No API change."
    assert bare(before, after, "Removes `old_name`.") == {"removes": "verified"}
    assert bare(before, after, "Removes `nowhere_at_all`.") == {"removes": "refuted"}
    assert bare(before, after, "Removes `new_name`.") == {"removes": "refuted"}
    assert bare(before, after, body)["no_api_change"] == "unverifiable"
    assert bare(before, after, "Updated all callers.") == {"all_callers_updated": "unverifiable"}


def test_without_a_known_test_convention_no_tests_is_no_fault(tmp_path: Path) -> None:
    found = held(tmp_path, {"main.c": "int a;\n"}, {"main.c": "int b;\n"}, "Adds tests.")
    assert found["adds_tests", ""].result == "unverifiable"
