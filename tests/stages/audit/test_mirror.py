"""A mirror takes in commits and nothing else: no configuration of anybody, no program, no token, no
more than it may hold; two at once, and one that was killed, do it no harm."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import Conflict, Forbidden, Limit, NotFound, PassdownError, Unavailable
from passdown.stages.audit.remote import mirror, place as where
from passdown.stages.audit.remote.mirror import Mirrors, _refused
from passdown.stages.audit.remote.place import Place
from passdown.stages.audit.remote.request import Request, read
from tests.forges import TOKEN, Forge, pushed, seeded, serving
from tests.stages.audit.repo import run


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    with serving("gitea", tmp_path / "forge") as found:
        yield found


def opened(forge: Forge, *numbers: int, files: Any = None) -> None:
    work, base = seeded(forge)
    for n in numbers:
        head = pushed(work, f"topic{n}", {f"n{n}.py": f"x = {n}\n", **(files or {})})
        forge.pull(n, head, base, f"Number {n}")


def at(forge: Forge, n: int = 1, repo: str = "acme/shop") -> Place:
    token = TOKEN if forge.private else ""
    return Place(where.forge("gitea", forge.url, token), repo, n)


def wanted(forge: Forge, n: int = 1) -> Request:
    return read(forge.pulls["acme/shop", n])


def mirrors(tmp_path: Path, megabytes: int = 100, **environment: str) -> Mirrors:
    path = {"PATH": os.environ["PATH"]}
    return Mirrors(tmp_path / "mirrors", megabytes, {**path, **environment})


def run_ps() -> list[list[str]]:
    """The group and the state of every process."""
    done = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, check=True)
    return [line.split() for line in done.stdout.decode().splitlines()]


def sound(found: Path) -> bool:
    return run(found, "fsck", "--full", "--strict", "--no-dangling") == ""


def test_both_ends_are_there_and_asked_for_once(tmp_path: Path, forge: Forge) -> None:
    opened(forge, 1)
    found = mirrors(tmp_path).fetched(at(forge), wanted(forge))
    assert run(found, "rev-parse", "refs/pull/1/head").strip() == wanted(forge).head
    assert run(found, "cat-file", "-t", wanted(forge).base).strip() == "commit"
    forge.elsewhere = "http://127.0.0.1:9"
    assert mirrors(tmp_path).fetched(at(forge), wanted(forge)) == found


def test_two_at_once_do_each_other_no_harm(tmp_path: Path, forge: Forge) -> None:
    numbers = range(1, 7)
    opened(forge, *numbers)
    with ThreadPoolExecutor(6) as pool:
        made = [mirrors(tmp_path) for _ in numbers]
        found = {*pool.map(lambda n: made[n - 1].fetched(at(forge, n), wanted(forge, n)), numbers)}
    (one,) = found
    for n in numbers:
        assert run(one, "rev-parse", f"refs/pull/{n}/head").strip() == wanted(forge, n).head
    assert sound(one)


def test_what_a_killed_fetch_left_is_swept_away(tmp_path: Path, forge: Forge) -> None:
    opened(forge, 1, 2)
    found = mirrors(tmp_path).fetched(at(forge, 1), wanted(forge, 1))
    left = [found / "objects/pack/tmp_pack_abc", found / "refs/pull/2/head.lock",
            found / "packed-refs.lock"]  # fmt: skip
    for part in left:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(b"half")
    assert mirrors(tmp_path).fetched(at(forge, 2), wanted(forge, 2)) == found
    assert not any(part.exists() for part in left)
    assert sound(found)


def test_a_mirror_that_was_half_made_is_made(tmp_path: Path, forge: Forge) -> None:
    opened(forge, 1)
    made = mirrors(tmp_path)
    (made.at(at(forge)) / "objects").mkdir(parents=True)
    assert sound(made.fetched(at(forge), wanted(forge)))


def test_a_repository_that_is_too_large_is_refused_and_leaves_no_half(
    tmp_path: Path, forge: Forge
) -> None:
    opened(forge, 1, files={"big.bin": os.urandom(3_000_000)})
    with pytest.raises(Limit, match="larger than 1 MB") as caught:
        mirrors(tmp_path, 1).fetched(at(forge), wanted(forge))
    assert "audit.mirror_mb" in caught.value.next
    found = mirrors(tmp_path, 10).fetched(at(forge), wanted(forge))
    assert sound(found)
    assert not list(found.glob("objects/pack/tmp_*"))


def test_a_mirror_that_is_full_takes_no_more(tmp_path: Path, forge: Forge) -> None:
    opened(forge, 1, 2, files={"big.bin": os.urandom(1_500_000)})
    mirrors(tmp_path).fetched(at(forge, 1), wanted(forge, 1))
    with pytest.raises(Limit):
        mirrors(tmp_path, 1).fetched(at(forge, 2), wanted(forge, 2))


def test_a_forge_that_hangs_is_given_up_with_all_that_was_started(
    tmp_path: Path, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(forge, 1)
    forge.hanging = threading.Event()
    monkeypatch.setattr(mirror, "PATIENCE", 1.0)
    started: list[int] = []
    real = subprocess.Popen

    def noted(*args: Any, **more: Any) -> Any:
        made = real(*args, **more)
        started.append(made.pid)
        return made

    monkeypatch.setattr(subprocess, "Popen", noted)
    with pytest.raises(Unavailable, match="git took over"):
        mirrors(tmp_path).fetched(at(forge), wanted(forge))
    forge.hanging.set()
    listed = run_ps()
    assert [one for one in listed if one[0] == str(started[-1]) and one[1][0] != "Z"] == []


def test_nothing_that_a_user_configured_is_heeded_and_no_hook_is_run(
    tmp_path: Path, forge: Forge
) -> None:
    opened(forge, 1)
    home, evil = tmp_path / "home", tmp_path / "evil"
    home.mkdir()
    evil.mkdir()
    owned = tmp_path / "owned"
    for hook in ("reference-transaction", "post-checkout", "fsmonitor", "helper"):
        (evil / hook).write_text(f"#!/bin/sh\ntouch {owned}\n")
        (evil / hook).chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[core]\n\thooksPath = {evil}\n\tfsmonitor = {evil}/fsmonitor\n"
        f"[init]\n\ttemplateDir = {evil}\n"
        f"[credential]\n\thelper = {evil}/helper\n"
        '[url "http://127.0.0.1:9/"]\n\tinsteadOf = http://127.0.0.1\n'
    )
    env = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "GIT_DIR": str(evil),
           "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"), "GIT_TEMPLATE_DIR": str(evil),
           "GIT_SSH_COMMAND": str(evil / "helper"), "GIT_ASKPASS": str(evil / "helper"),
           "GIT_PROXY_COMMAND": str(evil / "helper")}  # fmt: skip
    forge.private = True
    assert sound(mirrors(tmp_path, 100, **env).fetched(at(forge), wanted(forge)))
    assert not owned.exists()


def test_hooks_that_stand_in_the_mirror_itself_are_not_run(tmp_path: Path, forge: Forge) -> None:
    opened(forge, 1, 2)
    found = mirrors(tmp_path).fetched(at(forge, 1), wanted(forge, 1))
    (found / "hooks").mkdir()
    hook = found / "hooks" / "reference-transaction"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/owned\n")
    hook.chmod(0o755)
    mirrors(tmp_path).fetched(at(forge, 2), wanted(forge, 2))
    assert not (tmp_path / "owned").exists()


def test_the_token_is_in_no_list_of_processes_and_in_no_file(
    tmp_path: Path, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(forge, 1)
    forge.private = True
    seen: list[Any] = []
    real = subprocess.Popen

    def noted(command: Any, **more: Any) -> Any:
        seen.append(command)
        return real(command, **more)

    monkeypatch.setattr(subprocess, "Popen", noted)
    found = mirrors(tmp_path).fetched(at(forge), wanted(forge))
    assert len(seen) >= 2
    assert TOKEN not in repr(seen)
    assert "Basic" not in repr(seen)
    assert not any(TOKEN.encode() in one.read_bytes() for one in found.rglob("*") if one.is_file())
    assert TOKEN not in repr(at(forge))


def test_without_the_token_a_private_one_is_refused_and_nobody_is_asked(
    tmp_path: Path, forge: Forge
) -> None:
    opened(forge, 1)
    stranger = at(forge)
    forge.private = True
    with pytest.raises(Forbidden, match="token") as caught:
        mirrors(tmp_path).fetched(stranger, wanted(forge))
    assert "token" in caught.value.next


def test_a_forge_that_points_elsewhere_is_not_followed(tmp_path: Path, forge: Forge) -> None:
    opened(forge, 1)
    with serving("gitea", tmp_path / "other") as other:
        seeded(other)
        forge.elsewhere = other.url
        with pytest.raises(PassdownError):
            mirrors(tmp_path).fetched(at(forge), wanted(forge))
        assert other.asked == []


def test_only_the_protocol_of_the_forge_is_spoken(tmp_path: Path, forge: Forge) -> None:
    opened(forge, 1)
    here = at(forge)
    for url in (f"file://{forge.folder}", "ext::sh -c touch% /tmp/owned;", "ssh://127.0.0.1"):
        other = Place(where.Forge("gitea", url), "acme/shop", 1)
        made = mirrors(tmp_path)
        env = made._environment(here)
        done = subprocess.run(
            ["git", *mirror._QUIET, "-c", "protocol.http.allow=always", "ls-remote", other.clone],
            env=env, capture_output=True,
        )  # fmt: skip
        assert done.returncode != 0
        assert b"not allowed" in done.stderr


def test_a_commit_that_is_given_out_by_nobody_is_told(tmp_path: Path, forge: Forge) -> None:
    opened(forge, 1)
    forge.pulls["acme/shop", 1]["head"]["sha"] = "1" * 40
    with pytest.raises(Conflict, match="does not give out 111111111111"):
        mirrors(tmp_path).fetched(at(forge), wanted(forge))


def test_a_repository_that_is_not_there_is_told(tmp_path: Path, forge: Forge) -> None:
    opened(forge, 1)
    with pytest.raises(NotFound):
        mirrors(tmp_path).fetched(at(forge, 1, "acme/none"), wanted(forge))


def test_a_number_in_an_address_is_no_refusal(tmp_path: Path) -> None:
    said = b"fatal: repository 'http://127.0.0.1:38403/acme/none-401.git/' not found"
    assert isinstance(_refused("fetch", said, tmp_path), NotFound)
    said = b"fatal: unable to access 'http://host/a.git/': The requested URL returned error: 403"
    assert isinstance(_refused("fetch", said, tmp_path), Forbidden)


def test_one_repository_has_one_mirror_however_it_is_written(tmp_path: Path, forge: Forge) -> None:
    made = mirrors(tmp_path)
    assert made.at(at(forge, 1, "Acme/Shop")) == made.at(at(forge, 2, "acme/shop"))


@pytest.mark.parametrize("url", [
    "file:///tmp/x", "ext::sh", "ssh://git@host", "host", "https://", "https://u:p@host",
    "https://host?x=1", "javascript:alert(1)", "",
])  # fmt: skip
def test_a_forge_is_at_an_address_of_the_web(url: str) -> None:
    with pytest.raises(PassdownError, match=r"audit\.gitea"):
        where.forge("gitea", url)


def test_github_is_asked_where_programs_ask_it() -> None:
    assert where.forge("github", "https://github.com/").api == "https://api.github.com"
    own = where.forge("github", "https://git.example.com")
    assert (own.api, own.graph) == (
        "https://git.example.com/api/v3", "https://git.example.com/api/graphql",
    )  # fmt: skip
    gitea = where.forge("gitea", "https://example.com/git/")
    assert gitea.api == "https://example.com/git/api/v1"
    assert Place(gitea, "a/b", 1).clone == "https://example.com/git/a/b.git"


def test_the_forge_that_is_meant_is_found_or_asked_for() -> None:
    hub, tea = (where.forge(kind, f"https://{kind}.com") for kind in ("github", "gitea"))
    assert where.placed("a/b#7", [hub]).forge is hub
    assert where.placed("a/b#7", [hub, tea], "gitea").forge is tea
    assert where.placed("https://gitea.com/a/b/pulls/7", [hub, tea]) == Place(tea, "a/b", 7)
    for said, known, kind in (
        ("a/b#7", [hub, tea], ""), ("a/b#7", [hub], "gitea"), ("a/b#0", [hub], ""),
        ("https://github.com.evil.example/a/b/pull/7", [hub], ""),
        ("https://github.com/a/b/issues/7", [hub], ""),
        ("https://github.com/a/../../b/pull/7", [hub], ""),
    ):  # fmt: skip
        with pytest.raises(PassdownError):
            where.placed(said, known, kind)
