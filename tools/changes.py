"""Change fragments: one file per change, folded into CHANGELOG.md at a release.

python -m tools.changes             check every fragment
python -m tools.changes VERSION     fold them into CHANGELOG.md and set the version
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSION_FILE = "src/passdown/__init__.py"

KINDS = ("added", "changed", "fixed", "removed", "security")
NAME = re.compile(rf"^[a-z0-9-]+\.({'|'.join(KINDS)})\.md$")
RELEASE = re.compile(r"^\d+\.\d+\.\d+$")
MARK = "<!-- releases -->\n"


def main(argv: list[str]) -> int:
    """0 when every fragment is well formed, and after folding them."""
    problems = malformed(ROOT)
    if argv and not RELEASE.match(argv[0]):
        problems.append(f"not a version: {argv[0]}")
    for problem in problems:
        print(problem, file=sys.stderr)
    if argv and not problems:
        fold(ROOT, argv[0])
    return 1 if problems else 0


def fragments(root: Path) -> list[Path]:
    """The fragments waiting for a release, by name."""
    return [p for p in sorted((root / "changes").iterdir()) if p.name != "README.md"]


def malformed(root: Path) -> list[str]:
    """What is wrong with the fragments: their names, or what they say."""
    return [problem for path in fragments(root) for problem in _problems(path)]


def _problems(path: Path) -> Iterator[str]:
    if not NAME.match(path.name):
        yield f"changes/{path.name}: not named <words>.<{'|'.join(KINDS)}>.md"
    text = path.read_text().strip()
    if "\n" in text or not text.endswith("."):
        yield f"changes/{path.name}: not one line that is a sentence"


def fold(root: Path, version: str) -> None:
    """Move every fragment into CHANGELOG.md under this version, and set the version."""
    changelog, source = root / "CHANGELOG.md", root / VERSION_FILE
    head, mark, releases = changelog.read_text().partition(MARK)
    changelog.write_text(f"{head}{mark}\n{_section(root, version)}{releases}")
    line = f'__version__ = "{version}"'
    source.write_text(re.sub(r'^__version__ = ".*"$', line, source.read_text(), flags=re.M))
    for path in fragments(root):
        path.unlink()


def _section(root: Path, version: str) -> str:
    lines = [f"## {version}, {datetime.now(UTC):%Y-%m-%d}", ""]
    for kind in KINDS:
        said = [p.read_text().strip() for p in fragments(root) if p.name.endswith(f".{kind}.md")]
        if said:
            lines += [f"### {kind.capitalize()}", "", *(f"- {s}" for s in said), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
