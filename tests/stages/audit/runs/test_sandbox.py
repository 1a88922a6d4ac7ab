"""A program that is shut in sees nothing, reaches nobody, leaves nothing and comes to an end."""

from __future__ import annotations

import os
import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

from passdown.domain.errors import Unavailable
from passdown.stages.audit.runs import sandbox as stage
from passdown.stages.audit.runs.sandbox import KINDS, NONE, UNSHARE, WITHIN, Ran, Sandbox, sandbox

if TYPE_CHECKING:
    from pathlib import Path


def of(kind: str) -> Sandbox:
    try:
        return sandbox(kind)
    except Unavailable as error:
        pytest.skip(error.what)


@pytest.fixture(params=KINDS)
def shut(request: pytest.FixtureRequest) -> Sandbox:
    """Each way of shutting a program in that works here."""
    return of(request.param)


@pytest.fixture(params=[*KINDS, NONE])
def box(request: pytest.FixtureRequest) -> Sandbox:
    return of(request.param)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    place = tmp_path / "given"
    place.mkdir()
    (place / "a.txt").write_text("here\n")
    return place


def sh(one: Sandbox, given: Path, script: str, **how: object) -> Ran:
    return one.run(["sh", "-c", script], given, seconds=20, **how)  # type: ignore[arg-type]


def test_a_program_works_on_a_copy_and_its_reports_come_back(box: Sandbox, given: Path) -> None:
    script = "cat a.txt; echo more > a.txt; printf '<a/>' > r.xml; exit 3"
    ran = sh(box, given, script, reports=("r.xml", "none.xml"))
    assert (ran.code, ran.said, ran.reports) == (3, "here\n", {"r.xml": b"<a/>"})
    assert (given / "a.txt").read_text() == "here\n"


def test_its_environment_is_what_it_is_told(
    box: Sandbox, given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "s3cr3t")
    ran = sh(box, given, "env; echo here=$HERE", environment={"HERE": "{change}"})
    assert "s3cr3t" not in ran.said
    assert f"here={box.within}" in ran.said


def test_its_time_ends_and_all_that_it_started_with_it(box: Sandbox, given: Path) -> None:
    start = time.monotonic()
    ran = box.run(["sh", "-c", "sleep 987 & sleep 987"], given, seconds=1)
    assert ran.late
    assert time.monotonic() - start < 15
    while time.monotonic() - start < 15 and _sleeping():
        time.sleep(0.1)
    assert not _sleeping()


def _sleeping() -> list[str]:
    return [pid for pid in os.listdir("/proc") if pid.isdigit() and _is_sleeping(pid)]


def _is_sleeping(pid: str) -> bool:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().startswith(b"sleep\0987")
    except OSError:
        return False


def test_its_memory_and_files_are_bounded(box: Sandbox, given: Path) -> None:
    ran = sh(box, given, "ulimit -v; ulimit -f; ulimit -n; ulimit -c")
    memory, file, opened, core = (int(line) for line in ran.said.split())
    assert (memory, opened, core) == (stage.MEMORY // 1024, stage.OPEN, 0)
    assert file in (stage.FILE // 512, stage.FILE // 1024)


def test_words_without_end_are_cut(box: Sandbox, given: Path) -> None:
    ran = sh(box, given, "head -c 20000000 /dev/zero | tr '\\0' x; exit 1")
    assert (ran.code, len(ran.said) <= stage.SAID) == (1, True)


def test_who_is_shut_in_sees_no_home_and_none_of_the_hosts_files(
    shut: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "secret").write_text("s3cr3t")
    ran = sh(shut, tmp_path / "given", f"cat {tmp_path}/secret; ls /home; cat /etc/shadow; pwd")
    assert "s3cr3t" not in ran.said
    assert ran.said.strip().endswith(WITHIN)
    assert ran.said.count("No such file") == 3


def test_who_is_shut_in_writes_nothing_but_its_own(shut: Sandbox, given: Path) -> None:
    script = "for at in /usr /etc / /given /dev; do touch $at/x && echo wrote $at; done; "
    ran = sh(shut, given, f"({script}) 2>/dev/null; touch /change/x /tmp/x && echo mine")
    assert ran.said.strip() == "mine"


def test_what_processes_share_is_bounded_like_all_that_is_written(
    shut: Sandbox, given: Path
) -> None:
    script = "touch /dev/shm/x && echo mine; for n in 1 2; do head -c 48M /dev/zero >/dev/shm/$n; "
    ran = sh(shut, given, script + "done 2>/dev/null; du -sm /dev/shm | cut -f1")
    mine, used = ran.said.split()
    assert (mine, int(used) <= stage.SHARED >> 20) == ("mine", True)


def test_who_is_shut_in_reaches_nobody_but_itself(shut: Sandbox, given: Path) -> None:
    ran = sh(shut, given, "cat /proc/net/route | wc -l; ls /sys/class/net 2>/dev/null")
    assert ran.said.split()[0] in ("0", "1")


def test_who_is_shut_in_cannot_let_itself_out(shut: Sandbox, given: Path) -> None:
    script = (
        "mount -o remount,rw /usr && echo out; umount /usr && echo out; "
        "unshare -rm sh -c 'mount -o remount,bind,rw /usr && touch /usr/x' && echo out; "
        "grep CapEff /proc/self/status"
    )
    ran = sh(shut, given, script)
    assert "out\n" not in ran.said
    assert "CapEff:\t0000000000000000" in ran.said


def test_folders_that_are_needed_are_seen_and_not_written(shut: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "needed").mkdir()
    (tmp_path / "needed" / "x").write_text("needed")
    ran = shut.run(["sh", "-c", f"cat {tmp_path}/needed/x; echo y > {tmp_path}/needed/x"],
                  tmp_path / "given", sees=[tmp_path / "needed"], seconds=20)  # fmt: skip
    assert ran.said.startswith("needed")
    assert (tmp_path / "needed" / "x").read_text() == "needed"


def test_where_nothing_can_shut_it_in_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Unavailable, match="bwrap is not installed"):
        sandbox()
    with pytest.raises(Unavailable, match="unshare is not installed"):
        sandbox(UNSHARE)
    assert sandbox(NONE).kind == NONE


def test_a_way_that_leaks_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    open_ = Ran(0, "", {})
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(Sandbox, "run", lambda self, *words, **how: open_)
    with pytest.raises(Unavailable, match="nothing here can shut tests in"):
        sandbox()


def test_a_run_that_is_interrupted_leaves_no_process(
    given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(pid: int, seconds: float) -> None:
        os.kill(pid, 0)
        raise KeyboardInterrupt(pid)

    monkeypatch.setattr(stage, "_bounded", broken)
    with pytest.raises(KeyboardInterrupt) as stopped:
        sandbox(NONE).run(["sleep", "50"], given, seconds=20)
    with pytest.raises(ProcessLookupError):
        os.kill(stopped.value.args[0], signal.SIGKILL)
