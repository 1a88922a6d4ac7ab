"""A small repository and what was asked of it: what the pictures of audits and of an inventory
show."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from passdown.app import App
    from passdown.domain.actor import Actor

BASE = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1.4.0"\ndependencies = ["httpx"]\n\n'
    '[project.scripts]\nshop = "shop.main:main"\n',
    "Dockerfile": "FROM python:3.13\nCOPY . .\nCMD python -m shop.worker\n",
    "README.md": "# Shop\n\nFill a cart with `python examples/fill.py`.\n",
    "examples/fill.py": "from shop.cart import total_price\n\nprint(total_price([1, 2]))\n",
    "scripts/load_rates.py": "import sys\n\nif __name__ == '__main__':\n    print(sys.argv)\n",
    "shop/__init__.py": "",
    "shop/main.py": "from shop import cart, ship\n\n\ndef main():\n    cart.total_price([])\n"
    "    ship.ship_order(1)\n",
    "shop/worker.py": "from shop.rates import current\n\nprint(current())\n",
    "shop/cart.py": "def total_price(lines):\n    return sum(lines)\n\n\n"
    "def legacy_total(lines):\n    return sum(lines)\n\n\ndef old_rate():\n    return 0.19\n",
    "shop/ship.py": "def ship_order(id):\n    return id\n",
    "shop/rates.py": "def current():\n    return 0.19\n",
    "shop/coupon.py": "def redeem(code):\n    return code.strip()\n",
    "shop/parcel.py": "def weigh(lines):\n    return len(lines)\n\n\ndef label(id):\n"
    "    return str(id)\n\n\ndef send_off(id):\n    return label(id)\n",
    "web/parcel.ts": "export function weigh(lines) { return lines.length }\n"
    "export function label(id) { return `${id}` }\n"
    "export function sendOff(id) { return label(id) }\n",
    "tests/test_cart.py": "import pytest\nfrom shop.cart import total_price\n\n\n"
    "def test_total():\n    assert total_price([1, 2]) == 3\n\n\n"
    "def test_empty():\n    assert total_price([]) == 0\n",
}
TIDY = {
    "shop/cart.py": "def total_price(lines):\n    return round_price(sum(lines))\n\n\n"
    "def round_price(price):\n    return round(price, 2)\n\n\n"
    "def old_rate():\n    return 0.19\n",
    "shop/ship.py": "def send_order(id):\n    return id\n",
    "shop/main.py": "from shop import cart, ship\n\n\ndef main():\n    cart.total_price([])\n"
    "    ship.send_order(1)\n",
}
SKIPPED = {
    "tests/test_cart.py": "import pytest\nfrom shop.cart import total_price\n\n\n"
    "def test_total():\n    assert total_price([1, 2]) == 3\n\n\n"
    "@pytest.mark.skip\ndef test_empty():\n    assert total_price([]) == 0\n",
    "README.md": "# Shop\n\nFill a cart with `python examples/fill.py`. It rounds prices.\n",
}
REQUESTS: tuple[tuple[int, str, str, Mapping[str, str]], ...] = (
    (
        101,
        "Tidy the cart",
        "- Removes `legacy_total`.\n- Adds `round_price`.\n- Renames `ship_order` to `send_order`."
        "\n- Removes `old_rate`.\n- Adds 3 tests.\n- No new dependencies.\n",
        TIDY,
    ),
    (102, "Say that prices are rounded", "Documentation only.\n", SKIPPED),
    (
        103,
        "Tidy the cart, again",
        "- Removes `old_rate`.\n- Adds `round_price`.\n- Adds 3 tests.\n",
        {**TIDY, "shop/coupon.py": "def redeem(code):\n    return code.strip().upper()\n"},
    ),
)
WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")


def visited(app: App, actor: Actor, home: Path) -> str:
    """Make it, audit each request, say what was right, take inventory; the last audit's key."""
    place = home / "shop"
    made(place)
    for pr, title, body, files in REQUESTS:
        git(place, "checkout", "-q", "-b", f"pr-{pr}", "main")
        commit(place, files, title)
        described = home / f"{pr}.md"
        described.write_text(body)
        asked = {"range": "main..HEAD", "repo": str(place), "pr": pr, "title": title}
        found = app.call("audit.range", {**asked, "description": str(described)}, actor)["verdict"]
        if pr == REQUESTS[0][0]:
            answered(app, actor, found)
    git(place, "checkout", "-q", "main")
    app.call("inventory", {"path": str(place)}, actor)
    return str(found["audit_key"])


def answered(app: App, actor: Actor, verdict: Mapping[str, Any]) -> None:
    """What somebody says of the first audit: right, but for one; the request was merged."""
    for one in verdict["findings"]:
        wrong = one["rule"] == "claims.n_tests"
        told = {"verdict": "dismissed" if wrong else "confirmed"}
        told["reason"] = "the tests are in the next request" if wrong else "it is still there"
        app.call(
            "audit.feedback", {"id": verdict["audit_key"], "finding": one["fp"], **told}, actor
        )
    merged = {"repo": verdict["repo"]["name"], "pr": verdict["pr"], "result": "merged"}
    app.call("audit.result", merged, actor)


def made(place: Path) -> None:
    """The repository as it is before anybody asks for anything."""
    place.mkdir()
    git(place, "init", "-q", "-b", "main")
    git(place, "remote", "add", "origin", "https://git.example.com/acme/shop.git")
    commit(place, BASE, "The shop")


def commit(place: Path, files: Mapping[str, str], message: str) -> None:
    """Write these files and commit them."""
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", message)


def git(place: Path, *words: str) -> None:
    """One command of git there, at a time of its own choosing."""
    at = {"GIT_AUTHOR_DATE": "2026-01-05T09:00:00Z", "GIT_COMMITTER_DATE": "2026-01-05T09:00:00Z"}
    subprocess.run(["git", "-C", str(place), *WHO, *words], check=True, env=os.environ | at)
