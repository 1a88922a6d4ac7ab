"""A session hears the same once in so many calls, and leaves little behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

from passdown.stages.serve import told
from passdown.stages.serve.told import is_due


def test_a_session_is_told_at_first_and_then_once_in_so_many(tmp_path: Path):
    said = [is_due(tmp_path, "s", "abc", 3) for _ in range(7)]
    assert said == [True, False, False, True, False, False, True]
    assert is_due(tmp_path, "s", "def", 3)
    assert is_due(tmp_path, "t", "abc", 3)
    assert all(is_due(tmp_path, "", "abc", 3) for _ in range(3))


def test_no_session_id_leads_out_of_the_folder(tmp_path: Path):
    for id in ("../../x", "/etc/passwd", "a\0b", "\ud800", "x" * 5000):
        assert is_due(tmp_path, id, "abc", 3)
    assert all(len(p.name) == 16 for p in (tmp_path / told.FOLDER).iterdir())


def test_what_silent_sessions_were_told_is_forgotten(tmp_path: Path):
    is_due(tmp_path, "old", "abc", 3)
    (old,) = (tmp_path / told.FOLDER).iterdir()
    os.utime(old, (1, 1))
    is_due(tmp_path, "new", "abc", 3)
    told.tidy(tmp_path, time.time() - 1000)
    assert not old.exists()
    assert len(list((tmp_path / told.FOLDER).iterdir())) == 1
    told.tidy(tmp_path / "nowhere", 0)


def test_a_long_session_does_not_fill_the_disk(tmp_path: Path):
    is_due(tmp_path, "s", "abc", 3)
    (path,) = (tmp_path / told.FOLDER).iterdir()
    path.write_bytes(b"abc\n" * 20_000)
    assert is_due(tmp_path, "s", "abc", 3)
    assert path.stat().st_size < 100
