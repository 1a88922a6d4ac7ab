"""A store with something of everything in it, and what each operation is asked of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from passdown.domain.actor import Proof, human
from passdown.domain.job import Job
from passdown.domain.scope import ALL
from passdown.stages.audit import keep
from passdown.stages.audit.verdict import written
from tests.desk import Desk
from tests.forges import TOKEN, standing
from tests.notes import Add, key_of

ALICE = human("alice", Proof.TOKEN)
SECRET = "a secret of posts"


class Scene(NamedTuple):
    """An app on such a store, and the names of what is in it."""

    app: Any
    home: Path
    names: dict[str, Any]


LINE = {"type": "user", "uuid": "u1", "sessionId": "s9", "cwd": "/tmp/nowhere"}


def prepare(made: Desk, home: Path) -> dict[str, Any]:
    """Fill it: a forge to ask, one approved, one open, one flagged, one dead job, files to read."""
    configure(made.app.home)
    approved = made.agree(Add("tea is at four"))
    # Surer than the others that wait: ids are random, and the order of equals with them.
    pending = made.ask(Add("coffee is at ten"), made.say("at ten"), made.say("yes, at ten")).id
    flagged = made.say("hidden", flags=("injection",))
    dead = Job(f"{7:032x}", "mine", "", {}, max_attempts=1)
    with made.store.write(ALL) as tx:
        tx.jobs.add(dead)
        tx.jobs.take("somebody", lease_seconds=9)
        tx.jobs.fail(dead.id, "somebody", "it broke", retry_at="")
    with made.store.read(ALL) as tx:
        record = next(r for r in tx.knowledge.all() if r.key == key_of("tea is at four"))
    said = {**LINE, "message": {"role": "user", "content": "Always run the linter first."}}
    home.mkdir(exist_ok=True)
    (home / "s9.jsonl").write_text(json.dumps(said | {"timestamp": made.clock.now()}) + "\n")
    (home / "change.patch").write_text("--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-tea = 4\n+tea = 5\n")
    repository(home / "repo")
    (home / "events.jsonl").write_text('{"source": "bot", "ok": true}\n\nno event\n')
    made.call("event", event={"source": "scenario", "event_kind": "fill", "error": "no seat"})
    made.app.call("backup", {"to": str(home / "old.backup")}, ALICE)
    made.app.call("mirror", {"root": str(home / "mirrored")}, ALICE)
    made.call("controls.set", name="gate.max_open_per_loop", value="50")
    audit, finding = audited(made, home / "repo")
    return {
        "audit": audit,
        "finding": finding,
        "kept": answered(made, "rinse `cup{}` first", yes=True),
        "refused": answered(made, "dry `cup{}` last", yes=False),
        "approved": approved,
        "pending": pending,
        "flagged": flagged,
        "dead": dead.id,
        "record": record.id,
        "session": "s1",
    }


def configure(store: Path) -> None:
    """A forge to ask, what it knows us by, and the secret of its posts."""
    store.mkdir(mode=0o700, exist_ok=True)
    (store / "config.toml").write_text(
        f'audit.gitea = "{standing().url}"\n'
        'audit.gitea_token = "./token"\naudit.gitea_secret = "./secret"\n'
    )
    for name, text in (("token", TOKEN), ("secret", SECRET)):
        (store / name).touch(0o600)
        (store / name).write_text(text)


def posted() -> dict[str, Any]:
    """What that forge posts of a request, sealed."""
    body = json.dumps({"action": "opened", "pull_request": standing().pulls["acme/shop", 7]})
    seal = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    headers = {"x-gitea-event": "pull_request", "x-gitea-delivery": "d1",
               "x-gitea-signature": seal}  # fmt: skip
    return {"forge": "gitea", "headers": headers, "body": body}


def repository(place: Path) -> None:
    """Two commits, the same in every run."""
    when = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}
    who = ("-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
    place.mkdir()
    for words in (
        ("init", "-q", "-b", "main"),
        ("commit", "-q", "--allow-empty", "-m", "first"),
        ("commit", "-q", "--allow-empty", "-m", "Removes `old_tea_time`"),
    ):
        subprocess.run(["git", "-C", str(place), *who, *words], check=True, env=os.environ | when)


def audited(made: Desk, repo: Path) -> tuple[str, str]:
    """A verdict kept as `audit range` keeps it, which nobody was told of; and its finding."""
    asked = {"range": "HEAD~1..HEAD", "repo": str(repo), "pr": 7, "dry_run": True}
    verdict = made.app.call("audit.range", asked, ALICE)["verdict"]
    root = made.app.places.root
    keep.write(keep.verdict_file(root / keep.VERDICTS, 7, verdict["head_sha"]), written(verdict))
    keep.note(root / keep.OUTCOMES, keep.audit_row(verdict))
    return verdict["audit_key"], verdict["findings"][0]["fp"]


def answered(made: Desk, text: str, *, yes: bool) -> str:
    """Four questions that are alike, three of them answered; the fourth."""
    *first, last = [made.ask(Add(text.format(n))).id for n in range(4)]
    for id in first:
        made.call("approve" if yes else "reject", id=id, reason="so")
    return last


def params(name: str, scene: Scene) -> dict[str, Any]:
    """What each operation is asked in these tests."""
    here, names = scene.home, scene.names
    payload = {"action": "ADD", "text": "milk comes last"}
    known: dict[str, dict[str, Any]] = {
        "advise": {"tool": "Bash", "command": "python x.py"},
        "add": {"text": "Always rebase before pushing.", "scope": "global"},
        "alike.approve": {"id": names["kept"]},
        "alike.list": {"id": names["kept"]},
        "alike.reject": {"id": names["refused"], "reason": "not so"},
        "alike.groups": {"loop": "notes"},
        "approve": {"id": names["pending"], "reason": "seen it"},
        "audit.playbook": {"title": "Migrations", "text": "Never edit one that ran."},
        "audit.hook": posted(),
        "audit.pr": {"request": "acme/shop#7", "forge": "gitea", "dry_run": True},
        "audit.patch": {"file": str(here / "change.patch"), "dry_run": True},
        "audit.feedback": {"id": names["audit"], "finding": names["finding"], "verdict": "fixed"},
        "audit.export": {"id": names["audit"], "form": "sarif"},
        "audit.result": {"repo": "acme/shop", "pr": 7, "result": "merged"},
        "audit.search": {"query": "never edit a migration"},
        "audit.show": {"id": names["audit"]},
        "audit.range": {"range": "HEAD~1..HEAD", "repo": str(here / "repo"), "dry_run": True},
        "backup": {"to": str(here / "new.backup")},
        "brief": {"task": "tea", "budget": 500},
        "check": {"id": names["record"]},
        "config.show": {"name": "brief.budget"},
        "controls.get": {"name": "gate.max_open_per_loop"},
        "controls.list": {"prefix": "gate."},
        "controls.reset": {"name": "gate.max_open_per_loop", "reason": "as it was"},
        "controls.set": {"name": "gate.max_open", "value": "7", "expect": "2000"},
        "life": {"id": names["record"]},
        "readings": {"limit": 3},
        "sign.note": {"event": "signed_in", "name": "ann"},
        "forget": {"session": names["session"]},
        "feedback": {"id": names["record"], "verdict": "stale", "reason": "at five now"},
        "event": {"event": {"source": "auditor", "event_kind": "audit", "ok": True}},
        "get": {"id": names["record"]},
        "impact": {"id": names["approved"]},
        "ingest": {"paths": [str(here / "s9.jsonl")], "watch": True},
        "inventory": {"path": str(here / "repo"), "dry_run": True},
        "inventory.kept": {"only": "dead"},
        "jobs": {"state": "dead", "limit": 5},
        "jobs.retry": {"id": names["dead"]},
        "ledger.calibrate": {"loop": "notes"},
        "ledger.export": {"to": str(here / "ledger.jsonl")},
        "ledger.similar": {"id": names["pending"], "limit": 1},
        "ledger.history": {"after": 1, "limit": 3},
        "ledger.show": {"seq": 1},
        "match": {"message": "when is tea?", "snapshot": {"tea": {"at": "four"}}},
        "mine": {"loop": "notes"},
        "observe": {"jsonl": str(here / "events.jsonl")},
        "mirror": {"root": str(here / "knowledge")},
        "mirror.pull": {"root": str(here / "mirrored"), "dry_run": True},
        "nearest": {"id": names["pending"]},
        "odds": {"id": names["pending"]},
        "pace": {"loop": "notes"},
        "pending": {"loop": "notes", "limit": 1},
        "phrases.reads": {"reply": "Tea is at ${snapshot.tea.at}."},
        "phrases.test": {"message": "when is tea?"},
        "preview": {"id": names["pending"]},
        "promotions.approve": {
            "loop": "notes",
            "id": names["pending"],
            "body": {"review_notes": "seen it"},
        },
        "promotions.reject": {
            "loop": "notes",
            "id": names["pending"],
            "body": {"review_notes": "not so"},
        },
        "propose": {"loop": "notes", "payload": payload, "text": "Milk comes last, they said."},
        "redact": {"text": "Write to jane.doe" + "@corp-mail.com, she knows."},
        "reject": {"id": names["pending"], "reason": "not so"},
        "release": {"seq": names["flagged"]},
        "restore": {"source": str(here / "old.backup")},
        "salience": {"session": names["session"], "query": "why does test_tea fail"},
        "say": {"id": names["pending"], "text": "On every day?"},
        "search": {"query": "tea", "explain": True},
        "seen": {"seq": 1},
        "session.crystallize": {"session": names["session"]},
        "session.end": {"session": names["session"]},
        "session.start": {"session": "s2", "repo": "web"},
        "sessions.show": {"id": names["session"]},
        "show": {"id": names["pending"]},
        "synthesize": {"question": "when is tea"},
        "token.new": {"name": "ci", "role": "agent"},
        "token.revoke": {"name": "ci"},
        "trust": {"loop": "notes", "withdraw": True},
        "undo": {"id": names["approved"]},
        "why": {"id": names["record"]},
    }
    return known.get(name, {})
