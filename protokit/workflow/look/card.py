"""The card of a run: the verdict first, then what to mend, then the numbers it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from protokit.core.checkup import Diagnosis
from protokit.core.names import counted, number
from protokit.core.plain import PlainInterval, PlainStep
from protokit.core.values.said import Finding
from protokit.show.blocks import Grid, Picture, Remark, Sentence
from protokit.show.card import Card
from protokit.workflow.ignored import CHECK
from protokit.workflow.record.contents import Metrics, PlainNetwork, PlainScore, RunResults

_MOST_ROWS = 12
_MOST_REMARKS = 6
_WHOLE = "report.html"  # where the rows are that a card leaves out


def card_of(name: str, results: RunResults, pictures: tuple[Picture, ...] = ()) -> Card:
    """The card of a run's results."""
    metrics = results["metrics"]
    targets = tuple(dict.fromkeys(score["target"] for score in metrics["scores"]))
    grids = [scores_grid(target, metrics) for target in targets]
    grids += [folds_grid(metrics)] if metrics["folds"] else []
    for target in targets:
        grids += [grid.folded(_MOST_ROWS, _WHOLE) for grid in class_grids(target, metrics)]
        grids += [grid.folded(_MOST_ROWS, _WHOLE) for grid in slice_grids(target, metrics)]
    grids += [*step_grids(results["steps"]), network_grid(metrics).folded(_MOST_ROWS, _WHOLE)]
    notes = (*shares(metrics), *told(metrics), *smaller(results))
    return Card(name, sentences(metrics), tuple(grids), notes, remarks(results)[:_MOST_REMARKS], pictures)


def sentences(metrics: Metrics) -> tuple[Sentence, ...]:
    """The verdict on each target, which is named where there are several."""
    verdicts = metrics["verdicts"]
    several = len({verdict["target"] for verdict in verdicts}) > 1
    return tuple(Sentence(f"{v['target']}: " * several + v["sentence"], v["outcome"]) for v in verdicts)


def remarks(results: RunResults, *, whole: bool = False) -> tuple[Remark, ...]:
    """What the person should mend: the data's faults, then those of the training; `whole` gives the edits as diffs."""
    findings = [Finding.from_plain(plain) for plain in results["findings"]]
    grave = [Remark(one.severity, one.rule, one.edit) for one in findings if one.severity != "note"]
    found = results["diagnosis"]["diagnoses"]
    grave += [
        Remark(one.severity, one.sentence, (whole and one.diff) or one.edit)
        for one in map(Diagnosis.from_plain, found)
        if one.severity != "note"
    ]
    first = {finding.rule for finding in findings if finding.check == CHECK}  # all else is of a network without these
    return tuple(sorted(grave, key=lambda one: (one.rule not in first, one.severity != "fatal")))


def smaller(results: RunResults) -> tuple[str, ...]:
    """What was decided for the person, and what is worth a thought."""
    findings = [Finding.from_plain(plain) for plain in results["findings"]]
    found = results["diagnosis"]["diagnoses"]
    uses = results.get("looks") or {}
    failed = results["diagnosis"].get("failed")
    times = uses.get("count", 1)
    return (
        *([f"these test rows have been looked at {times:,} times since {uses['first'][:10]}"] if times > 1 else []),
        *([f"the doctor could not look at this training: {failed}"] if failed else []),
        *(n["rule"] + (f" ({n['cure']})" if n["cure"] else "") for n in results["notices"]),
        *(finding.rule for finding in findings if finding.severity == "note"),
        *(one.sentence for one in map(Diagnosis.from_plain, found) if one.severity == "note"),
    )


def shares(metrics: Metrics) -> tuple[str, ...]:
    """How many rows were learned from and tested on, and how."""
    rows, of = metrics["rows"], metrics.get("examples", "rows")
    said = f"{rows['train']:,} training, {rows['validation']:,} validation and {rows['test']:,} test {of}"
    if metrics["folds"]:
        said = f"about {rows['train']:,} training and {rows['validation']:,} validation {of} in each fold"
    engine = f"{metrics['engine']['name']} engine, " if metrics["engine"]["name"] else ""
    return said, f"{engine}{metrics['engine']['how']}"


def told(metrics: Metrics) -> tuple[str, ...]:
    """What else the run found out, a line each."""
    lines = []
    several = len(metrics["verdicts"]) > 1
    for target, found in (metrics.get("calibration") or {}).items():
        of = f" of {target}" if several else ""
        error = f"calibration error{of} {interval(found['error'])}"
        gap = found["error"]["value"]
        if gap is not None and gap <= found.get("chance", 0):
            error += ", no more than chance gives"
        temperature = found.get("temperature")
        warm = f", after dividing the logits by {number(temperature)}" if temperature else ""
        lines.append(error + warm)
    for target, bounds in (metrics.get("intervals") or {}).items():
        of = f" of {target}" if several else ""
        lines.append(f"{bounds['held']:.1%} of the test rows lie within their bounds{of}, of {bounds['inside']:.0%}")
    for target, columns in (metrics.get("importance") or {}).items():
        of = f" for {target}" if several else ""
        used = [one["column"] for one in columns if (one["drop"]["low"] or 0) > 0][:3]
        lines += [f"relies most{of} on " + ", ".join(used)] if used else []
    return tuple(lines)


def scores_grid(target: str, metrics: Metrics, *, whole: bool = False) -> Grid:
    """The scores of the network and of its baselines, on the test rows; `whole` gives intervals to all."""
    own = [score for score in metrics["scores"] if score["target"] == target]
    arrows = {True: " ↑", False: " ↓", None: ""}
    header = (target, *(metric_of(s) + arrows[s["greater_is_better"]] for s in own))
    rows = [("network", *(interval(s["network"]) for s in own))]
    for name in own[0]["baselines"]:
        each = (s["baselines"][name] for s in own)
        rows.append((name, *(interval(one) if whole else value(one["value"]) for one in each)))
    tested = f"{metrics['rows']['test']:,} test {metrics.get('examples', 'rows')}"
    positive = positive_of(target, metrics)
    of = f"; positive is {positive!r}" if positive is not None else ""
    return Grid(f"scores on {tested}, with 95% intervals{of}", header, tuple(rows))


def metric_of(score: PlainScore) -> str:
    """The metric of a score, with the class that it is of where it is of one of two."""
    return f"{score['metric']} of {score['positive']!r}" if "positive" in score else score["metric"]


def positive_of(target: str, metrics: Metrics) -> str | None:
    """The positive class of a target of two; None of others, and of runs that do not say."""
    return next((one.get("positive") for one in metrics.get("targets", ()) if one["name"] == target), None)


def folds_grid(metrics: Metrics) -> Grid:
    """The scores of the network on the test rows of each fold."""
    folds, of = metrics["folds"], metrics.get("examples", "rows")
    rows = [(f"fold {i + 1}", *(value(score) for score in fold.values())) for i, fold in enumerate(folds)]
    return Grid(f"scores of the network on the test {of} of each fold", ("", *folds[0]), tuple(rows))


def class_grids(target: str, metrics: Metrics) -> tuple[Grid, ...]:
    """Precision, recall and f1 of each class, where the target has classes; metrics of each part or column."""
    if columns := (metrics.get("per_column") or {}).get(target):
        of_columns = [(c["column"], c["metric"], value(c["network"]), value(c["baseline"])) for c in columns]
        return (Grid("each column", ("", "metric", "network", "baseline"), tuple(of_columns)),)
    if parts := (metrics.get("per_part") or {}).get(target):
        keys = ("r2", "root_mean_squared_error", "mean_absolute_error")
        each = [
            (p["part"], *map(value, (p["r2"], p["root_mean_squared_error"], p["mean_absolute_error"]))) for p in parts
        ]
        return (Grid("each part", (target, *keys), tuple(each)),)
    found = (metrics.get("per_class") or {}).get(target)
    if not found:
        return ()
    positive = positive_of(target, metrics)
    names = [one["class"] + " (positive)" * (one["class"] == positive) for one in found]
    shown: tuple[Literal["precision", "recall", "f1", "iou"], ...] = ("precision", "recall", "f1")
    if "iou" in found[0]:  # of masks f1 is the Dice coefficient
        shown = (*shown, "iou")
    rows = [(name, f"{one['rows']:,}", *(value(one[k]) for k in shown)) for name, one in zip(names, found, strict=True)]
    return (Grid("each class", (target, "rows", *shown), tuple(rows)),)


def slice_grids(target: str, metrics: Metrics) -> tuple[Grid, ...]:
    """The main metric on parts of the test rows, where such were asked for."""
    found = [one for one in metrics.get("slices") or () if one["target"] == target]
    if not found:
        return ()
    verdict = next(v for v in metrics["verdicts"] if v["target"] == target)
    rows = [
        (
            f"{one['column']}: {one['value']}",
            f"{one['rows']:,}",
            interval(one["network"]),
            *([interval(one["baseline"]) if one["baseline"] else "-"] if verdict["baseline"] else []),
        )
        for one in found
    ]
    baseline = (verdict["baseline"],) if verdict["baseline"] else ()
    return (Grid(f"{found[0]['metric']} by slice", ("", "rows", "network", *baseline), tuple(rows)),)


def step_grids(steps: Sequence[PlainStep], *, always: bool = False) -> tuple[Grid, ...]:
    """The rows in and out of each step, where they are not the same all the way."""
    if not always and all(step["rows_in"] == step["rows_out"] for step in steps):
        return ()
    rows = []
    for step in steps:
        why = "; ".join(f"{count:,} {why}" for why, count in step["dropped"].items())
        last = why or (step["detail"] if always else "")
        rows.append((step["name"], f"{step['rows_in']:,}", f"{step['rows_out']:,}", last))
    title = "" if always else "dropped, and why"
    return (Grid("rows of each step", ("step", "in", "out", title), tuple(rows)),)


def network_grid(metrics: Metrics) -> Grid:
    """The layers with their shapes and parameters."""
    networks, folds = metrics["networks"], metrics["folds"]
    layers = tuple(
        (layer, kind, " x ".join(map(str, shape)), f"{parameters:,}")
        for layer, kind, shape, parameters in metrics["network"]
    )
    total = sum(row[3] for row in metrics["network"])
    kept = f"{counted(epochs(networks), 'epoch')}, kept {_kept(networks[0])}"
    if len(networks) > 1:
        seeds = len(networks) // (len(folds) or 1)
        made_of = " x ".join([f"{len(folds)} folds"] * bool(folds) + [f"{seeds} seeds"] * (seeds > 1))
        kept = f"{len(networks)} such networks averaged ({made_of}), {counted(epochs(networks), 'epoch')}"
    return Grid(f"network: {total:,} parameters, {kept}", ("layer", "kind", "output", "parameters"), layers)


def _kept(network: PlainNetwork) -> str:
    return f"epoch {network['best_epoch']}" if network["best_epoch"] else "the start"


def epochs(networks: Sequence[PlainNetwork]) -> str:
    """The epochs of all networks, as one number or from the fewest to the most."""
    counts = [one["epochs"] for one in networks]
    return str(counts[0]) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"


def interval(plain: PlainInterval) -> str:
    """A value with the bounds of its interval."""
    if plain["value"] is None:
        return "-"
    if plain["low"] is None or plain["high"] is None:
        return value(plain["value"])
    return f"{value(plain['value'])} ({value(plain['low'])} to {value(plain['high'])})"


def value(plain: float | None) -> str:
    """A number, a dash where there is none."""
    return number(float("nan") if plain is None else plain)
