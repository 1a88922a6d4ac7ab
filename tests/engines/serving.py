"""A server of another protocol, on a free port of this machine, for as long as a test needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def serving(turn: type[BaseHTTPRequestHandler], over: threading.Event) -> Iterator[int]:
    """Answer by this handler; the port. What still waits is let go by `over` at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), turn)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
