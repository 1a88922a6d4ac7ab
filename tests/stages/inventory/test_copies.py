"""Copies of other projects are known by their folders; what is installed is meant before them."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown.stages.inventory.asked_for import asked_for
from passdown.stages.inventory.classify import classify, world
from passdown.stages.inventory.copies import aside, copies
from passdown.stages.inventory.files import read

PACKAGES = {f"lib/{name}/__init__.py": "" for name in ("dns", "mako", "yaml", "six", "pytz")}
ON_THE_PATH = "import os, sys\nsys.path.insert(0, os.path.join(HERE, 'lib'))\n"


def test_a_folder_of_many_packages_that_a_program_has_python_look_in_holds_copies() -> None:
    found = copies(["run.py", *PACKAGES], {"run.py": ON_THE_PATH, **PACKAGES}, ())
    assert found.of("lib/mako/ext/babel.py") == "lib/mako"
    assert found.of("run.py") == ""


@pytest.mark.parametrize(
    "texts",
    [
        {"run.py": "import sys\n", **PACKAGES},
        {"run.py": ON_THE_PATH, "lib/__init__.py": "", **PACKAGES},
        {"run.py": ON_THE_PATH, "lib/own/__init__.py": ""},
        {"a/b/run.py": ON_THE_PATH, **PACKAGES},
    ],
    ids=["not looked in", "a package", "few packages", "said far from the top"],
)
def test_another_folder_holds_none(texts: dict[str, str]) -> None:
    assert copies(list(texts), texts, ()).of("lib/dns/zone.py") == ""


def test_a_project_in_a_package_is_a_copy_and_one_beside_it_is_not() -> None:
    texts = {"shop/__init__.py": "", "shop/salad/setup.py": "setup()", "shop/salad/x.py": ""}
    found = copies(list(texts), texts, ("", "shop/salad", "plugins/one", "shop/templates/new"))
    assert found.of("shop/salad/x.py") == "shop/salad"
    assert found.of("plugins/one/x.py") == found.of("shop/templates/new/x.py") == ""


def test_what_folders_say_is_of_no_use_is_put_aside() -> None:
    assert aside("shop/OBSOLETE/views/main.py") == "shop/OBSOLETE/"
    assert aside("shop/archive/main.py") == aside("shop/obsolete.py") == ""


def test_what_is_asked_for_is_known_as_programs_import_it() -> None:
    texts = {
        "requirements/base.txt": "schema-salad>=2\n# a note\n-r other.txt\nDjango[argon2]==3\n",
        "setup.py": "setup(install_requires=['macholib>=1.8', \"altgraph\"])",
        "pyproject.toml": '[tool.poetry.dependencies]\nattrs = "^20"\n',
        "notes.txt": "numpy\n",
    }
    assert {"schema_salad", "Django", "macholib", "altgraph", "attrs"} <= asked_for(texts)
    assert "numpy" not in asked_for(texts)


@pytest.mark.parametrize(("asked", "cls"), [("macholib", "dead"), ("other", "production")])
def test_an_import_of_what_is_installed_means_no_copy_in_another_package(
    asked: str, cls: str, tmp_path: Path
) -> None:
    texts = {
        "setup.py": f"setup(name='shop', install_requires=['{asked}'],"
        " entry_points={'console_scripts': ['shop = shop.cli:main']})\n",
        "shop/__init__.py": "", "shop/cli.py": "from macholib.load import main\n",
        "shop/lib/macholib/__init__.py": "",
        "shop/lib/macholib/load.py": "from macholib.parts import main\nprint(main)\n",
        "shop/lib/macholib/parts.py": "def main(): ...\nprint(main)\n",
    }  # fmt: skip
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = world(read(tmp_path))
    told = {row.path: row.cls for row in classify(found)}
    assert told["shop/lib/macholib/load.py"] == told["shop/lib/macholib/parts.py"] == cls
    # What the copy says of itself is the copy all the same.
    assert "shop/lib/macholib/parts.py" in found.edges["shop/lib/macholib/load.py"]
