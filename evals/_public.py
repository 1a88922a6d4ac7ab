"""Sessions in public repositories: which they are, and how they get here.

python -m evals._public FOLDER brings the commits that `labels/public.jsonl` names into FOLDER, one
bare repository each, so that `./run eval harvest --public FOLDER` can read the same files.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

LIST = Path(__file__).with_name("labels") / "public.jsonl"
FORGE = "https://github.com"
DEVELOPMENT, TEST = "development", "test"


class Source(NamedTuple):
    """The files of one repository at one commit, and whether detectors were mended by them."""

    repo: str
    commit: str
    part: str
    files: tuple[str, ...]

    @property
    def folder(self) -> str:
        """What its repository is called among others."""
        return self.repo.replace("/", "+", 1)


@cache
def sources(part: str) -> tuple[Source, ...]:
    """The repositories of one part; the first row of the list says how they were chosen."""
    _, *rows = (json.loads(line) for line in LIST.read_text().splitlines())
    every = (Source(r["repo"], r["commit"], r["part"], tuple(r["files"])) for r in rows)
    return tuple(one for one in every if one.part == part)


def unpacked(folder: Path, part: str, into: Path) -> list[Path]:
    """The files of one part, each below its repository's name; a missing repository is an error,
    as what is found would not be what was judged."""
    return [path for one in sources(part) for path in _files(one, folder, into)]


def bring(folder: Path, forge: str = FORGE) -> Iterator[str]:
    """Fetch every commit that is not there; yields what was brought."""
    for one in (*sources(DEVELOPMENT), *sources(TEST)):
        if _home(one, folder) is None:
            home = folder / one.folder
            _git(folder, "init", "--quiet", "--bare", str(home))
            _git(home, "fetch", "--quiet", "--depth", "1", f"{forge}/{one.repo}", one.commit)
            yield one.repo


def _files(one: Source, folder: Path, into: Path) -> Iterator[Path]:
    home = _home(one, folder)
    if home is None:
        raise SystemExit(
            f"eval harvest: {folder} has no {one.folder} with commit {one.commit}; "
            f"bring it with: python -m evals._public {folder}"
        )
    root = into / one.folder
    # A session without a folder of its own is of the repository that it stands in.
    (root / ".git").mkdir(parents=True)
    for path in one.files:
        target = root / f"{sha256(path.encode()).hexdigest()[:16]}{Path(path).suffix}"
        target.write_bytes(_git(home, "cat-file", "blob", f"{one.commit}:{path}"))
        yield target


def _home(one: Source, folder: Path) -> Path | None:
    """Where its commit is: a bare repository, a checkout, or one in a folder of its name."""
    places = (folder / one.folder, folder / one.folder / "repo")
    return next((place for place in places if _has(place, one.commit)), None)


def _has(place: Path, commit: str) -> bool:
    if not place.is_dir():
        return False
    asked = ["git", "-C", str(place), "cat-file", "-e", f"{commit}^{{commit}}"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _git(place: Path, *asked: str) -> bytes:
    return subprocess.run(["git", "-C", str(place), *asked], capture_output=True, check=True).stdout


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for repo in bring(target):
        print(f"brought {repo}")
