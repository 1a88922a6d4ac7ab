"""What finds a file that no import names: a walk, a description, a glob, a habit of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.stages.inventory import files, reach
from passdown.stages.inventory.classify import Row, classify, world
from passdown.stages.inventory.files import read

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
        (".github/check.py", {".travis.yml": "script:\n  - python .github/check.py\n"}),
        (
            "shop/sums.py",
            {
                "shop/fast.pyx": "cimport numpy\nfrom shop.sums cimport x\n"
                "from shop.sums import total\ncdef int n = 0\n"
            },
        ),
        (
            "shop/pg/base.py",
            {
                "shop/pg/__init__.py": "",
                "shop/settings.py": "DATABASES = {'default': {'ENGINE': 'shop.pg'}}\n",
                "shop/cli.py": "import shop.settings\n",
            },
        ),
        ("shop/documents.py", {"shop/cli.py": "import django_elasticsearch_dsl\n"}),
        ("play/action_plugins/insights.py", {}),
        ("skins/scripts/translate.py", {}),
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


def test_a_stub_and_a_view_that_nothing_names_are_not_found_by_their_names(
    tmp_path: Path,
) -> None:
    found = rows(tmp_path, {
        "manage.py": "import django\n", "shop/admin.py": "from django.contrib import admin\n",
        "shop/views.py": LONG, "cart/admin.py": "from cart import models\n" + LONG,
        "cart/models.py": LONG, "cart/views.py": LONG, "cart/urls.py": "from cart import views\n",
        "site/settings.py": 'ROOT_URLCONF = "cart.urls"\n', "cart/__init__.py": "",
    })  # fmt: skip
    dead = {path for path, row in found.items() if row.cls == "dead"}
    assert {"shop/admin.py", "shop/views.py"} <= dead
    assert not {"cart/admin.py", "cart/views.py", "cart/urls.py", "cart/models.py"} & dead


def test_a_copy_of_another_project_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    used = {f"ext/soup/{name}.py": LONG for name in ("__init__", "parse", "spare", "__main__")}
    idle = {f"ext/wheel/{name}.py": "import wheel.core\n" + LONG
            for name in ("__init__", "core", "tool", "a", "b", "__main__")}  # fmt: skip
    found = rows(tmp_path, {"shop/cli.py": "import soup\n", **used, **idle})
    assert {found[path].cls for path in used} == {"production"}
    assert {found[path].cls for path in idle} == {"dead"}


def test_a_package_that_is_installed_by_another_name_is_reached_by_that(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "setup.py": "setup(name='till', package_dir={'till': 'lib', 'till_gui': 'gui'})\n",
        "lib/coins.py": LONG, "gui/kivy/screen.py": LONG, "gui/kivy/old.py": LONG,
        "shop/cli.py": "import till.coins\nfrom till_gui.kivy import screen\n",
    })  # fmt: skip
    assert found["lib/coins.py"].cls == found["gui/kivy/screen.py"].cls == "production"
    assert found["gui/kivy/old.py"].cls == "dead"


@pytest.mark.parametrize(
    "line",
    [
        'config.register("." + "x", ".parts.make")',
        'config.include(".parts")',
        'config.scan("shop")',
        'home = "shop.side."\nimportlib.import_module(home + name)',
    ],
)
def test_what_is_said_in_part_is_found_from_where_it_is_said(line: str, tmp_path: Path) -> None:
    name = "shop/side/parts.py" if "side" in line else "shop/parts.py"
    found = rows(tmp_path, {"shop/cli.py": f"{line}\n", name: LONG, "shop/side/__init__.py": ""})
    assert found[name].cls == "production"
    assert found["shop/other/idle.py"].cls == ("production" if "scan" in line else "dead")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shop/window.ui", "<header>shop.parts</header>"),
        ("shop/window.kv", "#:import parts shop.parts"),
        (".pylintrc", "load-plugins=shop.parts"),
    ],
)
def test_what_a_window_or_a_linter_loads_is_used(path: str, text: str, tmp_path: Path) -> None:
    assert rows(tmp_path, {path: text, "shop/parts.py": LONG})["shop/parts.py"].cls == "production"


def test_that_a_file_is_packed_says_nothing_of_its_use(tmp_path: Path) -> None:
    found = rows(tmp_path, {"MANIFEST.in": "include shop/parts.py\n", "shop/parts.py": LONG})
    assert found["shop/parts.py"].cls == "dead"


def test_a_library_offers_what_its_manifest_packs_and_no_folder_beside(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "pyproject.toml": '[project]\nname = "shop"\n', "copies/tail/__init__.py": "",
        "copies/tail/end.py": LONG, "src/shop/__init__.py": "", "src/shop/cart.py": LONG,
    })  # fmt: skip
    assert found["src/shop/cart.py"].chain[0] == "public API"
    assert found["copies/tail/end.py"].cls == "dead"


def test_packages_beside_each_other_that_say_the_same_are_found_by_something(
    tmp_path: Path,
) -> None:
    recipes = {f"recipes/{name}/__init__.py": f"class R(Recipe):\n    v = '{name}'\n"
               for name in ("ssl", "qt", "zip")}  # fmt: skip
    found = rows(tmp_path, recipes)
    assert {found[path].cls for path in recipes} == {"production"}


def test_what_is_imported_from_where_it_is_put_later_is_used(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "shop/__init__.py": "", "shop/cli.py": "from shop.gui.till import Till\n",
        "shop/gtk/till.py": LONG, "shop/gtk/idle.py": LONG, "shop/gtk/twice.py": LONG,
        "shop/qt/twice.py": LONG, "shop/late.py": "from shop.gui import twice\n",
    })  # fmt: skip
    assert found["shop/gtk/till.py"].cls == "production"
    assert {found[f"shop/{name}.py"].cls for name in ("gtk/idle", "gtk/twice", "qt/twice")} == {
        "dead"
    }


def test_what_airflow_runs_is_found_in_its_folder(tmp_path: Path) -> None:
    flow = "from airflow import DAG\n\nwith DAG('till') as flow:\n    pass\n"
    found = rows(tmp_path, {"dags/till.py": flow, "dags/idle.py": "import airflow\n" + LONG})
    assert found["dags/till.py"].cls == "production"
    assert found["dags/idle.py"].cls == "dead"


def test_a_program_of_a_hidden_folder_is_used_where_something_names_it(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        ".github/workflows/ci.yml": "run: python .ci/build.py\n", ".ci/build.py": LONG,
        ".ci/deploy.py": LONG,
    })  # fmt: skip
    assert found[".ci/build.py"].cls == "production"
    assert found[".ci/deploy.py"].cls == "dead"


def test_what_a_copy_says_of_itself_shows_no_use(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "ext/wheel/README.md": "Call SpinAround of `wheel_core`.\n", "ext/wheel/__init__.py": "",
        "ext/wheel/core.py": "class SpinAround: ...\n", "shop/app.py": LONG,
    })  # fmt: skip
    assert found["ext/wheel/core.py"].cls == "dead"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/Sync.php", "exec('python3 ' . $dir . '/scripts/till.py');\n"),
        ("src/main.go", 'exec.Command("python3", "scripts/till.py")\n'),
        ("web/build.mjs", "spawn('python', ['scripts/till.py'])\n"),
        ("CMakeLists.txt", "add_custom_command(COMMAND python scripts/till.py)\n"),
        ("till.desktop", "Exec=/usr/bin/python3 /opt/shop/scripts/till.py\n"),
    ],
)
def test_what_a_program_of_another_language_starts_is_used(
    path: str, text: str, tmp_path: Path
) -> None:
    files = {path: text, "scripts/till.py": LONG, "scripts/idle.py": LONG}
    found = rows(tmp_path, files)
    assert found["scripts/till.py"].cls == "production"
    assert found["scripts/idle.py"].cls == "dead"


def test_a_program_of_another_language_that_starts_nothing_takes_no_file_s_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST", 2)
    for n in range(9):
        (tmp_path / f"a{n}.c").write_text("int main() { return 0; }\n")
    (tmp_path / "main.go").write_text('run("till.py")\n')
    (tmp_path / "till.py").write_text(LONG)
    found = files.read(tmp_path)
    assert {*found.texts} == {"main.go", "till.py"}
    assert found.left_out == 0


def test_a_module_that_is_imported_as_if_it_stood_where_python_looks_is_the_only_one_so_called(
    tmp_path: Path,
) -> None:
    taken = "def read(): ...\nprint('read by who puts this folder on the path of Python')\n"
    files = {"shop/cli.py": "from mets import read\nfrom csv import reader\nfrom sums import add\n",
             "common/lib/__init__.py": "", "common/lib/mets.py": taken, "common/lib/sums.py": taken,
             "common/lib/csv.py": "def reader(): ...\nprint('Python has this one')\n"}  # fmt: skip
    found = rows(tmp_path, files)
    assert found["common/lib/mets.py"].cls == "production"
    assert found["common/lib/csv.py"].cls == "dead"  # Python's own is meant
    assert found["common/lib/sums.py"].cls == "dead"  # it defines no `add`


def test_what_a_name_is_only_held_against_is_not_loaded(tmp_path: Path) -> None:
    held = """
def find(name):
    if name.startswith('shop.old.') or name.startswith(('shop.older.', 'x')):
        return import_module(name[len('shop.old.'):])
    return import_module(len(import_module('shop.used').names))
"""
    files = {"shop/cli.py": held, "shop/old/one.py": LONG, "shop/older/two.py": LONG,
             "shop/used.py": LONG}  # fmt: skip
    found = rows(tmp_path, files)
    assert (found["shop/old/one.py"].cls, found["shop/older/two.py"].cls) == ("dead", "dead")
    assert found["shop/used.py"].cls == "production"


@pytest.mark.parametrize(
    ("listed", "other"), [("'csv', 'xml', 'pdf'", "dead"), ("'csv'", "production")]
)
def test_of_a_shape_of_names_those_are_loaded_that_the_program_lists(
    tmp_path: Path, listed: str, other: str
) -> None:
    load = f"for kind in ({listed}):\n    import_module('shop.%s.make' % kind)\n"
    kinds = {f"shop/{kind}/make.py": LONG for kind in ("csv", "xml", "pdf", "sgml")}
    found = rows(tmp_path, {"shop/cli.py": load, **kinds})
    assert found["shop/csv/make.py"].cls == "production"
    assert found["shop/sgml/make.py"].cls == other


def test_what_is_put_aside_does_not_start_itself(tmp_path: Path) -> None:
    names = ("one", "two", "three", "four")
    ring = {f"shop/OBSOLETE/{a}.py": f"import shop.OBSOLETE.{b}\n{LONG}"
            for a, b in zip(names, (*names[1:], names[0]), strict=True)}  # fmt: skip
    kept = {path.replace("OBSOLETE", "spare"): text.replace("OBSOLETE", "spare")
            for path, text in ring.items()}  # fmt: skip
    inits = {f"shop/{name}/__init__.py": "" for name in ("OBSOLETE", "spare")}
    found = rows(tmp_path, {**ring, **kept, **inits, "shop/OBSOLETE/README.md": "python one.py",
                            "shop/OBSOLETE/manage.py": LONG})  # fmt: skip
    assert {found[path].cls for path in (*ring, "shop/OBSOLETE/manage.py")} == {"dead"}
    assert {found[path].cls for path in kept} == {"production"}


def test_a_program_of_an_inner_package_is_started_by_hand(tmp_path: Path) -> None:
    files = {"shop/__main__.py": LONG, "tools/assets/__main__.py": LONG}
    found = rows(tmp_path, files)
    assert found["shop/__main__.py"].cls == "production"
    assert found["tools/assets/__main__.py"].cls == "manual"


def test_a_list_of_what_is_to_be_translated_starts_nothing(tmp_path: Path) -> None:
    found = rows(tmp_path, {"po/POTFILES": "shop/idle.py\n", "shop/idle.py": LONG})
    assert found["shop/idle.py"].cls == "dead"


def test_a_program_of_many_names_is_read_through_once_for_all_of_them(tmp_path: Path) -> None:
    made = "".join(f"import_module(f'shop.{{x}}.y{n}')\n" for n in range(40))
    files = {f"shop/pay/y{n}.py": LONG for n in range(40)}
    reach._literals.cache_clear()
    found = rows(tmp_path, {"shop/cli.py": made, **files})
    assert {found[path].cls for path in files} == {"production"}
    assert reach._literals.cache_info()[:2] == (39, 1)
