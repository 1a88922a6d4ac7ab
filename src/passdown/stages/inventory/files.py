"""The files of a repository as an inventory sees them: every text, none of what tools put there."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    Each = Callable[[list[str]], Iterable[str]]

LARGEST = 1_000_000
"""Bytes of a file that is read; a larger one is data."""
MOST = 50_000
TITLE = "# Python inventory of "
"""How an inventory begins: it names every file, and so says of none what starts it."""

_PASSED_OVER = frozenset(
    (".git", ".hg", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache",
     ".pytest_cache", ".ruff_cache", ".eggs", "site-packages", "htmlcov")
)  # fmt: skip
PYTHONIC = (".pyx", ".pxi", ".sage", ".tac", ".xsh", ".rpy", ".pyt")
"""Programs in what is made of Python, which import as it does."""
KIN = (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".rs")
"""Programs that may do what a Python file does, and share its names."""
STARTERS = (".php", ".rb", ".go", ".java", ".kt", ".scala", ".groovy", ".pl", ".pm", ".lua", ".cs",
            ".swift", ".m", ".c", ".cc", ".cpp", ".h", ".hpp", ".r", ".R", ".jl", ".nsi", ".iss",
            ".desktop")  # fmt: skip
"""What may run a Python file, and is of no interest where it names none."""
_TEXTS = (
    ".py", ".pyi", ".toml", ".cfg", ".ini", ".txt", ".in", ".md", ".mdx", ".rst", ".adoc", ".yml",
    ".yaml", ".json", ".sh", ".bash", ".service", ".timer", ".conf", ".tf", ".mk", ".html",
    ".ipynb", ".env", ".jinja", ".j2", ".bat", ".ps1",
    ".cron", ".nix", ".spec", ".bzl", ".pth", ".xml", ".bazel", ".jnj", ".jinja2", ".tmpl", ".tpl",
    ".template", ".erb", ".dist", ".sample", ".wsgi", ".cgi", ".fcgi", ".pyw", ".ui", ".kv",
    ".zcml", "pylintrc", ".cmake", ".gradle", "meson.build",
    *PYTHONIC, *KIN, *STARTERS,
)  # fmt: skip
_BARE = ("Dockerfile", "Makefile", "makefile", "GNUmakefile", "Justfile", "justfile", "Procfile",
         "Containerfile", "Jenkinsfile", "crontab", "Pipfile", "Vagrantfile", "Snakefile", "BUILD",
         "Rakefile", "SConstruct", "pre-commit")  # fmt: skip


@dataclass(frozen=True)
class Files:
    """The texts of a repository by path, and the paths of those that may be run."""

    root: str
    texts: Mapping[str, str]
    runnable: frozenset[str]
    left_out: int = 0

    @property
    def python(self) -> list[str]:
        """The Python files, in order."""
        return sorted(path for path in self.texts if path.endswith(".py"))

    @property
    def others(self) -> list[str]:
        """All other texts, in order."""
        return sorted(path for path in self.texts if not path.endswith((".py", ".pyi")))


def read(root: Path, each: Each = iter) -> Files:
    """Every text under a folder: what git tracks there, or everything where it is no repository.
    `each` hands the paths on, and may tell how far it is.

    Raises:
        NotFound: there is no such folder.
    """
    if not root.is_dir():
        raise NotFound("there is no such folder", where=str(root))
    texts: dict[str, str] = {}
    runnable: set[str] = set()
    left_out = 0
    for path in each(list(_paths(root))):
        if not _is_text(path):
            continue
        text = _text(root / path) if _is_sayable(path) else None
        if text is not None and _says_nothing(path, text):
            continue
        if text is None or len(texts) >= MOST:
            left_out += 1
            continue
        texts[path] = text
        if os.access(root / path, os.X_OK) or text.startswith("#!"):
            runnable.add(path)
    return Files(str(root), texts, frozenset(runnable), left_out)


def _says_nothing(path: str, text: str) -> bool:
    """Whether a text is an inventory itself, or a program that starts no Python file."""
    return (path.endswith(".md") and text.startswith(TITLE)) or (
        path.endswith(STARTERS) and ".py" not in text
    )


def _paths(root: Path) -> Iterator[str]:
    command = ["env", "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "git", "-C", str(root),
               "-c", "core.fsmonitor=false", "ls-files", "-z", "--cached", "--others",
               "--exclude-standard"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        yield from _walked(root)
        return
    if done.returncode:
        yield from _walked(root)
        return
    for name in sorted(set(done.stdout.decode("utf-8", "surrogateescape").split("\0")) - {""}):
        if not _PASSED_OVER.intersection(name.split("/")[:-1]):
            yield name


def _walked(root: Path) -> Iterator[str]:
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in _PASSED_OVER)
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def _is_text(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(_TEXTS) or name.startswith(_BARE) or "." not in name


def _is_sayable(path: str) -> bool:
    """Whether a name is text, so that it can be told of."""
    return not any("\ud800" <= char <= "\udfff" for char in path)


def _text(path: Path) -> str | None:
    """A file's text; None for a link, a folder, data and what cannot be read."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return None if b"\0" in data[:4000] else data.decode("utf-8", "replace")
