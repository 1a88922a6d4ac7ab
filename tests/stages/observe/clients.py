"""Transcripts of agents' clients as these write them, made by hand."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from passdown.domain.clock import from_seconds

START = 1_770_000_000


def jsonl(rows: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


class Rollout:
    """Lines of Codex, each with its time; `lines` is what was written so far."""

    ID = "019f0000-0000-7000-8000-000000000000"

    def __init__(self, id: str = ID, **meta: Any) -> None:
        self.lines: list[dict[str, Any]] = []
        self.add("session_meta", **self.meta(id, **meta))

    @staticmethod
    def meta(id: str, at: float = START, **more: Any) -> dict[str, Any]:
        git = {"branch": "main", "repository_url": "https://example.org/ada/shop.git"}
        return {
            **{"id": id, "timestamp": from_seconds(at), "cwd": "/home/ada/shop"},
            **{"cli_version": "0.140.0", "source": "cli", "git": git, **more},
        }

    def add(self, kind: str, /, **payload: Any) -> Rollout:
        at = from_seconds(START + len(self.lines))
        self.lines.append({"timestamp": at, "type": kind, "payload": payload})
        return self

    def item(self, type: str, /, **payload: Any) -> Rollout:
        return self.add("response_item", type=type, **payload)

    def event(self, type: str, /, **payload: Any) -> Rollout:
        return self.add("event_msg", type=type, **payload)

    def turn(self, id: str, model: str = "gpt-5.5") -> Rollout:
        self.event("task_started", turn_id=id)
        return self.add("turn_context", turn_id=id, model=model, cwd="/home/ada/shop")

    def message(self, role: str, text: str) -> Rollout:
        kind = "output_text" if role == "assistant" else "input_text"
        return self.item("message", role=role, content=[{"type": kind, "text": text}])

    def typed(self, text: str, **more: Any) -> Rollout:
        """What a person typed, as it stands: twice."""
        return self.message("user", text).event("user_message", message=text, **more)

    def says(self, text: str) -> Rollout:
        return self.event("agent_message", message=text).message("assistant", text)

    def call(self, tool: str, arguments: Any, id: str, **more: Any) -> Rollout:
        given = arguments if isinstance(arguments, str) else json.dumps(arguments)
        return self.item("function_call", name=tool, arguments=given, call_id=id, **more)

    def output(self, id: str, output: Any) -> Rollout:
        return self.item("function_call_output", call_id=id, output=output)

    def runs(self, command: str, printed: str, id: str, code: int = 0) -> Rollout:
        head = f"Chunk ID: 12ab34\nWall time: 0.1 seconds\nProcess exited with code {code}\n"
        self.call("exec_command", {"cmd": command, "workdir": "/home/ada/shop"}, id)
        return self.output(id, f"{head}Original token count: 9\nOutput:\n{printed}")

    def tokens(self, total: int, given: int, cached: int, said: int) -> Rollout:
        last = {"input_tokens": given, "cached_input_tokens": cached, "output_tokens": said}
        info = {"total_token_usage": {"total_tokens": total}, "last_token_usage": last}
        return self.event("token_count", info=info)

    def bytes(self) -> bytes:
        return jsonl(self.lines)


def codex() -> bytes:
    """A session in which a test fails, is mended and passes."""
    told = Rollout().turn("019f0001-0000-7000-8000-000000000000")
    told.message("user", "# AGENTS.md instructions for /home/ada/shop\n\n<INSTRUCTIONS>\nBe kind.")
    told.typed("The checkout test fails, can you mend it?")
    told.item("reasoning", summary=[], encrypted_content="gAAAA").says("I'll run it first.")
    told.runs("pytest", "E   KeyError: 'tax'\n1 failed\n", "call_1", code=1)
    told.tokens(120, 100, 40, 20)
    patch = "*** Begin Patch\n*** Update File: shop/cart.py\n@@\n-a\n+b\n*** End Patch"
    told.item("custom_tool_call", name="apply_patch", input=patch, call_id="call_2")
    told.event("patch_apply_end", call_id="call_2", success=True)
    told.item("custom_tool_call_output", call_id="call_2", output="Exit code: 0\nOutput:\nDone")
    told.runs("pytest", "3 passed in 0.10s\n", "call_3")
    told.says("It passes now.").tokens(180, 50, 0, 10).event("task_complete", turn_id="t")
    return told.bytes()


class Events:
    """Events of Copilot CLI, each with its id and time; `lines` is what was written so far."""

    ID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

    def __init__(self, id: str = ID, **start: Any) -> None:
        self.lines: list[dict[str, Any]] = []
        self.id = id
        root = "/home/ada/shop"
        place = {"cwd": f"{root}/src", "gitRoot": root, "branch": "main"}
        start = {"selectedModel": "gpt-5.4", "copilotVersion": "1.0.64", **start}
        self.add("session.start", sessionId=id, context=place, **start)

    def add(self, kind: str, /, agent: str = "", **data: Any) -> Events:
        n = len(self.lines)
        line = {
            "type": kind,
            "data": data,
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.id}{n}")),
            "timestamp": from_seconds(START + n),
            "parentId": self.lines[-1]["id"] if self.lines else None,
        }
        self.lines.append({**line, "agentId": agent} if agent else line)
        return self

    def typed(self, text: str, **more: Any) -> Events:
        return self.add("user.message", content=text, transformedContent=f"<x/>{text}", **more)

    def says(self, text: str, *requests: Any, tokens: int = 0, **more: Any) -> Events:
        data: Any = {
            "content": text,
            "toolRequests": requests,
            "outputTokens": tokens,
            "model": "m",
        }
        return self.add("assistant.message", messageId=f"m{len(self.lines)}", **data, **more)

    def calls(self, tool: str, given: Any, id: str, **more: Any) -> Events:
        """A call as it stands: asked for in a message, then begun."""
        request = {"name": tool, "toolCallId": id, "arguments": given}
        self.says("", {**request, **more})
        begun: Any = {"toolCallId": id, "toolName": tool, "arguments": given}
        return self.add("tool.execution_start", **begun, **more)

    def answers(self, id: str, text: str, *, ok: bool = True, **more: Any) -> Events:
        told: Any = {"result": {"content": text}} if ok else {"error": {"message": text}}
        return self.add("tool.execution_complete", toolCallId=id, success=ok, **told, **more)

    def runs(self, command: str, printed: str, id: str, code: int = 0) -> Events:
        self.calls("bash", {"command": command, "description": "run"}, id)
        return self.answers(id, f"{printed}\n<exited with exit code {code}>")

    def bytes(self) -> bytes:
        return jsonl(self.lines)


def copilot() -> bytes:
    """A session in which a test fails, is mended and passes."""
    told = Events().add("system.message", role="system", content="You are kind.")
    told.typed("The checkout test fails, can you mend it?").says("I'll run it first.", tokens=5)
    told.runs("pytest", "E   KeyError: 'tax'\n1 failed", "call_1", code=1)
    told.calls("edit", {"path": "shop/cart.py", "old_str": "a", "new_str": "b"}, "call_2")
    told.answers("call_2", "File shop/cart.py updated.").runs("pytest", "3 passed", "call_3")
    told.says("It passes now.", tokens=7)
    usage = {"inputTokens": 100, "outputTokens": 15, "cacheReadTokens": 40, "cacheWriteTokens": 0}
    return told.add("session.shutdown", modelMetrics={"m": {"usage": usage}}).bytes()


class Tree:
    """Entries of a pi session, each with its id, parent and time; `lines` is what was written."""

    ID = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff"

    def __init__(self, id: str = ID, at: float = START, **header: Any) -> None:
        self.at = at
        head = {"type": "session", "version": 3, "id": id, "timestamp": from_seconds(at)}
        self.lines: list[dict[str, Any]] = [{**head, "cwd": "/home/ada/shop", **header}]

    def add(self, kind: str, /, **fields: Any) -> Tree:
        n = len(self.lines)
        parent = self.lines[-1]["id"] if n > 1 else None
        line = {"type": kind, "id": f"{n:08x}", "parentId": parent}
        self.lines.append({**line, "timestamp": from_seconds(self.at + n), **fields})
        return self

    def message(self, role: str, content: Any = ..., **fields: Any) -> Tree:
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        said = {} if content is ... else {"content": parts}
        return self.add("message", message={"role": role, **said, **fields})

    def says(self, *parts: Any, usage: Any = None, stop: str = "stop", **more: Any) -> Tree:
        content = [{"type": "text", "text": p} if isinstance(p, str) else p for p in parts]
        more = {"model": "claude-sonnet-4-5", "usage": usage, "stopReason": stop, **more}
        return self.message("assistant", content, **more)

    def calls(self, tool: str, given: Any, id: str, **more: Any) -> Tree:
        call = {"type": "toolCall", "id": id, "name": tool, "arguments": given}
        return self.says(call, stop="toolUse", **more)

    def answers(self, id: str, tool: str, text: str, *, error: bool = False) -> Tree:
        return self.message("toolResult", text, toolCallId=id, toolName=tool, isError=error)

    def runs(self, command: str, printed: str, id: str, *, error: bool = False) -> Tree:
        return self.calls("bash", {"command": command}, id).answers(
            id, "bash", printed, error=error
        )

    def bytes(self) -> bytes:
        return jsonl(self.lines)


def pi() -> bytes:
    """A session in which a test fails, is mended and passes."""
    told = Tree().add("model_change", provider="anthropic", modelId="claude-sonnet-4-5")
    told.message("user", "The checkout test fails, can you mend it?")
    usage = {"input": 60, "output": 20, "cacheRead": 40, "cacheWrite": 5}
    told.says({"type": "thinking", "thinking": "Hm."}, "I'll run it first.", usage=usage)
    told.runs("pytest", "KeyError: 'tax'\n\nCommand exited with code 1", "c1", error=True)
    told.calls("edit", {"path": "shop/cart.py", "oldText": "a", "newText": "b"}, "c2")
    told.answers("c2", "edit", "Successfully replaced text.").runs("pytest", "3 passed", "c3")
    return told.says("It passes now.", usage={"input": 50, "output": 10}).bytes()


class Chat:
    """Messages of Gemini CLI, each with its id and time; as a document, or as a log."""

    ID = "dddddddd-eeee-4fff-8000-111111111111"

    def __init__(self, id: str = ID, **more: Any) -> None:
        head = {"sessionId": id, "projectHash": "7e89", "startTime": from_seconds(START)}
        self.head: dict[str, Any] = {**head, "lastUpdated": from_seconds(START + 99), **more}
        self.messages: list[dict[str, Any]] = []

    def add(self, kind: str, content: Any, /, **fields: Any) -> Chat:
        n = len(self.messages)
        id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.head['sessionId']}{n}"))
        line = {"id": id, "timestamp": from_seconds(START + n), "type": kind, "content": content}
        self.messages.append({**line, **fields})
        return self

    def says(self, text: str, *calls: Any, **fields: Any) -> Chat:
        made = {"toolCalls": list(calls)} if calls else {}
        return self.add("gemini", text, model="gemini-2.5-pro", **made, **fields)

    @staticmethod
    def call(
        name: str, args: Any, said: str, id: str = "c", *, status: str = "success", **more: Any
    ) -> dict[str, Any]:
        """A call and its answer, as they stand in one record."""
        told = {"error" if status == "error" else "output": said}
        result = [{"functionResponse": {"id": id, "name": name, "response": told}}]
        done = {"status": status, "timestamp": from_seconds(START + 50)}
        return {"id": id, "name": name, "args": args, "result": result, **done, **more}

    def log(self) -> bytes:
        return jsonl([self.head, *self.messages])

    def bytes(self) -> bytes:
        return json.dumps({**self.head, "messages": self.messages}, indent=2).encode()


def gemini_chat() -> Chat:
    """A session in which a test fails, is mended and passes."""
    told = Chat().add("user", "The checkout test fails, can you mend it?")
    failed = "Output: KeyError: 'tax'\nExit Code: 1\nProcess Group PGID: 7"
    command = {"command": "pytest"}
    tokens = {"input": 100, "output": 20, "cached": 40, "thoughts": 5, "tool": 0, "total": 125}
    thoughts = [{"subject": "So", "description": "Hm."}]
    first = Chat.call("run_shell_command", command, failed, "c1")
    told.says("I'll run it first.", first, thoughts=thoughts, tokens=tokens)
    edit = Chat.call("replace", {"file_path": "shop/cart.py", "old_string": "a"}, "Done.", "c2")
    again = Chat.call("run_shell_command", command, "Output: 3 passed", "c3")
    return told.says("", edit, again).says("It passes now.", tokens={"input": 50, "output": 10})


class Export:
    """Messages of OpenCode, each with its parts, ids and times."""

    ID = "ses_4515882a1ffePuxMADk2kME9KG"

    def __init__(self, id: str = ID, at: float = START, **info: Any) -> None:
        head = {"id": id, "slug": "kind-otter", "version": "1.1.13", "projectID": "cdb6"}
        time = {"created": int(at * 1000), "updated": int(at * 1000) + 99_000}
        place = {"directory": "/home/ada/shop", "title": "Cart"}
        self.info: dict[str, Any] = {**head, **place, "time": time, **info}
        self.at = at
        self.messages: list[dict[str, Any]] = []

    def add(self, role: str, *parts: Any, **info: Any) -> Export:
        n, session = len(self.messages), self.info["id"]
        id = f"msg_{n:04}"
        head = {"id": id, "sessionID": session, "role": role}
        time = {"created": int((self.at + 1 + n) * 1000)}
        own = {"sessionID": session, "messageID": id}
        pieces = [{"type": "text", "text": p} if isinstance(p, str) else p for p in parts]
        numbered = [{"id": f"prt_{n:04}{k}", **own, **p} for k, p in enumerate(pieces)]
        self.messages.append({"info": {**head, "time": time, **info}, "parts": numbered})
        return self

    def says(self, *parts: Any, **info: Any) -> Export:
        model = {"modelID": "claude-sonnet-4-5", "providerID": "anthropic"}
        return self.add("assistant", *parts, **{**model, **info})

    @staticmethod
    def tool(name: str, given: Any, said: str, id: str = "c", **more: Any) -> dict[str, Any]:
        """A call and its answer, as they stand in one piece."""
        time = {"start": (START + 50) * 1000, "end": (START + 51) * 1000}
        told = {"error": said} if more.get("status") == "error" else {"output": said}
        state = {"status": "completed", "input": given, **told, "time": time, **more}
        return {"type": "tool", "callID": id, "tool": name, "state": state}

    def bytes(self) -> bytes:
        return json.dumps({"info": self.info, "messages": self.messages}, indent=2).encode()


def opencode() -> Export:
    """A session in which a test fails, is mended and passes."""
    told = Export().add("user", "The checkout test fails, can you mend it?")
    failed = Export.tool("bash", {"command": "pytest"}, "KeyError", "c1", metadata={"exit": 1})
    tokens = {"input": 60, "output": 15, "reasoning": 5, "cache": {"read": 40, "write": 0}}
    hm = {"type": "reasoning", "text": "Hm."}
    told.says({"type": "step-start"}, hm, "I'll run it first.", failed, tokens=tokens)
    edit = Export.tool("edit", {"filePath": "shop/cart.py", "oldString": "a"}, "Done.", "c2")
    passed = Export.tool("bash", {"command": "pytest"}, "3 passed", "c3", metadata={"exit": 0})
    return told.says(edit, passed, "It passes now.", tokens={"input": 50, "output": 10})
