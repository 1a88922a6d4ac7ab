"""Domain values of every kind, as hypothesis finds them: also those no store can keep as given."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from passdown.domain.actor import Actor, Kind, Proof, Role
from passdown.domain.change import Image
from passdown.domain.clock import from_seconds
from passdown.domain.entry import Activity
from passdown.domain.job import Job
from passdown.domain.observation import Observation, Pointer, Seen, Session, Source, Trust
from passdown.domain.proposal import OPEN, Mark, Message, Proposal, Verdict
from passdown.domain.record import Edge, Life, Record

# Everything a Python string may be, NUL and lone surrogates too.
texts = st.text(max_size=30) | st.sampled_from(
    ["", "\0", "\ud800", "a\0b\udfff", "\\u0000", "%_'\""]
)
keys = st.text(min_size=1, max_size=12)
hexes = st.text("0123456789abcdef", min_size=32, max_size=32)
moments = st.floats(0, 4e9).map(from_seconds)
times = st.just("") | moments
scopes = st.sampled_from(["global", "repo:a", "repo:b", "agent:x"])
shares = st.floats(0, 1)
numbers = st.integers(-(2**63) + 1, 2**63 - 1)
counts = st.integers(0, 2**63 - 1)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
jsons = st.dictionaries(texts, values, max_size=4)
names = st.text(string.ascii_lowercase + "._", min_size=1, max_size=10)
flags = st.lists(texts, max_size=2).map(tuple)

pointers = st.builds(Pointer, file=texts, offset=counts, length=counts, sha256=hexes)
sessions = st.builds(
    Session, id=keys, format=texts, agent=texts, model=texts, repo=texts, branch=texts,
    started_at=times, ended_at=times, outcome=texts, parent=texts, meta=jsons,
)  # fmt: skip
observations = st.builds(
    Observation, session=st.just("s"), uid=keys, seen=st.sampled_from(Seen), text=texts, at=times,
    trust=st.sampled_from(Trust), scope=scopes, tool=texts, call=texts,
    ok=st.none() | st.booleans(), signature=texts, pointer=st.none() | pointers, flags=flags,
    meta=jsons, seq=st.just(0),
)  # fmt: skip
sources = st.builds(
    Source, key=keys, format=texts, device=st.integers(0, 2**64 - 1),
    inode=st.integers(0, 2**64 - 1), offset=counts, tail=texts, memory=jsons, read_at=times,
    counts=jsons,
)  # fmt: skip
records = st.builds(
    Record, kind=names, key=keys, text=texts, body=jsons, scope=scopes, life=st.sampled_from(Life),
    trust=st.integers(0, 5), confidence=shares, valid_from=times, valid_to=times, made_by=texts,
    created_at=times, updated_at=times, version=st.just(0),
)  # fmt: skip
edges = st.builds(Edge, source=keys, type=keys, target=keys, body=jsons, scope=scopes)
proposals = st.builds(
    Proposal, id=hexes, loop=names, action=names, payload=jsons,
    evidence=st.lists(counts, max_size=3).map(tuple), proposed_by=texts, created_at=times,
    deadline=times, scope=scopes, title=texts, replay=jsons, confidence=shares, fingerprint=texts,
    digest=texts, status=st.sampled_from(sorted(OPEN)), flags=flags,
    original=st.none() | jsons, decided_by=texts, decided_at=times, reason=texts,
    failure_code=texts, version=st.integers(1, 9),
)  # fmt: skip
messages = st.builds(
    Message, proposal=hexes, n=st.just(1), at=times, actor=texts, tier=names,
    verdict=st.sampled_from(Verdict), text=texts, detail=jsons,
)  # fmt: skip
marks = st.builds(Mark, proposal=hexes, name=names, at=times, actor=texts, detail=jsons)
images = st.builds(
    Image, proposal=hexes, n=st.integers(0, 9), change=names, kind=names, key=texts,
    after=st.integers(0, 99), before=st.none() | jsons,
)  # fmt: skip
activities = st.builds(
    Activity, at=times, name=names, session=texts,
    items=st.lists(texts, max_size=3).map(tuple), detail=jsons,
)  # fmt: skip
jobs = st.builds(
    Job, id=hexes, name=names, key=texts, detail=jsons,
    run_at=moments, created_at=moments, max_attempts=st.integers(1, 9),
)  # fmt: skip
actors = st.builds(
    Actor, name=texts, kind=st.sampled_from(Kind), roles=st.frozensets(st.sampled_from(Role)),
    proof=st.sampled_from(Proof),
)  # fmt: skip
