"""How a store does, in four figures, as JSON: `passdown metrics`."""

from __future__ import annotations

import sys

from passdown.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main(["metrics", *sys.argv[1:]]))
