"""Talks of people with chat agents: who asked, who answered, by which route and at what cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.errors import Invalid
from passdown.domain.observation import Seen, Trust
from passdown.domain.settings import Setting, Settings, defaults
from passdown.stages.observe.readers import load, sniff
from passdown.stages.observe.readers.generic_jsonl import GenericJsonl, described
from passdown.stages.observe.readers.slack_export import SlackExport
from tests.stages.observe import talks
from tests.stages.observe.clients import jsonl
from tests.stages.observe.formats import SAMPLES, drafts, drawn

KNOWN = {reader.name: reader for reader in load().known}
LOG, SLACK = KNOWN["reply_log"], SlackExport()


def told(found: list[Draft]) -> list[tuple[Seen, str, str]]:
    return [(d.seen, d.session, d.text) for d in found]


def test_a_reply_comes_with_its_question_its_route_and_what_it_took() -> None:
    found = drafts(LOG, talks.reply_log())
    session = f"C01:{talks.THREAD}"
    assert told(found)[:3] == [
        (Seen.PROMPT, session, "How much did we burn?"),
        (Seen.REPLY, session, "Burn is $42 today."),
        (Seen.REPLY, session, "All 3 agents are up."),
    ]
    assert found[1].meta == {
        "route": "cost_query",
        "send_status": "sent",
        "model": "claude-haiku-4-5",
        "tokens": {"in": 900, "out": 40},
        "cost": 0.002,
    }
    assert (found[2].meta["short_circuit"], found[2].meta["engine"]) == (True, "canned")
    assert found[2].at == "2026-02-02T02:41:40.000Z"


def test_a_reply_that_was_not_sent_is_a_failure() -> None:
    assert [d.ok for d in drafts(LOG, talks.reply_log())] == [None, None, None, False]


def test_what_a_row_lacks_is_counted_and_the_row_is_read() -> None:
    memory: dict[str, Any] = {}
    bare = jsonl([{"text": "Hello.", "caller_session_id": "C1:1", "send_status": "sent"}])
    (only,) = drafts(LOG, bare, memory)
    assert (only.session, only.text, only.at) == ("C1:1", "Hello.", "")
    assert memory["counts"] == {
        "without sent_at": 1,
        "without model_used": 1,
        "without input_tokens": 1,
        "without output_tokens": 1,
    }


def test_a_row_without_words_is_skipped_by_name() -> None:
    assert drawn(LOG, jsonl([talks.reply("")])) == [Skip(0, "a reply without text")]


def test_the_same_row_in_two_files_has_one_name() -> None:
    again = drafts(LOG, jsonl([talks.reply()]))
    assert [d.uid for d in again] == [d.uid for d in drafts(LOG, jsonl([talks.reply()]))]


def exported(tmp_path: Path) -> Path:
    """An export's folder, with a channel, its users and a day."""
    channel = tmp_path / "costs"
    channel.mkdir()
    (tmp_path / "channels.json").write_text(json.dumps([{"id": "C01", "name": "costs"}]))
    users = [{"id": "U01", "is_bot": False}, {"id": "U02", "is_bot": True}]
    (tmp_path / "users.json").write_text(json.dumps(users))
    path = channel / "2026-02-02.json"
    path.write_bytes(talks.slack_export())
    return path


def test_a_thread_is_a_session_in_which_people_ask_and_bots_answer(tmp_path: Path) -> None:
    found = drafts(SLACK.at(str(exported(tmp_path))), talks.slack_export())
    thread = f"C01:{talks.THREAD}"
    assert told(found) == [
        (Seen.PROMPT, thread, "How much did we burn, <@U02>?"),
        (Seen.REPLY, thread, "Burn is $42 & rising."),
        (Seen.PROMPT, "C01:1770000050.000400", "See the page (https://example.org/a)."),
        (Seen.REPLY, "C01:1770000060.000500", "It is up."),
    ]
    assert {d.trust for d in found if d.seen is Seen.PROMPT} == {Trust.HUMAN}
    assert found[0].at == "2026-02-02T02:40:00.000Z"


def test_a_thread_and_its_reply_log_are_one_session(tmp_path: Path) -> None:
    thread = drafts(SLACK.at(str(exported(tmp_path))), talks.slack_export())[0].session
    assert thread in {d.session for d in drafts(LOG, talks.reply_log())}


def test_comings_and_goings_are_counted_not_kept(tmp_path: Path) -> None:
    memory: dict[str, Any] = {}
    reader = SLACK.at(str(exported(tmp_path)))
    found = drawn(reader, talks.slack_export(), memory)
    assert memory["counts"] == {"channel_join": 1}
    facts = [d for d in found if isinstance(d, SessionFacts)]
    assert {f.meta["channel"] for f in facts} == {"costs"}


@pytest.mark.parametrize("beside", [b"", b"{", b"[1, null]", b'{"id": 3}'])
def test_a_damaged_list_of_channels_leaves_the_folders_name(tmp_path: Path, beside: bytes) -> None:
    path = exported(tmp_path)
    (tmp_path / "channels.json").write_bytes(beside)
    (tmp_path / "users.json").write_bytes(beside)
    found = drafts(SLACK.at(str(path)), talks.slack_export())
    assert found[0].session == f"costs:{talks.THREAD}"


def test_the_lists_of_an_export_are_no_days_of_it(tmp_path: Path) -> None:
    exported(tmp_path)
    for name in ("channels.json", "users.json"):
        assert SLACK.sniff((tmp_path / name).read_bytes()) == 0.0


MAP = (
    "session=conv.id, text=body, role=who, at=when, id=key, tool=fn, call=ref, ok=good, model=m,"
    " tokens_in=use.in, cost=usd, person=visitor|guest, assistant=helper"
)


def rows() -> bytes:
    conv = {"id": "k1"}
    return jsonl(
        [
            {"conv": conv, "body": "Hello?", "who": "Visitor", "when": 1770000000, "key": "a"},
            {
                **{
                    "conv": conv,
                    "body": "ls",
                    "who": "helper",
                    "fn": "bash",
                    "ref": "c1",
                    "m": "x",
                },
                **{"key": "b", "use": {"in": 7}, "usd": 0.5},
            },
            {
                "conv": conv,
                "body": "no such",
                "who": "tool",
                "ref": "c1",
                "good": False,
                "key": "c",
            },
            {"conv": conv, "body": "Be good.", "who": "system", "key": "d"},
            {"conv": conv, "body": "It failed.", "who": "helper", "key": "e"},
            {"conv": conv, "body": "I listen.", "who": "owl", "key": "f"},
        ]
    )


def test_rows_are_read_as_their_map_says() -> None:
    found = drafts(described(MAP), rows())
    assert [(d.seen, d.text, d.uid) for d in found] == [
        (Seen.PROMPT, "Hello?", "a"),
        (Seen.CALL, "ls", "b"),
        (Seen.RESULT, "no such", "c"),
        (Seen.REPLY, "It failed.", "e"),
        (Seen.NOTE, "I listen.", "f"),
    ]
    assert {d.session for d in found} == {"generic_jsonl-k1"}
    assert (found[1].meta["tokens"], found[1].meta["cost"]) == ({"in": 7}, 0.5)
    assert (found[2].call, found[2].tool, found[2].ok) == ("c1", "bash", False)


def test_rows_are_recognised_by_their_map_and_only_with_one() -> None:
    reader = described(MAP)
    assert 0.2 <= reader.sniff(rows()) < 0.4
    assert GenericJsonl().sniff(rows()) == 0.0
    assert reader.sniff(b'{"other": 1}\n{"things": 2}\n') == 0.0


@pytest.mark.parametrize("name", SAMPLES)
def test_a_map_takes_no_file_from_the_reader_of_its_own_format(name: str) -> None:
    told = {"observe.fields": Setting("text=message, role=type, session=sessionId")}
    settings = Settings({**defaults().values, **told})
    head = SAMPLES[name]()[:65_536]
    assert sniff(head, load(settings).known, "a file").name == name


def test_rows_that_name_no_session_are_one(tmp_path: Path) -> None:
    found = drafts(described("text=body"), rows())
    assert len({d.session for d in found}) == 1
    assert {d.seen for d in found} == {Seen.PROMPT}


@pytest.mark.parametrize(
    "told", ["body", "text", "text=", "words=body", "session=id", "=,=", "a=b"]
)
def test_a_map_that_is_none_names_the_setting(told: str) -> None:
    with pytest.raises(Invalid) as caught:
        described(told)
    assert caught.value.where == "observe.fields"


def test_a_row_without_words_says_which_field_was_looked_at() -> None:
    assert drawn(described("text=a.b"), b'{"a": {"c": 1}}\n') == [Skip(0, "nothing under 'a.b'")]
