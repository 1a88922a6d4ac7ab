"""Settings that make no sense: each falls back, and a warning names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown.config.load import load
from passdown.loops.themes import LOOP
from passdown.loops.themes.kinds import declared, own

MALFORMED = [
    ("themes.min_sessions", '"three"', 3),
    ("themes.min_sessions", "0", 3),
    ("themes.min_sessions", "2.5", 3),
    ("themes.min_sessions", "true", 3),
    ("themes.min_claims", "-1", 5),
    ("themes.min_claims", '""', 5),
    ("themes.top_k", "0", 10),
    ("themes.top_k", "1e9", 10),
    ("themes.fdr", '"much"', 0.05),
    ("themes.fdr", "1.5", 0.05),
    ("themes.fdr", "-0.1", 0.05),
    ("themes.fdr", "nan", 0.05),
    ("themes.fdr", "[0.05]", 0.05),
    ("themes.kind", '"saga"', "theme"),
    ("themes.kind", "7", "theme"),
    ("themes.handles", '"perhaps"', False),
    ("themes.kinds", '"theme saga"', "theme concept decision:status system:purpose person:role"),
    ("themes.kinds", '"session"', "theme concept decision:status system:purpose person:role"),
    ("themes.kinds", "3", "theme concept decision:status system:purpose person:role"),
]


@pytest.mark.parametrize(("name", "said", "kept"), MALFORMED)
def test_a_malformed_setting_falls_back_with_a_warning_that_names_it(
    name: str, said: str, kept: object, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(f"{name} = {said}\n")
    found = load(tmp_path, tmp_path, knobs=LOOP.settings)
    assert found.values[name].value == kept
    (warning,) = found.warnings
    assert name in warning


def test_kinds_are_declared_with_the_fields_they_must_have(tmp_path: Path) -> None:
    text = 'themes.kinds = "decision:status+owner concept"\n'
    (tmp_path / "config.toml").write_text(text)
    found = load(tmp_path, tmp_path, knobs=LOOP.settings)
    assert declared(found) == {"concept": (), "decision": ("status", "owner")}


@pytest.mark.parametrize(
    ("kind", "kinds", "made"),
    [
        ("theme", "theme concept", "theme"),
        ("theme", "concept decision", "concept"),
        ("theme", "theme:owner", "concept"),
        ("concept", "theme", "concept"),
    ],
)
def test_a_theme_is_of_the_configured_kind_or_a_concept(
    kind: str, kinds: str, made: str, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(f'themes.kind = "{kind}"\nthemes.kinds = "{kinds}"\n')
    found = load(tmp_path, tmp_path, knobs=LOOP.settings)
    assert found.warnings == ()
    assert own(found) == made
