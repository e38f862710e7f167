from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.errors import DataError, ProtokitError, SpecError, TrainingError
from protokit.core.files import write_text
from protokit.learn import train as trainer_module
from protokit.recipe.recipe import Recipe
from protokit.recipe.space import Space
from protokit.search.comparison import Comparison
from protokit.search.splits import Splits, told_of_trials
from protokit.search.trials import RECIPE, TABLE, MakeTrials, Trials
from protokit.workflow.cache.table import read_table, write_table
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent

RATE = {"float": [0.0, 0.5], "default": 0.2}
MENU = {
    "hyperparameters": {"width": {"choice": [4, 8]}, "rate": RATE},
    "layers": [{"Dense": {"units": "$width", "activation": "relu"}}, {"Dropout": "$rate"}],
}


def frame(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    days = pd.date_range("2024-01-01", periods=rows, freq="D").astype(str)
    group = [f"g{i % 30}" for i in range(rows)]
    return pd.DataFrame(
        {"x": x, "z": z, "day": days, "g": group, "c": np.where(x + z > 0, "yes", "no"), "r": 3 * x - z}
    )


def data(target: str = "r", **parts: Any) -> dict[str, Any]:
    ignored = {"columns": {name: "ignore" for name in ("day", "g", "c", "r") if name != target}}
    learn = {"menu": MENU, "epochs": 4, "stop": None, "batch_size": 16, **parts.pop("learn", {})}
    represented = {"target": target, **ignored, **parts.pop("represent", {})}
    return {"represent": represented, "learn": learn, **parts}


def trials_of(folder: Path, target: str = "r", **parts: Any) -> Trials:
    """A hand that has done nothing yet."""
    recipe = Recipe.parse(data(target, **parts))
    return Trials(recipe, collected(recipe, frame()), folder)


@cache
def used_hand(target: str) -> Trials:
    return trials_of(Path(), target)


def hand_in(folder: Path, target: str = "r") -> Trials:
    """A hand that has most things compiled: what it has done changes no bit."""
    hand = used_hand(target)
    hand.folder = folder
    return hand


def task(**given: Any) -> dict[str, Any]:
    return {
        "trial": 1,
        "values": {"width": 8, "rate": 0.1},
        "split": 0,
        "seed": 7,
        "rungs": [],
        "snapshot": None,
        **given,
    }


def go_on(epoch: int, value: float) -> bool:
    return True


def same(one: Any, other: Any) -> bool:
    """Whether two results are of the same bits; how long they took is no part of it."""
    return {k: v for k, v in one.items() if k not in _TIMES} == {k: v for k, v in other.items() if k not in _TIMES}


_TIMES = ("seconds", "cpu", "known")


def test_a_trial_says_how_good_it_is_as_plain_data(tmp_path: Path) -> None:
    found = hand_in(tmp_path).do(task(), go_on)
    assert json.loads(json.dumps(found)) == found
    assert found["value"] == found["loss"] and set(found["scores"]) == {"mae"}
    assert found["epochs"] == 4 and 1 <= found["best_epoch"] <= 4 and found["parameters"] == 2 * 8 + 8 + 8 + 1
    assert set(found["seconds"]) == {"represent", "build", "trace", "train"}


def test_the_folder_of_a_search_is_enough(tmp_path: Path) -> None:
    recipe = Recipe.parse(data())
    table = collected(recipe, frame())
    write_text(tmp_path / RECIPE, recipe.write())
    write_table(tmp_path / TABLE, table)
    assert read_table(tmp_path / TABLE).frame.equals(table.frame)
    hand = MakeTrials(str(tmp_path))()
    assert same(hand.do(task(), go_on), hand_in(tmp_path).do(task(), go_on))


@pytest.mark.parametrize("damage", ["missing", "torn", "no array"])
def test_a_table_that_is_not_whole_is_refused(tmp_path: Path, damage: str) -> None:
    recipe = Recipe.parse(data())
    write_table(tmp_path, collected(recipe, frame()))
    if damage == "no array":
        next(tmp_path.glob("*.npy")).unlink()
    else:
        (tmp_path / "table.json").write_text("") if damage == "torn" else (tmp_path / "table.json").unlink()
    with pytest.raises(DataError, match="no table is here"):
        read_table(tmp_path)


def test_the_order_of_trials_changes_no_bit(tmp_path: Path) -> None:
    tasks = [task(), task(values={"width": 8, "rate": 0.4}, seed=3), task(values={"width": 4, "rate": 0.0}, split=1)]
    one, other = hand_in(tmp_path), trials_of(tmp_path)
    first = [one.do(t, go_on) for t in tasks]
    second = [other.do(t, go_on) for t in reversed(tasks)][::-1]
    assert all(map(same, first, second))
    assert one.do(tasks[0], go_on)["known"]


def test_it_reports_at_its_rungs_and_ends_when_told(tmp_path: Path) -> None:
    hand, said = hand_in(tmp_path), []

    def report(epoch: int, value: float) -> bool:
        said.append((epoch, value))
        return epoch < 3

    found = hand.do(task(rungs=[1, 3], snapshot="snapshots/1.safetensors"), report)
    assert [epoch for epoch, _ in said] == [1, 3] and found["epochs"] == 3 and found["value"] == said[-1][1]
    assert not (tmp_path / "snapshots" / "1.safetensors").exists()
    whole = hand.do(task(), go_on)
    assert whole["epochs"] == 4 and whole["value"] <= found["value"]


def test_a_killed_trial_goes_on_to_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "_BETWEEN_SAVES", -1.0)
    kept = task(rungs=[3], snapshot="snapshots/1.safetensors")

    class Killed(KeyboardInterrupt):
        pass

    def kill(epoch: int, value: float) -> bool:
        raise Killed

    with pytest.raises(Killed):
        hand_in(tmp_path).do(kept, kill)
    assert (tmp_path / "snapshots" / "1.safetensors").exists()
    epochs: list[int] = []
    found = trials_of(tmp_path).do(kept, lambda epoch, value: epochs.append(epoch) is None)
    assert epochs == [3] and same(found, hand_in(tmp_path).do(task(), go_on))
    assert not (tmp_path / "snapshots" / "1.safetensors").exists()


def test_no_trial_sees_a_test_row(tmp_path: Path) -> None:
    hand = hand_in(tmp_path)
    clean = hand.do(task(split=1), go_on)
    [fold] = represent(hand.recipe, hand.table)
    spoilt = hand.table.frame.copy()
    spoilt.loc[fold.split.test, "r"] = 1e6
    spoilt.loc[fold.split.test, "x"] = -1e6
    again = Trials(hand.recipe, type(hand.table)(spoilt), tmp_path)
    assert same(again.do(task(split=1), go_on), clean)


def splits_of(target: str, **represented: Any) -> tuple[Splits, np.ndarray]:
    recipe = Recipe.parse(data(target, represent=represented))
    [fold] = represent(recipe, collected(recipe, frame()))
    return Splits(recipe, fold), fold.split.test


def test_a_split_deals_anew_and_leaves_the_test_rows_alone() -> None:
    splits, test = splits_of("r")
    parts = [splits.of(i).split for i in range(4)]
    assert len({part.validation.tobytes() for part in parts}) == 4
    for part in parts:
        assert not np.intersect1d(test, np.concatenate([part.train, part.validation])).size and not part.test.size
        assert len(part.train) + len(part.validation) + len(test) == 120
    assert np.array_equal(splits.of(2).split.validation, splits_of("r")[0].of(2).split.validation)


def test_groups_stay_together_and_classes_in_shares() -> None:
    splits, _ = splits_of("r", split={"by": {"group": "g"}})
    part, groups = splits.of(1).split, frame()["g"].to_numpy()
    assert not set(groups[part.train]) & set(groups[part.validation])
    splits, _ = splits_of("c", split={"by": "stratified"})
    part, classes = splits.of(1).split, frame()["c"].to_numpy()
    assert abs((classes[part.validation] == "yes").mean() - (classes[part.train] == "yes").mean()) < 0.1


def test_time_goes_on_before_validation_rows_that_are_dealt() -> None:
    splits, _ = splits_of("r", split={"by": {"time": "day"}}, columns={"g": "ignore", "c": "ignore"})
    parts = [splits.of(i).split for i in range(4)]
    for part in parts:
        assert part.train.max() < part.validation.min()
    assert parts[1].validation.max() < parts[0].validation.min()


def test_where_rows_cannot_be_dealt_the_split_stays(tmp_path: Path) -> None:
    named = frame()
    named["part"] = ["train", "validation", "test", "train"] * 30
    split = {"split": {"by": {"column": "part"}}}
    recipe = Recipe.parse(data(represent=split))
    hand = Trials(recipe, collected(recipe, named), tmp_path)
    found = hand.do(task(split=2), go_on)
    assert found["split"] == 0 and same(found, hand.do(task(), go_on))


def test_a_named_metric_is_what_trials_are_compared_by(tmp_path: Path) -> None:
    said: list[float] = []
    hand = trials_of(tmp_path, "c", search={"metric": "accuracy"})
    found = hand.do(task(rungs=[2]), lambda epoch, value: said.append(value) is None)
    assert found["value"] == -found["scores"]["accuracy"] and -1 <= said[0] <= 0 and found["loss"] > 0
    plain = hand_in(tmp_path, "c").do(task(), go_on)  # what is looked at on the way changes no bit
    assert plain["loss"] == found["loss"] and plain["value"] == plain["loss"]


def test_what_trials_are_compared_by_has_its_bounds(tmp_path: Path) -> None:
    def bounds(target: str = "r", **parts: Any) -> tuple[float, float]:
        recipe = Recipe.parse(data(target, **parts))
        [fold] = represent(recipe, collected(recipe, frame()))
        return Comparison.of(recipe, fold.encoder.signature).bounds

    assert bounds() == bounds("c") == bounds(learn={"loss": "mean_absolute_error"}) == (0.0, math.inf)
    assert bounds(learn={"loss": "CosineSimilarity"}) == (-math.inf, math.inf)
    assert bounds("c", search={"metric": "roc_auc"}) == (0.0, 1.0)


def test_losses_with_penalties_are_not_compared(tmp_path: Path) -> None:
    penalised = {"Dense": {"units": "$width", "kernel_regularizer": {"L2": 0.1}}}
    found = trials_of(tmp_path, learn={"menu": {**MENU, "layers": [penalised, {"Dropout": "$rate"}]}}).do(task(), go_on)
    assert found["value"] != found["loss"] and found["value"] > 0


def test_a_slot_in_the_loss_leaves_nothing_to_compare_but_a_metric(tmp_path: Path) -> None:
    hand = trials_of(tmp_path, learn={"loss": {"choice": ["MeanSquaredError", "Huber"]}})
    values = {name: slot.default for name, slot in Space(hand.recipe).slots.items()}
    one, other = (hand.do(task(values={**values, "learn.loss": loss}), go_on) for loss in ("MeanSquaredError", "Huber"))
    name = next(iter(set(one["scores"]) - {"mae"}))
    assert one["value"] == one["scores"][name] and other["value"] == other["scores"][name]
    assert one["architecture"] != other["architecture"]


def test_a_metric_that_is_for_no_target_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="accuracy is not for regression"):
        trials_of(tmp_path, search={"metric": "accuracy"}).do(task(), go_on)
    assert trials_of(tmp_path, search={"metric": "loss"}).settled({}).search.metric == "loss"


def test_folds_and_several_networks_are_tried_by_one_network(tmp_path: Path) -> None:
    folds = trials_of(tmp_path, represent={"split": {"folds": 3}}).do(task(), go_on)
    one, four = (trials_of(tmp_path, learn={"networks": count}).do(task(), go_on) for count in (1, 4))
    assert same(one, four) and not same(one, folds)
    told = told_of_trials(Recipe.parse(data(represent={"split": {"folds": 3}}, learn={"networks": 4})))
    assert [text.split()[-1] for text in told] == ["scores", "several"]
    assert "rows that chose the setting are test rows of the others" in told[0]


def test_trials_with_rows_of_their_own_are_said_to_differ_by_them() -> None:
    recipe = Recipe.parse(data(search={"reshuffle": True}))
    assert "a setting's value is the mean over its trials" in told_of_trials(recipe)[0]
    assert told_of_trials(recipe, "no rows") == ["search.reshuffle changes nothing: no rows"]


def test_clusters_are_refused_with_a_reason(tmp_path: Path) -> None:
    recipe = Recipe.parse({"learn": {"task": "clustering"}})
    with pytest.raises(SpecError, match="clusters"):
        Trials(recipe, collected(recipe, frame()[["x", "z"]]), tmp_path)


@pytest.mark.parametrize(
    ("learn", "message"),
    [
        ({"optimizer": {"SGD": {"learning_rate": 1e30}}}, "not finite|never finite|NaN"),
        ({"menu": [{"Conv2D": {"filters": 2, "kernel_size": 3}}]}, "Conv2D"),
        ({"loss": "BinaryCrossentropy"}, "not for regression"),
    ],
)
def test_a_failure_is_a_sentence_and_the_next_trial_is_as_ever(
    tmp_path: Path, learn: dict[str, Any], message: str
) -> None:
    values = {} if "menu" in learn else {"width": 4, "rate": 0.1}
    hand = trials_of(tmp_path, learn=learn)
    for _ in range(2):
        with pytest.raises(ProtokitError, match=message):
            hand.do(task(values=values, snapshot="snapshots/1.safetensors"), go_on)
    assert not list(tmp_path.glob("snapshots/*"))


def test_a_trial_without_memory_fails_and_its_program_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = trials_of(tmp_path)

    def full(epoch: int, value: float) -> bool:
        raise MemoryError

    with pytest.raises(TrainingError, match="no memory"):
        hand.do(task(rungs=[1]), full)
    assert len(hand.bank) == 0 and same(hand.do(task(), go_on), hand_in(tmp_path).do(task(), go_on))


def test_values_of_no_slot_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="widht"):
        hand_in(tmp_path).do(task(values={"widht": 4}), go_on)
