"""The arguments of the commands that are no operations, told like everything else when wrong."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import NoReturn

from passdown.domain.errors import Invalid

EVERYWHERE = "Every command also takes --store PATH and --set NAME=VALUE."


class Arguments(ArgumentParser):
    """A parser that raises Invalid where the standard one would print and exit; its help ends
    with an example, the words after the command."""

    def __init__(
        self, command: str, summary: str, example: str = "", *, store: bool = True
    ) -> None:
        shown = f"passdown {command} {example}".rstrip()
        super().__init__(
            f"passdown {command}",
            description=summary,
            epilog=f"example:\n  {shown}\n\n{EVERYWHERE if store else ''}",
            formatter_class=lambda prog: RawDescriptionHelpFormatter(prog, width=100),
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """What is wrong, and where to read what is right."""
        raise Invalid(message, where=self.prog, next=f"See: {self.prog} --help")
