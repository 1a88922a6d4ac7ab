"""The hooks' file is written wherever the store is, or says why it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown.domain.errors import StoreError
from passdown.stages.serve.lookup import Row, Table, load, save


def test_the_folder_of_a_store_on_a_server_is_made_for_it(tmp_path: Path) -> None:
    home, table = (
        tmp_path / "not" / "there",
        Table("store", 3).with_rows((), [Row("tea", "a1", ())]),
    )
    save(home, table)
    assert load(home) == table
    assert home.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot use the store"):
        save(tmp_path / "file" / "home", Table("store", 3))
