"""What ingest makes of every client's sessions: the same things, in the same words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from passdown.domain.observation import Seen, Session
from passdown.domain.scope import ALL
from passdown.stages.observe.readers import load
from passdown.storage.port import Store
from tests.stages.observe.conftest import Read, everything
from tests.stages.observe.formats import SAMPLES, cut, drafts

KNOWN = {reader.name: reader for reader in load().known}
CLIENTS = ("claude_code", "codex_rollout", "copilot_cli", "gemini_cli", "opencode", "pi_session")


def only(store: Store) -> Session:
    with store.read(ALL) as tx:
        (session,) = tx.observations.sessions(limit=10)
    return session


@pytest.mark.parametrize("name", CLIENTS)
def test_a_session_is_filed_under_its_repo_and_ends_as_its_tests_did(
    name: str, tmp_path: Path, read: Read, store: Store
) -> None:
    path = tmp_path / "a file"
    path.write_bytes(SAMPLES[name]())
    read(path)
    session = only(store)
    repo = "" if name == "gemini_cli" else "shop"
    assert (session.format, session.repo, session.outcome) == (name, repo, "tests-passed")
    assert session.model
    assert session.started_at < session.ended_at


@pytest.mark.parametrize("name", CLIENTS)
def test_a_session_that_stands_in_two_files_counts_once(
    name: str, tmp_path: Path, read: Read
) -> None:
    reader, content = KNOWN[name], SAMPLES[name]()
    lines = cut(reader, content)
    half = lines[len(lines) // 2].offset or len(content)
    (tmp_path / "a").write_bytes(content[:half])
    (tmp_path / "b").write_bytes(content)
    done = read(tmp_path / "a", tmp_path / "b")
    assert done.observations == len(drafts(reader, content))
    assert done.sessions == 1


@pytest.mark.parametrize("name", CLIENTS)
def test_a_failure_has_the_same_signature_whichever_client_tells_it(
    name: str, tmp_path: Path, read: Read, store: Store
) -> None:
    path = tmp_path / "a file"
    path.write_bytes(SAMPLES[name]())
    read(path)
    (failed,) = (one for one in everything(store) if one.ok is False)
    assert failed.seen is Seen.RESULT
    assert "KeyError" in failed.signature


@pytest.mark.parametrize("name", CLIENTS)
def test_every_place_that_was_noted_holds_the_bytes_that_were_read(
    name: str, tmp_path: Path, read: Read, store: Store
) -> None:
    path = tmp_path / "a file"
    content = SAMPLES[name]()
    path.write_bytes(content)
    read(path)
    for one in everything(store):
        assert one.pointer is not None
        at = one.pointer.offset
        assert isinstance(json.loads(content[at : at + one.pointer.length]), dict)
