from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import pytest

from protokit.core.errors import DataError, SpecError
from protokit.menu.slots import choice, real
from protokit.search.mirror import DatabaseMirror
from protokit.search.table import Trial


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'trials.db'}"
    if not os.environ.get("PROTOKIT_TEST_POSTGRES"):
        pytest.skip("PROTOKIT_TEST_POSTGRES names no database")
    return "${PROTOKIT_TEST_POSTGRES}"


def read(url: str, name: str) -> list[Any]:
    import optuna

    from protokit.search.choosing.sampling import quiet

    address = os.path.expandvars(url).replace("postgresql://", "postgresql+psycopg://")
    with quiet():
        return list(optuna.load_study(study_name=name, storage=address).get_trials())


def test_each_trial_is_copied_once_with_what_a_person_reads(url: str, toy: Any) -> None:
    import optuna

    name = f"toy/{secrets.token_hex(4)}"
    slots = {**toy.space.slots, "layers": choice(1, 2, [3, 4])}
    mirror = DatabaseMirror(url, name, slots)
    toy.hand.fault = lambda task: "crash" if task["trial"] == 2 else ""
    state = toy.search(mirror=mirror, trials=6)
    again = DatabaseMirror(url, name, slots)
    for trial in state.ended:
        again.show(trial)
    again.show(Trial(6, {"layers": [3, 4], "units": 8, "rate": 0.01}, "complete", 0.25))
    copied = read(url, name)
    assert sorted(one.user_attrs["protokit_trial"] for one in copied) == list(range(7)) and not mirror.notices
    for one in copied[:-1]:
        own = state.trials[one.user_attrs["protokit_trial"]]
        assert one.state.name == {"complete": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL"}[own.state]
        assert one.value == (own.value if own.state == "complete" else None)
        assert one.params["rate"] == own.values["rate"] and one.intermediate_values == dict(own.reports)
        assert one.user_attrs["reason"] == own.reason
    assert copied[-1].params["layers"] == "[3, 4]" and copied[-1].state == optuna.trial.TrialState.COMPLETE


def test_values_are_in_the_metrics_own_sign(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trials.db'}"
    mirror = DatabaseMirror(url, "auc", {"rate": real(0.0, 1.0)}, greater_is_better=True)
    mirror.show(Trial(0, {"rate": 0.5}, "complete", -0.9, ((4, -0.8),)))
    [copied] = read(url, "auc")
    assert copied.value == 0.9 and copied.intermediate_values == {4: 0.8}


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/t.db", "postgresql://localhost:1/none", "no address", "oracle+nothing://x/y"]
)
def test_a_database_that_is_not_there_is_an_error_before_the_search(url: str) -> None:
    with pytest.raises(DataError, match="the mirror cannot be opened"):
        DatabaseMirror(url, "name", {})


def test_a_password_has_no_place_in_a_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpecError, match="a password stands in a recipe"):
        DatabaseMirror("postgresql://me:hunter2@localhost:1/x", "name", {})
    with pytest.raises(DataError, match="DB_WORD"):
        DatabaseMirror("postgresql://me:${DB_WORD}@localhost:1/x", "name", {})
    monkeypatch.setenv("DB_WORD", "hunter2")
    with pytest.raises(DataError) as told:
        DatabaseMirror("postgresql://me:${DB_WORD}@localhost:1/x", "name", {})
    assert "hunter2" not in str(told.value)


def test_a_database_that_goes_away_is_said_once_and_the_search_goes_on(
    tmp_path: Path, toy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = DatabaseMirror(f"sqlite:///{tmp_path / 'trials.db'}", "toy", toy.space.slots)
    gone = iter([False, False, *[True] * 99])
    own = mirror._study.add_trial

    def add(trial: Any) -> None:
        if next(gone):
            raise ConnectionError("server closed the connection")
        own(trial)

    monkeypatch.setattr(mirror._study, "add_trial", add)
    state = toy.search(mirror=mirror)
    assert len(state.ended) == 12 and len(mirror.notices) == 1
    assert "went away at trial" in mirror.notices[0] and "server closed the connection" in mirror.notices[0]
