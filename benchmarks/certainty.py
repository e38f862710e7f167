"""Whether what a run says of its certainty is so: 1,000 simulations of each claim. Writes docs/certainty.md.

    python benchmarks/certainty.py [SIMULATIONS]

Intervals of a score should hold the score that the same model has on endless rows in 95 of 100 cases, and models that
are equal should be told apart in no more than 5 of 100. The truth is known here, for the data is made.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from math import sqrt
from pathlib import Path

import numpy as np
from scipy import stats

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import LEVEL, holm, over_folds, paired
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.verdict import judge

ROOT = Path(__file__).parent.parent
ENDLESS = 2_000_000
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
]


def coverage(name: str, made: Made, rows: int, simulations: int) -> float:
    """The share of intervals that hold the score on endless rows."""
    metric = METRICS[name]
    big = made(np.random.default_rng(0), ENDLESS)
    truth = metric(Predictions(big.target, big.truth, big.scores))
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
        lines.append(f"| {name} | {what} | {shares[-1]:.1%} |")
        print(lines[-1], flush=True)
    tails = coverage("root_mean_squared_error", regression, ROWS, simulations)
    lines += [
        "",
        "A limit: where squared errors have no third moment (noise of a t with 6 degrees of freedom),",
        f"{tails:.1%} of the intervals of the root mean squared error hold it: rows that are not there are not known.",
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
