"""The arguments of the commands that are no operations, told like everything else when wrong."""

from __future__ import annotations

from argparse import ArgumentParser, HelpFormatter
from typing import NoReturn

from passdown.domain.errors import Invalid


class Arguments(ArgumentParser):
    """A parser that raises Invalid where the standard one would print and exit."""

    def __init__(self, command: str, summary: str) -> None:
        super().__init__(
            f"passdown {command}",
            description=summary,
            epilog="Every command also takes --store PATH and --set NAME=VALUE.",
            formatter_class=lambda prog: HelpFormatter(prog, width=100),
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """What is wrong, and where to read what is right."""
        raise Invalid(message, where=self.prog, next=f"See: {self.prog} --help")
