"""Pictures of every page of the cockpit over the bundled samples, under docs/images.

    python -m tools.screenshots [FOLDER]

Each page is drawn at 1280 and at 360 pixels, light and dark, by an installed Chromium. A picture
of more than 120 KB is an error: every checkout carries them.
"""

from __future__ import annotations

import base64
import os
import shutil
import struct
import sys
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.app import open_app
from passdown.domain.actor import Proof, human
from passdown.serve import Wish, aside
from passdown.up.report import BROWSERS
from passdown.up.run import SAMPLES
from tools.shop import visited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from passdown.app import App

FOLDER = Path(__file__).parent.parent / "docs" / "images"
MIRA = human("mira", Proof.LOCAL)
LARGEST = 120_000
SIZES = {1280: 800, 360: 740}
THEMES = ("light", "dark")
APPROVED = 4
PIXELS = """async (png) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const bytes = new Uint8Array(pen.getImageData(0, 0, image.width, image.height).data);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""
"""What a browser makes of a picture: its pixels, four bytes each."""


def main(argv: list[str]) -> int:
    """Draw them all; 1 when one of them is too large."""
    folder = Path(argv[0]) if argv else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="passdown-pictures-") as home,
        open_app(store=home, flags={"audit.observer": ""}) as app,
    ):
        addresses = furnish(app, Path(home))
        with aside(app, Wish(port=0, worker=False)) as served:
            large = list(draw(served.base, served.way_in, addresses, folder))
    for name in large:
        print(f"larger than {LARGEST} bytes: {name}", file=sys.stderr)
    return 1 if large else 0


def furnish(app: App, home: Path) -> dict[str, str]:
    """The samples, some of them approved, one refused, and a repository with requests that were
    audited; every page by its name."""
    app.call("ingest", {"paths": [str(SAMPLES)]}, MIRA)
    app.call("mine", {}, MIRA)
    waiting = app.call("pending", {"limit": 100}, MIRA)["proposals"]
    card = max(waiting, key=lambda one: (one["replay"].get("right", 0), one["title"]))
    others = [one for one in waiting if one["id"] != card["id"]]
    for one in others[:APPROVED]:
        app.call("approve", {"id": one["id"], "reason": "seen in its replay"}, MIRA)
    app.call("reject", {"id": others[APPROVED]["id"], "reason": "true of one machine only"}, MIRA)
    app.call("token.new", {"name": "noor", "role": "review"}, MIRA)
    app.call("token.new", {"name": "ci", "role": "agent"}, MIRA)
    app.call("index.follow", {}, MIRA)
    record = app.call("records", {"kind": "claim"}, MIRA)["records"][0]["id"]
    app.call("feedback", {"id": record, "verdict": "helpful", "reason": "it worked"}, MIRA)
    session = app.call("sessions.list", {"limit": 1}, MIRA)["sessions"][0]["id"]
    audit = visited(app, MIRA, home)
    return {
        "inbox": "/",
        "card": f"/cards/{card['id']}",
        "decisions": "/decisions",
        "decision": f"/decisions/{others[0]['id']}",
        "ledger": "/ledger",
        "knowledge": "/knowledge",
        "search": "/knowledge?q=pytest",
        "record": f"/knowledge/{record}",
        "graph": "/graph",
        "ontologies": "/ontologies",
        "sessions": "/sessions",
        "session": f"/sessions/{session}",
        "readings": "/readings",
        "audits": "/audits",
        "audit": f"/audits/{audit}",
        "rules": "/audits/rules",
        "inventory": "/inventory",
        "measure": "/measure",
        "controls": "/controls",
        "people": "/people",
        "sign-in": "/sign-in",
    }


def draw(base: str, way_in: Any, addresses: dict[str, str], folder: Path) -> Iterator[str]:
    """Draw each page in each size and theme; the names of those that are too large."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit("no Chromium is installed: apt-get install chromium")
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=alone)
        for width in SIZES:
            for theme in THEMES:
                page = visitor(browser, width, theme)
                page.goto(way_in(MIRA))
                for name, address in addresses.items():
                    path = folder / f"{name}-{width}-{theme}.png"
                    picture(page, base + address, path)
                    if path.stat().st_size > LARGEST:
                        yield path.name
        browser.close()


def visitor(browser: Browser, width: int, theme: str) -> Page:
    """A window of this width in this theme."""
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    return context.new_page()


def picture(page: Page, address: str, path: Path) -> None:
    """What stands on the first screen, once all its parts are there."""
    page.goto(address)
    page.wait_for_function(
        "() => !/Counting…|Looking |Walking /.test(document.querySelector('main').innerText)"
    )
    page.wait_for_timeout(600 if page.locator("#graph").count() else 150)
    path.write_bytes(smaller(page, page.screenshot()))


def smaller(page: Page, png: bytes) -> bytes:
    """The picture with at most 256 colours, which is all that text on a ground needs."""
    import numpy

    canvas = page.context.new_page()
    raw = base64.b64decode(canvas.evaluate(PIXELS, base64.b64encode(png).decode()))
    canvas.close()
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))
    pixels = numpy.frombuffer(raw, numpy.uint8).reshape(-1, 4)[:, :3].astype(numpy.uint32)
    for bits in range(8):
        kept = (pixels >> bits) << bits
        code = (kept[:, 0] << 16) | (kept[:, 1] << 8) | kept[:, 2]
        colours, first, which = numpy.unique(code, return_index=True, return_inverse=True)
        if len(colours) <= 256:
            break
    rows = which.astype(numpy.uint8).reshape(height, width)
    lines = numpy.hstack([numpy.zeros((height, 1), numpy.uint8), rows])
    facts = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    palette = pixels[first].astype(numpy.uint8).tobytes()
    packed = zlib.compress(lines.tobytes(), 9)
    parts = ((b"IHDR", facts), (b"PLTE", palette), (b"IDAT", packed), (b"IEND", b""))
    return png[:8] + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
