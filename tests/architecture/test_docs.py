"""The docs are what the code says, and each check of them would notice if they were not."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown._manifest import OPERATIONS
from passdown.domain.errors import ERRORS
from tools import docs

ROOT = Path(__file__).parents[2]


def test_the_generated_pages_are_what_the_code_says() -> None:
    assert docs.stale(ROOT, docs.pages()) == []


def test_a_stale_or_missing_page_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("old\n")
    assert len(docs.stale(tmp_path, {"a.md": "new\n", "b.md": "new\n"})) == 2


def test_every_operation_is_documented() -> None:
    page = (ROOT / docs.REFERENCE / "operations.md").read_text()
    assert [name for name in OPERATIONS if f"\n## {name}\n" not in page] == []


def test_every_error_is_documented() -> None:
    page = (ROOT / docs.REFERENCE / "errors.md").read_text()
    assert [e.code for e in ERRORS if f"| `{e.code}` |" not in page] == []


def test_links_lead_somewhere() -> None:
    assert docs.broken_links(ROOT) == []


def test_commands_in_prose_exist() -> None:
    assert docs.unknown_commands(ROOT, docs.commands()) == []


def test_every_page_can_be_reached() -> None:
    assert docs.unreachable(ROOT) == []


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site with one fault of each kind."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("[gone](docs/gone.md) and [here](docs/README.md#x)\n")
    (tmp_path / "docs" / "README.md").write_text(
        "Type `passdown conjure`, or\n\n    ./run demo\n    ./run juggle\n"
    )
    (tmp_path / "docs" / "lost.md").write_text("Nobody links here: https://x.test/a.md\n")
    return tmp_path


def test_a_broken_link_is_noticed(site: Path) -> None:
    assert docs.broken_links(site) == ["README.md: no such file: docs/gone.md"]


def test_a_command_that_does_not_exist_is_noticed(site: Path) -> None:
    said = docs.unknown_commands(site, {"demo"})
    assert said == [f"docs/README.md: no such command: {word}" for word in ("conjure", "juggle")]


def test_a_page_nobody_links_to_is_noticed(site: Path) -> None:
    assert docs.unreachable(site) == ["docs/lost.md: not reachable from docs/README.md"]
