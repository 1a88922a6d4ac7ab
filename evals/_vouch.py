"""Run by vouch's own Python: so many claims decided and so many pending, then what an approval and
a list of the pending take, as one line of JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

SERVER, PROPOSALS, STORAGE = (
    import_module(f"vouch.{name}") for name in ("jsonl_server", "proposals", "storage")
)


def main(home: str, many: int, approved: int, listed: int) -> dict[str, float]:
    """Fill a knowledge base through its own gate, then measure."""
    Path(home).mkdir()
    os.chdir(home)
    store = STORAGE.KBStore.init(Path(home))
    source = store.put_source(b"what was said", title="said").id
    for n in range(many):
        PROPOSALS.approve(store, _asked(store, source, n), approved_by="bob")
    waiting = [_asked(store, source, many + n) for n in range(many)]
    lists = [_timed(lambda: _answered("kb.list_pending", {})) for _ in range(listed)]
    os.environ["VOUCH_AGENT"] = "bob"
    one = [{"proposal_id": id} for id in waiting[:approved]]
    yeses = [_timed(partial(_answered, "kb.approve", params)) for params in one]
    return {"approve": _middle(yeses), "list": _middle(lists)}


def _asked(store: Any, source: str, n: int) -> str:
    text = f"Rule {n} holds in every branch of repo-{n % 7}."
    made = PROPOSALS.propose_claim(store, text=text, evidence=[source], proposed_by="ann")
    id: str = getattr(made, "proposal", made).id
    return id


def _answered(method: str, params: dict[str, str]) -> None:
    answer = SERVER.handle_request({"id": "1", "method": method, "params": params})
    if not answer["ok"]:
        raise ValueError(f"{method}: {answer['error']}")


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _middle(spent: list[float]) -> float:
    return sorted(spent)[len(spent) // 2]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], *map(int, sys.argv[2:5]))))
