"""What a new session should know, as one text: `passdown brief` of REPO [AGENT] [--task TEXT]."""

from __future__ import annotations

import sys
from itertools import takewhile

from passdown.__main__ import main


def words(argv: list[str]) -> list[str]:
    """The same as options: a repo, then an agent, may be named without saying so."""
    bare = list(takewhile(lambda word: not word.startswith("-"), argv))
    named = [
        f"{option}={value}" for option, value in zip(("--repo", "--agent"), bare, strict=False)
    ]
    return ["brief", *named, *argv[len(named) :]]


if __name__ == "__main__":
    raise SystemExit(main(words(sys.argv[1:])))
