"""`./run` sets up once, from anywhere, whoever else is doing the same; with stand-ins for uv and
Python, so that no test reaches a registry."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("run", "pyproject.toml", "requirements.lock", "requirements-dev.lock")
TOOLS = (
    *("cat", "chmod", "cksum", "dirname", "env", "find", "head", "ln", "ls", "mkdir", "ps"),
    *("readlink", "rm", "rmdir", "sed", "sh", "sleep", "tr", "uname"),
)

# What a virtual environment is to `./run`: a python that runs, and the program itself.
MAKE_VENV = """
mkdir -p "$venv/bin" "$venv/lib"
printf '#!/bin/sh\\necho "python $*" >>"$LOG"\\n' >"$venv/bin/python"
printf '#!/bin/sh\\necho "passdown $*"\\npwd\\n' >"$venv/bin/passdown"
chmod +x "$venv/bin/python" "$venv/bin/passdown"
"""
UV = f"""#!/bin/sh
echo "uv $*" >>"$LOG"
case $1 in
    venv) for venv in "$@"; do :; done; {MAKE_VENV} ;;
    pip) sleep "${{SLOW-0}}"; exit "${{FAIL-0}}" ;;
esac
"""
PYTHON = f"""#!/bin/sh
echo "python3 $*" >>"$LOG"
case $1 in
    -V) echo Python 3.9.1 ;;
    -c) exit "${{OLD-0}}" ;;
    -m) [ -z "${{NO_VENV-}}" ] || {{ echo ensurepip is not available; exit 1; }}
        for venv in "$@"; do :; done; {MAKE_VENV} : >"$venv/bin/pip"; chmod +x "$venv/bin/pip" ;;
esac
"""


class Checkout:
    """A copy of what `./run` needs, and a PATH with nothing on it but what the test put there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a check out"
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.root.mkdir()
        self.bin.mkdir()
        self.log.touch()
        for name in FILES:
            shutil.copy2(ROOT / name, self.root / name)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))

    def put(self, name: str, text: str) -> None:
        """A program on the PATH."""
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def start(self, *words: str, run: Path | None = None, cwd: Path | None = None, **env: str):
        """`./run WORDS`, under way."""
        return subprocess.Popen(
            [str(run or self.root / "run"), *words],
            cwd=cwd or self.root,
            env={"PATH": str(self.bin), "LOG": str(self.log), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **rest) -> tuple[int, str, str]:
        """Exit code, output and messages of `./run WORDS`."""
        process = self.start(*words, **rest)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def called(self, program: str) -> list[str]:
        """How a stand-in was called, in order."""
        return [x for x in self.log.read_text().splitlines() if x.startswith(f"{program} ")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout with a stand-in for uv."""
    made = Checkout(tmp_path)
    made.put("uv", UV)
    return made


def test_the_first_use_sets_up_and_says_so_in_one_line(checkout: Checkout) -> None:
    code, out, err = checkout.run("up", "--once")
    assert (code, out.splitlines()[0]) == (0, "passdown up --once")
    assert err == f"run: setting up {checkout.root}/.venv (core); this happens once\n"


def test_what_is_installed_is_hashed_and_the_project_comes_without_a_download(
    checkout: Checkout,
) -> None:
    checkout.run("up")
    pins, project = [c for c in checkout.called("uv") if c.startswith("uv pip")]
    assert "--require-hashes" in pins
    assert pins.endswith("requirements.lock")
    assert "--no-deps --no-build-isolation --editable" in project


def test_the_second_use_is_silent_and_sets_up_nothing(checkout: Checkout) -> None:
    checkout.run("up")
    before = checkout.log.read_text()
    assert checkout.run("up")[2] == ""
    assert checkout.log.read_text() == before


def test_the_tests_add_the_development_profile(checkout: Checkout) -> None:
    checkout.run("up")
    code, _, err = checkout.run("test", "-k", "one")
    assert (code, "(dev)" in err) == (0, True)
    assert checkout.called("uv")[-2].endswith("requirements-dev.lock")
    assert checkout.called("python")[-1] == "python -m pytest -k one"
    assert checkout.run("up")[2] == ""


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements.lock"])
def test_a_change_of_what_it_was_built_from_sets_up_again(changed: str, checkout: Checkout) -> None:
    checkout.run("up")
    with (checkout.root / changed).open("a") as file:
        file.write("\n# changed\n")
    assert "setting up" in checkout.run("up")[2]
    assert len([c for c in checkout.called("uv") if c.startswith("uv venv")]) == 1


def test_it_works_through_symlinks_from_any_folder_and_stays_there(
    checkout: Checkout, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    (tmp_path / "first").symlink_to(checkout.root / "run")
    (elsewhere / "second").symlink_to(Path("..") / "first")
    code, out, _ = checkout.run("search", "a b", run=elsewhere / "second", cwd=elsewhere)
    assert (code, out.splitlines()) == (0, ["passdown search a b", str(elsewhere)])
    assert (checkout.root / ".venv").is_dir()


def test_a_moved_checkout_is_set_up_anew(checkout: Checkout) -> None:
    checkout.run("up")
    checkout.root = checkout.root.rename(checkout.root.with_name("moved"))
    assert f"setting up {checkout.root}/.venv" in checkout.run("up")[2]
    assert len([c for c in checkout.called("uv") if c.startswith("uv venv")]) == 2


def test_a_failed_set_up_fails_and_the_next_use_starts_over(checkout: Checkout) -> None:
    assert checkout.run("up", FAIL="3")[0] == 3
    assert not (checkout.root / ".venv.lock").is_symlink()
    assert checkout.run("up")[0] == 0
    assert len([c for c in checkout.called("uv") if c.startswith("uv venv")]) == 2


def test_many_at_once_set_up_once(checkout: Checkout) -> None:
    started = [checkout.start("up", SLOW="0.4") for _ in range(5)]
    done = [process.communicate(timeout=60)[0] for process in started]
    assert [out.splitlines()[0] for out in done] == ["passdown up"] * 5
    assert len([c for c in checkout.called("uv") if c.startswith("uv venv")]) == 1
    assert not (checkout.root / ".venv.lock").is_symlink()


def test_the_lock_of_a_dead_set_up_is_cleared_by_exactly_one(checkout: Checkout) -> None:
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    (checkout.root / ".venv.lock").symlink_to(f"{socket.gethostname()}:{gone.pid}")
    started = [checkout.start("up", SLOW="0.4") for _ in range(4)]
    assert [p.wait(timeout=60) for p in started] == [0, 0, 0, 0]
    assert len([c for c in checkout.called("uv") if c.startswith("uv venv")]) == 1
    for process in started:
        process.communicate()


def test_the_lock_of_a_living_set_up_is_respected(checkout: Checkout) -> None:
    living = subprocess.Popen(["/bin/sleep", "60"])
    (checkout.root / ".venv.lock").symlink_to(f"{socket.gethostname()}:{living.pid}")
    waiting = checkout.start("up")
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(timeout=1.5)
    living.kill()
    living.wait()
    assert waiting.communicate(timeout=60)[0].startswith("passdown up")


def test_the_lock_of_another_machine_is_respected(checkout: Checkout) -> None:
    (checkout.root / ".venv.lock").symlink_to("elsewhere:1")
    waiting = checkout.start("up")
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(timeout=1.5)
    (checkout.root / ".venv.lock").unlink()
    assert waiting.communicate(timeout=60)[0].startswith("passdown up")


@pytest.fixture
def bare(tmp_path: Path) -> Checkout:
    """A checkout on a machine without uv."""
    made = Checkout(tmp_path)
    made.put("python3", PYTHON)
    return made


def test_without_uv_python_makes_the_environment_and_pip_fills_it(bare: Checkout) -> None:
    code, out, _ = bare.run("up")
    assert (code, out.splitlines()[0]) == (0, "passdown up")
    pins, project = [c for c in bare.called("python") if " install " in c]
    assert "--require-hashes" in pins
    assert "--no-deps --no-build-isolation --editable" in project


def test_an_environment_made_by_uv_is_made_anew_once_uv_is_gone(checkout: Checkout) -> None:
    checkout.run("up")
    (checkout.bin / "uv").unlink()
    checkout.put("python3", PYTHON)
    assert checkout.run("up")[2] == ""
    assert checkout.run("setup", "dev")[0] == 0
    assert len([c for c in checkout.called("python3") if " venv " in c]) == 1


def test_an_old_python_is_named_with_what_to_do(bare: Checkout) -> None:
    code, _, err = bare.run("up", OLD="1")
    assert code == 1
    assert "needs Python 3.11 or newer, found Python 3.9.1" in err
    assert "uv" in err


def test_a_missing_venv_module_is_named_with_what_to_do(bare: Checkout) -> None:
    code, _, err = bare.run("up", NO_VENV="1")
    assert code == 1
    assert "ensurepip is not available" in err
    assert "apt-get install python3-venv" in err
    assert not (bare.root / ".venv").exists()


def test_without_words_it_lists_what_it_does(checkout: Checkout) -> None:
    code, out, _ = checkout.run()
    assert code == 0
    for word in ("up", "demo", "test", "check", "eval"):
        assert f"./run {word}" in out
    assert not checkout.log.read_text()


def test_an_unknown_evaluation_lists_the_ones_there_are(checkout: Checkout) -> None:
    (checkout.root / "evals").mkdir()
    (checkout.root / "evals" / "speed.py").touch()
    for name in ("sped", "../run", ""):
        code, _, err = checkout.run("eval", name)
        assert (code, "there are: speed" in err) == (1, True)


def test_an_evaluation_gets_its_arguments_and_the_folder_of_the_caller(
    checkout: Checkout,
) -> None:
    (checkout.root / "evals").mkdir()
    (checkout.root / "evals" / "speed.py").touch()
    checkout.run("eval", "speed", "--data", "a b")
    assert checkout.called("python")[-1] == "python -m evals speed --data a b"
