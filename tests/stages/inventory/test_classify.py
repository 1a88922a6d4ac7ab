"""Each file's class is what starts it, with the way there; what nothing starts is dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.stages.inventory.ages import Ages, Past
from passdown.stages.inventory.classify import Row, classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.needless import needless
from passdown.stages.inventory.overlap import overlaps
from passdown.stages.inventory.probe import probe
from passdown.stages.inventory.report import action, markdown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROJECT = '[project]\nname = "shop"\n[project.scripts]\nshop = "shop.cli:main"\n'


def tree(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return root


def rows(root: Path, files: Mapping[str, str]) -> dict[str, Row]:
    return {row.path: row for row in classify(world(read(tree(root, files))))}


def classes(root: Path, files: Mapping[str, str]) -> dict[str, str]:
    return {path: row.cls for path, row in rows(root, files).items()}


def test_what_a_command_imports_is_production_and_what_nothing_does_is_dead(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "pyproject.toml": PROJECT, "shop/__init__.py": "", "shop/cli.py": "from shop import cart\n",
        "shop/cart.py": "from .price import total\n", "shop/price.py": "def total(): ...\n",
        "shop/old.py": "def gone(): ...\n", "shop/older.py": "from shop import old\n",
        "tests/test_cart.py": "from shop import cart, helper\n", "shop/helper.py": "x = 1\n",
    })  # fmt: skip
    assert {path: row.cls for path, row in found.items()} == {
        "shop/__init__.py": "production", "shop/cli.py": "production", "shop/cart.py": "production",
        "shop/price.py": "production", "shop/old.py": "dead", "shop/older.py": "dead",
        "tests/test_cart.py": "test", "shop/helper.py": "test_only",
    }  # fmt: skip
    assert found["shop/price.py"].chain == (
        "pyproject.toml:4", "shop/cli.py", "shop/cart.py", "shop/price.py",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "files"),
    [
        ("a container", {"Dockerfile": 'CMD ["python", "/app/worker.py"]\n'}),
        ("a module of a container", {"Dockerfile": "CMD python -m worker\n"}),
        ("a script a container calls", {"Dockerfile": 'ENTRYPOINT ["./entry.sh"]\n',
                                        "entry.sh": "#!/bin/sh\nexec python worker.py\n"}),
        ("a server", {"Procfile": "web: gunicorn worker:app\n"}),
        ("a timer", {"deploy/x.service": "ExecStart=/usr/bin/python3 /srv/app/worker.py\n"}),
        ("a workflow", {".github/workflows/x.yml": "      - run: python worker.py\n"}),
        ("a program by name", {"main.py": "import importlib\nimportlib.import_module('worker')\n",
                               "Procfile": "web: python main.py\n"}),
    ],
)  # fmt: skip
def test_what_a_service_or_a_check_starts_is_production(
    tmp_path: Path, how: str, files: dict[str, str]
) -> None:
    if how == "a program by name":
        files = {path: text.replace("'worker'", "'jobs.worker'") for path, text in files.items()}
        path = "jobs/worker.py"
    else:
        path = "worker.py"
    found = rows(tmp_path, {path: "app = 1\n", "idle.py": "x = 1\n", **files})
    assert (found[path].cls, found["idle.py"].cls) == ("production", "dead")
    assert found[path].chain


@pytest.mark.parametrize(
    ("files", "cls"),
    [
        ({"README.md": "Run `python tool.py` first.\n"}, "documented"),
        ({"README.md": "Run `python -m tool`.\n"}, "documented"),
        ({"CHANGELOG.md": "- removed tool.py\n"}, "dead"),
        ({"docs/migration.md": "tool.py is no more\n"}, "dead"),
    ],
)
def test_a_document_counts_and_a_history_does_not(
    tmp_path: Path, files: dict[str, str], cls: str
) -> None:
    assert classes(tmp_path, {"tool.py": "x = 1\n", **files})["tool.py"] == cls


def test_what_is_run_by_hand_is_manual_and_so_is_what_it_needs(tmp_path: Path) -> None:
    found = classes(tmp_path, {
        "scripts/fix.py": "import fixlib\nif __name__ == '__main__':\n    fixlib.go()\n",
        "scripts/fixlib.py": "def go(): ...\n", "scripts/stray.py": "x = 1\n",
    })  # fmt: skip
    assert found == {"scripts/fix.py": "manual", "scripts/fixlib.py": "manual",
                     "scripts/stray.py": "dead"}  # fmt: skip


def test_what_only_types_need_is_needed(tmp_path: Path) -> None:
    found = classes(tmp_path, {
        "Procfile": "web: python main.py\n", "shapes.py": "class Shape: ...\n",
        "main.py": "import typing as t\nif t.TYPE_CHECKING:\n    from shapes import Shape\n",
    })  # fmt: skip
    assert found["shapes.py"] == "production"


LOADED = {
    "Procfile": "web: python -m shop.main\n",
    "shop/__init__.py": "", "shop/backends/__init__.py": "",
    "shop/main.py": 'from importlib import import_module\n\n\ndef load(n):\n'
                    '    return import_module(f"shop.backends._{n}")\n',
    "shop/backends/_redis.py": "x = 1\n", "shop/backends/plain.py": "x = 1\n",
}  # fmt: skip


def test_what_is_loaded_by_a_name_put_together_is_production_and_may_not_go(tmp_path: Path) -> None:
    found = world(read(tree(tmp_path, LOADED)))
    by = {row.path: row.cls for row in classify(found)}
    assert by["shop/backends/_redis.py"] == "production"
    assert by["shop/backends/plain.py"] == "dead"
    refused = probe(found, "shop/backends/_redis.py")
    assert not refused.may_go
    assert "shop/main.py:5" in refused.why
    assert probe(found, "shop/backends/plain.py", collect=False).may_go
    assert (tmp_path / "shop/backends/plain.py").exists()


def test_a_file_that_a_root_needs_at_import_may_not_go(tmp_path: Path) -> None:
    files = {"Procfile": "web: python main.py\n", "main.py": "exec(open('part.py').read())\n",
             "part.py": "x = 1\n"}  # fmt: skip
    found = world(read(tree(tmp_path, files)))
    refused = probe(found, "part.py")
    assert not refused.may_go


def test_plugins_that_a_package_looks_for_beside_itself_are_production(tmp_path: Path) -> None:
    found = classes(tmp_path, {
        "Procfile": "web: python main.py\n", "main.py": "import plugins\n",
        "plugins/__init__.py": "import pkgutil\nfor m in pkgutil.iter_modules(__path__): ...\n",
        "plugins/a.py": "x = 1\n",
    })  # fmt: skip
    assert found["plugins/a.py"] == "production"


def test_a_library_without_any_command_offers_its_public_modules(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "pyproject.toml": '[project]\nname = "lib"\n', "lib/__init__.py": "",
        "lib/api.py": "x = 1\n", "lib/_inner.py": "x = 1\n",
    })  # fmt: skip
    assert (found["lib/api.py"].cls, found["lib/_inner.py"].cls) == ("production", "dead")
    assert found["lib/api.py"].confidence < 0.7
    assert found["lib/api.py"].chain[0] == "public API"


SITE = {"manage.py": "import django\nimport shop\n", "shop/__init__.py": "", "shop/settings.py": ""}


@pytest.mark.parametrize(
    ("others", "found_by"),
    [
        ({f"shop/cmd/{name}.py": "class Command: ...\n" for name in ("add", "drop", "show")},
         "what they define"),
        ({f"shop/cmd/{name}.py": "class Run(Base): ...\n".replace("Run", name.title())
          for name in ("add", "drop", "show")}, "what they extend"),
        ({f"shop/cmd/main_{name}.py": f"def {name}(): ...\n" for name in ("add", "drop", "show")},
         "how they are called"),
        ({f"shop/{name}/panel.py": f"def {name}(): ...\n" for name in "abcd"}
         | {f"shop/{name}/__init__.py": "" for name in "abcd"}, "one name in several folders"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_several_files_alike_that_nothing_imports_are_found_by_what_they_share(
    tmp_path: Path, others: dict[str, str], found_by: str
) -> None:
    files = {
        **SITE,
        "shop/cmd/__init__.py": "",
        "shop/cmd/lonely.py": "def lonely(): ...\n",
        **others,
    }
    found = rows(tmp_path, files)
    assert {found[path].cls for path in others} == {"production"}, found_by
    assert found["shop/cmd/lonely.py"].cls == "dead"


def test_two_files_alike_are_no_habit(tmp_path: Path) -> None:
    alike = {f"shop/cmd/{name}.py": "class Command: ...\n" for name in ("add", "drop")}
    found = classes(tmp_path, {**SITE, "shop/cmd/__init__.py": "", **alike})
    assert {found[path] for path in alike} == {"dead"}


def test_a_package_inside_a_repository_is_a_library_of_its_own(tmp_path: Path) -> None:
    found = rows(tmp_path, {
        "pyproject.toml": PROJECT, "shop/__init__.py": "", "shop/cli.py": "",
        "shop/old.py": "x = 1\n",
        "plugins/pay/pyproject.toml": '[project]\nname = "pay"\n',
        "plugins/pay/pay/__init__.py": "", "plugins/pay/pay/card.py": "x = 1\n",
        "plugins/pay/setup.py": "setup(entry_points={'shop': ['pay = pay:ep']})\n",
    })  # fmt: skip
    assert found["plugins/pay/pay/card.py"].cls == "production"
    assert found["plugins/pay/pay/__init__.py"].chain[0] == "plugins/pay/setup.py:1"
    assert found["shop/old.py"].cls == "dead"


def test_many_files_that_need_each_other_are_started_where_it_is_not_seen(tmp_path: Path) -> None:
    ring = {f"a{n}.py": f"import a{(n + 1) % 4}\n" for n in range(4)}
    found = rows(tmp_path, ring)
    assert {row.cls for row in found.values()} == {"production"}
    assert {row.chain[0] for row in found.values()} == {"a start that is not seen"}
    assert {row.confidence for row in found.values()} == {0.5}


@pytest.mark.parametrize(
    ("files", "cls"),
    [
        ({"docs/use.md": "Take the `CartKeeper` for it.\n"}, "documented"),
        ({"docs/use.rst": ".. autoclass:: shop.keep.CartKeeper\n"}, "documented"),
        ({"docs/all.rst": ".. automodule:: shop.keep\n"}, "dead"),
        ({"docs/shop.keep.rst": "shop.keep module\n"}, "dead"),
        ({"CHANGES.md": "CartKeeper is new\n"}, "dead"),
        ({"setup.cfg": "[mypy-shop.keep]\nignore_errors = true\n"}, "dead"),
        ({"setup.cfg": "[tool:full_coverage]\nexclude = shop/keep.py\n"}, "dead"),
        ({"conf/supervisord.conf.jnj": "command=python -m shop.keep\n"}, "production"),
        ({"shop/contrib/__init__.py": ""}, "dead"),
    ],
)
def test_what_is_told_of_a_file_counts_by_who_tells_it(
    tmp_path: Path, files: dict[str, str], cls: str
) -> None:
    usual = {"pyproject.toml": PROJECT, "shop/__init__.py": "", "shop/cli.py": ""}
    found = classes(tmp_path, {**usual, "shop/keep.py": "class CartKeeper: ...\n", **files})
    assert found["shop/keep.py"] == cls


def test_a_program_may_be_called_after_tests(tmp_path: Path) -> None:
    found = classes(tmp_path, {
        "Procfile": "web: python main.py\n", "main.py": "import hold_tests\n",
        "hold_tests.py": "def hold(): ...\n", "more_tests.py": "def test_it(): ...\n",
        "dns_test_common.py": "x = 1\n",
    })  # fmt: skip
    assert found["hold_tests.py"] == "production"
    assert found["more_tests.py"] == found["dns_test_common.py"] == "test"


def test_a_module_that_its_neighbour_names_in_a_text_is_needed(tmp_path: Path) -> None:
    found = classes(tmp_path, {
        "Procfile": "web: python main.py\n", "main.py": "URLS = 'api_urls'\n",
        "api_urls.py": "x = 1\n", "old_urls.py": "x = 1\n",
    })  # fmt: skip
    assert (found["api_urls.py"], found["old_urls.py"]) == ("production", "dead")


BODY = "def {}({}):\n    a = {}\n    b = a + 1\n    c = b * 2\n    d = c - 3\n    return d\n"


def test_a_duplicate_of_a_better_connected_file_would_give_way_to_it(tmp_path: Path) -> None:
    files = {"Procfile": "web: python main.py\n", "main.py": "import new\n",
             "new.py": BODY.format("count", "x", "x"), "old.py": BODY.format("count", "y", "y"),
             "far.py": BODY.format("far", "x", "x").replace("*", "//") + "y = 1\n" * 9}  # fmt: skip
    found = world(read(tree(tmp_path, files)))
    table = classify(found)
    (one,) = overlaps(found, table, Ages())
    assert (one.path, one.other) == ("old.py", "new.py")
    weighed = needless(found, table, Ages())
    by = {row.path: action(row, [one], weighed.get(row.path)) for row in table}
    assert by["old.py"] == "merge into new.py"
    assert by["far.py"] == "delete"
    text = markdown(table, [one], "shop", weighed)
    assert "`old.py` | `new.py`" in text
    assert "1. Delete: `far.py`" in text


def test_of_two_that_nothing_uses_the_one_that_was_worked_on_later_stays(tmp_path: Path) -> None:
    files = {"one.py": BODY.format("count", "x", "x"), "two.py": BODY.format("count", "y", "y")}
    found = world(read(tree(tmp_path, files)))
    table = classify(found)
    lately, long_ago = Past(2, 0, 1, 8, 1), Past(2, 0, 0, 8, 7)
    for new, old in (("one.py", "two.py"), ("two.py", "one.py")):
        (told,) = overlaps(found, table, Ages({new: lately, old: long_ago}))
        assert (told.path, told.other) == (old, new)
        (told,) = overlaps(found, table, Ages({new: long_ago}))
        assert told.other == new


def test_a_broken_file_and_one_of_comments_are_told(tmp_path: Path) -> None:
    found = rows(tmp_path, {"bad.py": "def (:\n", "silent.py": "# x = 1\n"})
    assert found["bad.py"].flags == ("broken",)
    assert found["silent.py"].flags == ("says-nothing",)


def test_a_cycle_of_files_that_nothing_starts_is_dead(tmp_path: Path) -> None:
    found = classes(tmp_path, {"a.py": "import b\n", "b.py": "import a\n"})
    assert set(found.values()) == {"dead"}


def test_links_and_foreign_folders_are_left_alone(tmp_path: Path) -> None:
    tree(tmp_path, {"a.py": "x = 1\n", "node_modules/x.py": "x = 1\n", ".venv/y.py": "x = 1\n"})
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    assert read(tmp_path).python == ["a.py"]


def test_an_inventory_that_was_written_says_of_no_file_what_starts_it(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": PROJECT, "shop/__init__.py": "", "shop/cli.py": "from shop import cart\n",
        "shop/cart.py": "def add(): ...\n", "shop/old.py": "def gone(): ...\n",
    }  # fmt: skip
    first = rows(tmp_path, files)
    report = markdown([*first.values()], [], "shop", {})
    assert "`old.py`" in report
    assert rows(tmp_path, {"docs/PYTHON_INVENTORY.md": report}) == first
