"""What a session file teaches, as a JSON array; nothing is stored: `passdown harvest`."""

from __future__ import annotations

import sys

from passdown.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main(["harvest", *sys.argv[1:]]))
