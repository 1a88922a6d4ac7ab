"""The Slack bot against a local fake of Slack's API and passdown's real one."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("slack_bolt", reason="the extra `slack` is not installed")

from slack_bolt import BoltRequest, BoltResponse
from slack_sdk.web import WebClient

from examples.slack_bot.bot import (
    APPROVE,
    REJECT,
    Bot,
    RefusedError,
    Reply,
    Settings,
    from_environment,
    reviewers,
)
from passdown.domain.actor import Proof, human
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.stages.observe.readers.reply_log import READER
from passdown.surfaces import http
from passdown.surfaces.phrasebook import Phrasebook
from tests.desk import Desk, desk
from tests.notes import Add, key_of
from tests.surfaces.live import live

SECRET = "a signing secret of the tests"
OPERATORS = "C0OPERATORS"
BURN = {"pattern": r"(?i)\bburn\b.*\btoday\b", "enabled": True}


class FakeSlack(ThreadingHTTPServer):
    """Slack's API as far as the bot calls it: always 200, and what it was asked is kept."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.refuses = False

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in self.asked if name == method]


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        kind = self.headers.get("content-type", "")
        given = json.loads(raw or "{}") if "json" in kind else dict(urllib.parse.parse_qsl(raw))
        slack = self.server
        assert isinstance(slack, FakeSlack)
        slack.asked.append((self.path.rpartition("/")[2], given))
        ok = {"ok": True, "ts": "1700.1", "bot_id": "B1", "user_id": "UBOT", "team_id": "T1"}
        body = json.dumps({"ok": False, "error": "down"} if slack.refuses else ok).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return None


class Place(NamedTuple):
    """A bot, the Slack it talks to, and the store it reads."""

    bot: Bot
    slack: FakeSlack
    made: Desk
    asked: list[str]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = desk()
    admin = human("root", Proof.TOKEN)
    token = made.call("token.new", admin, name="ann", role="review")["token"]
    agent = made.call("token.new", admin, name="robot", role="agent")["token"]
    asked: list[str] = []

    def agent_says(question: str) -> Reply:
        asked.append(question)
        return Reply("The agent says so.", "a-model", 100, 10, 0.01)

    with made.store.write(ALL) as tx:
        tx.knowledge.put(Record("phrase", "burn", "Burn is ${snapshot.cost.today}.", BURN))
    now = tmp_path / "now.json"
    now.write_text('{"cost": {"today": 42}}')
    with fake() as slack, live(http.build(made.app)) as port:
        settings = Settings(
            token="xoxb-test",
            signing_secret=SECRET,
            operators_channel=OPERATORS,
            passdown=f"http://127.0.0.1:{port}",
            loop="notes",
            replies=tmp_path / "replies.jsonl",
            posted=tmp_path / "posted.txt",
            snapshot=now,
            reviewers={"UANN": token, "UROBOT": agent},
        )
        client = WebClient("xoxb-test", base_url=f"http://127.0.0.1:{slack.server_port}/api/")
        with Phrasebook(app=made.app) as phrases:
            yield Place(Bot(settings, phrases, agent_says, client), slack, made, asked)


@contextmanager
def fake() -> Iterator[FakeSlack]:
    slack = FakeSlack()
    threading.Thread(target=slack.serve_forever, daemon=True).start()
    try:
        yield slack
    finally:
        slack.shutdown()
        slack.server_close()


def dispatch(bot: Bot, body: str, kind: str, secret: str = SECRET) -> BoltResponse:
    """What the bot answers to a request that is signed as Slack signs."""
    at = str(int(time.time()))
    signed = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    headers: dict[str, str | Sequence[str]] = {
        "x-slack-request-timestamp": at,
        "x-slack-signature": f"v0={signed}",
        "content-type": kind,
    }
    return bot.slack.dispatch(BoltRequest(body=body, headers=headers))


def say(bot: Bot, text: str, ts: str = "1700.0", **more: Any) -> BoltResponse:
    event = {"type": "message", "channel": "D1", "user": "U1", "text": text, "ts": ts, **more}
    body = {"type": "event_callback", "team_id": "T1", "event": event}
    return dispatch(bot, json.dumps(body), "application/json")


def press(
    bot: Bot, action: str, id: str, user: str = "UANN", channel: str = OPERATORS, **how: Any
) -> BoltResponse:
    body = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": user},
        "channel": {"id": channel},
        "message": {"ts": "1700.1"},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": id}],
    }
    form = urllib.parse.urlencode({"payload": json.dumps(body)})
    return dispatch(bot, form, "application/x-www-form-urlencoded", **how)


def until(ready: Any) -> None:
    """Listeners run in threads of their own."""
    deadline = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def rows(bot: Bot) -> list[dict[str, Any]]:
    path = bot.settings.replies
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_what_was_approved_is_answered_without_the_agent(place: Place) -> None:
    assert say(place.bot, "what is the burn today?").status == 200
    until(lambda: rows(place.bot))
    (sent,) = place.slack.calls("chat.postMessage")
    (row,) = rows(place.bot)
    assert sent["text"] == row["text"] == "Burn is $42."
    assert sent["thread_ts"] == row["caller_session_id"] == "1700.0"
    assert row["short_circuit"] is True
    assert row["model_used"] is None
    assert place.asked == []


def test_the_agent_is_asked_where_the_phrasebook_is_silent(place: Place) -> None:
    assert say(place.bot, "how is the weather?").status == 200
    until(lambda: rows(place.bot))
    assert place.asked == ["how is the weather?"]
    (row,) = rows(place.bot)
    assert row["text"] == "The agent says so."
    assert row["cost_usd"] == 0.01
    assert row["short_circuit"] is False


def test_the_agent_is_asked_where_the_snapshot_does_not_say(place: Place) -> None:
    assert place.bot.settings.snapshot is not None
    place.bot.settings.snapshot.write_text("{")
    say(place.bot, "burn today?")
    until(lambda: rows(place.bot))
    assert place.asked == ["burn today?"]


def test_what_slack_tells_twice_is_answered_once(place: Place) -> None:
    for kind in ("message", "app_mention", "message"):
        assert say(place.bot, "burn today?", type=kind).status == 200
    say(place.bot, "and this?", ts="1701.0")
    until(lambda: len(rows(place.bot)) == 2)
    assert len(place.slack.calls("chat.postMessage")) == 2


def test_its_own_and_other_bots_words_are_no_questions(place: Place) -> None:
    say(place.bot, "burn today?", bot_id="B2")
    say(place.bot, "burn today?", ts="2", subtype="message_changed")
    say(place.bot, "burn today?", ts="3")
    until(lambda: rows(place.bot))
    assert len(rows(place.bot)) == 1


def test_a_reply_that_slack_did_not_take_is_logged_as_failed(place: Place) -> None:
    say(place.bot, "burn today?")
    until(lambda: rows(place.bot))
    place.slack.refuses = True
    say(place.bot, "burn today?", ts="5")
    until(lambda: len(rows(place.bot)) == 2)
    assert [row["send_status"] for row in rows(place.bot)] == ["delivered", "failed"]


def test_its_log_is_one_that_the_loop_reads(place: Place) -> None:
    say(place.bot, "burn today?")
    until(lambda: rows(place.bot))
    assert READER.sniff(place.bot.settings.replies.read_bytes()) > 0.9


def test_an_open_question_is_posted_once_with_its_buttons(place: Place) -> None:
    id = place.made.ask(Add("tea <!channel> is at `four`")).id
    assert place.bot.post_open_questions() == 1
    assert place.bot.post_open_questions() == 0
    (sent,) = place.slack.calls("chat.postMessage")
    assert sent["channel"] == OPERATORS
    blocks = sent["blocks"] if isinstance(sent["blocks"], list) else json.loads(sent["blocks"])
    assert [one["value"] for one in blocks[1]["elements"]] == [id, id]
    assert "<!channel>" not in blocks[0]["text"]["text"]


def test_a_press_is_the_decision_of_the_person_who_pressed(place: Place) -> None:
    yes, no = (place.made.ask(Add(text)).id for text in ("tea is at four", "tea is at nine"))
    assert press(place.bot, APPROVE, yes).status == 200
    assert press(place.bot, REJECT, no).status == 200
    until(lambda: len(place.slack.calls("chat.update")) == 2)
    found = place.made.proposal(yes)
    assert (found.status.value, found.decided_by) == ("executed", "ann")
    assert place.made.proposal(no).status.value == "rejected"
    assert place.made.note(key_of("tea is at four")) is not None


@pytest.mark.parametrize(
    ("user", "channel"), [("USTRANGER", OPERATORS), ("UANN", "C0OTHER"), ("UROBOT", OPERATORS)]
)
def test_whoever_may_not_decide_is_told_so_and_nothing_changes(
    place: Place, user: str, channel: str
) -> None:
    id = place.made.ask(Add("tea is at four")).id
    assert press(place.bot, APPROVE, id, user, channel).status == 200
    until(lambda: place.slack.calls("chat.postEphemeral"))
    assert place.made.proposal(id).status.value == "pending"


def test_a_request_that_slack_did_not_sign_is_refused(place: Place) -> None:
    id = place.made.ask(Add("tea is at four")).id
    assert press(place.bot, APPROVE, id, secret="another").status == 401
    old = BoltRequest(body="{}", headers={"x-slack-request-timestamp": "1"})
    assert place.bot.slack.dispatch(old).status == 401
    assert place.made.proposal(id).status.value == "pending"


def test_a_decision_that_cannot_be_made_is_told_to_who_pressed(place: Place) -> None:
    press(place.bot, APPROVE, "0" * 32)
    until(lambda: place.slack.calls("chat.postEphemeral"))
    assert "no proposal" in place.slack.calls("chat.postEphemeral")[0]["text"]


def test_an_api_that_is_away_is_an_error_in_words(place: Place) -> None:
    away = Settings("xoxb", SECRET, OPERATORS, "http://127.0.0.1:9", reviewers={"U": "t"})
    bot = Bot(away, place.bot.phrases, place.bot.agent, place.bot.slack.client)
    with pytest.raises(RefusedError, match="does not answer"):
        bot.post_open_questions()


def test_tokens_that_others_can_read_are_not_used(tmp_path: Path) -> None:
    file = tmp_path / "reviewers.json"
    file.write_text('{"U1": "pd_x"}')
    file.chmod(0o644)
    with pytest.raises(SystemExit, match="chmod 600"):
        reviewers(file)
    file.chmod(0o600)
    known = {"SLACK_BOT_TOKEN": "t", "SLACK_SIGNING_SECRET": "s", "REVIEWERS_FILE": str(file)}
    assert from_environment(known).reviewers == {"U1": "pd_x"}
    with pytest.raises(SystemExit, match="SLACK_BOT_TOKEN"):
        from_environment({})
