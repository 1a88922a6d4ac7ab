"""What a person asks of audits in a shell: what is no question is refused, with what to do; what is
answered can be gone on with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from passdown.domain.errors import Invalid, NotFound, Unavailable
from tests.desk import Desk
from tests.ops.audited import desks
from tests.stages.audit.repo import commit, init, run

CODE = "def total(items):\n    return sum(items)\n\n\ndef legacy_total(items):\n    return 0\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desks(tmp_path) as make:
        yield make()


@pytest.fixture
def repo(tmp_path: Path) -> str:
    place = init(tmp_path / "repo")
    commit(place, {"cart.py": CODE})
    run(place, "checkout", "-q", "-b", "work")
    commit(place, {"cart.py": CODE + "\n\nx = 1\n"}, "Tidy up\n\n- Removes `legacy_total`.")
    commit(place, {"cart.py": CODE + "\n\nx = 2\n"}, "Two")
    return str(place)


def test_an_audit_of_the_same_head_that_ends_otherwise_is_what_is_listed_and_shown(
    desk: Desk, repo: str
) -> None:
    first = desk.call("audit.range", range="main..HEAD", repo=repo)["verdict"]
    assert first["overall"] == "request_changes"
    for _ in range(2):
        again = desk.call("audit.range", range="HEAD~1..HEAD", repo=repo)["verdict"]
    assert (again["overall"], again["audit_key"]) == ("approve", first["audit_key"])
    (listed,) = desk.call("audit.list")["audits"]
    shown = desk.call("audit.show", id=first["audit_key"])["verdict"]
    assert (listed["overall"], shown["overall"]) == ("approve", "approve")
    assert desk.call("audit.gain")["audits"] == 1


@pytest.mark.parametrize("range", ["HEAD..HEAD", "HEAD..main"])
def test_a_range_that_brings_nothing_is_no_good_verdict_and_takes_none_away(
    desk: Desk, repo: str, range: str
) -> None:
    kept = desk.call("audit.range", range="main..HEAD", repo=repo)["verdict"]
    with pytest.raises(Invalid, match="there is nothing to judge") as refused:
        desk.call("audit.range", range=range, repo=repo)
    assert "the older one first" in refused.value.next
    shown = desk.call("audit.show", id=kept["audit_key"])["verdict"]
    assert shown["overall"] == "request_changes"


def test_a_patch_that_changes_nothing_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty.patch").touch()
    with pytest.raises(Invalid, match="the patch changes no file"):
        desk.call("audit.patch", file=str(tmp_path / "empty.patch"))
    assert desk.call("audit.list")["total"] == 0


@pytest.mark.parametrize("range", ["", "main..HEAD"])
def test_a_folder_that_is_none_or_no_repository_is_told_as_that(
    desk: Desk, tmp_path: Path, range: str
) -> None:
    with pytest.raises(NotFound, match="there is no such folder"):
        desk.call("audit.range", range=range, repo=str(tmp_path / "nowhere"))
    (tmp_path / "bare").mkdir()
    with pytest.raises(NotFound, match="this is no git repository") as refused:
        desk.call("audit.range", range=range, repo=str(tmp_path / "bare"))
    assert refused.value.where == str(tmp_path / "bare")


def test_a_request_has_a_number(desk: Desk, repo: str) -> None:
    with pytest.raises(Invalid, match="pr is less than 0"):
        desk.call("audit.range", range="main..HEAD", repo=repo, pr=-3)
    with pytest.raises(Invalid, match="0 is no number of a request"):
        desk.call("audit.result", repo="acme/shop", pr=0, result="reverted")


def test_what_is_shown_names_what_one_says_of_a_finding_whether_it_was_right(
    desk: Desk, repo: str
) -> None:
    text = desk.call("audit.range", range="main..HEAD", repo=repo)["text"]
    key = re.search(r"^kept as audit (\w+): passdown audit feedback \1 \[FINDING\]", text, re.M)
    mark = re.search(r"claims\.removes .*\[(\w+)\]$", text, re.M)
    assert key
    assert mark
    said = desk.call("audit.feedback", id=key[1], finding=mark[1], verdict="confirmed")
    assert said["rule"] == "claims.removes"
    dry = desk.call("audit.range", range="main..HEAD", repo=repo, dry_run=True)["text"]
    assert "kept as" not in dry
    assert mark[1] not in dry


def test_what_could_not_be_done_is_shown(desk: Desk, repo: str) -> None:
    assert desk.call("audit.list")["audits"] == []
    (desk.app.places.root / "data/_kb/outcomes.jsonl").mkdir(parents=True)
    text = desk.call("audit.range", range="main..HEAD", repo=repo)["text"]
    assert "warning: the row was not written to" in text


def test_a_revert_at_another_forge_says_nothing_of_this_one_s_request(
    desk: Desk, repo: str
) -> None:
    run(Path(repo), "remote", "add", "origin", "https://git.example.com/acme/shop.git")
    desk.call("audit.range", range="main..HEAD~1", repo=repo, pr=101)
    undone = {"repo": "acme/shop", "pr": 101, "result": "reverted"}
    for host, told in (("other.example", False), ("", True)):
        desk.call("audit.result", **undone, forge=host)
        later = desk.call("audit.range", range="main..HEAD", repo=repo, pr=102)["verdict"]
        (prior,) = later["kb"]["prior_audits"]
        assert ("a request that was reverted" in prior["reasons"]) is told


def test_a_clone_that_is_cut_off_is_told_as_that_and_judges_nothing_it_cannot_see(
    desk: Desk, repo: str, tmp_path: Path
) -> None:
    run(Path(repo), "checkout", "-q", "main")
    commit(Path(repo), {"other.py": "y = 1\n"}, "Elsewhere")
    cut = str(tmp_path / "cut")
    run(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{repo}", cut)
    with pytest.raises(Unavailable, match="cut off before the two lines parted") as parted:
        desk.call("audit.range", range="origin/main..origin/work", repo=cut)
    with pytest.raises(NotFound, match="no commit is called 'HEAD~1'") as gone:
        desk.call("audit.range", range="HEAD~1..HEAD", repo=cut)
    assert all("--unshallow" in one.value.next for one in (parted, gone))
    assert desk.call("audit.list")["total"] == 0
    run(Path(cut), "fetch", "-q", "--unshallow")
    found = desk.call("audit.range", range="origin/main..origin/work", repo=cut)["verdict"]
    assert found["paths"] == ["cart.py"]
