"""A session file as it is understood: `passdown transcript`."""

from __future__ import annotations

import sys

from passdown.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main(["transcript", *sys.argv[1:]]))
