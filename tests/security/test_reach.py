"""What the server can be made to call, and words that are not what they look like."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from passdown.domain.actor import Proof, human
from passdown.domain.errors import Forbidden
from tests.desk import ALICE, Desk, desk
from tests.notes import Add
from tests.surfaces.cockpit import Cockpit, cockpit

PLACES = ("engine.openai_url", "engine.anthropic_url", "engine.ollama_url", "audit.observer")
INNER = ("http://169.254.169.254/", "http://127.0.0.1:5432", "http://10.0.0.8/v1", "http://db")
CYRILLIC = "p\u0430yp\u0430l"
"""`paypal` with two letters of another alphabet."""


@pytest.fixture
def at() -> Iterator[Desk]:
    made = desk()
    yield made
    made.close()


@pytest.fixture
def served(at: Desk) -> Iterator[Cockpit]:
    with cockpit(at.app) as found:
        yield found


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("url", INNER)
def test_no_address_of_this_network_is_set_but_in_the_file(
    name: str, url: str, at: Desk, served: Cockpit
) -> None:
    with pytest.raises(Forbidden, match="within this network"):
        at.call("controls.set", ALICE, name=name, value=url)
    answer = served.browser().post(f"/controls/{name}/set", json={"value": url})
    assert answer.status_code == 403
    assert at.call("controls.history")["turns"] == []


def test_an_address_of_the_world_is_set_by_an_admin_alone(at: Desk, served: Cockpit) -> None:
    told = {"value": "https://models.example.com/v1"}
    reviewer = served.browser(human("rev", Proof.TOKEN, admin=False))
    assert reviewer.post(f"/controls/{PLACES[0]}/set", json=told).status_code == 403
    assert served.browser().post(f"/controls/{PLACES[0]}/set", json=told).status_code == 200


def test_no_operation_takes_an_address_to_call(at: Desk) -> None:
    every = at.call("capabilities")["operations"]
    assert len(every) > 50
    taken = {(one["name"], name) for one in every for name in one["params"]["properties"]}
    assert [both for both in taken if {"url", "uri", "host"} & set(both[1].split("_"))] == []


@pytest.mark.parametrize("text", [f"Pay with {CYRILLIC} only.", f"Run `{CYRILLIC} login` first."])
def test_a_word_of_two_alphabets_is_shown_as_one(text: str, at: Desk, served: Cockpit) -> None:
    id = at.ask(Add(text), at.say(text)).id
    shown = f'<mark class="mixed" title="letters of more than one alphabet">{CYRILLIC}</mark>'
    client = served.browser()
    for address in ("/", f"/cards/{id}", "/queue", "/sessions/s1"):
        assert shown in client.get(address).text, address
    at.call("approve", ALICE, id=id)
    record = at.call("records")["records"][0]["id"]
    for address in ("/knowledge", f"/knowledge/{record}", f"/decisions/{id}", "/decisions"):
        assert shown in client.get(address).text, address


@pytest.mark.parametrize(
    "text", ["na\u00efve caf\u00e9", "5 \u00b5s", "\u0434\u0430 and yes", "10 k\u03a9", "\u0394t"]
)
def test_a_word_of_one_alphabet_is_left_alone(text: str, at: Desk, served: Cockpit) -> None:
    id = at.ask(Add(text), at.say(text)).id
    page = served.browser().get(f"/cards/{id}").text
    assert text in page
    assert "mixed" not in page


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200b", "\u2060", "\ufeff", "\u00ad"])
def test_no_page_turns_text_around_or_hides_some(sign: str, at: Desk, served: Cockpit) -> None:
    text = f"tea{sign} is at four"
    id = at.ask(Add(text), at.say(text)).id
    at.call("approve", ALICE, id=id, reason=text)
    record = at.call("records")["records"][0]["id"]
    pages = ("/sessions/s1", "/decisions", f"/decisions/{id}", f"/knowledge/{record}", "/ledger")
    for address in pages:
        assert sign not in served.browser().get(address).text, address
