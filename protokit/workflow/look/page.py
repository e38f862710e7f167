"""The page of a run, in the order in which a person asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from matplotlib.figure import Figure

from protokit.core.errors import SpecError
from protokit.core.names import number
from protokit.core.values import Predictions
from protokit.show.blocks import Block, Code, Grid, Notes, Picture, Section
from protokit.show.page import Page
from protokit.show.plots.svg import inline
from protokit.workflow.look import card
from protokit.workflow.look.plots import Plots, Predicted

_WORST = 10
_MOST_ROWS = 40


def page_of(folder: Path, name: str, results: Mapping[str, Any], predicted: Predicted) -> Page:
    """The page of a run's results, with the texts of its folder."""
    metrics = results["metrics"]
    plots = Plots(results, lambda: predicted)
    environment = _json(folder / "environment.json")
    facts = (environment.get("started", "")[:16].replace("T", " ") + " UTC", *card.shares(metrics)[:1])
    sections = [
        Section("Scores", _scores(plots, results)),
        Section("What it gets wrong", _wrong(plots, results, predicted)),
        Section("How far to trust it", _trust(plots, results)),
        Section("What it relies on", _relied(plots, results)),
        Section("Training", _training(plots, results)),
        Section("Data", (*card.step_grids(results["steps"], always=True), *_notes(card.smaller(results)))),
        Section("Network", (card.network_grid(metrics),)),
        Section("Recipe", (*_recipe(folder), *_environment(environment))),
    ]
    filled = tuple(section for section in sections if section.blocks)
    return Page(name, facts, card.sentences(metrics), card.remarks(results, whole=True), filled)


def notebook_pictures(plots: Plots) -> tuple[Picture, ...]:
    """The curves, for the card in a notebook."""
    return _pictures(plots, {"curves": ("", "Loss of training and validation rows by epoch.")})


def _scores(plots: Plots, results: Mapping[str, Any]) -> tuple[Block, ...]:
    metrics = results["metrics"]
    blocks: list[Block] = []
    for target in dict.fromkeys(score["target"] for score in metrics["scores"]):
        about = f"Scores of the network and its baselines for {target}, each with its 95% interval."
        blocks += _pictures(plots, {"scores": ("", about)}, target)
        blocks.append(card.scores_grid(target, metrics, whole=True))
    return (*blocks, *([card.folds_grid(metrics)] if metrics["folds"] else []))


def _wrong(plots: Plots, results: Mapping[str, Any], predicted: Predicted) -> tuple[Block, ...]:
    metrics = results["metrics"]
    blocks: list[Block] = []
    for target, p in predicted.network.items():
        blocks += _pictures(
            plots,
            {
                "confusion": ("", f"Test rows of each class of {target} by what they were taken for."),
                "residuals": ("", f"True against predicted {target}, and the spread of the errors."),
                "forecast": ("", "Some test windows: what came, and what was forecast."),
            },
            target,
        )
        blocks += [grid.folded(_MOST_ROWS) for grid in card.class_grids(target, metrics)]
        grids = card.slice_grids(target, metrics)
        blocks += (
            _pictures(plots, {"slices": ("Slices", f"The main metric of {target} by slice.")}, target) if grids else []
        )
        blocks += [*grids, *_worst(p, predicted)]
    return (*blocks, *_suspects(results))


def _worst(p: Predictions, predicted: Predicted) -> tuple[Block, ...]:
    """The test rows that were missed by the most."""
    name, task = p.target.name, p.target.task
    if p.target.has_classes:
        given = p.scores[np.arange(len(p.truth)), p.labels]
        wrong = np.flatnonzero(p.labels != p.truth)
        order = wrong[np.argsort(-given[wrong], kind="stable")][:_WORST]
        classes = [_cut(str(one)) for one in p.target.classes]
        rows: list[tuple[str, ...]] = [
            (f"{predicted.rows[i] + 1:,}", classes[p.truth[i]], classes[p.labels[i]], number(float(given[i])))
            for i in order
        ]
        header = ("row", f"true {name}", "predicted", "probability")
        errors = "the one error" if len(wrong) == 1 else f"the surest of {len(wrong):,} errors"
        title = f"{errors} on {len(p.truth):,} test rows"
    elif task in {"regression", "quantile"}:
        missed = p.truth - p.labels
        order = np.argsort(-np.abs(missed), kind="stable")[:_WORST]
        rows = [
            (
                f"{predicted.rows[i] + 1:,}",
                *(number(float(v)) for v in (p.truth[i], p.labels[i])),
                number(float(missed[i]), sign=True),
            )
            for i in order
        ]
        header, title = ("row", f"true {name}", "predicted", "error"), "the largest errors on the test rows"
    else:
        return ()
    return (Grid(title, header, tuple(rows), "Rows are counted from 1 in the collected table."),) if rows else ()


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _suspects(results: Mapping[str, Any]) -> tuple[Block, ...]:
    """Training and validation rows whose label the network doubts."""
    found = results["diagnosis"]["suspects"]
    rows = tuple(
        (f"{one['row'] + 1:,}", _cut(str(one["truth"])), _cut(str(one["predicted"])), card.value(one["probability"]))
        for one in found[:_WORST]
    )
    header = ("row", "as written", "as the network has it", "probability")
    return (Grid("labels worth a second look", header, rows),) if rows else ()


def _trust(plots: Plots, results: Mapping[str, Any]) -> tuple[Block, ...]:
    metrics = results["metrics"]
    blocks: list[Block] = []
    for verdict in metrics["verdicts"]:
        target = verdict["target"]
        blocks += _pictures(
            plots,
            {
                "calibration": ("Calibration", f"Probabilities of {target} against how often they came true."),
                "roc": ("ROC", f"True against false positive rate of {target}."),
                "pr": ("Precision and recall", f"Precision against recall of {target}."),
            },
            target,
        )
    lines = tuple(line for line in card.told(metrics) if not line.startswith("relies"))
    return (*blocks, *_notes(lines))


def _notes(lines: tuple[str, ...]) -> tuple[Block, ...]:
    return (Notes(lines),) if lines else ()


def _relied(plots: Plots, results: Mapping[str, Any]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for target, columns in (results["metrics"].get("importance") or {}).items():
        about = f"What the network's {columns[0]['metric']} loses when a column is shuffled among validation rows."
        blocks += _pictures(plots, {"importance": ("", about)}, target)
    return tuple(blocks)


def _training(plots: Plots, results: Mapping[str, Any]) -> tuple[Block, ...]:
    wanted = {
        "curves": ("Loss", "Loss of training and validation rows by epoch."),
        "gradients": ("Gradients", "Size of the gradient at each layer, and the share of dead or saturated units."),
    }
    return (*_pictures(plots, wanted), *_notes(card.shares(results["metrics"])[1:]))


def _pictures(plots: Plots, wanted: Mapping[str, tuple[str, str]], target: str | None = None) -> tuple[Picture, ...]:
    """Those of the wanted pictures that fit the run and the target."""
    found = []
    for name, (title, about) in wanted.items():
        if name not in plots.names:
            continue
        try:
            figure: Figure = getattr(plots, name)(*([target] if target is not None and name != "forecast" else []))
        except SpecError:  # it does not fit this one of several targets, or one class is all there is
            continue
        key = f"{name}-{crc32((target or '').encode())}"
        found.append(Picture(title, inline(figure, about, key), about if not title else ""))
    return tuple(found)


def _recipe(folder: Path) -> tuple[Block, ...]:
    written, resolved = (_text(folder / name) for name in ("recipe.yaml", "resolved.yaml"))
    return (Code(written), Code(resolved, "with every default filled in"))


def _environment(environment: Mapping[str, Any]) -> tuple[Block, ...]:
    libraries = environment.get("libraries", {})
    facts = [("python", environment.get("python")), *libraries.items()]
    facts += [(key, environment.get(key)) for key in ("system", "processor", "cpus")]
    rows = tuple((str(key), str(value)) for key, value in facts if value)
    inputs = tuple((str(key), str(value)) for key, value in environment.get("inputs", {}).items())
    return (
        Grid("", ("", "version"), rows),
        *([Grid("what was read, by its SHA-256", ("source", ""), inputs)] if inputs else []),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip()
    except OSError:
        return "not kept"


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
