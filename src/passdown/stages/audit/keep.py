"""What an audit leaves behind, in an order that any crash may interrupt: the verdict's file, then
the row among the outcomes, then the event, then the forge. Done again, each is done once."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from passdown.domain.errors import Invalid, Unreadable
from passdown.storage.files import replaced
from passdown.storage.spool import make

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json: TypeAlias = dict[str, Any]

VERDICTS = "data/_auditor/verdicts"
OUTCOMES = "data/_kb/outcomes.jsonl"
AUDIT, FEEDBACK, RESULT = "audit", "audit_feedback", "pr_result"
PASSING = frozenset(("audited_at", "elapsed_secs", "gain", "model", "prev_hash"))
"""What of an audit's row is another each time."""
MOST_KEPT = 16 * 1024 * 1024
"""Bytes of a file whose rows are kept in memory."""
_lately: dict[Path, tuple[tuple[int, int, int], list[Json]]] = {}
"""The rows of the file that was read last, and how it stood then."""
_SHA = re.compile(r"[0-9a-f]{7,64}")


def verdict_file(folder: Path, pr: int, head: str) -> Path:
    """Where the verdict on this head of this request is."""
    if not _SHA.fullmatch(head):
        raise Invalid(f"{head[:80]!r} is not the name of a commit")
    return folder / f"{pr}-{head[:12]}.json"


def stored(file: Path, key: str, config: str, rules: str) -> Json | None:
    """The verdict that was written of this very audit under the same configuration and rules."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    same = isinstance(found, dict) and (
        found.get("audit_key") == key
        and found.get("config_digest") == config
        and found.get("rules_version") == rules
    )
    return found if same else None


def write(file: Path, data: bytes) -> None:
    """Put a file there whole, or leave what was there."""
    make(file.parent)
    with replaced(str(file)) as part:
        Path(part).write_bytes(data)


def audit_row(verdict: Mapping[str, Any]) -> Json:
    """The row that tells of an audit: what readers of outcomes know, and what is learned from."""
    counts = {weight: 0 for weight in ("block", "warn", "info")}
    for one in verdict["findings"]:
        if one["severity"] in counts and one["state"] != "suppressed":
            counts[one["severity"]] += 1
    return {
        "kind": AUDIT, "sig_hash": verdict["sig_hash"], "audited_at": verdict["ts"],
        "pr_number": verdict["pr"], "head_sha": verdict["head_sha"],
        "overall": verdict["overall"], "one_liner": verdict["one_liner"],
        "ok_events": int(verdict["overall"] == "approve"), "total_events": 1, "findings": counts,
        "elapsed_secs": round(verdict["metrics"]["duration_ms"] / 1000, 3),
        "id": verdict["audit_key"], "audit_key": verdict["audit_key"],
        "config_digest": verdict["config_digest"], "rules_version": verdict["rules_version"],
        "repo": verdict["repo"]["name"], "host": verdict["repo"]["host"],
        "base_sha": verdict["base_sha"], "patch_id": verdict["patch_id"],
        "status": verdict["status"], "author": verdict["actor"]["author"],
        "claims": [{name: one[name] for name in ("kind", "key", "sig", "object", "result", "text")}
                   for one in verdict["claims"]],
        "fps": [{name: one[name] for name in ("fp", "rule", "severity", "state", "evidence_digest",
                                              "claim_ids")} for one in verdict["findings"]],
        "paths": verdict["paths"], "symbols": verdict["symbols"], "hunks": verdict["hunks"],
        **_learned(verdict),
    }  # fmt: skip


def _learned(verdict: Mapping[str, Any]) -> Json:
    """What knowing the past changed, and what a model was shown of it, where one was asked."""
    model = verdict["metrics"].get("llm", {})
    told: Json = {"gain": verdict["kb"]["gain"]} if verdict["kb"].get("gain") else {}
    if model.get("used"):
        told["model"] = {name: model.get(name, []) for name in ("knew", "withheld")}
    return told


def is_of(result: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether a result is of the request that this row tells of. Rows of before, and who knows no
    forge, name none: such a one is of any."""
    hosts = {str(one.get("host") or "") for one in (result, row)} - {""}
    same = all(result.get(name) == row.get(name) for name in ("repo", "pr_number"))
    return same and len(hosts) < 2


def event_of(verdict: Mapping[str, Any], *, run_ok: bool = True) -> Json:
    """What the observer is told; its id makes a second telling one."""
    row = audit_row(verdict)
    told = f"audit|{verdict['audit_key']}|{verdict['config_digest']}|{verdict['rules_version']}"
    return {
        "event_id": hashlib.sha256(told.encode()).hexdigest()[:32],
        "source": "auditor", "event_kind": "audit", "ok": verdict["overall"] == "approve",
        "sig_hash": verdict["sig_hash"], "audit_key": verdict["audit_key"],
        "pr_number": verdict["pr"], "head_sha": verdict["head_sha"],
        "overall": verdict["overall"], "one_liner": verdict["one_liner"],
        "findings_block": row["findings"]["block"], "findings_warn": row["findings"]["warn"],
        "audit_duration_ms": verdict["metrics"]["duration_ms"], "audited_at": verdict["ts"],
        "run_ok": run_ok and verdict["status"] == "complete",
    }  # fmt: skip


def note(file: Path, row: Json) -> bool:
    """Add a row, on the disk when this returns; False when it is there. Each row holds the hash of
    the one before it. An audit is there when the last one of its id says the same, any other row
    when one of its kind and id is."""
    with _locked(file) as handle:
        lines = _whole(handle)
        if _is_there(row, [one for one in _read(lines, file) if _same(one, row)]):
            return False
        before = hashlib.sha256(lines[-1]).hexdigest() if lines else ""
        told = json.dumps({**row, "prev_hash": before}, ensure_ascii=False, sort_keys=True)
        _add(handle, told.encode("utf-8", "replace") + b"\n")
    return True


def rows(file: Path) -> list[Json]:
    """Every row there is, a torn last one aside; nobody may change one. A file that stands as it
    stood is not read again.

    Raises:
        Unreadable: it cannot be read, or a row in between is no JSON.
    """
    try:
        told = file.stat()
        mark = (told.st_ino, told.st_size, told.st_mtime_ns)
        if (known := _lately.get(file)) and known[0] == mark:
            return list(known[1])
        data = file.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Unreadable(str(error.strerror), where=str(file)) from error
    found = list(_read(data.split(b"\n")[:-1], file))
    _lately.clear()
    if len(data) <= MOST_KEPT:
        _lately[file] = (mark, found)
    return list(found)


def broken_at(file: Path) -> int:
    """The first row, from 1, that does not hold the hash of the one before; 0 where all do. Rows of
    other kinds that others wrote hold none and break nothing."""
    try:
        lines = file.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return 0
    for n, line in enumerate(lines):
        row = _parsed(line)
        wanted = hashlib.sha256(lines[n - 1]).hexdigest() if n else ""
        if row is not None and row.get("prev_hash", wanted) != wanted:
            return n + 1
    return 0


@contextmanager
def _locked(file: Path) -> Iterator[int]:
    make(file.parent)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(file, flags, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _add(handle: int, line: bytes) -> None:
    """The whole line, on the disk, or none of it."""
    end = os.fstat(handle).st_size
    if os.write(handle, line) != len(line):
        os.ftruncate(handle, end)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)


def _whole(handle: int) -> list[bytes]:
    """The whole lines of the file; a torn last one is cut off."""
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(0)
        data = file.read()
    *lines, torn = data.split(b"\n")
    if torn:
        os.ftruncate(handle, len(data) - len(torn))
    return lines


def _same(known: Json, row: Json) -> bool:
    return all(known.get(name) == row.get(name) for name in ("kind", "id"))


def _is_there(row: Json, known: list[Json]) -> bool:
    """The same head may be judged again with other words or another base: what was said last is
    what stands, and the verdict's file says it."""
    if row.get("kind") != AUDIT:
        return bool(known)
    return bool(known) and _said(known[-1]) == _said(row)


def _said(row: Json) -> str:
    """All of an audit's row but what differs from run to run."""
    told = {name: value for name, value in row.items() if name not in PASSING}
    return json.dumps(told, sort_keys=True)


def _read(lines: list[bytes], file: Path) -> Iterator[Json]:
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = _parsed(line)
        if row is None:
            raise Unreadable(
                "a row is not JSON", where=f"{file}:{n}", next="mend or take out that line"
            )
        yield row


def _parsed(line: bytes) -> Json | None:
    """The row; what the fast reader refuses and others write (`NaN`, half a character) is read."""
    try:
        row = msgspec.json.decode(line)
    except msgspec.DecodeError:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return None
    except RecursionError:
        return None
    return row if isinstance(row, dict) else None
