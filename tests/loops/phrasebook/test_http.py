"""The addresses that posters have always used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from passdown.domain.actor import Proof, human
from passdown.domain.proposal import STATUS_VALUES
from passdown.ops.tokens import digest
from passdown.surfaces.http import build
from tests.loops.phrasebook.log import LOOP, World, burns, read

HERE = "http://127.0.0.1:3800"


@pytest.fixture
def http(tmp_path: Path) -> Iterator[TestClient]:
    with World(LOOP) as world:
        read(world, burns(), tmp_path)
        world.mine("phrasebook")
        token = world.call("token.new", human("admin", Proof.TOKEN), name="mira", role="review")
        assert digest(token["token"])
        known = {"Authorization": f"Bearer {token['token']}"}
        with TestClient(build(world.app), base_url=HERE, headers=known) as client:
            yield client


def test_a_poster_lists_and_approves(http: TestClient) -> None:
    found = http.get("/api/promotions/phrasebook/pending").json()
    assert found["status_values"] == list(STATUS_VALUES)
    (one,) = found["proposals"]
    place = f"/api/promotions/phrasebook/{one['proposal_id']}/approve"
    done = http.post(place, json={"category_override": "status_query", "review_notes": "yes"})
    assert done.status_code == 200, done.text
    assert (done.json()["status"], done.json()["review_notes"]) == ("approved", "yes")
    assert done.json()["proposed_category"] == "status_query"


def test_a_poster_rejects_with_a_note(http: TestClient) -> None:
    (one,) = http.get("/api/promotions/phrasebook/pending").json()["proposals"]
    place = f"/api/promotions/phrasebook/{one['proposal_id']}/reject"
    assert http.post(place, json={}).status_code >= 400
    done = http.post(place, json={"review_notes": "Not that one."}).json()
    assert (done["status"], done["review_notes"]) == ("rejected", "Not that one.")
    assert http.get("/api/promotions/phrasebook/pending").json()["proposals"] == []
