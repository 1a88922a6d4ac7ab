"""The cockpit beside the terminal: served while `up` or `demo` goes on there, until that ends."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from passdown.config.terminal import is_terminal
from passdown.domain.actor import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

    from passdown.app import App
    from passdown.domain.actor import Actor


BY_TOKEN = "(to decide, sign in with a token: passdown token new NAME --role review)"


@contextmanager
def shown(app: App, person: Actor, *, worker: bool = True, key: bool = True) -> Iterator[Event]:
    """Serve the cockpit to this machine alone, and tell this person where; what is set once it
    has ended. Without a `key` the address signs nobody in: what is printed may be kept in a log."""
    from passdown.serve import Wish, aside

    wish = Wish(port=app.settings.whole("server.port"), worker=worker)
    with aside(app, wish) as served:
        if key and person.kind is Kind.HUMAN:
            print(f"Cockpit: {served.way_in(person)}  (signs you in, once)", flush=True)
        else:
            print(f"Cockpit: {served.base}/  {BY_TOKEN}", flush=True)
        yield served.ended


def offered(app: App, person: Actor) -> int:
    """Ask whoever sits at the terminal whether to look at this store in a browser, and serve it
    until Ctrl-C; without a terminal nothing is asked and nothing is served."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return 0
    if not _is_wanted():
        return 0
    # A polite kill ends it like Ctrl-C, and Ctrl-C where a shell began it deaf to that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with shown(app, person, worker=False) as ended:
            print("It shows the samples, and goes with this process. Ctrl-C stops it.", flush=True)
            ended.wait()
    except KeyboardInterrupt:
        print("\nStopped. The samples are gone.")
    return 0


def _is_wanted() -> bool:
    """What is answered; Enter is a yes, the end of the input (Ctrl-D) a no."""
    try:
        said = input("\nLook at the samples in the cockpit, in a browser? [Y/n] ")
    except (EOFError, KeyboardInterrupt):
        print()
        return False
    return said.strip().casefold() in ("", "y", "yes")
