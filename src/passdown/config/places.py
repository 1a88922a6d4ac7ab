"""Where things are on this machine: the store, the user's own folders, the store's key."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from passdown.domain.errors import NotFound, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = ".passdown"
KEY = "key"
NAMED = "named"
"""The reason of a store that a flag or the environment names."""
MOVED = (
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "COPILOT_HOME",
    "GEMINI_CLI_HOME",
    "PI_CODING_AGENT_DIR",
    "XDG_DATA_HOME",
)


@dataclass(frozen=True, slots=True)
class Places:
    """The store's folder, why it is that one, its address, and the user's home."""

    home: Path
    reason: str
    url: str
    user: Path
    cwd: Path
    moved: Mapping[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """Where a relative path in a setting starts: the project, or the store's own folder."""
        return self.home.parent if self.home.name == FOLDER else self.home

    def look_at(self) -> None:
        """NotFound where the store was named and its folder is not there: who only looks at one is
        told, and makes none. What nobody named is made when it is first needed."""
        if self.reason == NAMED and "://" not in self.url and not self.home.exists():
            raise NotFound(
                "there is no store",
                where=str(self.home),
                next=f"Mind how it is spelt; `passdown ingest PATH --store {self.home}` makes one.",
            )


def moved() -> dict[str, str]:
    """Where clients' folders were moved to, by the variable that says so."""
    return {name: os.environ[name] for name in MOVED if os.environ.get(name)}


def environment() -> Mapping[str, str]:
    """The process's environment."""
    return os.environ


def places(store: str = "") -> Places:
    """Where the store is: named, else the nearest `.passdown`, else the user's data folder."""
    cwd, user = _here(), Path.home()
    named = store or os.environ.get("PASSDOWN_STORE", "")
    if named.startswith(("postgresql://", "postgres://")):
        home, reason = _default(cwd, user)
        return Places(home, NAMED, named, user, cwd, moved())
    if "://" in named:
        raise StoreError(
            f"no store is kept at {named.partition('://')[0]}://",
            next="Name a folder, or a database as postgresql://USER@HOST:PORT/DATABASE.",
        )
    if named:
        home, reason = Path(named).expanduser().absolute(), NAMED
    else:
        home, reason = _default(cwd, user)
    return Places(home, reason, str(home / "store.db"), user, cwd, moved())


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise StoreError(
            "the current folder was removed, or is closed to you",
            next="Change to a folder that is there, then try again.",
        ) from error


def _default(cwd: Path, user: Path) -> tuple[Path, str]:
    for folder in (cwd, *cwd.parents):
        if (folder / FOLDER).is_dir():
            return folder / FOLDER, f"{FOLDER} of {folder}"
    return data_folder(user), "the user's data folder"


def data_folder(user: Path) -> Path:
    """Where a user's own data belongs on this system."""
    if named := os.environ.get("XDG_DATA_HOME"):
        return Path(named) / "passdown"
    if sys.platform == "darwin":
        return user / "Library" / "Application Support" / "passdown"
    return user / ".local" / "share" / "passdown"


def config_files(home: Path, user: Path) -> tuple[Path, Path]:
    """The user's file and the store's; the store's wins."""
    base = os.environ.get("XDG_CONFIG_HOME")
    own = Path(base) if base else user / ".config"
    return own / "passdown" / "config.toml", home / "config.toml"


def make_home(home: Path) -> None:
    """Create the store's folder, for its owner only."""
    from passdown.storage.files import is_of_others

    try:
        if is_of_others(str(home)):
            raise StoreError(
                "other things stand in that folder, and a store would close it to others",
                where=str(home),
                next="Choose a new folder inside this one.",
            )
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if home.stat().st_mode & 0o077:
            home.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"cannot use the store folder: {error.strerror}",
            where=str(home),
            next="Choose another with --store PATH, or mend its owner and mode.",
        ) from error


def store_key(home: Path) -> bytes:
    """The key that makes placeholders of one store comparable and of two stores not."""
    path = home / KEY
    try:
        return _create_key(home, path)
    except FileExistsError:
        return _read_key(path)
    except OSError as error:
        raise StoreError(
            f"cannot write the store's key: {error.strerror}",
            where=str(path),
            next="Choose another store with --store PATH, or mend its owner and mode.",
        ) from error


def _create_key(home: Path, path: Path) -> bytes:
    """Whole or not at all: written aside, then linked into place by whoever is first."""
    import secrets

    if path.exists():
        raise FileExistsError
    make_home(home)
    key = secrets.token_bytes(32)
    aside = home / f"{KEY}.{secrets.token_hex(4)}"
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, key)
        os.fsync(handle)
        os.link(aside, path)
    finally:
        os.close(handle)
        aside.unlink()
    return key


def _read_key(path: Path) -> bytes:
    key = path.read_bytes()
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    if len(key) != 32:
        raise StoreError(
            "the store's key is damaged", where=str(path), next="Restore it from a backup."
        )
    return key
