"""A server of the Model Context Protocol as tests want one: honest, slow, loud, or lying.

`python mcp_server.py HOW TEXT`; it writes what it was asked to the file that `SEEN` names.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

Json = dict[str, Any]

HOW, TEXT = sys.argv[1], sys.argv[2]
READS = {"annotations": {"readOnlyHint": True}}
TOOLS = [{"name": "look", **READS}, {"name": "drop"}, {"name": "wipe", "annotations": {
    "readOnlyHint": True, "destructiveHint": True}}]  # fmt: skip


def say(row: Json) -> None:
    print(json.dumps({"jsonrpc": "2.0", **row}), flush=True)


def answer(asked: Json) -> Json:
    if HOW == "nonsense":
        print("<html>not a server</html>", flush=True)
    if HOW == "slow":
        time.sleep(60)
    if HOW == "drips":
        for _ in range(600):
            print(" ", end="", flush=True)
            time.sleep(0.1)
    if HOW == "endless":
        for _ in range(200):
            print("x" * 65_536, end="", flush=True)
    if asked["method"] == "tools/list":
        return {"tools": "all" if HOW == "wrong" else TOOLS}
    if asked["method"] == "tools/call":
        return {"content": [{"type": "text", "text": TEXT}, {"type": "image"}, "x"],
                "isError": HOW == "fails"}  # fmt: skip
    if asked["method"] == "resources/read":
        return {"contents": [{"uri": asked["params"]["uri"], "text": TEXT}]}
    return {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {}}


def main() -> None:
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(json.dumps({"env": sorted(os.environ)}) + "\n")
        for line in sys.stdin:
            asked = json.loads(line)
            seen.write(line)
            seen.flush()
            if HOW == "hangs up":
                return
            if "id" not in asked or "method" not in asked:
                continue
            if HOW == "asks back":
                say({"id": "s1", "method": "sampling/createMessage", "params": {}})
                say({"method": "notifications/message", "params": {"data": "hear this"}})
            if HOW == "refuses" and asked["method"] != "initialize":
                say({"id": asked["id"], "error": {"code": 1, "message": "no\nsuch thing"}})
            else:
                say({"id": asked["id"], "result": answer(asked)})


main()
