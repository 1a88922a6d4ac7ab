"""Changes with things to say of themselves that are true, and beside each the falsehood nearest."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from passdown.stages.audit import facts, git
from passdown.stages.audit.change import Change
from passdown.stages.audit.tree import Tree

SHAPES = ("py", "ts", "go")
EACH = 8
FILES, LINES = 5000, 500

TRUE = """\
- Adds 3 tests.
- Removes `legacy_total`.
- Adds the `round_price` helper.
- Renames `ship_order` to `send_order`.
- Deletes src/old_rates.txt
- Adds docs/prices.md
- Bumps requests from 2.31.0 to 2.32.4.
- Updates the changelog.
- No new dependencies.
"""
FALSE = """\
- Adds 9 tests.
- Removes `kept_total`.
- Adds the `convert_currency` helper.
- Renames `refund_order` to `return_order`.
- Deletes src/new_rates.txt
- Adds docs/shipping.md
- Bumps requests from 2.31.0 to 2.40.1.
"""
"""Each is the falsehood nearest to a line above; what only says that nothing happened has none."""

_CODE = {
    "py": ("def {}(x):\n    return x\n\n\n", "def test_{}():\n    assert True\n\n\n", "test_{}.py"),
    "ts": ("export function {}(x) {{ return x }}\n", "test('{}', () => {{}})\n", "{}.test.ts"),
    "go": (
        "func {}(x int) int {{ return x }}\n",
        "func Test_{}(t *testing.T) {{}}\n",
        "{}_test.go",
    ),
}
_WHO = ("-c", "user.name=ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")


Files: TypeAlias = Mapping[str, str | None]


class Made(NamedTuple):
    """One change, and where it stands."""

    name: str
    change: Change


def made(folder: Path) -> Iterator[Made]:
    """A change of each shape, among more or less other code."""
    for shape in SHAPES:
        for n in range(EACH):
            repo = folder / f"{shape}{n}"
            before, after = _before(shape, n), _after(shape, n)
            yield Made(repo.name, _change(repo, before, after))


def large(folder: Path) -> Change:
    """A change of 500 lines in a repository of 5,000 files."""
    before = {f"src/part{n // 100}/file{n}.py": f"def thing_{n}():\n    return {n}\n"
              for n in range(FILES)}  # fmt: skip
    lines = "".join(f"def fresh_{n}():\n    return {n}\n" for n in range(LINES // 2))
    return _change(folder, {**before, **_before("py", 0)}, {**_after("py", 0), "src/new.py": lines})


def _before(shape: str, n: int) -> dict[str, str | None]:
    define, test, named = _CODE[shape]
    names = ["legacy_total", "kept_total", "ship_order", "refund_order"]
    code = "".join(define.format(name) for name in [*names, *(f"other_{i}" for i in range(n * 3))])
    return {
        f"src/cart.{shape}": code, "src/old_rates.txt": "1\n", "src/new_rates.txt": "2\n",
        f"tests/{named.format('cart')}": test.format("cart"), "CHANGELOG.md": "# Changes\n",
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["requests==2.31.0"]\n',
    }  # fmt: skip


def _after(shape: str, n: int) -> dict[str, str | None]:
    define, test, named = _CODE[shape]
    names = ["round_price", "kept_total", "send_order", "refund_order"]
    code = "".join(define.format(name) for name in [*names, *(f"other_{i}" for i in range(n * 3))])
    tests = "".join(test.format(f"price_{i}") for i in range(3))
    return {
        f"src/cart.{shape}": code, "src/old_rates.txt": None, "docs/prices.md": "# Prices\n",
        f"tests/{named.format('price')}": tests, "CHANGELOG.md": "# Changes\n\n- Prices.\n",
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["requests==2.32.4"]\n',
    }  # fmt: skip


def _change(
    repo: Path, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> Change:
    repo.mkdir(parents=True)
    _run(repo, "init", "-q", "-b", "main")
    base, head = _commit(repo, before), _commit(repo, after)
    return Change(facts.read(git.diff(repo, base, head)), Tree(repo, base), Tree(repo, head))


def _commit(repo: Path, files: Files) -> str:
    for path, text in files.items():
        place = repo / path
        if text is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
    _run(repo, "add", "-A")
    _run(repo, "commit", "-q", "-m", "a change")
    return _run(repo, "rev-parse", "HEAD").strip()


def _run(repo: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(repo), *_WHO, *words], capture_output=True, check=True)
    return done.stdout.decode()
