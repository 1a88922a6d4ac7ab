"""What `passdown --help` prints: every command in groups, from the manifest alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

GROUPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("First steps", ("up", "demo", "init"), "passdown up ~/.claude/projects"),
    ("Transcripts", ("observe", "mine"), "passdown ingest session.jsonl"),
    ("Review", ("review",), "passdown review"),
    ("Knowledge", ("recall",), 'passdown search "flaky login test"'),
    ("Operate", (), "passdown serve"),
)
"""A title, the commands or families of operations under it, and an example; the last takes the
rest."""

NAME = 18
FOOT = (
    "Every command also takes --help (with an example), --json (the plain result),",
    "--store PATH and --set NAME=VALUE.",
)


def lines(
    commands: Mapping[str, str], operations: Mapping[str, tuple[str, str, str, str]], width: int
) -> Iterator[str]:
    """The page; `width` 0 leaves lines whole."""
    rows = [(name, name, summary) for name, summary in commands.items()]
    for name, (_, summary, module, _) in operations.items():
        rows.append((module.rpartition(".")[2], name.replace(".", " "), summary))
    yield from ("passdown <command> [options]", "")
    yield "What one session of an agent learned, approved by a person, reaches the next one."
    for title, keys, example in GROUPS:
        taken = [row for row in rows if row[0] in keys or not keys]
        rows = [row for row in rows if row not in taken]
        yield from ("", f"{title}:")
        yield from (_cut(f"  {name:<{NAME}}{summary}", width) for _, name, summary in taken)
        yield f"  e.g. {example}"
    yield from ("", *FOOT)


def _cut(line: str, width: int) -> str:
    return line if not width or len(line) <= width else line[: width - 1].rstrip() + "…"
