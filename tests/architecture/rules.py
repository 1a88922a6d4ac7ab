"""Rules about the source that no linter knows: each takes a package root and names what breaks it.

A violation is a line "file:line what". The tests run each rule on the real tree, where it must
find nothing, and on a small bad tree, where it must find what was planted.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from pathlib import Path

LONGEST_FILE = 400
LONGEST_FUNCTION = 25

GENERATORS = re.compile(r"^surfaces/(cli|http|mcp|jsonl)(\.py$|/)")
LOOP_FILES = ("__init__.py", "payload.py", "detect.py", "replay.py", "changes.py", "view.py")
VAGUE_MODULE = re.compile(r"^_*(utils?|helpers?|common|misc|managers?|services?|handlers?)$")
VAGUE_CLASS = re.compile(r"(Manager|Service|Handler|Helper|Utils?)$")
HISTORY = re.compile(r"\bv\d+\.\d+|#\d+")
BACKEND = re.compile(r"sqlite|postgres|psycopg", re.IGNORECASE)


def python_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Every Python file below, with its name as a reader would say it."""
    for path in sorted(root.rglob("*.py")):
        yield path, path.relative_to(root).as_posix()


def long_files(root: Path) -> list[str]:
    """No file over 400 lines; a table of data is no text that somebody reads from the top."""
    kinds = {".py", ".sql", ".html", ".css", ".js", ".md"}
    sizes = [
        (path, len(path.read_text().splitlines()))
        for path in sorted(root.rglob("*"))
        if path.suffix in kinds
    ]
    return [
        f"{path.relative_to(root).as_posix()}:{lines} lines"
        for path, lines in sizes
        if lines > LONGEST_FILE
    ]


def long_functions(root: Path) -> list[str]:
    """No function over 25 lines, its docstring and decorators aside."""
    return [
        f"{name}:{node.lineno} {node.name}: {length} lines"
        for path, name in python_files(root)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := _length(node)) > LONGEST_FUNCTION
    ]


def unplaced_files(root: Path) -> list[str]:
    """Every file starts with a sentence that says its place."""
    return [
        f"{name}:1 no docstring" for path, name in python_files(root) if not _docstring(_tree(path))
    ]


OWN_WORDS = {
    "stages/audit/": frozenset(("audit", "claims")),
    "surfaces/web/audits.py": frozenset(("claims",)),
    "surfaces/web/inbox.py": frozenset(("ontology",)),
    "surfaces/web/knowledge.py": frozenset(("ontology",)),
}
"""Words of a place that are loops' names, too: a verdict has its claims, and is of an audit; an
address says to which ontology a list is narrowed, as searches do."""


def loops_named_elsewhere(root: Path) -> list[str]:
    """Only loops/ names a loop, in Python or in SQL."""
    loops = {folder.name for folder in _loop_folders(root)}
    found = []
    for path, name in python_files(root):
        if not name.startswith("loops/"):
            own = next((w for head, w in OWN_WORDS.items() if name.startswith(head)), frozenset())
            foreign = loops - own
            found += [f"{name}:{line} names {w}" for line, w in _words(path) if w in foreign]
            found += [f"{name}:{line} imports {w}" for line, w in _imports_of_loops(path, loops)]
    for path in sorted(root.rglob("*.sql")):
        quoted = set(re.findall(r"'([^']*)'", path.read_text())) & loops
        found += [f"{path.relative_to(root).as_posix()}:1 names {w}" for w in sorted(quoted)]
    return found


def operations_named_by_generators(root: Path, operations: Collection[str]) -> list[str]:
    """No operation is named in the four generated surfaces."""
    return [
        f"{name}:{line} names {word}"
        for path, name in python_files(root)
        if GENERATORS.match(name)
        for line, word in _words(path)
        if word in operations
    ]


def environment_readers(root: Path) -> list[str]:
    """Only config reads the environment."""
    return [
        f"{name}:{line} reads the environment"
        for path, name in python_files(root)
        if not name.startswith(("config/", "config.py"))
        for line in _environment_uses(_tree(path))
    ]


def backends_named_elsewhere(root: Path) -> list[str]:
    """Only storage/, app and config know which databases there are; a sentence may say it."""
    # text/ knows the words of its readers, programs of that name among them.
    home = ("storage/", "app.py", "config/", "config.py", "text/")
    return [
        f"{name}:{line} names {word}"
        for path, name in python_files(root)
        if not name.startswith(home)
        for line, word in (*_words(path), *_identifiers(path))
        if BACKEND.search(word) and " " not in word
    ]


def misshapen_loops(root: Path) -> list[str]:
    """Every loop folder has the same files, and a README."""
    return [
        f"loops/{folder.name}:1 has no {file}"
        for folder in _loop_folders(root)
        for file in (*LOOP_FILES, "README.md")
        if not (folder / file).is_file()
    ]


def errors_declared_elsewhere(root: Path) -> list[str]:
    """Every error a caller can act on is one of domain/errors.py, where surfaces look for it."""
    home = root / "domain" / "errors.py"
    known = {"PassdownError", *_classes(home)} if home.exists() else {"PassdownError"}
    return [
        f"{name}:{node.lineno} {node.name} is an error of its own"
        for path, name in python_files(root)
        if path != home
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef)
        if {getattr(b, "id", getattr(b, "attr", "")) for b in node.bases} & known
    ]


def vague_names(root: Path) -> list[str]:
    """No utils, helpers, managers, services or handlers: a thing is named for what it is."""
    found = [
        f"{path.relative_to(root).as_posix()}:1 is a vague name"
        for path in sorted(root.rglob("*"))
        if VAGUE_MODULE.match(path.stem) and (path.is_dir() or path.suffix == ".py")
    ]
    return found + [
        f"{name}:{node.lineno} {node.name} is a vague name"
        for path, name in python_files(root)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name)
    ]


def changelog_comments(root: Path) -> list[str]:
    """Comments say why the code is so now: no version, no number of a ticket."""
    return [
        f"{name}:{token.start[0]} {token.string}"
        for path, name in python_files(root)
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        if token.type == tokenize.COMMENT and HISTORY.search(token.string)
    ]


def bare_suppressions(root: Path) -> list[str]:
    """A `noqa` or a `type: ignore` names the one rule it silences."""
    bare = re.compile(r"#\s*(noqa(?!: [A-Z]+\d+)|type: ignore(?!\[))")
    return [
        f"{name}:{number} {line.strip()}"
        for path, name in python_files(root)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line)
    ]


def unfinished(root: Path) -> list[str]:
    """Nothing is left for later: no stub, no note to self."""
    notes = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK|for now)\b", re.IGNORECASE)
    found = [
        f"{name}:{number} {line.strip()}"
        for path, name in python_files(root)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if notes.search(line)
    ]
    return found + [
        f"{name}:{node.lineno} raises NotImplementedError"
        for path, name in python_files(root)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Name) and node.id == "NotImplementedError"
    ]


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def _docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return (ast.get_docstring(node) or "").strip()


def _classes(path: Path) -> set[str]:
    return {node.name for node in ast.walk(_tree(path)) if isinstance(node, ast.ClassDef)}


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    if not _docstring(node):
        return whole
    first = node.body[0]
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


def _loop_folders(root: Path) -> list[Path]:
    loops = root / "loops"
    if not loops.is_dir():
        return []
    return sorted(f for f in loops.iterdir() if f.is_dir() and f.name != "__pycache__")


def _words(path: Path) -> list[tuple[int, str]]:
    """The strings of a file that are not docstrings."""
    tree = _tree(path)
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]


def _identifiers(path: Path) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Name):
            found.append((node.lineno, node.id))
        elif isinstance(node, ast.Attribute):
            found.append((node.lineno, node.attr))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            names = [f"{module}.{alias.name}".lstrip(".") for alias in node.names]
            found += [(node.lineno, name) for name in names]
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append((node.lineno, node.name))
    return found


def _imports_of_loops(path: Path, loops: Collection[str]) -> list[tuple[int, str]]:
    return [
        (line, word)
        for line, word in _identifiers(path)
        if (match := re.match(r"passdown\.loops\.(\w+)", word)) and match[1] in loops
    ]


def _environment_uses(tree: ast.Module) -> list[int]:
    names = {"environ", "environb", "getenv", "putenv"}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            of_os = isinstance(node.value, ast.Name) and node.value.id == "os"
            found += [node.lineno] if of_os else []
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            found += [node.lineno for alias in node.names if alias.name in names]
    return found
