"""`report`: the figures and plots of the Measure page as one file, to keep or to send."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from passdown.app import open_app
from passdown.config.arguments import Arguments
from passdown.config.argv import split
from passdown.domain.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH, HEAD, GROUP = 1000, 900, 280
"""Pixels of a picture: across, down without any calibration plot, and for each of those."""
PATIENCE = 60


def main(argv: Sequence[str]) -> int:
    """Write what the store learned, and what came of it, as one HTML file or one picture."""
    parser = Arguments("report", str(main.__doc__), "--html report.html --days 90")
    parser.add_argument("--html", metavar="FILE", help="as a page that needs nothing else")
    parser.add_argument("--png", metavar="FILE", help="as a picture, by an installed Chromium")
    parser.add_argument("--days", type=int, default=30, help="how far back (30)")
    parser.add_argument("--loop", default="", metavar="NAME", help="of this loop alone")
    options, words = split(list(argv))
    asked = parser.parse_args(words)
    if not asked.html and not asked.png:
        step = "passdown report --html FILE, or --png FILE."
        raise Invalid("where to write it was not said", where="report", next=step)
    from passdown.surfaces.web.report import report

    with open_app(store=options.store, flags=options.flags) as app:
        app.places.look_at()
        days = max(1, min(asked.days, 366))
        page = report(app, app.identify(), days=days, loop=asked.loop)
    if asked.html:
        _write(Path(asked.html), page.encode())
    if asked.png:
        _write(Path(asked.png), _picture(page))
    return 0


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        step = "Name a file in a folder that is there and may be written to."
        raise Invalid(f"cannot write it: {error}", where=str(path), next=step) from error
    print(f"{path}: {len(content):,} bytes")


def _picture(page: str) -> bytes:
    """The page as a browser without a window draws it."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        step = "Install one (Debian, Ubuntu: apt-get install chromium), or use --html."
        raise Unavailable(
            "a picture needs Chromium, and none is on the path", where="report", next=step
        )
    height = HEAD + GROUP * page.count("calibration")
    with tempfile.TemporaryDirectory(prefix="passdown-report-") as folder:
        source, made = Path(folder, "report.html"), Path(folder, "report.png")
        source.write_text(page)
        words = [browser, "--headless", "--hide-scrollbars", "--disable-gpu", "--no-first-run"]
        words += [f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{height}"]
        # Chromium keeps root out of its sandbox; the page is ours, and fetches nothing.
        words += ["--no-sandbox"] if os.geteuid() == 0 else []
        _draw([*words, f"--screenshot={made}", source.as_uri()])
        if not made.is_file():
            raise Unavailable(f"{browser} drew nothing", where="report", next="Use --html.")
        return made.read_bytes()


def _draw(words: list[str]) -> None:
    try:
        subprocess.run(words, capture_output=True, timeout=PATIENCE, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        what = f"{words[0]} could not draw it: {type(error).__name__}"
        raise Unavailable(what, where="report", next="Use --html.") from error
