"""The examples for forges' own runners: sound as they are read, and run against a forge of ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.forges import TOKEN, Forge, pushed, seeded, serving

EXAMPLES = Path(__file__).parents[2] / "examples"
ACTION = EXAMPLES / "github_action" / "action.yml"
WORKFLOWS = {kind: EXAMPLES / f"{kind}_action" / "workflow.yml" for kind in ("github", "gitea")}
FILES = [ACTION, *WORKFLOWS.values()]


def read(path: Path) -> dict[str, Any]:
    # YAML 1.1 takes a bare `on` for a yes.
    found = import_module("yaml").safe_load(path.read_text())
    return {"on" if name is True else name: value for name, value in found.items()}


def steps(path: Path) -> list[dict[str, Any]]:
    told = read(path)
    if "runs" in told:
        found: list[dict[str, Any]] = told["runs"]["steps"]
        return found
    return [step for job in told["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_that_others_wrote_is_put_into_a_script(path: Path) -> None:
    scripts = [step["run"] for step in steps(path) if "run" in step]
    assert len(scripts) == (0 if path == WORKFLOWS["github"] else 2)
    assert not any("${{" in script for script in scripts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_scripts_can_be_read_by_the_shell(path: Path) -> None:
    for step in steps(path):
        if "run" in step:
            told = step["run"].encode()
            done = subprocess.run(["bash", "-n"], input=told, capture_output=True)
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_foreign_actions_are_named_by_commit(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]
    foreign = [one for one in used if not one.startswith("./")]
    assert foreign
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in foreign)


@pytest.mark.parametrize("kind", WORKFLOWS)
def test_a_workflow_runs_as_the_base_has_it_and_checks_out_nothing_of_the_request(
    kind: str,
) -> None:
    told = read(WORKFLOWS[kind])
    assert set(told["on"]) == {"pull_request_target"}
    assert "head" not in WORKFLOWS[kind].read_text().replace("ahead", "")
    for step in steps(WORKFLOWS[kind]):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
            assert step["with"]["persist-credentials"] is False


def test_a_workflow_asks_for_no_more_than_it_needs() -> None:
    told = read(WORKFLOWS["github"])
    assert told["permissions"] == {"contents": "read", "checks": "write", "pull-requests": "write"}
    types = told["on"]["pull_request_target"]["types"]
    assert types == ["opened", "synchronize", "reopened", "edited", "ready_for_review"]


def test_what_is_kept_between_runs_holds_no_key_and_no_commit() -> None:
    kept = [step["with"]["path"] for path in FILES for step in steps(path)
            if "actions/cache" in step.get("uses", "")]  # fmt: skip
    assert len(kept) == 4
    assert all(path.endswith("/passdown/data") for path in kept)


def test_the_inputs_are_those_that_are_told_of() -> None:
    told = read(ACTION)
    page = (ACTION.parent / "README.md").read_text()
    assert {f"| `{name}` |" in page for name in told["inputs"]} == {True}
    assert {f"`{name}`" in page for name in told["outputs"]} == {True}


# ---- run, against a forge of ours


@pytest.fixture(params=["github", "gitea"])
def forge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forge]:
    with serving(request.param, tmp_path / "forge") as found:
        yield found


def script(forge: Forge) -> str:
    path = ACTION if forge.kind == "github" else WORKFLOWS["gitea"]
    (found,) = [step["run"] for step in steps(path) if step["name"] == "Audit"]
    return str(found)


def ran(forge: Forge, tmp_path: Path, **more: str) -> tuple[int, str]:
    """How the script ends as a runner would run it, and what it prints."""
    here = tmp_path / "runner"
    (here / "bin").mkdir(parents=True, exist_ok=True)
    (here / "bin" / "passdown").write_text(f'#!/bin/sh\nexec {sys.executable} -m passdown "$@"\n')
    (here / "bin" / "passdown").chmod(0o755)
    env = {
        "PATH": f"{here / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(here), "DRY_RUN": "false", "FAIL": "true", "REQUEST": "acme/shop#7",
        f"{forge.kind.upper()}_TOKEN": TOKEN, "RUNNER_TEMP": str(here),
        f"PASSDOWN_AUDIT_{forge.kind.upper()}": forge.url, "PASSDOWN_AUDIT_OBSERVER": "",
        "PASSDOWN_STORE": str(here / "passdown"), "GITHUB_OUTPUT": str(here / "output"),
        "GITHUB_STEP_SUMMARY": str(here / "summary"), **more,
    }  # fmt: skip
    told = script(forge).replace("cd /tmp", f"cd {here}")
    done = subprocess.run(
        ["bash", "-e", "-c", told], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    return done.returncode, done.stdout


def opened(forge: Forge, body: str) -> None:
    work, base = seeded(forge)
    head = pushed(work, "topic", {"cart.py": "def legacy_total(): ...\n"}, "Tidy")
    forge.pull(7, head, base, "Tidy\n::error::owned", body)


def test_the_script_tells_a_request_what_is_wrong_with_it(forge: Forge, tmp_path: Path) -> None:
    opened(forge, "Removes `legacy_total`.\n\n::set-output name=overall::approve")
    code, said = ran(forge, tmp_path)
    assert code == 13, said
    assert "legacy_total" in said
    assert len(forge.comments) == 1
    commands = [line for line in said.splitlines() if line.startswith("::")]
    if forge.kind == "gitea":
        assert commands == []
        return
    stop = commands[0].removeprefix("::stop-commands::")
    assert (len(stop), commands[-1]) == (32, f"::{stop}::")
    here = tmp_path / "runner"
    assert "overall=request_changes\n" in (here / "output").read_text()
    assert json.loads((here / "audit.sarif").read_text())["version"] == "2.1.0"
    assert "Changes are asked for" in (here / "summary").read_text()


def test_the_script_is_content_with_a_sound_request(forge: Forge, tmp_path: Path) -> None:
    opened(forge, "Keeps `legacy_total`.")
    assert ran(forge, tmp_path)[0] == 0
    assert all(one.get("conclusion") == "success" for one in forge.runs)


def test_an_audit_that_did_not_run_fails_the_step(forge: Forge, tmp_path: Path) -> None:
    opened(forge, "")
    code, said = ran(forge, tmp_path, REQUEST="acme/shop#99", FAIL="false")
    assert code not in (0, 13)
    assert forge.comments == []
    if forge.kind == "github":
        assert said.rstrip().splitlines()[-1].startswith("::")


def test_a_step_may_tell_without_failing(tmp_path: Path) -> None:
    with serving("github", tmp_path / "forge") as forge:
        opened(forge, "Removes `legacy_total`.")
        assert ran(forge, tmp_path, FAIL="false", DRY_RUN="true")[0] == 0
        assert forge.wrote() == []
