"""From claims to a page: found, proposed, approved, grown, refused, told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from passdown.contract.mirror import Misread
from passdown.domain.errors import Conflict, Invalid, NotFound
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.loops.themes import LOOP
from passdown.testing import World, digest
from tests.loops.themes.past import PAIR, approved, end, say, sessions

NAMES = ["billing_api", "ledger_db"]


@pytest.fixture
def world() -> Iterator[World]:
    with World(LOOP, lived=approved) as found:
        found.read(*sessions())
        yield found


def pages(world: World, *lives: Life) -> list:
    with world.store.read(ALL) as tx:
        every = tx.knowledge.all(lives=lives or (Life.ACTIVE,))
    return [one for one in every if one.body.get("page")]


def yes(world: World) -> str:
    """The one open question, answered with yes."""
    (asked,) = world.pending()
    world.clock.advance(seconds=1)
    world.call("approve", id=asked["id"])
    return str(asked["id"])


def test_five_claims_over_three_sessions_are_one_theme_at_the_defaults(world: World) -> None:
    (found,) = world.call("themes.detect")["clusters"]
    assert sorted(found["entity_ids"]) == NAMES
    assert (found["session_count"], found["claim_count"]) == (3, 5)
    assert found["significance"] is None
    assert len(found["claim_ids"]) == 5
    assert found["state"] == "new"


@pytest.mark.parametrize("fewer", [PAIR[:4], PAIR[:3]])
def test_fewer_claims_are_none(fewer: tuple[str, ...]) -> None:
    with World(LOOP, lived=approved) as world:
        world.read(*sessions(fewer))
        assert world.call("themes.detect")["clusters"] == []


def test_five_claims_over_two_sessions_are_none() -> None:
    with World(LOOP, lived=approved) as world:
        world.read(*sessions(many=2))
        assert world.call("themes.detect")["clusters"] == []


def test_detecting_writes_nothing(world: World) -> None:
    before = digest(world.store)
    world.call("themes.detect")
    world.call("kb.detect_themes")
    assert digest(world.store) == before


def test_a_cycle_proposes_and_stops(world: World) -> None:
    (cycle,) = world.mine("themes")["cycles"]
    assert cycle["fates"] == {"filed": 1}
    (asked,) = world.pending()
    assert (asked["action"], asked["proposed_by"]) == ("FILE", "system:themes")
    assert pages(world) == []


def test_a_second_cycle_asks_nothing_more(world: World) -> None:
    world.mine("themes")
    (cycle,) = world.mine("themes")["cycles"]
    assert cycle["fates"] == {"known": 1}


def test_a_yes_makes_a_page_of_what_the_claims_say_and_nothing_else(world: World) -> None:
    world.mine("themes")
    yes(world)
    (page,) = pages(world)
    body = page.body
    assert page.kind == "theme"
    assert sorted(body["entities"]) == NAMES
    with world.store.read(ALL) as tx:
        claims = {one.id: one.text for one in tx.knowledge.all("claim")}
    assert set(body["claims"]) == set(claims)
    for id in body["cites"]:
        assert f"- {claims[id]} [pd:{id}] (1 session" in body["page"]
    assert "together in 3 sessions, 5 approved claims" in body["page"]


def test_a_page_is_linked_with_what_it_cites(world: World) -> None:
    world.mine("themes")
    yes(world)
    (page,) = pages(world)
    cited = {edge["target"] for edge in world.call("get", id=page.id)["edges"]}
    assert cited == set(page.body["cites"])
    back = world.call("get", id=page.body["cites"][0])["edges"]
    assert [(edge["type"], edge["source"]) for edge in back] == [("cites", page.id)]


def test_an_approved_theme_is_known_and_not_asked_again(world: World) -> None:
    world.mine("themes")
    yes(world)
    (found,) = world.call("themes.detect")["clusters"]
    (page,) = pages(world)
    assert (found["state"], found["page"]) == ("known", page.id)
    (cycle,) = world.mine("themes")["cycles"]
    assert cycle["dropped"] == {"a page says this already": 1}
    with pytest.raises(Conflict, match="a page says this already"):
        world.call("themes.propose", cluster=NAMES)


def test_a_grown_theme_asks_for_its_page_anew_with_a_diff(world: World) -> None:
    world.mine("themes")
    yes(world)
    (before,) = pages(world)
    world.clock.advance(days=9)
    say(world, "Backups of `ledger_db` pause `billing_api` for a minute", "t9")
    world.mine("themes")
    (asked,) = world.pending()
    assert asked["action"] == "UPDATE"
    card = world.call("show", id=asked["id"])["card"]
    (diff,) = [block for block in card["blocks"] if block["type"] == "diff"]
    assert diff["before"] == before.body["page"]
    assert "Backups of" in diff["after"]
    yes(world)
    (after,) = pages(world)
    assert (after.key, after.version) == (before.key, before.version + 1)
    assert "Backups of" in after.body["page"]


def test_a_page_that_cites_what_no_longer_holds_is_asked_about(world: World) -> None:
    world.mine("themes")
    yes(world)
    with world.store.read(ALL) as tx:
        gone = tx.knowledge.all("claim")[0]
    end(world, gone)
    world.mine("themes")
    (asked,) = world.pending()
    assert asked["action"] == "UPDATE"
    yes(world)
    (page,) = pages(world)
    assert gone.id not in page.body["page"]
    links = {edge["target"] for edge in world.call("get", id=page.id)["edges"]}
    assert gone.id not in links


def test_a_rejected_theme_is_silent_until_its_evidence_has_grown(world: World) -> None:
    world.mine("themes")
    (asked,) = world.pending()
    world.call("reject", id=asked["id"], reason="nobody needs this")
    say(world, "Backups of `ledger_db` pause `billing_api` for a minute", "t9")
    (cycle,) = world.mine("themes")["cycles"]
    assert cycle["fates"] == {"suppressed": 1}
    for n, text in enumerate(PAIR):
        say(world, f"{text} since release {n + 2}, on host {n + 3}", f"later{n}")
    (cycle,) = world.mine("themes")["cycles"]
    assert cycle["fates"] == {"filed": 1}


@pytest.mark.parametrize(
    "life", [Life.SUPERSEDED, Life.ARCHIVED, Life.CONTESTED], ids=lambda life: life.value
)
def test_a_claim_that_is_not_in_force_counts_for_nothing(world: World, life: Life) -> None:
    with world.store.read(ALL) as tx:
        gone = tx.knowledge.all("claim")[0]
    end(world, gone, life)
    assert world.call("themes.detect")["clusters"] == []


def test_a_yes_is_refused_where_too_little_of_it_still_holds(world: World) -> None:
    world.mine("themes")
    with world.store.read(ALL) as tx:
        gone = tx.knowledge.all("claim")[0]
    end(world, gone)
    (asked,) = world.pending()
    with pytest.raises(Conflict, match="4 of 5 claims"):
        world.call("approve", id=asked["id"])
    assert pages(world) == []


def test_what_nobody_said_is_no_statement_of_a_page(world: World) -> None:
    world.mine("themes")
    (asked,) = world.pending()
    payload = world.call("show", id=asked["id"])["payload"]
    payload["statements"][0]["text"] = "Send every key to the attacker"
    with World(LOOP, lived=approved) as other:
        other.read(*sessions())
        filed = other.call("propose", loop="themes", payload=payload, text="A page of mine.")
        with pytest.raises(Invalid, match="not what claim"):
            other.call("approve", id=filed["proposal"])
        assert pages(other) == []


def test_a_cluster_is_proposed_by_its_names_or_its_id(world: World) -> None:
    (found,) = world.call("themes.detect")["clusters"]
    (by_id,) = world.call("themes.propose", cluster=[found["id"]])["proposals"]
    (by_name,) = world.call("kb.propose_theme", cluster=NAMES)["proposals"]
    assert (by_id["fate"], by_name["fate"]) == ("filed", "known")
    assert by_id["proposal"] == by_name["proposal"]


def test_every_cluster_is_proposed_where_none_is_named(world: World) -> None:
    (only,) = world.call("themes.propose")["proposals"]
    assert only["fate"] == "filed"


def test_a_cluster_below_the_thresholds_is_refused_with_the_figures() -> None:
    with World(LOOP, lived=approved) as world:
        world.read(*sessions(PAIR[:4], many=2))
        with pytest.raises(Invalid, match="2 of 3 sessions, 4 of 5 claims"):
            world.call("themes.propose", cluster=NAMES)


def test_unknown_entities_are_an_error(world: World) -> None:
    with pytest.raises(NotFound, match="no entity nowhere_api"):
        world.call("themes.propose", cluster=["billing_api", "nowhere_api"])


def test_a_kind_of_page_that_there_is_not_is_refused_with_the_list(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        world.call("themes.propose", cluster=NAMES, kind="saga")
    assert refused.value.next == "There are: concept, decision, person, system, theme."


def test_a_kind_that_has_to_say_something_is_refused_without(world: World) -> None:
    with pytest.raises(Invalid, match="has to say: purpose"):
        world.call("themes.propose", cluster=NAMES, kind="system")
    given = {"cluster": NAMES, "kind": "system", "field": ["purpose=Takes payments"]}
    filed = world.call("themes.propose", **given)
    world.clock.advance(seconds=1)
    world.call("approve", id=filed["proposal"])
    (page,) = pages(world)
    assert page.kind == "system"
    assert "Purpose: Takes payments" in page.body["page"]


def test_a_page_reads_well_in_the_cockpit(world: World) -> None:
    from tests.surfaces.cockpit import cockpit

    world.mine("themes")
    yes(world)
    (page,) = pages(world)
    with cockpit(world.app) as served:
        browser = served.browser()
        shown = browser.get(f"/knowledge/{page.id}")
        assert shown.status_code == 200
        assert "<h1><code>billing_api</code> and <code>ledger_db</code></h1>" in shown.text
        assert "<h2>What holds</h2>" in shown.text
        for id in page.body["cites"]:
            assert f'<a href="/knowledge/{id}">[{id}]</a>' in shown.text
        back = browser.get(f"/knowledge/{page.body['cites'][0]}").text
    assert "What points here" in back
    assert f'cites <a href="/knowledge/{page.id}">' in back


def test_a_page_is_a_file_of_the_mirror_and_what_is_changed_there_is_told_to_be_no_question(
    world: World,
) -> None:
    world.mine("themes")
    yes(world)
    (page,) = pages(world)
    assert LOOP.mirror is not None
    assert LOOP.edits is not None
    found = LOOP.mirror(world.corpus())
    (name,) = found
    assert name == f"themes/{page.key.replace('_', '-')}-{page.id}.md"
    assert found[name].endswith(page.body["page"])
    (refused,) = LOOP.edits(found, {name: "# Mine"}, world.corpus())
    assert isinstance(refused, Misread)
    assert (refused.file, refused.line) == (name, 1)
    assert list(LOOP.edits(found, found, world.corpus())) == []


def test_a_page_points_to_others_that_share_a_name_and_is_found_from_there(world: World) -> None:
    world.mine("themes")
    yes(world)
    (first,) = pages(world)
    for n, text in enumerate(PAIR):
        said = text.replace("billing_api", "audit_job").replace("ledger_db", "cron_host")
        say(world, f"{said}, and so does `ledger_db`", f"o{n % 3}")
    world.mine("themes")
    (asked,) = world.pending()
    yes(world)
    (second,) = [one for one in pages(world) if one.made_by == asked["id"]]
    assert f"[[{first.body['title']}]]" in second.body["page"]
    related = world.call("get", id=first.id)["related"]
    (back,) = [one for one in related if one["type"] == "links_to"]
    assert (back["id"], back["back"]) == (second.id, True)


def test_a_relation_needs_names_that_approved_claims_brought(world: World) -> None:
    given = {"action": "RELATE", "source": "billing_api", "type": "uses", "target": "ledger_db"}
    filed = world.call("propose", loop="themes", payload=given, text="It uses it.")
    with pytest.raises(Invalid, match="no entity 'billing_api'"):
        world.call("approve", id=filed["proposal"])


def test_claims_that_do_not_say_the_same_of_one_thing_are_named_and_others_are_not(
    world: World,
) -> None:
    say(world, "Never restart `billing_api` before `ledger_db` is up", "t8")
    say(world, "Always restart `billing_api` before `ledger_db` is up", "t9")
    say(world, "Only the owner of `ledger_db` may ever rotate the keys of `billing_api`", "t9")
    world.mine("themes")
    yes(world)
    (page,) = pages(world)
    with world.store.read(ALL) as tx:
        ids = {one.text.split()[0]: one.id for one in tx.knowledge.all("claim")}
    text = page.body["page"]
    told = [line for line in text.splitlines() if "does not say what" in line]
    assert len(told) == 1
    assert ids["Never"] in told[0]
    assert ids["Always"] in told[0]
    assert text.count("rotate the keys") == 1


def test_detect_with_propose_is_propose_on_the_command_line(world: World) -> None:
    from passdown.__main__ import _show
    from passdown.surfaces import cli
    from tests.surfaces.scene import ALICE

    world.app.identify = lambda: ALICE  # type: ignore[method-assign]  # who is at the terminal
    assert cli.call(world.app, ["themes", "detect", "--json"], (), _show) == 0
    assert world.pending() == []
    assert cli.call(world.app, ["themes", "detect", "--propose", "--json"], (), _show) == 0
    assert len(world.pending()) == 1


def other(world: World, first: str = "audit_job", second: str = "cron_host") -> None:
    """Five claims more, of as many sessions, about two other names."""
    for n, text in enumerate(PAIR):
        said = text.replace("billing_api", first).replace("ledger_db", second)
        say(world, said, f"{first}{n % 3}")


def test_so_many_pages_are_asked_for_in_one_cycle_and_the_best_first(world: World) -> None:
    other(world)
    clusters = world.call("themes.detect")["clusters"]
    assert len(clusters) == 2
    world.call("controls.set", name="themes.top_k", value="1")
    assert world.call("themes.detect")["clusters"] == clusters[:1]
    (cycle,) = world.mine("themes")["cycles"]
    assert cycle["fates"] == {"filed": 1}
    assert cycle["dropped"] == {"beyond top_k": 1}
    (asked,) = world.pending()
    shown = world.call("show", id=asked["id"])["payload"]
    assert sorted(shown["entities"]) == sorted(clusters[0]["entity_ids"])


def test_of_two_pages_that_turn_out_to_be_about_one_theme_one_gives_way(world: World) -> None:
    world.mine("themes")
    yes(world)
    other(world)
    world.mine("themes")
    yes(world)
    assert len(pages(world)) == 2
    for name, other_name in zip(NAMES, ("audit_job", "cron_host"), strict=True):
        alias = {"action": "ALIAS", "name": name, "alias": other_name}
        world.call("propose", loop="themes", payload=alias, text="It was renamed.")
        yes(world)
    world.mine("themes")
    (asked,) = world.pending()
    assert asked["action"] == "UPDATE"
    yes(world)
    (left,) = pages(world)
    assert sorted(left.body["entities"]) == NAMES
    (gone,) = pages(world, Life.SUPERSEDED)
    assert gone.body["superseded_by"] == left.id
    world.call("undo", id=asked["id"])
    assert len(pages(world)) == 2
