"""What a program puts together is a name with stars; it loads what is called so, and no more."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from passdown.stages.inventory import source
from passdown.stages.inventory.classify import classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.patterns import pattern

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('f"shop.{kind}.make"', "shop.*.make"),
        ('f"shop.pay_{kind}{n}"', "shop.pay_*"),
        ('"shop.pay." + name', "shop.pay.*"),
        ('"shop.pay." + name + ".make"', "shop.pay.*.make"),
        ('"shop.%s.%s_utils" % (kind, name)', "shop.*.*_utils"),
        ('f"shop.{a}_{b}_{c}x.make"', "shop.*x.make"),
        ('"shop.{}.make".format(kind)', "shop.*.make"),
        ('"shop.{0.name}.make".format(kind)', "shop.*.make"),
        ('"." + name', ".*"),
        ('f".{name}"', ".*"),
        ('f"{__name__}.{name}"', ".*"),
        ('__package__ + ".parts." + name', ".parts.*"),
        ('"%s.%s" % (__name__, name)', ".*"),
        ('"{}.parts.{}".format(__package__, name)', ".parts.*"),
        ("name", ""),
        ('f"{name}.make"', ""),
        ('"shop.pay"', ""),
        ('f"at {name}"', ""),
        ('f"/srv/{name}.py"', ""),
        ('name % "x"', ""),
        ("name.format(1)", ""),
    ],
)
def test_a_name_that_is_put_together_has_a_star_for_what_is_not_known(
    said: str, meant: str
) -> None:
    assert pattern(ast.parse(said, mode="eval").body) == meant


@pytest.mark.parametrize(
    ("line", "loaded"),
    [
        ('import_module(f"shop.pay.{n}")', {"shop/pay/card.py", "shop/pay/bank/__init__.py"}),
        ('import_module(f"shop.pay.{n}.main")', {"shop/pay/bank/main.py"}),
        ('import_module(f"shop.pay.{n}.main.Till")', {"shop/pay/bank/main.py"}),
        ('import_module(f".pay.{n}", __package__)',
         {"shop/pay/card.py", "shop/pay/bank/__init__.py"}),
        ('import_module("." + n, "shop.pay")', {"shop/pay/card.py", "shop/pay/bank/__init__.py"}),
        ('import_module(n, "shop.pay")', {"shop/pay/card.py", "shop/pay/bank/__init__.py"}),
        ('where = "shop.pay.%s" % n\nimport_module(where)',
         {"shop/pay/card.py", "shop/pay/bank/__init__.py"}),
        ('where = "shop.pay."\nimport_module(where + n)',
         {"shop/pay/card.py", "shop/pay/bank/__init__.py", "shop/pay/bank/main.py"}),
    ],
)  # fmt: skip
def test_a_name_with_stars_loads_what_is_called_so(
    line: str, loaded: set[str], tmp_path: Path
) -> None:
    files = {
        "Procfile": "web: python -m shop.cli\n", "shop/__init__.py": "", "shop/pay/__init__.py": "",
        "shop/cli.py": f"from importlib import import_module\n\n\ndef load(n):\n    {line}\n",
        "shop/pay/card.py": "def pay(): ...\n", "shop/pay/bank/__init__.py": "def pay(): ...\n",
        "shop/pay/bank/main.py": "def pay(): ...\n", "shop/idle.py": "def pay(): ...\n",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text.replace("\nimport_module", "\n    import_module"))
    found = world(read(tmp_path))
    assert found.guessed["shop/cli.py"] - {"shop/pay/__init__.py"} == loaded
    assert {row.path for row in classify(found) if row.cls == "production"} >= loaded
    assert "shop/idle.py" not in found.guessed["shop/cli.py"]


def test_a_long_sum_is_looked_at_once_and_so_is_what_is_added_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[ast.expr] = []

    def counted(node: ast.expr) -> str:
        asked.append(node)
        return pattern(node)

    monkeypatch.setattr(source, "pattern", counted)
    found = source.read("x = " + " + ".join(["a"] * 300) + ' + ("shop." + b) + ("no" + c)\n')
    assert found.heads == [("shop.*", 1)]
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("text", "loaded"),
    [
        ("import os\nprint(os.listdir('.'))\n", set[str]()),
        ("import os\n__all__ = [n[:-3] for n in os.listdir('.')]\n", {"card"}),
        ("import pkgutil\nlist(pkgutil.iter_modules(__path__))\n", {"card"}),
        ("import pkgutil\nlist(pkgutil.walk_packages(__path__))\n", {"card", "main"}),
    ],
)
def test_a_package_that_looks_into_its_folder_loads_what_is_there_if_it_loads_at_all(
    text: str, loaded: set[str], tmp_path: Path
) -> None:
    for name, said in {"pay/__init__.py": text, "pay/card.py": "", "pay/deep/main.py": ""}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(said)
    found = world(read(tmp_path))
    assert {path.rpartition("/")[2] for path in found.edges["pay/__init__.py"]} == {
        f"{name}.py" for name in loaded
    }
