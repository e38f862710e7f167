from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from protokit.search.driver import final_split
from protokit.search.ending.honest import end_of, finalists_of, trainings_of
from protokit.search.state import State
from protokit.search.table import Final, Trial


def searched(values: dict[int, float | None], trained: dict[int, list[float | None]]) -> State:
    """A state with the value of each trial, and of some of them those of the end."""
    state = State()
    for number, value in values.items():
        kind: Any = "failed" if value is None else "complete"
        state.trials[number] = Trial(number, {"units": number}, kind, value, reason="" if value else "no memory")
    for number, found in trained.items():
        for place, value in enumerate(found):
            split, seed = final_split(place, 0)
            kind = "failed" if value is None else "complete"
            state.finals[(number, split)] = Final(0, number, split, seed, kind, value)
    return state


def end(state: State, seeds: int = 3, count: int = 2) -> Any:
    return end_of(state, finalists_of(state, count), seeds, 0, "loss")


def test_finalists_are_the_defaults_and_the_best_others_each_once() -> None:
    state = searched({0: 0.5, 1: 0.4, 2: 0.3, 3: 0.6, 4: 0.1}, {})
    state.trials[5] = Trial(5, {"units": 4}, "complete", 0.1, reason="same as trial 4")
    state.trials[6] = Trial(6, {"units": 6}, "pruned", 0.05)
    assert [one.number for one in finalists_of(state, 3)] == [0, 4, 2, 1]
    wanted = trainings_of(finalists_of(state, 1), 2, 7)
    assert [(one.entry, one.trial, one.split) for one in wanted] == [(0, 0, 1), (0, 0, 3), (1, 4, 1), (1, 4, 3)]
    assert wanted[0].seed == wanted[2].seed != wanted[1].seed  # the same for all finalists


def test_where_few_came_to_their_end_those_that_came_furthest_fill_up() -> None:
    state = searched({0: 0.5, 1: 0.4}, {})
    for number, (epoch, value) in enumerate([(3, 0.1), (9, 0.45), (9, 0.42), (9, math.nan)], start=2):
        state.trials[number] = Trial(number, {"units": number}, "pruned", value, reports=((epoch, value),))
    assert [one.number for one in finalists_of(state, 4)] == [0, 1, 4, 3, 2]
    assert [one.number for one in finalists_of(state, 2)] == [0, 1, 4]


def test_the_winner_is_the_best_on_other_splits_not_in_the_search() -> None:
    found = end(searched({0: 0.50, 1: 0.40, 2: 0.42}, {0: [0.5, 0.6, 0.7], 1: [0.49, 0.6, 0.69], 2: [0.4, 0.51, 0.59]}))
    assert found.winner.number == 2 and found.gained and found.gain.value == pytest.approx(0.1)
    assert found.shown == pytest.approx(0.1) and found.gain.low > 0
    assert found.sentence.startswith("The search gained: trial 2 is ahead of the defaults by 0.100 in loss")


def test_luck_of_a_split_is_no_optimism() -> None:
    """Splits that are harder for all move the defaults too: nothing is taken back."""
    found = end(searched({0: 0.50, 1: 0.40}, {0: [0.9, 0.2, 0.6], 1: [0.8, 0.1, 0.5]}))
    assert found.optimism.value == pytest.approx(0.0, abs=1e-12) and found.gain.value == pytest.approx(0.1)


def test_what_the_finalists_lose_is_the_optimism() -> None:
    found = end(searched({0: 0.5, 1: 0.40, 2: 0.42}, {0: [0.5] * 3, 1: [0.46, 0.48, 0.47], 2: [0.47, 0.49, 0.48]}))
    assert found.shown == pytest.approx(0.1) and found.optimism.value == pytest.approx(0.1 - 0.03)
    assert found.optimism.low < found.optimism.value < found.optimism.high


@pytest.mark.parametrize(
    ("trained", "says"),
    [([0.52, 0.51, 0.53], "not ahead of them but behind by 0.020"), ([0.45, 0.55, 0.495], "within one standard error")],
)
def test_where_nothing_was_gained_the_defaults_are_kept(trained: list[float | None], says: str) -> None:
    found = end(searched({0: 0.5, 1: 0.4}, {0: [0.5, 0.5, 0.5], 1: trained}))
    assert not found.gained and found.winner.number == 0
    assert found.sentence.startswith("Nothing was gained: keep the defaults.") and says in found.sentence


@pytest.mark.parametrize(
    ("trained", "says"),
    [
        ([0.5, 0.5, 0.5], "trial 1, is as good as they are in loss on 3 other splits and seeds."),
        ([0.50002, 0.50001, 0.50003], "behind by 2e-05 in loss (95% interval -4.5e-05 to +4.8e-06)"),
    ],
)
def test_a_small_difference_is_not_said_to_be_nothing(trained: list[float | None], says: str) -> None:
    assert says in end(searched({0: 0.5, 1: 0.4}, {0: [0.5, 0.5, 0.5], 1: trained})).sentence


def test_a_lead_that_may_be_chance_is_said_so() -> None:
    found = end(searched({0: 0.5, 1: 0.4}, {0: [0.5, 0.5, 0.5], 1: [0.45, 0.50, 0.46]}))
    assert found.gained and found.gain.low < 0 and "chance is not ruled out" in found.sentence


def test_a_finalist_that_failed_cannot_win_and_one_training_has_no_bounds() -> None:
    found = end(searched({0: 0.5, 1: 0.3, 2: 0.4}, {0: [0.5] * 3, 1: [0.1, None, 0.1], 2: [0.4] * 3}))
    assert found.winner.number == 2
    one = end(searched({0: 0.5, 1: 0.3}, {0: [0.5], 1: [0.4]}), seeds=1)
    assert one.winner.number == 1 and math.isnan(one.gain.low) and "one training cannot rule out" in one.sentence


def test_without_defaults_or_without_others_it_is_said() -> None:
    no_defaults = end(searched({0: None, 1: 0.3}, {0: [None] * 3, 1: [0.4] * 3}))
    assert no_defaults.winner.number == 1 and "The defaults failed (no memory)" in no_defaults.sentence
    alone = end(searched({0: 0.5, 1: None}, {0: [0.5] * 3}))
    assert alone.winner.number == 0 and not alone.gained and "no other setting was trained" in alone.sentence


def test_promised_and_real_optimism_agree_where_all_settings_are_equal() -> None:
    """Of settings that do not differ all that is shown is luck, and the finalists say so."""
    rng = np.random.default_rng(0)
    shown, promised, gains, kept = [], [], [], []
    for _ in range(200):
        values = dict(enumerate(rng.normal(0.5, 0.02, 30).tolist()))
        state = searched(values, {})  # type: ignore[arg-type]
        for trial in finalists_of(state, 5):
            for place in range(3):
                split, seed = final_split(place, 0)
                value = float(rng.normal(0.5, 0.02))
                state.finals[(trial.number, split)] = Final(0, trial.number, split, seed, "complete", value)
        found = end_of(state, finalists_of(state, 5), 3, 0, "loss")
        shown.append(found.shown)
        promised.append(found.optimism.value)
        gains.append(found.gain.value)
        kept.append(not found.gained)
    assert np.mean(shown) > 0.03  # about two standard deviations, of nothing
    assert 0.9 < np.mean(promised) / np.mean(shown) < 1.1
    assert abs(np.mean(gains)) < 0.009  # of .013 that the best of five shows in three trainings
    assert np.mean(kept) > 0.6


def test_finalists_that_differ_are_told_apart_and_those_that_do_not_are_pulled_together() -> None:
    searched_as: dict[int, float | None] = {0: 0.5, 1: 0.3, 2: 0.31, 3: 0.32, 4: 0.33}
    same = {1: [0.40, 0.44, 0.42], 2: [0.44, 0.40, 0.43], 3: [0.42, 0.43, 0.40], 4: [0.43, 0.41, 0.41]}
    drawn = end(searched(searched_as, {0: [0.5] * 3, **same}), count=4)
    mean = np.mean([0.5 - value for values in same.values() for value in values])
    assert drawn.gain.value == pytest.approx(mean)
    apart = {number: [0.1 * number, 0.1 * number + 1e-4, 0.1 * number - 1e-4] for number in range(1, 5)}
    found = end(searched(searched_as, {0: [0.5] * 3, **apart}), count=4)
    assert found.winner.number == 1 and found.gain.value == pytest.approx(0.4, abs=1e-5)


def test_the_trainings_of_a_finalist_in_the_metrics_own_sign() -> None:
    found = end(searched({0: -0.8, 1: -0.9}, {0: [-0.8, -0.7, -0.9], 1: [-0.9, -0.8, -0.95]}))
    plain = found.finalists[1].as_plain(-1.0)
    assert plain["searched"] == 0.9 and plain["trained"] == [0.9, 0.8, 0.95]
    assert plain["value"]["value"] == pytest.approx(0.8833, abs=1e-4) and plain["value"]["low"] < 0.88

    within = found.finalists[1].as_plain(-1.0, (0.0, 1.0))["value"]
    assert within["value"] == plain["value"]["value"] and within["high"] == 1.0 < plain["value"]["high"]
    assert within["low"] == plain["value"]["low"] > 0
    two = end(searched({0: 0.1, 1: 0.002}, {0: [0.1, 0.2], 1: [0.001, 0.004]}), seeds=2)
    assert two.finalists[1].as_plain(1.0)["value"]["low"] < 0  # a loss, of two trainings
    assert two.finalists[1].as_plain(1.0, (0.0, math.inf))["value"]["low"] == 0


def test_the_defaults_drawn_once_more_are_no_other_setting() -> None:
    """Trials with rows of their own may draw them again: luckier rows are no lead over themselves, and count."""
    state = searched({0: 0.5, 1: 0.4, 2: 0.3}, {0: [0.5, 0.6], 1: [0.48, 0.58]})
    state.trials[2] = Trial(2, {"units": 0}, "complete", 0.3, split=4)
    found = end(state, seeds=2)
    assert found.shown == pytest.approx(0.0) and found.optimism.value == pytest.approx(-0.02)


def test_a_setting_of_several_splits_is_judged_by_their_mean_not_by_the_luckiest() -> None:
    state = searched({0: 0.5, 1: 0.45, 2: 0.3, 3: 0.7, 4: 0.6}, {0: [0.5, 0.6], 1: [0.48, 0.58]})
    for number, units in ((3, 2), (4, 0)):  # settings 2 and 0 on other rows
        state.trials[number] = Trial(number, {"units": units}, "complete", state.trials[number].value, split=2 * number)
    assert [(one.number, one.value) for one in finalists_of(state, 1)] == [(0, 0.55), (1, 0.45)]
    found = end(state, seeds=2, count=1)
    assert found.shown == pytest.approx(0.55 - 0.45) and found.finalists[0].as_plain(1.0)["searched"] == 0.55
