"""What `passdown --help` prints: every command in groups, from the manifest alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

Paint = Callable[[str, str], str]

GROUPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("First steps", ("up", "demo", "init", "install"), "passdown up ~/.claude/projects"),
    ("Transcripts", ("reading", "observe", "events", "mine"), "passdown ingest session.jsonl"),
    (
        "Review",
        ("review", "alike", "decided", "odds", "pace", "talk", "waiting"),
        "passdown review",
    ),
    (
        "Knowledge",
        (
            "recall",
            "synthesis",
            "live",
            "mirror",
            "feedback",
            "action",
            "phrases",
            "graph",
            "life",
            "nearest",
        ),
        'passdown search "flaky login test"',
    ),
    ("Operate", (), "passdown serve"),
)
"""A title, the commands or families of operations under it, and an example; the last takes the
rest."""

NAME = 20
SHORTEST = 40
FOOT = (
    "Every command also takes --help (with an example), --json (the plain result),",
    "--store PATH and --set NAME=VALUE.",
    "Loops bring commands of their own: `passdown capabilities` lists every one.",
)


def lines(
    commands: Mapping[str, str],
    operations: Mapping[str, tuple[str, str, str, str]],
    width: int = 0,
    paint: Paint = lambda text, _: text,
) -> Iterator[str]:
    """The page, titles and examples painted; `width` 0 leaves lines whole."""
    rows = [(name, name, summary) for name, summary in commands.items()]
    for name, (_, summary, module, _) in operations.items():
        rows.append((module.rpartition(".")[2], name.replace(".", " "), summary))
    yield from ("passdown <command> [options]", "")
    yield "What one session learned, and a person approved, reaches the next one."
    for title, keys, example in GROUPS:
        taken = [row for row in rows if row[0] in keys or not keys]
        rows = [row for row in rows if row not in taken]
        yield from ("", paint(f"{title}:", "bold"))
        yield from (_cut(f"  {name:<{NAME}}{summary}", width) for _, name, summary in taken)
        yield paint(f"  e.g. {example}", "dim")
    yield from ("", *FOOT)


def _cut(line: str, width: int) -> str:
    """The line so far as it fits, up to the end of a clause where there is one."""
    if not width or len(line) <= width:
        return line
    part = line[:width]
    ends = [place for mark in (". ", "; ", ": ", ", ") if (place := part.rfind(mark)) > SHORTEST]
    return part[: max(ends)] if ends else part[: width - 1].rstrip() + "…"
