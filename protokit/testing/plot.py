"""The contract of a plot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import numpy as np
from matplotlib import _pylab_helpers
from matplotlib.figure import Figure

from protokit.core.errors import SpecError
from protokit.core.plain import PlainInterval
from protokit.core.rows import SourceRows
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.show.plots.svg import inline
from protokit.testing.contract import contract
from protokit.workflow.look.plot import Embedded, Plot, Predicted, RunView, Section
from protokit.workflow.record.contents import RunResults

_ROWS = 60
_METRIC = {"auc": 0.7, "validation_auc": 0.6}  # what a recipe asks for


@contract
def check_plot(plot: type[Plot]) -> None:
    """Draw a plot of small runs of every task, in both themes.

    Raises:
        AssertionError: it has no name or sentence; it does not say of every run whether it fits it; it fits and does
            not draw, or does not fit and draws; what it gives is no Figure, or one that pyplot keeps.
    """
    name = getattr(plot, "name", "")
    assert name.isidentifier() and not name.startswith("_") and name != "names", f"{name!r} is no name of a plot"
    assert plot.about and plot.about[0].islower() and not plot.about.endswith("."), f"{name}: about is a phrase"
    assert plot.section in get_args(Section), f"{name}: there is no section {plot.section!r} in the report"
    drawn = 0
    for task, view in _views():
        one = plot(view)
        fits = one.fits()
        assert isinstance(fits, bool), f"{name}: fits gives {fits!r} for a run of {task}"
        for theme in ("light", "dark"):
            try:
                figure = one.draw(theme=theme)
            except SpecError as error:
                assert not fits or not plot.section, f"{name} fits a run of {task} and does not draw it: {error}"
                continue
            assert fits, f"{name} draws a run of {task}, which it does not fit"
            assert isinstance(figure, Figure), f"{name} gives a {type(figure).__name__}, no Figure"
            assert not _pylab_helpers.Gcf.figs, f"{name}: pyplot keeps the figure; draw with protokit.show.plots"
            about = one.alt("y")
            assert about, f"{name}: alt says nothing"
            assert "<svg" in inline(figure, about, name)
            drawn += 1
        if fits and plot.of_target and plot.section:
            assert isinstance(one.draw("y", theme="light"), Figure), f"{name} does not draw the target that it is given"
    assert drawn or not plot.section, f"{name} fits no run"


def _views() -> Iterator[tuple[str, RunView]]:
    """A small run of each task, with all that a run may have."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, _ROWS)
    two = rng.dirichlet([1, 1], _ROWS)
    three = rng.dirichlet([1, 1, 1], _ROWS)
    numbers = rng.normal(size=_ROWS)
    windows = rng.normal(size=(_ROWS, 3, 1))
    labels = rng.integers(0, 2, (_ROWS, 2))
    specs = [
        (TargetSpec("y", "binary", ("no", "yes")), true, two),
        (TargetSpec("y", "multiclass", ("a", "b", "c")), rng.integers(0, 3, _ROWS), three),
        (TargetSpec("y", "multilabel", columns=("a", "b")), labels, rng.random((_ROWS, 2))),
        (TargetSpec("y", "regression"), numbers, numbers + 0.1),
        (TargetSpec("y", "count", spread=0.5), rng.poisson(3, _ROWS).astype(float), np.exp(numbers)),
        (TargetSpec("y", "quantile", quantiles=(0.1, 0.9)), numbers, np.stack([numbers - 1, numbers + 1], 1)),
        (TargetSpec("y", "forecasting", columns=("y",), horizon=3), windows, windows + 0.1),
        (
            TargetSpec("y", "survival", columns=("y", "seen"), times=(0.5, 1.0)),
            np.stack([rng.uniform(0.1, 2, _ROWS), true], 1),
            np.stack([0.5 + two[:, 0] / 2, two[:, 0] / 2], 1),
        ),
        (TargetSpec("y", "vector", columns=("a", "b")), labels + 0.5, rng.random((_ROWS, 2))),
        (TargetSpec("y", "generation", columns=("a", "b")), labels + 0.5, rng.random((_ROWS, 2))),
        (
            TargetSpec("y", "tagging", ("a", "b", "c"), horizon=2),
            rng.integers(-1, 3, (_ROWS, 2)),
            np.stack([three, three], 1),
        ),
        (
            TargetSpec("y", "segmentation", (0, 255), ("y", "photo"), size=(4, 5)),
            rng.integers(0, 2, (_ROWS, 4, 5)),
            rng.dirichlet([1, 1], (_ROWS, 4, 5)),
        ),
        (TargetSpec("y", "clustering", (1, 2), width=2), rng.normal(size=(_ROWS, 2)), two),
    ]
    for spec, truth, scores in specs:
        predictions = Predictions(spec, truth, scores)
        predicted = Predicted({"y": predictions}, {"y": {"constant": predictions}}, SourceRows(np.arange(_ROWS)))
        yield spec.task, RunView(_results(spec), lambda found=predicted: found, _embedded)  # type: ignore[misc]


def _embedded(table: object) -> Embedded:
    return Embedded(np.zeros((4, 2)), (0.7, 0.2), None, ())


def _results(spec: TargetSpec) -> RunResults:
    score: PlainInterval = {"value": 0.5, "low": 0.4, "high": 0.6}
    results: RunResults = {
        "metrics": {
            "rows": {"train": 100, "validation": 20, "test": _ROWS},
            "networks": [{"fold": 1, "seed": 1, "epochs": 3, "best_epoch": 2}],
            "engine": {"name": "fused", "how": "compiled"},
            "scores": [
                {"target": "y", "metric": "m", "greater_is_better": True, "network": score, "baselines": {"a": score}}
            ],
            "verdicts": [
                {
                    "target": "y",
                    "metric": "m",
                    "baseline": "constant",
                    "outcome": "better",
                    "difference": score,
                    "p": 0.01,
                    "sentence": "better",
                }
            ],
            "folds": [],
            "network": [("dense", "Dense", [8], 16)],
        },
        "history": [
            {"epoch": e, "loss": 1 / e, "validation_loss": 1.1 / e, "learning_rate": 1e-3, **_METRIC} for e in (1, 2, 3)
        ],
        "steps": [],
        "looks": {},
        "diagnosis": {
            "diagnoses": [],
            "layers": [{"layer": "dense", "kind": "Dense", "gradient": 0.1, "dead": 0.0, "saturated": None}],
            "suspects": [],
        },
        "findings": [],
        "notices": [],
    }
    if spec.has_classes:
        bins = [{"low": 0.0, "high": 1.0, "rows": 9.0, "predicted": 0.5, "observed": 0.6}]
        results["metrics"]["calibration"] = {"y": {"error": score, "bins": bins, "temperature": None}}
    if spec.form not in ("steps", "clusters"):
        results["metrics"]["importance"] = {"y": [{"column": "x", "metric": "m", "drop": score}]}
        results["metrics"]["slices"] = [
            {"target": "y", "column": "x", "value": "a", "rows": 9, "metric": "m", "network": score, "baseline": None}
        ]
    return results
