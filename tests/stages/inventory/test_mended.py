"""What a program of another version of Python imports is needed, whatever else is not read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from passdown.stages.inventory.classify import classify, world
from passdown.stages.inventory.files import read as texts
from passdown.stages.inventory.mended import mended
from passdown.stages.inventory.source import read

if TYPE_CHECKING:
    from pathlib import Path

OF_TWO = """\
import shop.cart
from shop import price, stock as store

def sell(what):
    try:
        print "sold", what
        print >>log, "at %s" % \\
            price.of(what)
        from shop.till import ring
    except (IOError, OSError), error:
        raise Sorry, "no %s" % (what,
                                error)

class Till(object):
    import shop.drawer
"""


def imported(text: str) -> set[str]:
    return {one.module or "." * one.level for one in read(text).imports}


def test_every_import_of_a_python_2_program_is_read() -> None:
    found = read(OF_TWO)
    assert found.is_broken
    assert [(one.module, one.line, one.how) for one in found.imports] == [
        ("shop.cart", 1, "top"), ("shop", 2, "top"), ("shop.till", 9, "lazy"),
        ("shop.drawer", 15, "top"),
    ]  # fmt: skip
    assert found.publics == {"sell", "Till"}


@pytest.mark.parametrize(
    "line",
    [
        "type Price[T] = list[T]",
        "def first[T](of: list[T]) -> T:\n    import shop.inner\n    return of[0]",
        "class Box[T]:\n    import shop.inner",
        "x = 0777",
        "exec 'pass' in {}",
        "x = `1`",
        "raise Sorry, 'no'",
        "def go(:\n    pass",
        "x = (1,\n",
        "    y = 2",
        '"""never closed',
    ],
)
def test_what_stands_before_and_after_a_line_that_cannot_be_parsed_is_read(line: str) -> None:
    found = imported(f"import shop.before\n\n\n{line}\n\n\nimport shop.after\n")
    assert "shop.before" in found
    assert "shop.after" in found
    assert ("shop.inner" in found) == ("shop.inner" in line)


def test_a_module_whose_name_is_a_keyword_now_is_imported_all_the_same() -> None:
    assert [(one.level, one.module, one.names) for one in read(
        "from .async import Task, Pool as P\nfrom shop.async import (Group)\n"
    ).imports] == [(1, "async", ("Task", "Pool")), (0, "shop.async", ("Group",))]  # fmt: skip


def test_a_file_that_can_hardly_be_read_neither_says_nothing_nor_hands_anything_on() -> None:
    found = read("import shop\nprint 'so'\n")
    assert found.is_broken
    assert (found.is_empty, found.hands_on, found.only_imports) == (False, False, False)


def test_what_a_python_2_program_imports_is_not_dead(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('CMD ["python2", "app.py"]\n')
    (tmp_path / "app.py").write_text("import cart\nprint 'selling'\n")
    (tmp_path / "cart.py").write_text("def total(): ...\n")
    found = {row.path: row.cls for row in classify(world(texts(tmp_path)))}
    assert found == {"app.py": "production", "cart.py": "production"}


def test_a_statement_of_very_many_lines_is_given_up_soon_and_its_imports_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[str] = []
    parse = ast.parse

    def counted(text: str) -> ast.Module:
        tries.append(text)
        return parse(text)

    monkeypatch.setattr("passdown.stages.inventory.mended.ast.parse", counted)
    lines = [
        "def go():",
        *["    x = 1"] * 40_000,
        *["    print 1"] * 9,
        "    import shop.till as t",
    ]
    (found,) = mended("\n".join(lines)).body
    monkeypatch.undo()
    assert isinstance(found, ast.Import)
    assert (found.names[0].name, found.lineno) == ("shop.till", len(lines))
    assert len(tries) == 2


@given(st.lists(st.sampled_from(
    ["import a.b", "from .c import d", "print 'x'", "def f():", "    return 1", "class A[T]:",
     "    x = `1`", "if x:", "else:", "@f", '"""', "''' '''", ")", "x = (", "\\", "\t",
     "except E, e:"]
), max_size=12))  # fmt: skip
def test_no_text_is_too_broken_to_be_read(lines: list[str]) -> None:
    tree = mended("\n".join(lines))
    numbers = [node.lineno for node in tree.body]
    assert all(1 <= number <= max(len(lines), 1) for number in numbers)
    ast.unparse(ast.fix_missing_locations(tree))
