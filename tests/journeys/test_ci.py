"""`.ci/run` installs what a clean machine lacks, runs everything, and fails when anything fails."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("bash", "cat", "dirname", "env", "grep", "mktemp", "rm", "sh", "tail", "tee")

RUN = """#!/bin/sh
echo "run $*" >>"$LOG"
case $1 in
    test) echo '==== 3 passed in 0.01s ===='; exit "${TESTS-0}" ;;
    check) echo 'checks'; exit "${CHECKS-0}" ;;
esac
"""
# Able to make an environment only once apt-get has been called.
PYTHON = '#!/bin/sh\n[ -e "$LOG.installed" ]\n'
APT = '#!/bin/sh\necho "apt-get $*" >>"$LOG"\ncase $* in *install*) : >"$LOG.installed" ;; esac\n'


class Machine:
    """A checkout with a stand-in for `./run`, and only stand-ins on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        self.put(".ci/run", (ROOT / ".ci" / "run").read_text())
        self.put("run", RUN)
        (folder / "bin").mkdir()
        for tool in TOOLS:
            (folder / "bin" / tool).symlink_to(str(shutil.which(tool)))
        self.log.touch()

    def put(self, name: str, text: str) -> None:
        """A program at this place."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def ci(self, **env: str) -> subprocess.CompletedProcess[str]:
        """`.ci/run`, to its end."""
        return subprocess.run(
            [str(self.folder / ".ci" / "run")],
            env={"PATH": str(self.folder / "bin"), "LOG": str(self.log), **env},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with uv, on which nothing has to be installed."""
    made = Machine(tmp_path)
    made.put("bin/uv", "#!/bin/sh\n")
    return made


def test_it_runs_the_tests_and_the_checks_and_ends_with_the_closing_line(machine: Machine) -> None:
    done = machine.ci()
    assert done.returncode == 0
    assert machine.log.read_text() == "run test -n 2\nrun check\n"
    assert done.stdout.splitlines()[-2:] == ["==== 3 passed in 0.01s ====", "ci: passed"]


@pytest.mark.parametrize("failing", ["TESTS", "CHECKS"])
def test_it_runs_both_and_fails_when_one_fails(failing: str, machine: Machine) -> None:
    done = machine.ci(**{failing: "1"})
    assert done.returncode == 1
    assert "run check" in machine.log.read_text()
    assert done.stdout.splitlines()[-1] == "ci: failed"


@pytest.fixture
def clean(tmp_path: Path) -> Machine:
    """A clean machine: no uv, a Python without venv, a package manager."""
    made = Machine(tmp_path)
    made.put("bin/python3", PYTHON)
    made.put("bin/apt-get", APT)
    return made


def test_on_a_clean_machine_root_installs_what_is_missing(clean: Machine) -> None:
    clean.put("bin/id", "#!/bin/sh\necho 0\n")
    assert clean.ci().returncode == 0
    assert "apt-get -qq install -y python3-venv" in clean.log.read_text()


def test_on_a_clean_machine_anybody_else_is_told_what_is_missing(clean: Machine) -> None:
    clean.put("bin/id", "#!/bin/sh\necho 1000\n")
    done = clean.ci()
    assert done.returncode == 1
    assert "needs uv, or Python 3.11 or newer with venv" in done.stderr
    assert clean.log.read_text() == ""
