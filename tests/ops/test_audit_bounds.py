"""What is named to an audit may be of any size: no more of it is held than is looked at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from passdown.domain.errors import Limit
from tests.desk import Desk


@pytest.mark.parametrize("name", ["file", "description"])
def test_a_file_without_end_is_refused_before_it_is_held(
    at: Desk, tmp_path: Path, name: str
) -> None:
    (tmp_path / "change.patch").write_text("--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-x\n+y\n")
    (tmp_path / "endless").touch()
    os.truncate(tmp_path / "endless", 1 << 40)
    given = {"file": str(tmp_path / "change.patch"), name: str(tmp_path / "endless")}
    with pytest.raises(Limit, match="which is all that is read") as refused:
        at.call("audit.patch", **given)
    assert refused.value.where == str(tmp_path / "endless")
