"""What a linter's configuration loads of the repository is known, and nothing else taken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.stages.audit.runs.linters import BY_NAME, Tool
from passdown.stages.audit.runs.loaded import loaded
from passdown.stages.audit.tree import Tree
from tests.stages.audit.repo import commit, init

if TYPE_CHECKING:
    from pathlib import Path

MYPY = (
    "[mypy]\nfiles = shop\nplugins = ./tools/plug.py, kit.typed:plugin\n"
    "[mypy-shop.cart]\nstrict = true\n"
)
PYLINT = (
    "[tool.pylint.main]\nload-plugins = [\n  'checks.money',\n]\nignore-paths = ['shop/old.py']\n"
)
FLAKES = (
    "[flake8]\nper-file-ignores = shop/cart.py:E1\n"
    "[flake8:local-plugins]\nextension = X = rules:Rule\n"
)
ESLINT = 'import near from "./lint/near.js"\nexport default [{ files: ["shop/**"], ...near }]\n'
OWN = Tool("own", ("python", "tools/look.py"), (".py",), report="out.sarif")


@pytest.mark.parametrize(
    ("tool", "file", "text", "path"),
    [
        ("mypy", "mypy.ini", MYPY, "tools/plug.py"),
        ("mypy", "mypy.ini", MYPY, "tools/helper.py"),
        ("mypy", "mypy.ini", MYPY, "kit/typed.py"),
        ("mypy", "mypy.ini", MYPY, "kit.py"),
        ("mypy", "pyproject.toml", "[tool.mypy]\nplugins = ['tools/plug.py']\n", "tools/plug.py"),
        ("pylint", "pyproject.toml", PYLINT, "checks/money.py"),
        ("pylint", "pyproject.toml", PYLINT, "src/checks/base.py"),
        ("flake8", "setup.cfg", FLAKES, "rules.py"),
        ("eslint", "eslint.config.js", ESLINT, "lint/near.js"),
        ("eslint", "eslint.config.js", ESLINT, "lint/inner.js"),
    ],
)
def test_what_is_named_to_be_run_is_loaded_and_what_stands_beside_it(
    tmp_path: Path, tool: str, file: str, text: str, path: str
) -> None:
    assert loaded(BY_NAME[tool], tree(tmp_path, file, text), ["shop/cart.py", path]) == path


@pytest.mark.parametrize(
    ("tool", "file", "text"),
    [
        ("mypy", "mypy.ini", MYPY),
        ("pylint", "pyproject.toml", PYLINT),
        ("flake8", "setup.cfg", FLAKES),
        ("eslint", "eslint.config.js", ESLINT),
        ("mypy", "mypy.ini", "no section = 1"),
        ("mypy", "pyproject.toml", "[tool.other]\npaths = ['shop']\n[tool.mypy]\nstrict = true\n"),
        ("mypy", "pyproject.toml", "tool = 1\n"),
        ("mypy", "setup.cfg", "[other]\nplugins = shop.cart\n[mypy]\nstrict = true\n"),
        ("mypy", "pyproject.toml", "[tool.mypy\n"),
    ],
)
def test_what_a_configuration_only_speaks_of_is_not(
    tmp_path: Path, tool: str, file: str, text: str
) -> None:
    paths = ["shop/cart.py", "shop/old.py", "shop/cart.js", "plug.py", "tests/plug.py"]
    assert loaded(BY_NAME[tool], tree(tmp_path, file, text), paths) == ""


def test_the_program_of_a_linter_of_ones_own_is_and_ruff_loads_nothing(tmp_path: Path) -> None:
    base = tree(tmp_path, "pyproject.toml", "[tool.ruff]\nplugins = ['tools/look.py']\n")
    assert loaded(OWN, base, ["tools/look.py"]) == "tools/look.py"
    assert loaded(OWN, base, ["shop/cart.py"]) == ""
    assert loaded(BY_NAME["ruff"], base, ["tools/look.py"]) == ""


def tree(root: Path, file: str, text: str) -> Tree:
    repo = init(root / "repo")
    return Tree(repo, commit(repo, {file: text}))
