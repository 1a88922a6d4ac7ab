"""What a session took is counted as it grows, and the same however it is cut."""

from __future__ import annotations

from hypothesis import given, strategies as st

from passdown.domain.observation import Observation, Seen
from passdown.stages.observe.sums import add


def seen(kind: Seen, **facts: object) -> Observation:
    return Observation("s", "u", kind, "x", **facts)  # type: ignore[arg-type]


OBSERVATIONS = st.builds(
    seen,
    st.sampled_from(Seen),
    ok=st.sampled_from([None, True, False]),
    flags=st.sampled_from([(), ("hidden",)]),
    meta=st.fixed_dictionaries(
        {},
        optional={
            "model": st.sampled_from(["m", "n"]),
            "tokens": st.dictionaries(st.sampled_from(["in", "out", "odd"]), st.integers(-5, 50)),
            "cost": st.sampled_from([0.5, 1, "much", -3.0, float("inf")]),
        },
    ),
)


def test_who_spoke_what_failed_and_what_it_took_is_counted() -> None:
    items = [
        seen(Seen.PROMPT),
        seen(Seen.REPLY, meta={"tokens": {"in": 3, "out": 5}, "model": "m"}),
        seen(Seen.CALL, meta={"tokens": {"in": 1}}),
        seen(Seen.RESULT, ok=False, flags=("hidden",)),
        seen(Seen.REPLY, meta={"cost": 0.25}),
        seen(Seen.REPLY, meta={"cost": 0.5}),
    ]
    assert add({}, items, "base") == {
        "prompts": 1,
        "replies": 3,
        "calls": 1,
        "results": 1,
        "errors": 1,
        "flagged": 1,
        "tokens": {"m": {"in": 3, "out": 5}, "base": {"in": 1}},
        "cost": 0.75,
    }


@given(st.lists(OBSERVATIONS, max_size=12), st.integers(0, 12))
def test_the_sums_are_the_same_however_the_session_is_cut(
    items: list[Observation], at: int
) -> None:
    whole = add({}, items, "base")
    first = add({}, items[:at], "base")
    before = {**first, "tokens": {k: dict(v) for k, v in first["tokens"].items()}}
    assert add(first, items[at:], "base") == whole
    assert first == before


def test_models_without_end_are_counted_as_others() -> None:
    items = [seen(Seen.REPLY, meta={"model": f"m{n}", "tokens": {"in": 1}}) for n in range(80)]
    tokens = add({}, items)["tokens"]
    assert tokens["others"] == {"in": 30}
    assert len(tokens) == 51
