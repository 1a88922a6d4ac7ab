"""A bar at the terminal while something long runs: how far, how fast, how long still."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from passdown.config.terminal import is_terminal
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from passdown.ops.operation import Progress


@contextmanager
def bar(stream: TextIO | None) -> Iterator[Callable[[Progress], None] | None]:
    """Whom to tell how far it is; None where nobody can see it."""
    if not is_terminal(stream):
        yield None
        return
    from rich import progress
    from rich.console import Console

    count = progress.TextColumn("{task.fields[count]}", markup=False)
    note = progress.TextColumn("{task.description}", markup=False, style="dim")
    parts = (progress.BarColumn(24), count, progress.TimeRemainingColumn(compact=True), note)
    with progress.Progress(*parts, console=Console(file=stream), transient=True) as shown:
        task = shown.add_task("", total=None, count="")
        yield lambda p: shown.update(
            task,
            completed=p.done,
            total=p.total or None,
            count=far(p, shown.tasks[0].finished_speed or shown.tasks[0].speed),
            description=one_line(p.note, 40),
        )


def far(progress: Progress, speed: float | None) -> str:
    """How much of how much, and how fast."""
    done, total, unit, _ = progress
    if unit != "bytes":
        return f"{done:,}/{total:,} {unit}" if total else f"{done:,} {unit}"
    of = f"/{total / 1e6:,.1f}" if total else ""
    return f"{done / 1e6:,.1f}{of} MB" + (f", {speed / 1e6:,.1f} MB/s" if speed else "")
