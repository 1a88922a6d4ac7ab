"""What finds a file that no import names: a walk, a description, a glob, a habit of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.stages.inventory.classify import Row, classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.report import TESTED, action, goes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROJECT = '[project]\nname = "shop"\n[project.scripts]\nshop = "shop.cli:main"\n'
LONG = "".join(f"x{n} = {n}\n" for n in range(12))
USUAL = {"pyproject.toml": PROJECT, "shop/__init__.py": "", "shop/other/idle.py": LONG}


def rows(root: Path, files: Mapping[str, str]) -> dict[str, Row]:
    for path, text in {**USUAL, "shop/cli.py": "", **files}.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return {row.path: row for row in classify(world(read(root)))}


WALKS = """
def load():
    for root, _, names in os.walk(HOME):
        if os.path.basename(root) == 'models':
            import_module(name(root))
"""


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("shop/views/admin.py", {"shop/cli.py": "for x in iter_modules([home], 'shop.views.'): 1"}),
        ("shop/logic/get.py", {"shop/cli.py": "import_module('.' + name, 'shop.logic')\n"}),
        ("shop/a/models/table.py", {"shop/cli.py": WALKS}),
        ("shop/delta/20/fill.py", {}),
        ("celeryconfig.py", {}),
        ("shop/auth.py", {"etc/paste.ini": "[filter:a]\nfactory = shop.auth:make\n"}),
        ("packs/ring.py", {"packs/ring.yaml": "runner: python\nentry_point: ring.py\n"}),
        ("shop/keep.py", {"bin/shop-keep": "#!/usr/bin/env python3\nfrom shop import keep\n"}),
        ("shop/serve.py", {"wsgi/shop.wsgi": "from shop.serve import app\n"}),
        ("flows/nightly.py", {".github/workflows/x.yml": "  run: for f in flows/*.py; do :; done"}),
        ("build/start.py", {"build/shop.spec": "a = Analysis(['build/start.py'])\n"}),
        ("ci/plugin.py", {"mypy.ini": "[mypy]\nplugins = ci/plugin.py\n"}),
    ],
)
def test_what_something_finds_without_an_import_is_production(
    tmp_path: Path, path: str, files: dict[str, str]
) -> None:
    found = rows(tmp_path, {**files, path: LONG})
    assert found[path].cls == "production"
    assert found["shop/other/idle.py"].cls == "dead"


@pytest.mark.parametrize(
    "files",
    [
        {"run_checks.sh": "#!/bin/sh\nflake8 shop/old.py\n", "Makefile": "t:\n\t./run_checks.sh\n"},
        {"Makefile": "t:\n\tpytest --doctest-modules \\\n\t\tshop/cli.py \\\n\t\tshop/old.py\n"},
        {".github/workflows/x.yml": "  run: python check.py --exclude shop/old.py\n"},
        {"docs/notes/1.4.x.rst": "``shop/old.py`` is new\n"},
        {"docs/2.0.md": "`shop/old.py` is new\n"},
        {"shop/pages.py": "def show():\n    return 'shop/other'\n"},
    ],
)
def test_what_is_only_looked_at_left_out_or_told_of_a_release_is_not_started(
    tmp_path: Path, files: dict[str, str]
) -> None:
    found = rows(tmp_path, {**files, "shop/old.py": LONG})
    assert found["shop/old.py"].cls == "dead"


def test_a_module_that_only_gives_on_what_lives_elsewhere_is_an_old_name(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "shop/cli.py": "from shop import cart\n", "shop/cart.py": "def add(): ...\n",
        "shop/basket.py": "'''Moved.'''\nfrom shop.cart import add\nwarnings.warn('moved')\n",
        "shop/busy.py": "from shop.cart import add\nadd()\n",
        "shop/gone.py": "def lost(): ...\n", "shop/went.py": "from shop.gone import lost\n",
    })  # fmt: skip
    assert {found[path].cls for path in ("shop/gone.py", "shop/went.py")} == {"dead"}
    assert found["shop/basket.py"].chain[0] == "an old name of what users import"
    assert found["shop/busy.py"].cls == "dead"
    assert found["shop/cart.py"].chain[0] == "pyproject.toml:4"


def test_names_that_are_not_made_for_being_looked_for_make_no_files_alike(tmp_path: Path) -> None:
    heap = {f"shop/{n}.py": f"path = '/srv/{n}'\n{LONG}".replace("x", n) for n in ("a", "b", "c")}
    wired = {path.replace("shop/", "shop/urls/"): text.replace("path", "urlpatterns")
             for path, text in heap.items()}  # fmt: skip
    found = rows(tmp_path, {**heap, **wired, "shop/urls/__init__.py": ""})
    assert {found[path].cls for path in heap} == {"dead"}
    assert {found[path].cls for path in wired} == {"production"}


def test_what_tests_have_in_common_is_a_test(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "unit/case.py": LONG, "unit/test_a.py": "from unit import case\n",
        "unit/test_b.py": "from unit import case\n", "unit/test_c.py": "",
        "testprojects/hello/main.py": LONG,
        "shop/testutil.py": LONG, "shop/test.py": "class TestResult: ...\n",
        "shop/cli.py": "from shop import test\n",
    })  # fmt: skip
    assert {found[path].cls for path in ("unit/case.py", "testprojects/hello/main.py",
                                         "shop/testutil.py")} == {"test"}  # fmt: skip
    assert found["shop/test.py"].cls == "production"


def test_what_one_test_needs_may_go_and_what_several_need_is_to_be_decided(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "tests/test_a.py": "from shop import one, both\n", "tests/test_b.py": "import shop.both\n",
        "shop/one.py": LONG, "shop/both.py": LONG,
    })  # fmt: skip
    assert action(found["shop/one.py"], []) == TESTED
    assert not goes(action(found["shop/both.py"], []))


def test_a_file_of_a_few_lines_says_too_little_to_be_proposed(tmp_path: Path) -> None:
    found = rows(tmp_path, {"shop/short.py": "x = 1\n", "shop/long.py": LONG})
    assert {found[path].cls for path in ("shop/short.py", "shop/long.py")} == {"dead"}
    assert action(found["shop/short.py"], []) == "wire up"
    assert action(found["shop/long.py"], []) == "delete"
