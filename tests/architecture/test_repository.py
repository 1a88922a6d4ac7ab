"""What stands around the source: locks, licence, version, change fragments, the two commands."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import passdown
from tools import changes

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

HOST = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host|@ |^-e|/simple", re.M)
PIN = re.compile(r"^([a-z0-9._-]+(?:\[[a-z,]+\])?)==(\S+)", re.M)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def unpinned(lock: str) -> list[str]:
    """Requirements of a lock that have no exact version or no hash."""
    entries = lock.replace("\\\n", " ").splitlines()
    return [e for e in entries if e.strip() and not (PIN.match(e) and HASH.search(e))]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock: str) -> None:
    assert HOST.findall((ROOT / lock).read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://registry.test/simple",
        "--find-links ../wheels",
        "click @ file:///tmp/click.whl",
        "-e .",
        "# from http://registry.test",
    ],
)
def test_a_host_in_a_lock_would_be_noticed(line: str) -> None:
    assert HOST.search(f"click==8.0 --hash=sha256:00\n{line}\n")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_and_hashes_everything(lock: str) -> None:
    assert unpinned((ROOT / lock).read_text()) == []


@pytest.mark.parametrize("entry", ["click>=8", "click==8.0", "click --hash=sha256:" + "0" * 64])
def test_a_loose_requirement_in_a_lock_would_be_noticed(entry: str) -> None:
    assert unpinned(entry + "\n") == [entry]


def test_what_is_tested_is_what_is_shipped() -> None:
    shipped, tested = (dict(PIN.findall((ROOT / lock).read_text())) for lock in LOCKS)
    assert shipped.items() <= tested.items()


def test_every_declared_dependency_is_locked() -> None:
    declared = (re.split(r"[<>=\[ ;]", d)[0] for d in PROJECT["project"]["dependencies"])
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in declared}
    assert names <= dict(PIN.findall((ROOT / "requirements.lock").read_text())).keys()


def test_the_version_stands_in_one_place() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == changes.VERSION_FILE
    source = (ROOT / changes.VERSION_FILE).read_text()
    assert source.count(passdown.__version__) == 1


def test_the_licence_is_the_one_declared() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_guide_for_agents_stays_short() -> None:
    assert 40 <= len((ROOT / "AGENTS.md").read_text().splitlines()) <= 100


@pytest.mark.parametrize("script", ["run", "tools/lock", ".ci/run"])
def test_a_script_can_be_run_and_parses(script: str) -> None:
    path = ROOT / script
    shell = path.read_text().splitlines()[0].removeprefix("#!").split()[-1]
    assert path.stat().st_mode & 0o111
    subprocess.run([shell, "-n", str(path)], check=True)


def test_the_change_fragments_are_well_formed() -> None:
    assert changes.malformed(ROOT) == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Thing.added.md", "A thing.\n", "not named"),
        ("thing.novel.md", "A thing.\n", "not named"),
        ("thing.txt", "A thing.\n", "not named"),
        ("thing.fixed.md", "", "not one line"),
        ("thing.fixed.md", "a thing\n", "not one line"),
        ("thing.fixed.md", "One.\nTwo.\n", "not one line"),
    ],
)
def test_a_malformed_fragment_is_noticed(name: str, text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / name).write_text(text)
    assert said in " ".join(changes.malformed(tmp_path))


def test_a_release_folds_the_fragments_and_sets_the_version(tmp_path: Path) -> None:
    source = tmp_path / changes.VERSION_FILE
    source.parent.mkdir(parents=True)
    source.write_text('"""x"""\n\n__version__ = "0.1.0"\n')
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "a.fixed.md").write_text("It holds.\n")
    (tmp_path / "changes" / "b.added.md").write_text("It flies.\n")
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{changes.MARK}\n## 0.1.0, before\n")
    changes.fold(tmp_path, "0.2.0")
    log = (tmp_path / "CHANGELOG.md").read_text()
    places = [log.index(x) for x in ("## 0.2.0", "- It flies.", "- It holds.", "## 0.1.0")]
    assert places == sorted(places)
    assert '__version__ = "0.2.0"' in source.read_text()
    assert changes.fragments(tmp_path) == []
