"""Other tools' names of settings and folders: which count, and what `doctor` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown.app import App
from tests.desk import places
from tests.loops.phrasebook.log import LOOP

KEYS = (
    ("ENABLED", "enabled", "false", False),
    ("INTERVAL_SEC", "every", "3600", "3600s"),
    ("OBSERVATION_WINDOW_DAYS", "observation_window_days", "9", 9),
    ("MIN_CLUSTER_SIZE", "min_cluster_size", "7", 7),
    ("EXPIRY_DAYS", "expiry_days", "3", 3),
)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KORA_HOME", "KORA_PROMOTIONS_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def app(home: Path) -> App:
    url = str(home / "store" / "store.db")
    return App(places(url, home / "store"), loops={"phrasebook": LOOP})


@pytest.mark.parametrize(("variable", "knob", "said", "value"), KEYS)
@pytest.mark.parametrize("prefix", ["PASSDOWN_", "KORA_"])
def test_a_variable_counts_under_either_name(
    prefix: str,
    variable: str,
    knob: str,
    said: str,
    value: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(f"{prefix}PROMOTE_PHRASEBOOK_{variable}", said)
    with app(tmp_path) as found:
        setting = found.settings.values[f"phrasebook.{knob}"]
    assert setting.value == value
    assert setting.origin == f"env {prefix}PROMOTE_PHRASEBOOK_{variable}"
    assert setting.pinned


def test_ours_wins_where_both_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KORA_PROMOTE_PHRASEBOOK_EXPIRY_DAYS", "3")
    monkeypatch.setenv("PASSDOWN_PROMOTE_PHRASEBOOK_EXPIRY_DAYS", "4")
    with app(tmp_path) as found:
        assert found.settings.whole("phrasebook.expiry_days") == 4
        monkeypatch.setenv("PASSDOWN_PHRASEBOOK_EXPIRY_DAYS", "5")
    with app(tmp_path) as found:
        assert found.settings.whole("phrasebook.expiry_days") == 5


def test_a_malformed_variable_is_named_in_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KORA_PROMOTE_PHRASEBOOK_MIN_CLUSTER_SIZE", "many")
    with app(tmp_path) as found:
        assert found.settings.whole("phrasebook.min_cluster_size") == 5
        (warning,) = found.settings.warnings
    assert "KORA_PROMOTE_PHRASEBOOK_MIN_CLUSTER_SIZE" in warning


def test_a_file_takes_the_same_keys(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir(mode=0o700)
    text = "[promote.phrasebook]\ninterval_sec = 7200\nexpiry_days = 2\nmin_cluster_size = 6\n"
    (tmp_path / "store" / "config.toml").write_text(text)
    with app(tmp_path) as found:
        assert found.settings.warnings == ()
        assert found.settings.text("phrasebook.every") == "7200s"
        assert found.settings.whole("phrasebook.expiry_days") == 2
        assert found.settings.whole("phrasebook.min_cluster_size") == 6


@pytest.mark.parametrize(
    ("set_", "folder", "who"),
    [
        ({}, "", "default"),
        ({"KORA_HOME": "k"}, "k/promotions", "KORA_HOME"),
        ({"KORA_HOME": "k", "KORA_PROMOTIONS_DIR": "p"}, "p", "KORA_PROMOTIONS_DIR"),
        ({"KORA_PROMOTIONS_DIR": "p", "PASSDOWN_PROMOTIONS_DIR": "q"}, "q", "env"),
    ],
)
def test_doctor_says_which_folder_and_which_variable_was_used(
    set_: dict[str, str],
    folder: str,
    who: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, part in set_.items():
        monkeypatch.setenv(name, str(tmp_path / part))
    with app(tmp_path) as found:
        from passdown.domain.actor import human

        checks = found.call("doctor", {}, human("alice"))["checks"]
    told = {one["check"]: one for one in checks}
    where = tmp_path / folder if folder else tmp_path / "store" / "promotions"
    assert told["promotions"]["found"].startswith(f"{where} ({who}), of phrasebook")
    assert told["promotions"]["ok"]
    assert (who in told["names"]["found"]) == who.startswith("KORA")
