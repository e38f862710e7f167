"""Scripts of targets that are no class and no number: times until an event, clusters, the inputs again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import protokit
from protokit.core.libraries.backend import keras
from protokit.core.values.arrays import Features, Predictions
from protokit.core.values.forms.given_back import GivenBack, errors
from protokit.evaluate.scoring import survival as scoring
from protokit.learn.clustering.clusters import Clusters
from protokit.learn.targets.reconstruction import ReconstructionLoss
from protokit.recipe.recipe import Recipe
from protokit.represent.clustering.feature_space import FeatureSpace, Neighbourhood
from protokit.represent.targets.coding import Asked
from protokit.represent.targets.codings.times import Times
from protokit.workflow.eject.eject import Made
from protokit.workflow.eject.texts import seeds
from protokit.workflow.eject.texts.tasks import clusters, given_back
from protokit.workflow.eject.texts.tasks import survival as texts


def visits(folder: Path, rows: int = 120) -> None:
    """Numbers with missing cells, levels, dates, a time and whether an event was seen."""
    drawn = np.random.default_rng(5)
    frame = pd.DataFrame({
        "size": drawn.normal(5, 2, rows).round(2).astype(object),
        "weight": drawn.gamma(2, 3, rows).round(2),
        "town": drawn.choice(["Bern", "Chur", "Thun"], rows),
        "group": drawn.choice(["a", "b"], rows),
        "days": drawn.integers(1, 200, rows),
        "died": drawn.choice(["yes", "no"], rows),
    })  # fmt: skip
    frame.loc[::9, "size"] = ""
    frame.loc[::8, "town"] = ""
    frame.loc[11, "days"] = np.nan
    frame.to_csv(folder / "visits.csv", index=False)


MENU = [{"Dense": {"units": 8, "activation": "relu"}}, {"Dense": 3, "name": "code"}, {"Dense": 6}]
CASES: dict[str, dict[str, Any]] = {
    "survival": {
        "represent": {"target": "days"},
        "learn": {"task": "survival", "event": "died"},
        "evaluate": {"baselines": ["kaplan_meier"]},
    },
    "clusters": {
        "represent": {"columns": {"days": "ignore", "died": "ignore"}},
        "learn": {"task": "clustering", "networks": 2},
        "evaluate": {"baselines": ["kmeans"], "labels": "group"},
    },
    "inputs": {
        "represent": {"target": "inputs", "columns": {"days": "ignore"}, "split": {"folds": 2}},
        "learn": {},
        "evaluate": {"baselines": ["dummy"]},
    },
}


@pytest.mark.some("survival")
@pytest.mark.parametrize("name", [*CASES])
def test_what_is_no_class_and_no_number_is_predicted_to_the_bit(name: str, tmp_path: Path) -> None:
    visits(tmp_path)
    case = CASES[name]
    learn = {"menu": MENU, "engine": "keras", "epochs": 2, **case["learn"]}
    plain = {"name": name, "collect": {"tables": {"visits": "visits.csv"}}, **case, "learn": learn}
    done = protokit.run(Recipe.parse(plain, folder=tmp_path), out=tmp_path / "runs", cache=False)
    script = protokit.eject(done, tmp_path / "visits.py", prove=True)
    assert script.proof is not None and script.proof.equal, str(script.proof)
    assert max(map(len, script.path.read_text().splitlines())) <= 120


@pytest.mark.parametrize(
    ("learn", "rule"),
    [({"task": "survival", "event": "died", "loss": "cox"}, "the loss cox"),
     ({"task": "clustering", "cluster_by": "spectral"}, "clusters by spectral")],
)  # fmt: skip
def test_what_a_form_has_no_script_of_is_named(learn: dict[str, Any], rule: str, tmp_path: Path) -> None:
    visits(tmp_path, 60)
    plain: dict[str, Any] = {"collect": {"tables": {"visits": "visits.csv"}}, "learn": {"menu": MENU, **learn}}
    plain["represent"] = {"target": "days"} if learn["task"] == "survival" else {}
    with pytest.raises(protokit.SpecError, match=f"{rule}.* script"):
        Made.of(Recipe.parse(plain, folder=tmp_path))


TIMES = st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=12, max_size=60)


@given(TIMES)
def test_times_until_an_event_are_learned_and_scored_as_in_a_run(known: list[tuple[int, bool]]) -> None:
    known += [(3, True), (40, True)]
    frame = pd.DataFrame({"days": [time for time, _ in known], "died": ["yes" if seen else "no" for _, seen in known]})
    coding = Times()
    learned = coding.fit(frame, ("days", "died"), Asked("survival"))
    truth = texts.times_and_events(frame["days"], frame["died"])
    assert np.array_equal(truth, coding.truth(learned, frame))
    ends = texts.ends_of(truth)
    events, there = texts.in_intervals(truth, ends)
    hazards = events.sum(0) / there.sum(0)
    assert tuple(ends.tolist()) == learned.spec.times and tuple(hazards.tolist()) == learned.spec.hazards
    assert np.array_equal(
        np.concatenate([events, there * hazards], axis=1).astype(np.float32), coding.training(learned, truth)
    )
    output = np.random.default_rng(len(known)).normal(size=(len(known), len(ends)))
    later = texts.later_than(output, hazards)
    assert np.array_equal(later, coding.scores(learned, output))
    predictions = Predictions(learned.spec, truth, later)
    pairs = scoring.concordance(predictions)
    assert np.isnan(pairs) or np.isclose(texts.concordance(truth, later, ends), pairs, rtol=1e-12)
    brier = scoring.integrated_brier_score(predictions)
    assert np.isnan(brier) or np.isclose(texts.integrated_brier_score(truth, later, ends), brier, rtol=1e-12)


def test_points_are_those_of_a_run_and_find_the_same_clusters() -> None:
    drawn = np.random.default_rng(2)
    numbers = np.concatenate([drawn.normal(0, 1, (60, 2)), drawn.normal(6, 1, (60, 2))])
    numbers = np.column_stack([numbers, np.arange(120) % 2, drawn.normal(size=(120, 2))])
    numbers[::11, 0] = np.nan
    codes, train, widths = drawn.integers(0, 4, 120), np.arange(0, 120, 2), [1, 1, 1, 2]
    features = Features(numbers, codes[:, None], (4,), {}, {})
    known = Features(numbers[train], codes[train][:, None], (4,), {}, {})
    space = FeatureSpace.fit(known, widths, 0)
    points = [clusters.points_of_numbers(numbers, train, widths), clusters.points_of_codes(codes, train, 4)]
    own = np.concatenate(points, axis=1)
    assert np.array_equal(own, space.points(features))
    assert np.array_equal(clusters.brought_together(own, train), Neighbourhood(own[train]).middle(own))
    for count in (None, 3):
        found, _ = Clusters.fit(own, "kmeans", count, 7)
        centers = clusters.centers_of(own, count, seeds.derived(7, "clusters"))
        assert np.array_equal(centers, found.centers)
        assert np.array_equal(clusters.nearness(own, centers), found.scores(own))


def test_what_is_given_back_costs_as_much_as_in_a_run() -> None:
    drawn = np.random.default_rng(4)
    numbers = drawn.normal(3, 2, (40, 2))
    numbers[::6, 0] = np.nan
    centers, scales = given_back.standard_of(numbers)
    parts = [
        GivenBack(name, (), (), (float(center),), (float(scale),))
        for name, center, scale in zip("ab", centers, scales, strict=True)
    ]
    parts += [GivenBack("c", ("x", "y", None)), GivenBack("d", ("x", "y"))]
    truth = np.column_stack([numbers, drawn.integers(-1, 3, 40), drawn.integers(0, 2, 40)])
    standard = np.column_stack([(numbers - centers) / scales, truth[:, 2:]]).astype(np.float32)
    output = drawn.normal(size=(40, 7)).astype(np.float32)
    ours = ReconstructionLoss(parts, reduction=None)(standard, output)
    own = given_back.GivenBack(2, [3, 2])
    assert np.array_equal(keras.ops.convert_to_numpy(own.call(standard, output)), keras.ops.convert_to_numpy(ours))
    rows = {"units": (centers, scales), "counts": [3, 2]}
    said = given_back.in_own_units(output, rows)
    assert np.allclose(given_back.errors_of(truth, said, rows), errors(parts, truth, said), rtol=1e-12)


def test_the_likelihood_is_that_of_a_run() -> None:
    from protokit.learn.hazards import Likelihood

    drawn = np.random.default_rng(1)
    target = np.abs(drawn.normal(size=(9, 6))).astype(np.float32)
    output = drawn.normal(size=(9, 3)).astype(np.float32)
    both = [one.call(target, output) for one in (texts.Likelihood(), Likelihood())]
    assert np.array_equal(*map(keras.ops.convert_to_numpy, both))
