"""The weights of an inventory are fitted on histories, and never on those that are held out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from evals import _needless, inventory_history
from evals._needless import Example, bar, examples, module, weighed
from evals._removals import HELD_OUT, LEARNT, clones, removals


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clones of three made histories, the last of them held out, and the list of what went."""
    folder = inventory_history._made(tmp_path_factory.mktemp("clones"))
    for name in ("made+stall", "made+kiosk"):
        shutil.copytree(folder / "made+shop", folder / name)
    rows = [one._replace(half=HELD_OUT if repo == "made/kiosk" else LEARNT)
            for repo, clone in clones(folder) for one in removals(repo, clone)]  # fmt: skip
    text = "".join(json.dumps(one._asdict()) + "\n" for one in rows)
    (folder / "labels.jsonl").write_text(text)
    return folder


@pytest.fixture
def found(histories: Path, monkeypatch: pytest.MonkeyPatch) -> list[Example]:
    monkeypatch.setattr(_needless, "LABELS", histories / "labels.jsonl")
    return examples(histories)


def test_each_file_of_a_history_is_an_example_and_none_of_one_that_is_held_out(
    found: list[Example],
) -> None:
    assert {one.repo for one in found} == {"made/shop", "made/stall"}
    assert len({(one.repo, one.path) for one in found}) == len(found)
    gone = {Path(one.path).name for one in found if one.gone}
    assert gone == {*inventory_history.LAST}
    assert all(one.alone for one in found if one.gone)
    assert all(one.worked for one in found if not one.gone)


def test_a_commit_that_removed_much_says_no_more_than_one_that_removed_one(
    found: list[Example],
) -> None:
    of = dict(zip(((one.repo, one.path) for one in found), weighed(found), strict=True))
    gone = sum(of[one.repo, one.path] for one in found if one.gone)
    stayed = [of[one.repo, one.path] for one in found if not one.gone]
    assert gone == pytest.approx(2 * stayed[0])


def test_the_module_that_is_written_weighs_every_sign(
    found: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_needless, "FALSE", 0.0)
    tool = Example("", "", "tool.py", False, False, True, "manual", {"manual": 1.0, "new": 0.0})
    found += [tool._replace(repo=one.repo) for one in found if one.gone]
    told: dict[str, Any] = {}
    exec("\n".join(module(found)), told)
    signs = {name for one in found for name in one.seen}
    assert {name for table in told["WEIGHTS"].values() for name in table} <= signs
    assert {"manual", "dead"} <= {name for table in told["WEIGHTS"].values() for name in table}
    assert {name for table in told["USUAL"].values() for name in table} < signs
    assert "manual" not in told["WEIGHTS"]["dead"]
    names = sorted(signs)
    place, share = bar(found, names)
    assert told["BAR"] != 0
    assert place > -10
    assert share > 0.5
