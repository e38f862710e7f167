"""The page of a run, in the order in which a person asks."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import cast
from zlib import crc32

from protokit.core.errors import SpecError
from protokit.core.names import added, counted
from protokit.show.blocks import Block, Code, Grid, Notes, Picture, Section
from protokit.show.page import Page
from protokit.show.plots.svg import inline
from protokit.workflow.cures.tried import Tried
from protokit.workflow.look import card
from protokit.workflow.look.plot import Plot, Plots, Predicted, RunView, is_own
from protokit.workflow.look.plot import Section as Place
from protokit.workflow.look.worst import MOST, cut, worst
from protokit.workflow.record.contents import Environment, RunResults

_MOST_ROWS = 40


def page_of(folder: Path, name: str, results: RunResults, predicted: Predicted) -> Page:
    """The page of a run's results, with the texts of its folder."""
    metrics = results["metrics"]
    plots = Plots(RunView(results, lambda: predicted))
    environment = _environment(folder / "environment.json")
    facts = (environment.get("started", "")[:16].replace("T", " ") + " UTC", *card.shares(metrics)[:1])
    sections = [
        Section("Scores", _scores(plots, results)),
        Section("What it gets wrong", _wrong(plots, results, predicted)),
        Section("How far to trust it", _trust(plots, results)),
        Section("What it relies on", _relied(plots, results, predicted)),
        Section("Training", _training(plots, results)),
        Section("Cures that were tried on validation rows", _notes(Tried.read(folder).lines)),
        Section("Data", (*card.step_grids(results["steps"], always=True), *_notes(card.smaller(results)))),
        Section("Network", (card.network_grid(metrics),)),
        Section("Recipe", (*_recipe(folder), *_environment_grids(environment))),
    ]
    filled = tuple(section for section in sections if section.blocks)
    return Page(name, facts, card.sentences(metrics), card.remarks(results, whole=True), filled)


def notebook_pictures(plots: Plots) -> tuple[Picture, ...]:
    """The curves, for the card in a notebook."""
    found = [(plot.alt(""), _picture(plot, "")) for plot in plots.of_section("training") if plot.name == "curves"]
    return tuple(Picture("", picture.svg, about) for about, picture in found if picture is not None)


def _scores(plots: Plots, results: RunResults) -> tuple[Block, ...]:
    metrics = results["metrics"]
    blocks: list[Block] = []
    for target in dict.fromkeys(score["target"] for score in metrics["scores"]):
        blocks += _pictures(plots, "scores", target)
        blocks.append(card.scores_grid(target, metrics, whole=True))
    return (*blocks, *([card.folds_grid(metrics)] if metrics["folds"] else []))


def _wrong(plots: Plots, results: RunResults, predicted: Predicted) -> tuple[Block, ...]:
    metrics = results["metrics"]
    blocks: list[Block] = []
    for target, p in predicted.network.items():
        blocks += _pictures(plots, "errors", target)
        blocks += [grid.folded(_MOST_ROWS) for grid in card.class_grids(target, metrics)]
        grids = card.slice_grids(target, metrics)
        blocks += _pictures(plots, "slices", target) if grids else []
        blocks += [*grids, *worst(p, predicted)]
    return (*blocks, *_suspects(results))


def _suspects(results: RunResults) -> tuple[Block, ...]:
    """Training and validation rows whose label the network doubts."""
    found = results["diagnosis"]["suspects"]
    rows = tuple(
        (
            one.get("place") or f"{one['row'] + 1:,}",
            cut(str(one["truth"])),
            cut(str(one["predicted"])),
            card.value(one["probability"]),
        )
        for one in found[:MOST]
    )
    header = ("row", "as written", "as the network has it", "probability")
    return (Grid("labels worth a second look", header, rows),) if rows else ()


def _trust(plots: Plots, results: RunResults) -> tuple[Block, ...]:
    metrics = results["metrics"]
    targets = [verdict["target"] for verdict in metrics["verdicts"]]
    pictures = [picture for target in targets for picture in _pictures(plots, "trust", target)]
    lines = tuple(line for line in card.told(metrics) if not line.startswith("relies"))
    return (*pictures, *_notes(lines))


def _notes(lines: tuple[str, ...]) -> tuple[Block, ...]:
    return (Notes(lines),) if lines else ()


def _relied(plots: Plots, results: RunResults, predicted: Predicted) -> tuple[Block, ...]:
    targets = results["metrics"].get("importance") or {}
    pictures = (picture for target in targets for picture in _pictures(plots, "reliance", target))
    return (*pictures, *_explained(results, predicted))


def _explained(results: RunResults, predicted: Predicted) -> tuple[Block, ...]:
    """The test rows of which is told what each column added."""
    found = []
    for target, each in (results["metrics"].get("explained") or {}).items():
        rows = []
        for one in each:
            truth, said, start = (
                cut(value) if isinstance(value, str) else card.value(value)
                for value in (one["truth"], one["score"], one["start"])
            )
            said = said if one["of"] is None else f"{cut(one['of'])} {said}"
            whose = "missed by the most" if one["missed"] else "drawn"
            rows.append((predicted.rows.shown(one["row"]), whose, truth, said, start, added(one["most"])))
        header = ("row", "", f"true {target}", "predicted", "from", "what each column adds")
        told = "By integrated gradients, from the mean of up to 200 training rows; the columns that add the most."
        found.append(Grid(f"why {target}: {counted(len(rows), 'test row')}", header, tuple(rows), told))
    return tuple(found)


def _training(plots: Plots, results: RunResults) -> tuple[Block, ...]:
    return (*_pictures(plots, "training"), *_notes(card.shares(results["metrics"])[1:]))


def _pictures(plots: Plots, section: Place, target: str = "") -> tuple[Picture, ...]:
    """The plots of a section that fit the run and the target."""
    return tuple(found for plot in plots.of_section(section) if (found := _picture(plot, target)) is not None)


def _picture(plot: Plot, target: str) -> Picture | None:
    try:
        figure = plot.draw(*([target] if target and plot.of_target else []))
        about = plot.alt(target)
    except SpecError:  # it does not fit this one of several targets, or one class is all there is
        return None
    except Exception as error:
        if is_own(plot):
            raise
        warnings.warn(f"the plot {plot.name!r} failed: {type(error).__name__}: {error}", stacklevel=2)
        return None
    key = f"{plot.name}-{crc32(target.encode())}"
    return Picture(plot.title, inline(figure, about, key), about if not plot.title else "")


def _recipe(folder: Path) -> tuple[Block, ...]:
    written, resolved = (_text(folder / name) for name in ("recipe.yaml", "resolved.yaml"))
    return (Code(written), Code(resolved, "with every default filled in"))


def _environment_grids(environment: Environment) -> tuple[Block, ...]:
    facts: list[tuple[str, object]] = [("python", environment.get("python")), *environment.get("libraries", {}).items()]
    facts += [(key, environment.get(key)) for key in ("system", "processor", "cpus", "threads")]
    facts += [*environment.get("variables", {}).items()]
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


def _environment(path: Path) -> Environment:
    try:
        return cast(Environment, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
