"""A Slack bot that answers from the phrasebook, asks its agent otherwise, and logs both.

Open questions of the phrasebook are posted to an operators' channel with two buttons. A press is
decided through passdown's API with the token of the person who pressed: Slack's signature says that
the request is Slack's, Slack says who pressed, and passdown whether that person may decide.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from slack_bolt import Ack, App
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from passdown.surfaces.phrasebook import Phrasebook

APPROVE, REJECT = "passdown_approve", "passdown_reject"
LONGEST_SHOWN = 600
REMEMBERED = 2_000


class Reply(NamedTuple):
    """What the agent said, and what it took; an unknown price is None."""

    text: str
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None


Agent = Callable[[str], Reply]


@dataclass(frozen=True)
class Settings:
    """Where everything is. `reviewers` gives each operator's Slack user id their review token."""

    token: str
    signing_secret: str
    operators_channel: str = ""
    passdown: str = "http://127.0.0.1:3800"
    loop: str = "phrasebook"
    replies: Path = Path("replies.jsonl")
    posted: Path = Path("posted.txt")
    snapshot: Path | None = None
    every_seconds: float = 60.0
    reviewers: Mapping[str, str] = field(default_factory=dict)


class Bot:
    """One workspace's bot; `slack` is the app that answers Slack's requests."""

    def __init__(
        self,
        settings: Settings,
        phrases: Phrasebook,
        agent: Agent,
        client: WebClient | None = None,
    ) -> None:
        self.settings, self.phrases, self.agent = settings, phrases, agent
        talks = client or WebClient(settings.token)
        self.slack = App(signing_secret=settings.signing_secret, client=talks)
        self._seen: deque[str] = deque(maxlen=REMEMBERED)
        self._turn = threading.Lock()
        self.slack.event("message")(self._on_message)
        self.slack.event("app_mention")(self._on_message)
        self.slack.action(APPROVE)(self._on_press)
        self.slack.action(REJECT)(self._on_press)

    def _on_message(self, event: dict[str, Any], client: WebClient) -> None:
        question = str(event.get("text") or "").strip()
        if not question or event.get("bot_id") or event.get("subtype") or self._again(event):
            return
        thread = str(event.get("thread_ts") or event["ts"])
        found = self.phrases.match(question, self._snapshot(), session=thread)
        reply = Reply(found.reply) if found.reply else self.agent(question)
        sent = _send(client, channel=event["channel"], thread_ts=thread, text=reply.text)
        self._log(question, reply, thread, sent=sent, canned=bool(found.reply))

    def _again(self, event: Mapping[str, Any]) -> bool:
        """Whether Slack told of this message before: it tells again what it thinks was missed, and
        tells of one that mentions the bot in a channel the bot is in twice."""
        name = f"{event.get('channel')} {event.get('ts')}"
        with self._turn:
            if name in self._seen:
                return True
            self._seen.append(name)
        return False

    def _snapshot(self) -> dict[str, Any]:
        """How things stand now, from a file that another program keeps up to date."""
        try:
            read = json.loads(self.settings.snapshot.read_text()) if self.settings.snapshot else {}
        except (OSError, ValueError) as error:
            print(f"no snapshot: {error}", file=sys.stderr)
            return {}
        return read if isinstance(read, dict) else {}

    def _log(self, question: str, reply: Reply, thread: str, *, sent: bool, canned: bool) -> None:
        """One row of the reply log, as `passdown ingest` reads it."""
        row: dict[str, Any] = {
            "question": question,
            "text": reply.text,
            "sent_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "model_used": reply.model or None,
            "send_status": "delivered" if sent else "failed",
            "caller_session_id": thread,
            "input_tokens": reply.input_tokens,
            "output_tokens": reply.output_tokens,
            "route": "phrasebook" if canned else "agent",
            "short_circuit": canned,
            "engine": "phrasebook" if canned else "agent",
        }
        if reply.cost_usd is not None:
            row["cost_usd"] = reply.cost_usd
        with self._turn:
            _append(self.settings.replies, json.dumps(row) + "\n")

    def post_open_questions(self) -> int:
        """Post every open question that was not posted yet; how many."""
        if not self.settings.operators_channel or not self.settings.reviewers:
            return 0
        before = set(_lines(self.settings.posted))
        # Reading needs a token beyond the bot's own machine; any reviewer's will do for it.
        reader = next(iter(self.settings.reviewers.values()))
        rows = self._ask(f"/api/promotions/{self.settings.loop}/pending", reader)["proposals"]
        posted = 0
        for row in rows:
            id = str(row.get("proposal_id") or row["id"])
            if id not in before and _send(self.slack.client, **self._card(id, row)):
                _append(self.settings.posted, f"{id}\n")
                posted += 1
        return posted

    def _card(self, id: str, row: Mapping[str, Any]) -> dict[str, Any]:
        title = str(row.get("title") or "A new phrase?")
        buttons = [
            _button("Approve", APPROVE, id, "primary"),
            _button("Reject", REJECT, id, "danger"),
        ]
        blocks = [
            {"type": "section", "text": {"type": "mrkdwn", "text": _told(title, row)}},
            {"type": "actions", "elements": buttons},
        ]
        return {"channel": self.settings.operators_channel, "text": title, "blocks": blocks}

    def _on_press(
        self, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient
    ) -> None:
        ack()
        channel, user = body["channel"]["id"], body["user"]["id"]
        token = self.settings.reviewers.get(user)
        if channel != self.settings.operators_channel or token is None:
            said = "Only reviewers decide. Ask for a token: passdown token new NAME --role review"
            client.chat_postEphemeral(channel=channel, user=user, text=said)
            return
        verb = "approve" if action["action_id"] == APPROVE else "reject"
        try:
            done = self._ask(
                f"/api/op/{verb}", token, {"id": action["value"], "reason": "decided in Slack"}
            )
        except RefusedError as error:
            client.chat_postEphemeral(channel=channel, user=user, text=str(error))
            return
        told = f"{done['title']}\n*{done['status']}* by <@{user}>"
        client.chat_update(
            channel=channel, ts=body["message"]["ts"], text=told, blocks=[_section(told)]
        )

    def _ask(self, path: str, token: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One call of passdown's API as whoever holds the token."""
        request = urllib.request.Request(
            self.settings.passdown + path,
            None if body is None else json.dumps(body).encode(),
            {"authorization": f"Bearer {token}", "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            raise RefusedError(_reason(error)) from error
        except OSError as error:
            raise RefusedError(f"passdown does not answer: {error}") from error


class RefusedError(Exception):
    """passdown did not do what was asked; the text says why, and what to do."""


def canned_agent(question: str) -> Reply:
    """What answers where the phrasebook does not, until AGENT names a function of yours."""
    return Reply("I do not know yet; a person will answer.")


def _send(client: WebClient, **message: Any) -> bool:
    """Whether Slack took the message."""
    try:
        return bool(client.chat_postMessage(**message).get("ok"))
    except (SlackApiError, OSError) as error:
        print(f"not sent: {error}", file=sys.stderr)
        return False


def _told(title: str, row: Mapping[str, Any]) -> str:
    """What a person needs to know before they press."""
    payload, replay = row.get("payload") or {}, row.get("replay") or {}
    pattern = row.get("proposed_pattern") or payload.get("pattern", "")
    reply = row.get("proposed_reply_template") or payload.get("reply", "")
    lines = [f"*{_plain(title)}*"]
    lines += [f"Fires on: `{_plain(pattern)}`"] if pattern else []
    lines += [f"Says: {_plain(reply)}"] if reply else []
    lines += [_plain(str(replay["sentence"]))] if replay.get("sentence") else []
    lines += [f"Careful: {_plain(', '.join(map(str, row['flags'])))}"] if row.get("flags") else []
    return "\n".join(lines)


def _plain(text: object) -> str:
    """Text that Slack shows as it is: no mention, no link, no end of a code span."""
    short = " ".join(str(text).split())[:LONGEST_SHOWN].replace("`", "'")
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _button(text: str, action: str, value: str, style: str) -> dict[str, Any]:
    label = {"type": "plain_text", "text": text}
    return {"type": "button", "text": label, "action_id": action, "value": value, "style": style}


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        said = json.load(error)
        return f"{said['what']}. {said['next']}"
    except (ValueError, KeyError):
        return f"passdown answered {error.code}"


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _append(path: Path, line: str) -> None:
    """Add a line to a file that is its owner's alone."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(line)


def reviewers(path: Path) -> dict[str, str]:
    """Review tokens by Slack user id, from a JSON file that only its owner may read."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SystemExit(f"{path} can be read by others: chmod 600 {path}")
    found = json.loads(path.read_text())
    return {str(user): str(token) for user, token in found.items()}


def from_environment(known: Mapping[str, str]) -> Settings:
    """The settings that these variables say."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        if not known.get(name):
            raise SystemExit(f"{name} is not set; README.md says where Slack shows it")
    file, snapshot = known.get("REVIEWERS_FILE"), known.get("SNAPSHOT_FILE")
    return Settings(
        token=known["SLACK_BOT_TOKEN"],
        signing_secret=known["SLACK_SIGNING_SECRET"],
        operators_channel=known.get("OPERATORS_CHANNEL", ""),
        passdown=known.get("PASSDOWN_URL", Settings.passdown),
        replies=Path(known.get("REPLY_LOG", "replies.jsonl")),
        snapshot=Path(snapshot) if snapshot else None,
        reviewers=reviewers(Path(file)) if file else {},
    )


def agent_named(name: str) -> Agent:
    """The function that `module:function` names; the canned one for no name."""
    if not name:
        return canned_agent
    module, _, function = name.partition(":")
    found: Agent = getattr(import_module(module), function)
    return found


def _keep_posting(bot: Bot) -> None:
    while True:
        try:
            bot.post_open_questions()
        except RefusedError as error:
            print(error, file=sys.stderr)
        time.sleep(bot.settings.every_seconds)


def main() -> None:
    """Answer Slack on PORT, and tell the operators what is asked."""
    settings = from_environment(os.environ)
    with Phrasebook(os.environ.get("PASSDOWN_STORE", "")) as phrases:
        bot = Bot(settings, phrases, agent_named(os.environ.get("AGENT", "")))
        threading.Thread(target=_keep_posting, args=(bot,), daemon=True).start()
        bot.slack.start(port=int(os.environ.get("PORT", "3000")))


if __name__ == "__main__":
    main()
