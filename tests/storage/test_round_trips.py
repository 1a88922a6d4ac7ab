"""What goes in comes out: every domain value, in every backend, by one rule for odd text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from passdown.domain.errors import Invalid
from passdown.domain.observation import Session
from passdown.domain.proposal import Status
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.storage.port import Store, Tx
from tests.storage import values

often = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def kept(value: Any) -> Any:
    """The value as the rule says it is kept, written apart from the code under test."""
    if isinstance(value, Enum) or value is None:
        return value
    if isinstance(value, str):
        wide = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return wide.replace("\0", "\ufffd")
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: kept(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, dict):
        return {kept(name): kept(one) for name, one in value.items()}
    return type(value)(map(kept, value)) if isinstance(value, (list, tuple)) else value


class RollBackError(Exception):
    """Nothing is to be left behind for the next example."""


@contextmanager
def trial(store: Store) -> Iterator[Tx]:
    """A write of which nothing is kept."""
    with suppress(RollBackError), store.write(ALL) as tx:
        yield tx
        raise RollBackError


@often
@given(session=values.sessions, item=values.observations)
def test_sessions_and_observations_are_read_back(store: Store, session, item):
    item = replace(item, session=session.id)
    with trial(store) as tx:
        (seq,) = tx.observations.add(session, [item])
        assert tx.observations.session(session.id) == kept(session)
        assert tx.observations.get([seq]) == [replace(kept(item), seq=seq)]


@often
@given(source=values.sources)
def test_sources_are_read_back(store: Store, source):
    with trial(store) as tx:
        tx.observations.put_source(replace(source, offset=0))
        tx.observations.put_source(source)
        assert tx.observations.source(source.key) == kept(source)
        assert tx.observations.sources() == [kept(source)]


@often
@given(record=values.records, edge=values.edges)
def test_records_and_edges_are_read_back(store: Store, record, edge):
    with trial(store) as tx:
        stored = tx.knowledge.put(record)
        assert stored == replace(kept(record), version=1)
        assert tx.knowledge.get(record.kind, record.key) == stored
        assert tx.knowledge.find(stored.id) == [stored]
        assert tx.knowledge.link(edge)
        assert not tx.knowledge.link(edge)
        assert tx.knowledge.edges() == tx.knowledge.edges(edge.target) == [kept(edge)]
        assert tx.knowledge.unlink(edge)


@often
@given(proposal=values.proposals, message=values.messages, mark=values.marks)
def test_proposals_and_what_was_said_are_read_back(store: Store, proposal, message, mark):
    with trial(store) as tx:
        tx.queue.add(proposal)
        assert tx.queue.get(proposal.id) == kept(proposal)
        done = tx.queue.move(replace(proposal, status=Status.REJECTED), proposal.status)
        version = proposal.version + 1
        assert done == replace(kept(proposal), status=Status.REJECTED, version=version)
        said = tx.queue.say(replace(message, proposal=proposal.id))
        assert tx.queue.messages(proposal.id) == [said]
        assert said == kept(replace(message, proposal=proposal.id))
        tx.queue.mark(replace(mark, proposal=proposal.id))
        assert tx.queue.marks(proposal.id) == [kept(replace(mark, proposal=proposal.id))]


@often
@given(name=values.texts, actor=values.texts, subject=values.texts, detail=values.jsons)
def test_entries_are_read_back(store: Store, name, actor, subject, detail):
    with trial(store) as tx:
        entry = tx.ledger.append(name, actor, subject, detail)
        assert entry.detail == kept(detail)
        assert tx.ledger.entries() == [entry]


@often
@given(image=values.images, activity=values.activities)
def test_images_and_activities_are_read_back(store: Store, image, activity):
    with trial(store) as tx:
        tx.ledger.keep_image(image)
        assert tx.ledger.images(image.proposal) == [kept(image)]
        tx.ledger.note(activity)
        assert tx.ledger.activities() == [kept(activity)]
        for item in activity.items:
            assert tx.ledger.activities(item=item) == [kept(activity)]


@often
@given(job=values.jobs, actor=values.actors, name=values.texts, value=values.texts)
def test_jobs_actors_and_facts_are_read_back(store: Store, job, actor, name, value):
    with trial(store) as tx:
        assert tx.jobs.add(job)
        assert tx.jobs.get(job.id) == kept(job)
        tx.registry.add_token(name, actor)
        assert tx.registry.token(name) == kept(actor)
        tx.registry.keep(name, value)
        assert tx.registry.value(name) == kept(value)


@often
@given(hashes=st.dictionaries(values.hexes, st.binary(max_size=40), max_size=4))
def test_vectors_are_read_back(store: Store, hashes):
    with trial(store) as tx:
        tx.index.keep_vectors(hashes, "m")
        assert tx.index.vectors([*hashes, "none"], "m") == hashes
        assert tx.index.vectors(list(hashes), "another model") == {}


@pytest.mark.parametrize("odd", [{"a": float("nan")}, {"a": {1, 2}}, {"a": b"bytes"}])
def test_what_has_no_json_is_refused_in_words(store: Store, odd):
    with store.write(ALL) as tx:
        with pytest.raises(Invalid, match="not a JSON value"):
            tx.knowledge.put(Record("k", "1", "t", odd))
        with pytest.raises(Invalid, match="not a JSON value"):
            tx.observations.add(Session("s", "f", meta=odd), [])


def test_what_no_number_column_holds_is_refused_in_words(store: Store):
    with store.write(ALL) as tx:
        with pytest.raises(Invalid, match="not a finite number"):
            tx.knowledge.put(Record("k", "1", "t", confidence=float("nan")))
        with pytest.raises(Invalid, match="beyond 64 bits"):
            tx.knowledge.put(Record("k", "1", "t", trust=2**64))
