"""Tests are run with a change and without it, and what follows is what they say, no more."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.errors import Limit, Unavailable, Unreadable
from passdown.stages.audit.hold import NOT_RUN, REFUTED, VERIFIED, Held, hold
from passdown.stages.audit.runs import dynamic, laid, record, weigh, which
from passdown.stages.audit.runs.dynamic import Bench, Late
from passdown.stages.audit.runs.junit import outcomes
from passdown.stages.audit.runs.plan import Environment, Plan, environment, plan
from passdown.stages.audit.runs.record import Covered, Record
from passdown.stages.audit.runs.sandbox import NONE, Ran, Sandbox, sandbox
from passdown.stages.audit.said import Text, claims
from passdown.stages.audit.trials import Trial
from tests.stages.audit.repo import change, commit, init
from tests.stages.audit.runs.pythons import bare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.stages.audit.change import Change

OFF = "def last(items):\n    return items[len(items) - 2]\n"
RIGHT = "def last(items):\n    return items[-1]\n"
OLD_TEST = "from shop import cart\n\n\ndef test_old():\n    assert cart.last([1, 1]) == 1\n"
NEW_TEST = OLD_TEST + "\n\ndef test_new():\n    assert cart.last([1, 2]) == 2\n"
IDLE_TEST = OLD_TEST + "\n\ndef test_new():\n    assert cart.last([2, 2]) == 2\n"
BEFORE = {"shop/cart.py": OFF, "tests/test_cart.py": OLD_TEST, "tests/test_far.py":
          "def test_far():\n    assert 1\n"}  # fmt: skip


def changed(
    root: Path, after: Mapping[str, str | None], before: Mapping[str, str] = BEFORE
) -> Change:
    repo = init(root / "repo")
    base = commit(repo, before)
    return change(repo, base, commit(repo, after))


def bench(one: Change, **plan: Any) -> Bench:
    assert one.after is not None
    python = bare(one.after.repo.parent)
    return Bench(sandbox(NONE), Plan(**plan), Environment(python, (), "here"))


def ran(one: Change, **plan: Any) -> Record:
    found = dynamic.run(one, bench(one, **plan))
    assert isinstance(found, Record)
    return found


def held(one: Change, body: str) -> tuple[Held, ...]:
    return hold(claims([Text("body", body)]), one)


def results(one: Change, told: Record, body: str) -> list[tuple[str, str]]:
    return [(each.result, each.why) for each in weigh.claims(told, one, held(one, body))]


def test_a_test_that_fails_without_the_change_and_passes_with_it_bears_it_out(
    tmp_path: Path,
) -> None:
    one = changed(tmp_path, {"shop/cart.py": RIGHT, "tests/test_cart.py": NEW_TEST})
    found = ran(one)
    assert found.head == {
        "tests.test_cart::test_old": "passed",
        "tests.test_cart::test_new": "passed",
    }
    assert found.base["tests.test_cart::test_new"] == "failed"
    ((result, why),) = results(one, found, "Adds a regression test.")
    assert (result, why) == (VERIFIED, "tests.test_cart::test_new fails without the change")
    assert list(weigh.findings(found, one)) == []


def test_a_test_that_passes_without_the_change_too_refutes_it(tmp_path: Path) -> None:
    one = changed(tmp_path, {"shop/cart.py": RIGHT, "tests/test_cart.py": IDLE_TEST})
    found = ran(one)
    before = held(one, "Adds a regression test.")
    assert [each.result for each in before] == [NOT_RUN]
    after = weigh.claims(found, one, before)
    assert [(each.result, each.why) for each in after] == [
        (REFUTED, "the new test passes without the change, too")
    ]
    (told,) = weigh.refuted(before, after)
    assert (told.rule, told.severity) == ("claims.regression_test", "warn")
    assert told.locations[0].path == "tests/test_cart.py"


def test_a_test_whose_file_cannot_be_read_without_the_change_fails_without_it(
    tmp_path: Path,
) -> None:
    test = "from shop.cart import first\n\n\ndef test_first():\n    assert first([1]) == 1\n"
    after = {"shop/cart.py": OFF + "\n\ndef first(items):\n    return items[0]\n",
             "tests/test_first.py": test}  # fmt: skip
    one = changed(tmp_path, after)
    ((result, _),) = results(one, ran(one), "Adds a regression test.")
    assert result == VERIFIED


def test_a_new_test_that_fails_with_the_change_refutes_it(tmp_path: Path) -> None:
    one = changed(tmp_path, {"shop/cart.py": OFF + "# better\n", "tests/test_cart.py": NEW_TEST})
    ((result, why),) = results(one, ran(one), "Adds a regression test.")
    assert (result, why) == (REFUTED, "tests.test_cart::test_new fails with the change")


def test_what_passed_before_and_fails_now_is_told_and_refutes_that_all_pass(
    tmp_path: Path,
) -> None:
    one = changed(tmp_path, {"shop/cart.py": "def last(items):\n    return None\n"})
    found = ran(one)
    assert len(found.again) == dynamic.TRIES
    (told,) = weigh.findings(found, one)
    assert (told.rule, told.severity) == ("dynamic.broken", "warn")
    assert told.message == (
        "a test fails with this change and not without it: tests.test_cart::test_old"
    )
    assert results(one, found, "All tests pass. No functional changes.") == [
        (REFUTED, "tests.test_cart::test_old fails"),
        (REFUTED, "tests.test_cart::test_old failed not before"),
    ]


def test_what_fails_and_passes_by_turns_accuses_nobody(tmp_path: Path) -> None:
    place = tmp_path / "count"
    flaky = (
        "from shop import cart\nimport pathlib\n\n\ndef test_turns():\n"
        f"    place = pathlib.Path({str(place)!r})\n"
        "    n = int(place.read_text() or 0) if place.exists() else 0\n"
        "    place.write_text(str(n + 1))\n    assert n != 0\n"
    )
    one = changed(tmp_path, {"shop/cart.py": RIGHT}, {**BEFORE, "tests/test_turns.py": flaky})
    found = ran(one)
    (told,) = weigh.findings(found, one)
    assert (told.rule, told.severity) == ("dynamic.flaky", "info")
    assert weigh.ends(found).broken == ()


def test_what_fails_without_the_change_too_is_not_its_fault(tmp_path: Path) -> None:
    sick = OLD_TEST + "\n\ndef test_sick():\n    assert cart.last([1]) == 2\n"
    one = changed(
        tmp_path, {"shop/cart.py": OFF + "# more\n"}, {**BEFORE, "tests/test_cart.py": sick}
    )
    found = ran(one, suite=True)
    assert list(weigh.findings(found, one)) == []
    ((result, why),) = results(one, found, "All tests pass.")
    assert result == "unverifiable"
    assert "as it does without the change" in why


def test_that_all_pass_is_known_of_the_suite_only(tmp_path: Path) -> None:
    one = changed(tmp_path, {"shop/cart.py": RIGHT})
    assert results(one, ran(one), "All tests pass.")[0][0] == NOT_RUN
    whole = ran(one, suite=True)
    assert set(whole.head) == {"tests.test_cart::test_old", "tests.test_far::test_far"}
    assert results(one, whole, "All tests pass.") == [(VERIFIED, "2 tests pass")]
    assert results(one, whole, "2 tests passed.") == [(VERIFIED, "2 tests pass")]
    assert results(one, whole, "3 tests passed.") == [(REFUTED, "3 told, 2 pass")]


def test_only_tests_about_the_change_are_run(tmp_path: Path) -> None:
    one = changed(tmp_path, {"shop/cart.py": RIGHT})
    assert which.affected(one) == ["tests/test_cart.py"]
    assert which.affected(changed(tmp_path / "b", {"README.md": "x\n"})) == []
    apart = changed(tmp_path / "c", {"shop/other.py": "x = 1\n"})
    assert dynamic.run(apart, bench(apart)) is None
    moved = changed(tmp_path / "d", {"src/pkg/a.py": "x = 2\n"},
                    {"src/pkg/a.py": "x = 1\n", "tests/test_a.py": "from pkg.a import x\n",
                     "tests/test_b.py": "import pkg.ab\n"})  # fmt: skip
    assert which.affected(moved) == ["tests/test_a.py"]


def test_another_language_is_run_by_its_command_and_read_by_its_report(tmp_path: Path) -> None:
    script = (
        "grep -q right src.txt && end= || end='<failure/>'\n"
        'printf \'<testsuite><testcase classname="a" name="b">%s</testcase></testsuite>\' "$end"'
        " > out.xml\n"
    )
    before = {"src.txt": "right\n", "go.sh": script}
    one = changed(tmp_path, {"src.txt": "wrong\n", "main.go": "package main\n"}, before)
    found = ran(one, command=("sh", "go.sh"), junit="out.xml")
    assert (found.head, found.base, found.suite) == ({"a::b": "failed"}, {"a::b": "passed"}, True)
    assert [told.rule for told in weigh.findings(found, one)] == ["dynamic.broken"]


def test_time_that_is_up_is_no_result(tmp_path: Path) -> None:
    slow = "import time\n\nfrom shop import cart\n\n\ndef test_slow():\n    time.sleep(60)\n"
    one = changed(tmp_path, {"shop/cart.py": RIGHT, "tests/test_cart.py": slow})
    assert dynamic.run(one, bench(one, seconds=2)) == Late(2)


@pytest.mark.parametrize(
    ("code", "reports", "why"),
    [
        (1, {}, "left no report"),
        (1, {".passdown-junit.xml": b"<testsuite/>"}, "ended with 1"),
        (0, {".passdown-junit.xml": b"<html/>"}, "report of the tests is none"),
        (0, {".passdown-junit.xml": b"<testsuite"}, "is broken"),
    ],
)
def test_a_report_that_does_not_hold_together_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, reports: dict[str, bytes], why: str
) -> None:
    one = changed(tmp_path, {"shop/cart.py": RIGHT})
    monkeypatch.setattr(Sandbox, "run", lambda self, *words, **how: Ran(code, "it broke", reports))
    with pytest.raises(Unreadable, match=why):
        ran(one)


def test_without_pytest_nothing_is_run_and_that_is_said(tmp_path: Path) -> None:
    one = changed(tmp_path, {"shop/cart.py": RIGHT})
    lone = tmp_path / "python"
    lone.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    lone.chmod(0o755)
    with pytest.raises(Unavailable, match="pytest is not in the environment"):
        dynamic.run(one, Bench(sandbox(NONE), Plan(), Environment(str(lone), (), "lone")))


def test_coverage_is_of_the_lines_that_came_and_said_where_it_is_not_measured(
    tmp_path: Path,
) -> None:
    more = RIGHT + "\n\ndef idle():\n    return 3\n"
    one = changed(tmp_path, {"shop/cart.py": more})
    found = ran(one)
    assert found.covered is None or found.covered.lines
    files = {"shop/cart.py": {"executed_lines": [1, 2, 5], "missing_lines": [6]}}
    told = Ran(0, "", {".passdown-coverage.json": json.dumps({"files": files}).encode()})
    assert dynamic._covered(told, one) == (Covered(3, 2, ("shop/cart.py:6",)), "")
    for odd in (b"{", b"{}", b'{"files": []}', b'{"files": {"shop/cart.py": 3}}', b"[" * 99_999):
        assert dynamic._covered(Ran(0, "", {".passdown-coverage.json": odd}), one) == (
            None, "its report is broken")  # fmt: skip
    none = Record({}, {}, uncovered="coverage.py is not in the environment of the tests")
    assert "coverage not measured: coverage.py is not" in weigh.told(none)


def test_a_record_is_kept_and_another_form_is_none(tmp_path: Path) -> None:
    known = Record({"a": "passed"}, {}, [{"a": "failed"}], True, Covered(3, 2, ("a.py:1",)), "", 1)
    record.keep(tmp_path / "runs", "k", known)
    assert record.kept(tmp_path / "runs", "k") == known
    for text in ("{}", "[]", "{", '{"covered": 3}'):
        (tmp_path / "runs" / "k.json").write_text(text)
        assert record.kept(tmp_path / "runs", "k") is None
    assert record.kept(tmp_path / "none", "k") is None


def xml(inner: str, head: str = "") -> bytes:
    suite = f"<testsuites><testsuite>{inner}</testsuite></testsuites>"
    return f'<?xml version="1.0"?>{head}{suite}'.encode()


def test_a_report_tells_how_each_test_ended() -> None:
    told = xml(
        '<testcase classname="a" name="x"/><testcase classname="a" name="y"><failure/></testcase>'
        '<testcase name="z"><error>e</error></testcase><testcase classname="a" name="s"><skipped/>'
        '</testcase><testcase classname="a" name="x"><failure/></testcase><testcase/><failure/>'
    )
    assert outcomes(told) == {"a::x": "failed", "a::y": "failed", "z": "error", "a::s": "skipped"}


@pytest.mark.parametrize(
    "data",
    [
        xml("", '<!DOCTYPE x [<!ENTITY a "b">]>'),
        xml("", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'),
        b"", b"<a", b"\x00\x01", b"<a/>", b"<testsuite><testcase name='\xff'/></testsuite>",
        b"<a>" * 50_000,
    ],
)  # fmt: skip
def test_a_report_that_is_hostile_or_broken_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        outcomes(data)


def test_a_test_is_known_by_its_file_and_name() -> None:
    assert (
        which.key("tests/a/test_b.py", Trial("TestX.test_y", 1)) == "tests.a.test_b.TestX::test_y"
    )
    assert which.is_of("t::test_y[1-2]", "t::test_y")
    assert not which.is_of("t::test_yes", "t::test_y")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, None), ("", None), ("[audit]\n", None), ("[audit]\ndynamic = false\n", None),
        ('[audit]\ndynamic = "yes"\n', None), ("audit = 3\n", None),
        ("[audit]\ndynamic = true\n", Plan()),
        ('[audit]\ndynamic = true\nseconds = 99999\nsuite = true\nrequired = true\n'
         'python = ".tox/bin/python"\n',
         Plan(".tox/bin/python", seconds=3600.0, suite=True, required=True)),
        ('[audit]\ndynamic = true\ncommand = ["npm", "test"]\njunit = "a/b.xml"\n',
         Plan(command=("npm", "test"), junit="a/b.xml")),
    ],
)  # fmt: skip
def test_only_what_the_base_asks_for_is_done(text: str | None, found: Plan | None) -> None:
    assert plan(text) == found


@pytest.mark.parametrize(
    "more",
    ['command = "npm"\n', 'command = ["x"]\n', 'junit = "x"\n', "python = 3\n", "seconds = 0\n",
     'command = ["x"]\njunit = "../x"\n', 'command = ["x"]\njunit = "/x"\n',
     'command = ["x"]\njunit = "a b"\n', "broken"],
)  # fmt: skip
def test_a_plan_that_is_none_is_refused(more: str) -> None:
    with pytest.raises(Unreadable):
        plan(f"[audit]\ndynamic = true\n{more}")


def test_the_environment_is_the_repositorys_own_before_the_usual_one(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no Python to run in"):
        environment(Plan(), tmp_path, "")
    assert environment(Plan(), tmp_path, sys.executable).python == sys.executable
    own = tmp_path / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.symlink_to(sys.executable)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = x\n")
    found = environment(Plan(), tmp_path, sys.executable)
    assert found.python == str(own)
    assert tmp_path / ".venv" in found.sees
    outside = environment(Plan(python="../../bin/python"), tmp_path, "")
    assert outside.python == str(own)


def test_a_tree_is_laid_without_leaving_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = init(tmp_path / "repo")
    (repo / "out").symlink_to("/etc/passwd")
    (repo / "up").symlink_to("../../x")
    (repo / "near").symlink_to("a/b.txt")
    (repo / "run.sh").write_text("#!/bin/sh\n")
    (repo / "run.sh").chmod(0o755)
    base = commit(repo, {"a/b.txt": b"x\n", "ä.txt": "y", ".gitattributes": "* text eol=crlf\n"})
    tree = change(repo, base, base).after
    assert tree is not None
    place = tmp_path / "place"
    place.mkdir()
    laid.lay(tree, place)
    assert sorted(one.name for one in place.iterdir()) == [
        ".gitattributes", "a", "near", "run.sh", "ä.txt"
    ]  # fmt: skip
    assert (place / "near").read_bytes() == b"x\n"
    assert (place / "run.sh").stat().st_mode & 0o111
    monkeypatch.setattr(laid, "MOST_FILES", 2)
    with pytest.raises(Limit):
        laid.lay(tree, place)


def test_a_link_in_the_way_is_not_written_through(tmp_path: Path) -> None:
    repo = init(tmp_path / "repo")
    base = commit(repo, {"a/b.txt": "x"})
    tree = change(repo, base, base).after
    assert tree is not None
    (tmp_path / "place").mkdir()
    (tmp_path / "else").mkdir()
    (tmp_path / "place" / "a").symlink_to(tmp_path / "else")
    laid.lay(tree, tmp_path / "place")
    assert list((tmp_path / "else").iterdir()) == []


def test_tests_run_shut_in_with_an_environment_that_they_only_read(tmp_path: Path) -> None:
    try:
        box = sandbox()
    except Unavailable as error:
        pytest.skip(error.what)
    one = changed(tmp_path, {"shop/cart.py": RIGHT, "tests/test_cart.py": NEW_TEST})
    own = environment(Plan(), tmp_path, sys.executable)
    found = dynamic.run(one, Bench(box, Plan(), own))
    assert isinstance(found, Record)
    assert results(one, found, "Adds a regression test.")[0][0] == VERIFIED
