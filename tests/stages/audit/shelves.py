"""Versions of a package made for a test: installed, as a wheel, unpacked; of httpx's own shape."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = "0.27.2", "0.28.1"
_INIT = "from ._client import *\nfrom ._api import get, fetch\nfrom ._codes import codes\n"
_CODES = "from enum import IntEnum\n\nclass codes(IntEnum):\n    OK = 200\n"


def sources(version: str) -> dict[str, str]:
    """A package that hands everything on from private modules, as it is and as it was."""
    proxies = "proxies=None, " if version == OLD else ""
    older = "def fetch(url): ...\n" if version == OLD else (
        "from typing_extensions import deprecated\n@deprecated('use get')\ndef fetch(url): ...\n"
    )  # fmt: skip
    client = (
        "__all__ = ['Client', 'Timeout']\n\nclass BaseClient:\n"
        f"    def __init__(self, *, auth=None, {proxies}timeout=5):\n        ...\n"
        "    def close(self): ...\n\n"
        "class Client(BaseClient):\n    def send(self, request, *, stream=False): ...\n\n"
        f"class Timeout:\n    def __init__(self, value{'' if version == OLD else ', kind'}): ...\n"
    )
    return {
        "netty/__init__.py": _INIT, "netty/_codes.py": _CODES, "netty/_client.py": client,
        "netty/_api.py": f"def get(url, *, {proxies}timeout=5): ...\n{older}",
        "netty/_evil.py": "raise SystemExit('it was imported')\n",
    }  # fmt: skip


def installed(folder: Path, version: str) -> Path:
    """As pip leaves it."""
    for path, text in sources(version).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    info = folder / f"netty-{version}.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("".join(f"{path},,\n" for path in sources(version)))
    return folder


def wheel(folder: Path, version: str, **more: str) -> Path:
    """As an index has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"netty-{version}-py3-none-any.whl", "w") as out:
        for path, text in {**sources(version), **more}.items():
            out.writestr(path, text)
    return folder


def unpacked(folder: Path, version: str) -> Path:
    """As it lies in a folder of its name."""
    for path, text in sources(version).items():
        place = folder / f"netty-{version}" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder
