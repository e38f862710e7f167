"""Whether what a run says of its certainty is so: many simulations of each claim. Writes docs/certainty.md.

    python benchmarks/certainty.py [--simulations 1000] [--workers 2] [--only WORDS] [--write]

Intervals of a score should hold the score that the same model has on endless rows in 95 of 100 cases, and models that
are equal should be told apart in no more than 5 of 100. The truth is known here, for the data is made. Each line has
seeds of its own. With `--write` each line is kept in docs/certainty.json as it is done, and the page is made of what is
there: a run that was broken off goes on, and `--only` makes anew the lines that have these words in their names.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from math import sqrt
from multiprocessing import get_context
from pathlib import Path
from zlib import crc32

os.environ.setdefault("OMP_NUM_THREADS", "1")

import certainty_data as data
import numpy as np
from scipy import stats

from protokit.core.values.arrays import Predictions
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import LEVEL, holm, over_folds, paired
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.verdict import judge

ROOT = Path(__file__).parent.parent
JSON, PAGE = ROOT / "docs" / "certainty.json", ROOT / "docs" / "certainty.md"
ENDLESS = 1_000_000
ROWS = 300


def clopper_pearson(p: Predictions) -> float:
    """The width of the exact interval of an accuracy."""
    right, rows = int((p.labels == p.truth).sum()), len(p.truth)
    low = stats.beta.ppf(0.025, right, rows - right + 1) if right else 0.0
    return float((stats.beta.ppf(0.975, right + 1, rows - right) if right < rows else 1.0) - low)


def of_chi_square(p: Predictions) -> float:
    """The width of the exact interval of the root of a mean square of normal errors."""
    rows, squares = len(p.truth), float(((p.truth - p.scores) ** 2).sum())
    return float(np.sqrt(squares / stats.chi2.ppf(0.025, rows)) - np.sqrt(squares / stats.chi2.ppf(0.975, rows)))


def of_t(name: str) -> Callable[[Predictions], float]:
    """The width of the t interval of a mean, which is exact where what it is the mean of is normal."""

    def width(p: Predictions) -> float:
        each = METRICS[name].per_row(p)
        assert each is not None
        return float(2 * stats.t.ppf(0.975, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each)))

    return width


@dataclass(frozen=True)
class Interval:
    """How often the interval of a metric holds what endless rows have, `truth` where that has a formula."""

    metric: str
    what: str
    made: data.Made
    rows: int = ROWS
    truth: float | None = None
    exact: Callable[[Predictions], float] | None = None

    @property
    def name(self) -> str:
        """The line's name."""
        return f"{self.metric} | {self.what}{'' if self.rows == ROWS else f', {self.rows:,} rows'}"

    def measure(self, simulations: int) -> dict[str, float]:
        """The share that holds, and the widths."""
        of, key = METRICS[self.metric], crc32(self.name.encode())
        truth = self.truth
        if truth is None:
            truth = of(replace(self.made(np.random.default_rng(0), ENDLESS), blocks=None))
        held, widths, exact = [], [], []
        for i in range(simulations):
            some = self.made(np.random.default_rng([key, i]), self.rows)
            [(found, _)] = bootstrap.scored([(self.metric, some)], i)
            if np.isfinite(found.value):
                held.append(found.low <= truth <= found.high)
                widths.append(found.high - found.low)
                exact.append(self.exact(some) if self.exact else float("nan"))
        result = {"share": float(np.mean(held)), "defined": len(held) / simulations, "width": float(np.mean(widths))}
        return result | ({"exact": float(np.mean(exact))} if self.exact else {})


@dataclass(frozen=True)
class Alarms:
    """How often models that are equal are told apart; `plain` by a test that is held beside it."""

    what: str
    told: Callable[[np.random.Generator, int], tuple[bool, ...]]

    @property
    def name(self) -> str:
        """The line's name."""
        return self.what

    def measure(self, simulations: int) -> dict[str, float]:
        """The share told apart."""
        key = crc32(self.name.encode())
        said = np.array([self.told(np.random.default_rng([key, i]), i) for i in range(simulations)])
        return dict(zip(("share", "plain"), map(float, said.mean(axis=0)), strict=False))


def judged(models: list[Predictions], metrics: tuple[str, ...], seed: int) -> tuple[bool, ...]:
    """Whether the first is said to be better or worse than the best of the others."""
    network, *others = models
    baselines = {str(i): other for i, other in enumerate(others)}
    return (judge(network, baselines, metrics, seed)[1].outcome in {"better", "worse"},)


def any_pair(rng: np.random.Generator, seed: int) -> tuple[bool, ...]:
    """Whether any pair of four runs that are equal is told apart."""
    models = data.alike(rng, 4, ROWS)
    drawn = bootstrap.resampled([("roc_auc", model) for model in models], seed)
    values = [METRICS["roc_auc"](model) for model in models]
    found = [paired(values[a] - values[b], drawn[a] - drawn[b], ROWS) for a in range(4) for b in range(a)]
    together = holm([one.p for one in found])
    return (any(one.outcome(True, p) != "cannot tell apart" for one, p in zip(found, together, strict=True)),)


def folds(rng: np.random.Generator, count: int) -> tuple[bool, ...]:
    """Whether learners that are equal are told apart over folds: by the corrected test, and by the plain one."""
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import KFold

    x, noise = rng.normal(size=(100, 2)), rng.normal(size=100)
    y = x.sum(axis=1) + noise
    scores: list[list[float]] = [[], []]
    for train, test in KFold(count).split(x):
        for column in (0, 1):  # each sees one of two columns that tell as much
            model = LinearRegression().fit(x[train][:, [column]], y[train])
            scores[column].append(float(((model.predict(x[test][:, [column]]) - y[test]) ** 2).mean()))
    corrected = over_folds(scores[0], scores[1], 1 / (count - 1)).outcome(False) != "cannot tell apart"
    return corrected, bool(stats.ttest_rel(*scores).pvalue < LEVEL)


def intervals() -> Iterator[Interval]:
    """The lines of intervals."""
    for name in ("roc_auc", "accuracy", "log_loss", "brier_score"):
        yield Interval(name, "binary", data.binary)
    for name in ("accuracy", "f1_macro", "cohen_kappa", "average_precision"):
        yield Interval(name, "multiclass", data.multiclass)
    yield Interval("mean_absolute_error", "regression, errors with tails", data.regression)
    for name in ("root_mean_squared_error", "r2", "median_absolute_error"):
        yield Interval(name, "regression", data.normal)
    yield Interval("mean_absolute_error", "regression in 60 groups", data.grouped)
    yield Interval("r2", "regression in 60 groups", data.grouped)
    for name in ("f1", "average_precision"):
        yield Interval(name, "binary, the first class is positive", data.rare_first)
    for name in ("roc_auc", "log_loss"):
        yield Interval(name, "binary, with weights", data.weighed(data.binary))
    for name in ("accuracy", "f1_macro"):
        yield Interval(name, "multiclass, with weights", data.weighed(data.multiclass))
    for name in ("mean_absolute_error", "root_mean_squared_error", "r2"):
        yield Interval(name, "regression, with weights", data.weighed(data.normal))
    yield Interval("accuracy", "binary, with whole weights of 1 to 4", data.counted(data.binary))
    yield Interval("roc_auc", "binary, with whole weights of 1 to 4", data.counted(data.binary))
    yield Interval("root_mean_squared_error", "regression, with whole weights of 1 to 4", data.counted(data.normal))
    for share, rows in ((0.5, ROWS), (0.9, ROWS), (0.7, 60)):
        for name in ("adjusted_rand", "adjusted_mutual_info", "v_measure", "fowlkes_mallows", "homogeneity"):
            yield Interval(name, f"clusters that are right in {share:.0%}", data.clusters(share), rows)
    for degrees in (3, 4, 6):
        for rows in (60, ROWS, 1000):
            what, truth = f"errors of t with {degrees} degrees of freedom", 0.5 * sqrt(degrees / (degrees - 2))
            yield Interval("root_mean_squared_error", what, data.tails(degrees), rows, truth)
    for rows in (10, 20, 30, 60):
        few = rows < 50
        yield Interval("accuracy", "binary", data.binary, rows, exact=clopper_pearson if few else None)
        yield Interval("log_loss", "binary", data.binary, rows, exact=of_t("log_loss") if few else None)
        yield Interval("roc_auc", "binary", data.binary, rows)
        yield Interval("f1_macro", "multiclass", data.multiclass, rows)
        for name, exact in (
            ("mean_absolute_error", of_t("mean_absolute_error")),
            ("root_mean_squared_error", of_chi_square),
        ):
            yield Interval(name, "regression", data.normal, rows, exact=exact if few else None)
    yield Interval("dear_side", "a function of one's own, on errors with tails", data.regression)


def alarms() -> Iterator[Alarms]:
    """The lines of false alarms."""
    for metric in ("roc_auc", "accuracy", "log_loss"):
        for count in (1, 4):
            which = "its equal" if count == 1 else f"the best of {count} equals"
            yield Alarms(
                f"the verdict: a network and {which}, {metric}",
                lambda rng, i, metric=metric, count=count: judged(data.alike(rng, count + 1, ROWS), (metric,), i),
            )
    for name in ("adjusted_rand", "adjusted_mutual_info", "v_measure"):
        yield Alarms(
            f"the verdict: clusters and their equal, {name}",
            lambda rng, i, name=name: judged(data.clusters_alike(rng, ROWS), (name,), i),
        )
    for degrees, weights, what in ((4, False, "errors of t with 4 degrees"), (30, True, "with weights")):
        yield Alarms(
            f"the verdict: a network and its equal, root_mean_squared_error, {what}",
            lambda rng, i, degrees=degrees, weights=weights: judged(
                data.numbers_alike(rng, ROWS, degrees, weights), ("root_mean_squared_error", "mean_absolute_error"), i
            ),
        )
    for metric in ("log_loss", "accuracy"):
        for rows in (5, 8, 12, 20, 30, 50):
            yield Alarms(
                f"the verdict: a network and its equal, {metric}, {rows} rows",
                lambda rng, i, metric=metric, rows=rows: judged(data.alike(rng, 2, rows), (metric,), i),
            )
    yield Alarms("`compare`: any pair of 4 runs, roc_auc", any_pair)
    for count in (5, 10):
        yield Alarms(f"{count} folds, corrected t-test", lambda rng, _, count=count: folds(rng, count))


LINES: dict[str, Interval | Alarms] = {line.name: line for line in (*intervals(), *alarms())}


def measured(name: str, simulations: int) -> dict[str, float]:
    """One line, in a process of its own."""
    start = time.process_time()
    found = LINES[name].measure(simulations)
    return found | {"simulations": simulations, "seconds": round(time.process_time() - start, 1)}


def page(found: dict[str, dict[str, float]]) -> str:
    """The page, of the lines that are there."""
    counts = sorted({int(one["simulations"]) for one in found.values()})
    reach = 196 * sqrt(0.95 * 0.05 / counts[0])
    shown = [(line, found[name]) for name, line in LINES.items() if name in found]
    rows = [(line, one) for line, one in shown if isinstance(line, Interval)]
    told = [(line, one) for line, one in shown if isinstance(line, Alarms)]
    lines = [
        "# How sure is sure",
        "",
        f"Written by `benchmarks/certainty.py` ({platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}): {' to '.join(f'{count:,}' for count in counts)} simulations of each line. A "
        f"share near 95% is only known to within {reach:.1f} points.",
        "",
        "**Intervals.** How often the 95% interval holds the score that the same model has on endless rows "
        f"(wanted: 93 to 97%; {ROWS} test rows where no other number is said), and its mean width. Below 50 rows no "
        "interval can be both sure and short: the mean width of an exact one stands beside it, which knows the "
        "distribution that ours does not (of an accuracy that of Clopper and Pearson, of a mean that of t, of a root "
        "mean square that of chi-square).",
        "",
        "| metric | data | holds | mean width | exact |",
        "|---|---|---|---|---|",
    ]
    for line, one in rows:
        exact = f"{one['exact']:.3f}" if "exact" in one else ""
        what = line.name if one["defined"] == 1 else f"{line.name} (defined in {one['defined']:.1%})"
        lines.append(f"| {what} | {one['share']:.1%} | {one['width']:.3f} | {exact} |")
    lines += [
        "",
        *_short(
            "Outside 93 to 97%",
            [
                (line.name, one["share"])
                for line, one in rows
                if one["share"] < 0.93 or (one["share"] > 0.97 and line.rows >= 50)
            ],
        ),
        "",
        "Where a hundredth of the rows makes most of the squared error, no interval of it is trusted: the next metric "
        "decides.",
        "",
        "**False alarms.** How often models that are equal are told apart (wanted: at most 6%):",
        "",
        "| comparison | told apart |",
        "|---|---|",
    ]
    for line, one in told:
        plain = f" (the plain one: {one['plain']:.1%})" if "plain" in one else ""
        lines.append(f"| {line.name}{plain} | {one['share']:.1%} |")
    lines += [
        "",
        *_short("Above 6%", [(line.name, one["share"]) for line, one in told if one["share"] > 0.06]),
        "",
        "The corrected test is careful by design: a network has to be clearly better over few folds to be called so.",
    ]
    return "\n".join(lines) + "\n"


def _short(what: str, missed: list[tuple[str, float]]) -> list[str]:
    """What falls short, in a sentence."""
    if not missed:
        return [f"{what}: none."]
    return [f"{what}: " + "; ".join(f"{name.replace(' | ', ', ')} ({share:.1%})" for name, share in missed) + "."]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="words, of which a line's name has one; separated by commas")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    kept: dict[str, dict[str, float]] = json.loads(JSON.read_text()) if JSON.exists() else {}
    words = [word for word in given.only.split(",") if word]
    if words:
        names = [name for name in LINES if any(word in name for word in words)]
    else:
        names = [name for name in LINES if kept.get(name, {}).get("simulations") != given.simulations]
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(measured, name, given.simulations): name for name in names}
        for done in as_completed(running):
            name = running[done]
            kept[name] = done.result()
            print(f"{name}: {json.dumps(kept[name])}", flush=True)
            if given.write:
                kept = {name: kept[name] for name in LINES if name in kept}
                JSON.write_text(json.dumps(kept, indent=1) + "\n")
                PAGE.write_text(page(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
