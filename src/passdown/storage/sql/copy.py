"""One consistent copy of an open SQLite database."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

from passdown.storage.files import replaced
from passdown.storage.sql.told import Told


def write_copy(source: sqlite3.Connection, to: str) -> int:
    """Write one consistent copy of an open database to this file; its bytes."""
    with replaced(to) as temporary:
        with Told(to), closing(sqlite3.connect(temporary)) as target:
            source.backup(target)
        return os.stat(temporary).st_size
