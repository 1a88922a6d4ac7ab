"""Audits that were kept, of requests that were made for it, and nobody told of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.stages.audit import keep
from passdown.stages.audit.verdict import written
from tests.desk import ALICE
from tests.stages.audit.repo import commit, init, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.desk import Desk

BEFORE = {
    "pyproject.toml": '[project]\nname = "shop"\n\n[project.scripts]\nshop = "shop.main:main"\n',
    "shop/main.py": "from shop import cart\n\n\ndef main(): ...\n",
    "shop/cart.py": "def total_price(): ...\ndef legacy_total(): ...\ndef old_rate(): ...\n",
    "shop/unused.py": "".join(f"def nobody{n}(): ...\n" for n in range(10)),
    "tests/test_cart.py": "def test_total():\n    assert 1\n",
}
AFTER = {"shop/cart.py": "def total_price(): ...\ndef round_price(): ...\ndef old_rate(): ...\n"}
BODY = "- Removes `legacy_total`.\n- Adds `round_price`.\n- Removes `old_rate`.\n- Adds 4 tests.\n"


def repository(home: Path, before: Mapping[str, str] = BEFORE) -> Path:
    """A shop in a repository of this name."""
    place = init(home / "shop")
    commit(place, dict(before))
    run(place, "remote", "add", "origin", "https://git.example.com/acme/shop.git")
    return place


def audited(
    made: Desk,
    place: Path,
    body: str = BODY,
    after: Mapping[str, str] = AFTER,
    *,
    pr: int = 101,
    title: str = "Clean the cart",
) -> dict[str, Any]:
    """The verdict on a request for this, kept as `audit range` keeps it."""
    run(place, "checkout", "-q", "-b", f"pr-{pr}", "main")
    commit(place, dict(after), title)
    described = place.parent / f"{pr}.md"
    described.write_text(body)
    asked = {"range": "main..HEAD", "repo": str(place), "pr": pr, "title": title}
    whole = {**asked, "description": str(described), "dry_run": True}
    verdict: dict[str, Any] = made.call("audit.range", ALICE, **whole)["verdict"]
    root = made.app.places.root
    keep.write(keep.verdict_file(root / keep.VERDICTS, pr, verdict["head_sha"]), written(verdict))
    keep.note(root / keep.OUTCOMES, keep.audit_row(verdict))
    run(place, "checkout", "-q", "main")
    return verdict
