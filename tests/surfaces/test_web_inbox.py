"""The inbox over HTTP: filters, pace, clusters, and what stands beside a card."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from passdown.app import memory_app
from passdown.domain.record import Record
from passdown.surfaces.web.draw import lasting, worth
from passdown.surfaces.web.plot import history, short
from passdown.testing import VirtualClock
from tests.desk import Desk
from tests.notes import Add
from tests.ops.test_phrases import keep
from tests.surfaces.cockpit import MIRA, Cockpit, cockpit

HTML = {"accept": "text/html"}
HOSTILE = "<img src=x onerror=alert(1)>"


def listed(web: Cockpit, asked: str) -> list[str]:
    page = web.browser().get(f"/queue?{asked}").text
    return [part.split('"')[0] for part in page.split('<li data-id="')[1:]]


def test_the_queue_is_filtered_by_scope_flag_confidence_and_age(at: Desk, web: Cockpit) -> None:
    old = at.ask(Add("tea is at four"))
    at.clock.advance(days=2)
    here = at.ask(Add("only here", scope="repo:web"), scope="repo:web").id
    sure = at.ask(Add("sure"), *(at.say("sure", f"s{n}") for n in range(4))).id
    every = {old.id, here, sure}
    assert set(listed(web, "")) == every
    assert listed(web, "scope=repo:web") == [here]
    assert listed(web, "least=0.85") == [sure]
    assert listed(web, "older=1d") == [old.id]
    assert listed(web, "flag=any") == []
    assert listed(web, "scope=repo:web&least=0.85") == []
    assert set(listed(web, "least=much")) == every


@pytest.mark.parametrize("asked", ["least=7", "older=soon", "flag=%27%25"])
def test_a_filter_that_makes_no_sense_is_refused_in_words(asked: str, web: Cockpit) -> None:
    answer = web.browser().get(f"/?{asked}", headers=HTML)
    assert answer.status_code == 422
    assert "no" in answer.text


def test_the_inbox_says_what_is_left_and_how_long_that_takes(at: Desk, web: Cockpit) -> None:
    for n in range(20):
        at.ask(Add(f"rule {n}"))
    page = web.browser().get("/").text
    assert "20 open, about 2 min left" in page
    assert 'data-total="20" data-each="6.0"' in page


def test_haste_is_told_and_a_no_ends_it(at: Desk, web: Cockpit) -> None:
    ids = [at.ask(Add(f"rule {n}")).id for n in range(30)]
    for id in ids[:27]:
        at.clock.advance(seconds=0.5)
        at.call("approve", MIRA, id=id)
    client = web.browser()
    assert "27 times in a row" in client.get("/").text
    at.call("reject", MIRA, id=ids[27], reason="wrong")
    assert "times in a row" not in client.get("/").text


def test_clusters_are_listed_with_what_one_answered(at: Desk, web: Cockpit) -> None:
    ids = [at.ask(Add(f"run `job{n}` with `make job{n}`")).id for n in range(6)]
    at.ask(Add("stands alone"))
    client = web.browser()
    for id in ids[:3]:
        client.post(f"/cards/{id}/decide", json={"yes": True, "reason": "so"})
    page = client.get("/clusters").text
    assert page.count('class="what"') == 1
    assert "3 alike" in page
    assert "the rest can be decided at once" in page


def test_beside_a_card_stand_examples_what_is_known_and_what_happened(
    at: Desk, web: Cockpit
) -> None:
    at.agree(Add("tea is served at four sharp"))
    at.call("index.follow")
    at.say("note: tea is served at five sharp")
    id = at.ask(Add("tea is served at five sharp"), at.say("so it is")).id
    page = web.browser().get(f"/cards/{id}/beside").text
    assert "right here" in page
    assert "note: tea is served at five sharp" in page
    assert "<del>four</del> <ins>five</ins>" in page
    assert '<span class="event approved">approved</span>' in page
    assert "too few like this were decided" in page.casefold()


def test_what_was_decided_says_how_many_like_it_are_kept(at: Desk, web: Cockpit) -> None:
    for n in range(12):
        id = at.ask(Add(f"rule {n}")).id
        at.call("approve" if n < 9 else "reject", MIRA, id=id, reason="so")
    id = at.ask(Add("one more")).id
    assert "9 of 12 like this, about as sure, were kept." in (
        web.browser().get(f"/cards/{id}/beside").text
    )


def test_a_hostile_example_is_text_beside_a_card_too(at: Desk, web: Cockpit) -> None:
    at.say(f"note: {HOSTILE}")
    id = at.ask(Add(HOSTILE), at.say(HOSTILE)).id
    page = web.browser().get(f"/cards/{id}/beside").text
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_card_without_what_stands_beside_it_asks_for_it_by_its_address(
    at: Desk, web: Cockpit
) -> None:
    id = at.ask(Add("tea is at four")).id
    page = web.browser().get(f"/cards/{id}", headers={"x-part": "1"}).text
    assert f'data-part="/cards/{id}/beside"' in page


@pytest.fixture
def phrases() -> Iterator[tuple[Record, Cockpit]]:
    """A phrase in a store with the loops that passdown has."""
    clock = VirtualClock()
    made = Desk(memory_app(clock), clock)
    record = keep(made)
    with cockpit(made.app) as served:
        yield record, served
    made.close()


def test_a_phrase_is_tried_and_its_reply_looked_at(phrases: tuple[Record, Cockpit]) -> None:
    record, served = phrases
    client = served.browser()
    assert f'data-part="/phrases/{record.id}"' in client.get(f"/knowledge/{record.id}").text
    part = client.get(f"/phrases/{record.id}").text
    assert '<option value="cost_query">' in part
    fired = client.post(f"/phrases/{record.id}/try", json={"message": "what is the burn today"})
    assert "this phrase" in fired.text
    missed = client.post(f"/phrases/{record.id}/try", json={"message": "good morning"})
    assert "No pattern fires" in missed.text
    reads = client.post(f"/phrases/{record.id}/reads", json={"reply": "It is ${snapshot.gone}."})
    assert "Nothing fills" in reads.text
    assert "gone" in reads.text


def test_a_phrase_that_is_edited_offers_the_categories_that_are_known(
    phrases: tuple[Record, Cockpit],
) -> None:
    record, served = phrases
    client = served.browser()
    to = client.post(f"/phrases/{record.id}/edit", json={"reply": "Burn is known."}).json()["to"]
    page = client.get(to).text
    assert f'list="categories" autocomplete="off" data-known="{to}/categories"' in page
    offered = client.get(f"{to}/categories").text
    assert '<option value="cost_query">' in offered
    assert '<option value="operator_query">' in offered


def test_a_change_of_a_phrase_is_a_question_and_nothing_else(
    phrases: tuple[Record, Cockpit],
) -> None:
    record, served = phrases
    client = served.browser()
    asked = {"reply": "Burn is known.", "category": "cost_query", "reason": "shorter"}
    to = client.post(f"/phrases/{record.id}/edit", json=asked).json()["to"]
    assert "Burn is known." in client.get(to).text
    assert record.text in client.get(f"/knowledge/{record.id}").text.replace("&#36;", "$")
    refused = client.post(f"/phrases/{record.id}/edit", json={"pattern": "("})
    assert refused.status_code == 422


def test_what_stands_beside_an_axis_is_short_however_much_was_decided() -> None:
    told = [short(n) for n in (0, 5, 2500, 10_000, 20_000, 250_000, 1_000_000, 2_500_000)]
    assert told == ["0", "5", "2500", "10k", "20k", "250k", "1M", "2.5M"]


def test_a_replay_is_drawn_over_its_days_with_the_empty_ones_between() -> None:
    drawn = history([("2026-01-01", 3, 0, 1), ("2026-01-03", 0, 2, 0)])
    assert [one.said for one in drawn.stretches] == [
        "2026-01-01: 3 right, 1 not known",
        "2026-01-02: nothing",
        "2026-01-03: 2 wrong",
    ]
    right, unknown = drawn.stretches[0].shares
    (wrong,) = drawn.stretches[2].shares
    assert right.y + right.height == unknown.y + unknown.height + right.height == drawn.middle
    assert wrong.y == drawn.middle
    assert right.height == pytest.approx(3 * unknown.height)
    assert max(one.y + one.height for one in (right, wrong)) < drawn.height


def test_a_long_replay_is_drawn_by_months_a_very_long_one_by_years_and_one_day_not() -> None:
    assert history([("2026-01-01", 1, 0, 0)]).stretches == ()
    months = history([("2026-01-01", 1, 0, 0), ("2026-01-09", 1, 0, 0), ("2026-04-01", 0, 1, 0)])
    assert months.unit == "month"
    assert [one[:3] for one in months.stretches][::3] == [("2026-01", 2, 0), ("2026-04", 0, 1)]
    assert history([("2025-12", 1, 0, 0), ("2026-01", 1, 0, 0)]).unit == "month"
    years = history([("0001-01-01", 1, 0, 0), ("9999-12-31", 1, 0, 0)])
    assert [one.at for one in years.stretches] == ["0001", "9999"]


def test_a_card_tells_when_a_yes_would_have_counted(at: Desk, web: Cockpit) -> None:
    for _ in range(2):
        at.say("note: tea is at four")
        at.clock.advance(days=1)
    at.say("not tea is at four")
    id = at.ask(Add("tea is at four")).id
    for address in ("/", f"/cards/{id}", f"/decisions/{id}"):
        page = web.browser().get(address).text
        assert page.count('<rect class="right"') == 2
        assert page.count('<rect class="wrong"') == 1
        assert "2 right" in page
        assert "1 wrong" in page
        assert '<th scope="col">Day</th>' in page


def test_money_and_minutes_are_said_only_where_a_replay_knows_them() -> None:
    assert worth({"later_sessions": 4.0}) == []
    assert worth({"seconds_lost": 720.0}) == ["about 12 min lost where it was not known"]
    assert worth({"usd_a_day": 0.12})[0] == "$0.12 a day"
    assert (lasting(59), lasting(7200)) == ("less than a minute", "about 2 h")
