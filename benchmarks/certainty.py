"""Whether what a run says of its certainty is so: 2,000 simulations of each claim. Writes docs/certainty.md.

    python benchmarks/certainty.py [SIMULATIONS]

Intervals of a score should hold the score that the same model has on endless rows in 95 of 100 cases, and models that
are equal should be told apart in no more than 5 of 100. The truth is known here, for the data is made.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
from scipy import stats

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import LEVEL, holm, over_folds, paired
from protokit.evaluate.metrics import own
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.verdict import judge

ROOT = Path(__file__).parent.parent
ENDLESS = 1_000_000
ROWS = 300
Made = Callable[[np.random.Generator, int], Predictions]


def binary(rng: np.random.Generator, rows: int, skill: float = 1.5) -> Predictions:
    """Three rows of ten are positive; scores are as good as `skill` makes them."""
    truth = (rng.random(rows) < 0.3).astype(int)
    yes = 1 / (1 + np.exp(-(skill * (truth - 0.5) + rng.normal(size=rows))))
    return Predictions(TargetSpec("y", "binary", ("no", "yes")), truth, np.stack([1 - yes, yes], axis=1))


def multiclass(rng: np.random.Generator, rows: int) -> Predictions:
    """Three classes, of which one is rare."""
    truth = rng.choice(3, rows, p=[0.6, 0.3, 0.1])
    logits = 1.5 * np.eye(3)[truth] + rng.normal(size=(rows, 3))
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Predictions(TargetSpec("y", "multiclass", ("a", "b", "c")), truth, scores)


def regression(rng: np.random.Generator, rows: int) -> Predictions:
    """Errors with tails."""
    truth = rng.normal(size=rows)
    return Predictions(TargetSpec("y", "regression"), truth, truth + 0.5 * rng.standard_t(6, rows))


def normal(rng: np.random.Generator, rows: int) -> Predictions:
    """Errors without."""
    truth = rng.normal(size=rows)
    return Predictions(TargetSpec("y", "regression"), truth, truth + 0.5 * rng.normal(size=rows))


def grouped(rng: np.random.Generator, rows: int) -> Predictions:
    """Sixty groups whose rows err together."""
    groups = np.repeat(np.arange(60), rows // 60)
    truth = rng.normal(size=len(groups))
    errors = 0.5 * rng.normal(size=60)[groups] + 0.3 * rng.normal(size=len(groups))
    return Predictions(TargetSpec("y", "regression"), truth, truth + errors, blocks=groups)


def weighed(made: Made) -> Made:
    """The same rows, each by a weight from 0.1 to 10 that has nothing to do with it."""

    def of(rng: np.random.Generator, rows: int) -> Predictions:
        p = made(rng, rows)
        return replace(p, weights=np.exp(rng.uniform(-2.3, 2.3, rows)))

    return of


def rare_first(rng: np.random.Generator, rows: int) -> Predictions:
    """The first of two classes is the positive one: three rows of ten."""
    p = binary(rng, rows)
    target = TargetSpec("y", "binary", ("bad", "ok"), positive=0)
    return Predictions(target, 1 - p.truth, p.scores[:, ::-1])


def clusters(agree: float, groups: int = 3) -> Made:
    """Clusters that are the rows' labels in so many of the rows, and chance in the others."""

    def of(rng: np.random.Generator, rows: int) -> Predictions:
        label = rng.choice(groups, rows, p=np.arange(groups, 0, -1) / sum(range(groups + 1)))
        found = np.where(rng.random(rows) < agree, label, rng.integers(0, groups, rows))
        spec = TargetSpec("clusters", "clustering", tuple(range(1, groups + 1)), width=1)
        names = np.array([f"label {i}" for i in range(groups)], object)
        return Predictions(spec, label[:, None].astype(float), np.eye(groups)[found], reference=names[label])

    return of


def tails(degrees: float) -> Made:
    """Errors of Student's t: the fewer degrees of freedom, the heavier the tails."""

    def of(rng: np.random.Generator, rows: int) -> Predictions:
        truth = rng.normal(size=rows)
        return Predictions(TargetSpec("y", "regression"), truth, truth + 0.5 * rng.standard_t(degrees, rows))

    return of


@own.metric(task="regression", greater_is_better=False)
def dear_side(truth: np.ndarray, predicted: np.ndarray, sample_weight: np.ndarray) -> float:
    """Errors, those that are too low three times."""
    errors = np.where(predicted < truth, 3 * (truth - predicted), predicted - truth)
    return float(np.average(errors, weights=sample_weight))


CLAIMS: list[tuple[str, str, Made, int]] = [
    ("roc_auc", "binary", binary, ROWS),
    ("accuracy", "binary", binary, ROWS),
    ("log_loss", "binary", binary, ROWS),
    ("brier_score", "binary", binary, ROWS),
    ("accuracy", "multiclass", multiclass, ROWS),
    ("f1_macro", "multiclass", multiclass, ROWS),
    ("mean_absolute_error", "regression, errors with tails", regression, ROWS),
    ("root_mean_squared_error", "regression", normal, ROWS),
    ("r2", "regression", normal, ROWS),
    ("mean_absolute_error", "regression in 60 groups", grouped, ROWS),
    ("f1", "binary, the first class is positive", rare_first, ROWS),
    ("average_precision", "binary, the first class is positive", rare_first, ROWS),
    ("roc_auc", "binary, with weights", weighed(binary), ROWS),
    ("accuracy", "multiclass, with weights", weighed(multiclass), ROWS),
    ("log_loss", "binary, with weights", weighed(binary), ROWS),
    ("mean_absolute_error", "regression, with weights", weighed(normal), ROWS),
    ("root_mean_squared_error", "regression, with weights", weighed(normal), ROWS),
    ("r2", "regression, with weights", weighed(normal), ROWS),
    *(
        (name, f"clusters that are right in {share:.0%}", clusters(share), rows)
        for name in ("adjusted_rand", "adjusted_mutual_info", "v_measure")
        for share, rows in ((0.5, ROWS), (0.9, ROWS), (0.7, 60))
    ),
    *(
        ("root_mean_squared_error", f"errors of t with {degrees} degrees of freedom", tails(degrees), rows)
        for degrees in (3, 4, 6)
        for rows in (60, ROWS, 1000)
    ),
    ("root_mean_squared_error", "regression", normal, 60),
    ("mean_absolute_error", "regression", normal, 60),
    ("log_loss", "binary", binary, 60),
    ("dear_side", "a function of one's own, on errors with tails", regression, ROWS),
]


def coverage(name: str, made: Made, rows: int, simulations: int) -> float:
    """The share of intervals that hold the score on endless rows."""
    of = METRICS[name]
    big = made(np.random.default_rng(0), ENDLESS)
    truth = of(replace(big, blocks=None))
    held = 0
    for i in range(simulations):
        some = made(np.random.default_rng([1, i]), rows)
        [(found, _)] = bootstrap.scored([(name, some)], i)
        held += found.low <= truth <= found.high
    return held / simulations


def alike(seed: int, count: int, rows: int = ROWS) -> list[Predictions]:
    """Models that are equal, and err on many of the same rows."""
    rng = np.random.default_rng([2, seed])
    truth, common = (rng.random(rows) < 0.4).astype(int), rng.normal(size=rows)
    made = []
    for _ in range(count):
        yes = 1 / (1 + np.exp(-(truth - 0.5 + common + rng.normal(size=rows))))
        made.append(Predictions(TargetSpec("y", "binary", ("no", "yes")), truth, np.stack([1 - yes, yes], axis=1)))
    return made


def false_alarms(metric: str, baselines: int, simulations: int, rows: int = ROWS) -> float:
    """How often a network is called better or worse than baselines that are its equals."""
    said = 0
    for i in range(simulations):
        network, *others = alike(i, baselines + 1, rows)
        named = {str(j): other for j, other in enumerate(others)}
        said += judge(network, named, (metric,), i)[1].outcome in {"better", "worse"}
    return said / simulations


def false_alarms_of_clusters(name: str, simulations: int, rows: int = ROWS) -> float:
    """How often clusterings that are as good are told apart."""
    said = 0
    for i in range(simulations):
        rng = np.random.default_rng([4, i])
        one = clusters(0.6)(rng, rows)
        assert one.reference is not None
        _, label = np.unique(one.reference, return_inverse=True)
        other = np.where(rng.random(rows) < 0.6, label, rng.integers(0, 3, rows))
        said += judge(one, {"0": replace(one, scores=np.eye(3)[other])}, (name,), i)[1].outcome in {"better", "worse"}
    return said / simulations


def false_alarms_of_numbers(name: str, degrees: float, weights: bool, simulations: int) -> float:
    """How often models are told apart that err as much, on many of the same rows, with tails or weights."""
    said = 0
    for i in range(simulations):
        rng = np.random.default_rng([6, i])
        truth, common = rng.normal(size=ROWS), rng.standard_t(degrees, ROWS)
        by = np.exp(rng.uniform(-2.3, 2.3, ROWS)) if weights else None
        spec = TargetSpec("y", "regression")
        one, other = (
            Predictions(spec, truth, truth + common + 0.5 * rng.standard_t(degrees, ROWS), weights=by) for _ in range(2)
        )
        said += judge(one, {"0": other}, (name, "mean_absolute_error"), i)[1].outcome in {"better", "worse"}
    return said / simulations


def false_alarms_of_pairs(runs: int, simulations: int) -> float:
    """How often any pair of runs that are equal is told apart."""
    said = 0
    for i in range(simulations):
        models = alike(i, runs)
        drawn = bootstrap.resampled([("roc_auc", model) for model in models], i)
        values = [METRICS["roc_auc"](model) for model in models]
        found = [paired(values[a] - values[b], drawn[a] - drawn[b], ROWS) for a in range(runs) for b in range(a)]
        together = holm([one.p for one in found])
        said += any(one.outcome(True, p) != "cannot tell apart" for one, p in zip(found, together, strict=True))
    return said / simulations


def false_alarms_of_folds(folds: int, simulations: int) -> tuple[float, float]:
    """How often learners that are equal are told apart over folds: by the corrected test, and by the plain one."""
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import KFold

    said = plain = 0
    for i in range(simulations):
        rng = np.random.default_rng([3, i])
        x, noise = rng.normal(size=(100, 2)), rng.normal(size=100)
        y = x.sum(axis=1) + noise
        scores: list[list[float]] = [[], []]
        for train, test in KFold(folds).split(x):
            for column in (0, 1):  # each sees one of two columns that tell as much
                model = LinearRegression().fit(x[train][:, [column]], y[train])
                scores[column].append(float(((model.predict(x[test][:, [column]]) - y[test]) ** 2).mean()))
        said += over_folds(scores[0], scores[1], 1 / (folds - 1)).outcome(False) != "cannot tell apart"
        plain += stats.ttest_rel(*scores).pvalue < LEVEL
    return said / simulations, plain / simulations


def main() -> None:
    simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    reach = 1.96 * sqrt(0.95 * 0.05 / simulations)
    lines = [
        "# How sure is sure",
        "",
        f"Written by `benchmarks/certainty.py` ({platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}): {simulations:,} simulations of each line. A share near 95% is only known",
        f"to within {100 * reach:.1f} points.",
        "",
        "**Intervals.** How often the 95% interval holds the score that the same model has on endless rows "
        f"(wanted: 93 to 97%; {ROWS} test rows):",
        "",
        "| metric | data | holds |",
        "|---|---|---|",
    ]
    shares = []
    for name, what, made, rows in CLAIMS:
        shares.append(coverage(name, made, rows, simulations))
        of = what if rows == ROWS else f"{what}, {rows:,} rows"
        lines.append(f"| {name} | {of} | {shares[-1]:.1%} |")
        print(lines[-1], flush=True)
    lines += [
        "",
        "Where a hundredth of the rows makes most of the squared error, no interval of it is trusted: the next metric "
        "decides.",
        "",
        "**False alarms.** How often models that are equal are told apart (wanted: at most 6%):",
        "",
        "| comparison | told apart |",
        "|---|---|",
    ]
    alarms = []
    for metric in ("roc_auc", "accuracy", "log_loss"):
        for count in (1, 4):
            alarms.append(false_alarms(metric, count, simulations))
            which = "its equal" if count == 1 else f"the best of {count} equals"
            lines.append(f"| the verdict: a network and {which}, {metric} | {alarms[-1]:.1%} |")
            print(lines[-1], flush=True)
    for name in ("adjusted_rand", "adjusted_mutual_info"):
        alarms.append(false_alarms_of_clusters(name, simulations))
        lines.append(f"| the verdict: clusters and their equal, {name} | {alarms[-1]:.1%} |")
        print(lines[-1], flush=True)
    for degrees, weights, what in ((4, False, "errors of t with 4 degrees"), (30, True, "with weights")):
        alarms.append(false_alarms_of_numbers("root_mean_squared_error", degrees, weights, simulations))
        lines.append(f"| the verdict: a network and its equal, root_mean_squared_error, {what} | {alarms[-1]:.1%} |")
        print(lines[-1], flush=True)
    few = {rows: false_alarms("log_loss", 1, simulations, rows) for rows in (3, 5, 8, 12, 20, 50)}
    alarms.append(false_alarms_of_pairs(4, simulations))
    lines.append(f"| `compare`: any pair of 4 runs, roc_auc | {alarms[-1]:.1%} |")
    for folds in (5, 10):
        corrected, plain = false_alarms_of_folds(folds, simulations)
        alarms.append(corrected)
        lines.append(f"| {folds} folds, corrected t-test (the plain one: {plain:.1%}) | {corrected:.1%} |")
    lines.append(
        "| of a network and its equal on few rows, log_loss: "
        + ", ".join(map(str, few))
        + " rows | "
        + ", ".join(f"{share:.1%}" for share in few.values())
        + " |"
    )
    lines += [
        "",
        "The corrected test is careful by design: a network has to be clearly better over few folds to be called so.",
    ]
    print("\n".join(lines[-7:]))
    print(f"coverage {min(shares):.1%} to {max(shares):.1%}, false alarms at most {max(alarms):.1%}")
    if simulations >= 1000:
        (ROOT / "docs" / "certainty.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
