"""The page of a search, in the order in which a person asks."""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

from matplotlib.figure import Figure

from protokit.core.names import counted
from protokit.core.plain import PlainInterval
from protokit.search.look.answer import counts, faults, finalists_grid, sentences, values_grid
from protokit.search.look.architectures import side_by_side
from protokit.search.look.importance import order_of
from protokit.search.look.pictures import SearchPlots
from protokit.search.look.view import SearchView, brief, score, shown
from protokit.show.blocks import Block, Code, Grid, Notes, Picture, Section
from protokit.show.page import Page
from protokit.show.plots.svg import inline

_MOST_ROWS = 120
_MOST_SLICES = 20
_FEW = 6
_MOST_IN_TABLE = 8  # slots that have a column of the table of trials


def page_of(view: SearchView) -> Page:
    """The page of a search, finished or not."""
    plots = SearchPlots(view)
    sections = [
        Section("What was chosen", _chosen(view, plots)),
        Section("How it went", _history(view, plots)),
        Section("Which slots matter", _importance(view, plots)),
        Section("Each slot", _slices(view, plots)),
        Section("Networks", side_by_side(*view.menus, _sides(view)) if view.menus else ()),
        Section("Trials", _trials(view, plots)),
        Section("How to go on", (Code("\n".join(commands(view))),)),
    ]
    filled = tuple(section for section in sections if section.blocks)
    facts = (counts(view)[0], f"compared by {view.arrow} on validation rows", *([str(view.folder)] * bool(view.folder)))
    return Page(f"{view.name}: search", facts, sentences(view), (), filled)


def notebook_pictures(view: SearchView) -> tuple[Picture, ...]:
    """The trials in their order, for the card in a notebook."""
    plots = SearchPlots(view)
    about = f"{view.arrow} of each trial on the validation rows, and the best so far."
    return (_picture(plots.history(), "", about, "history"),) if view.trials and "history" in plots.names else ()


def commands(view: SearchView) -> tuple[str, ...]:
    """What a person may do next: what it is for, and the command."""
    recipe, folder = view.recipe or "RECIPE", view.folder
    more = max(view.wanted or 0, len(view.trials)) * 2 or 100
    lines = []
    if folder is not None and view.figures:
        lines.append(("the winner's run again, to the same bits", f"protokit run {folder}/best.yaml"))
    runs = list(dict.fromkeys(os.path.normpath(f"{folder}/{one}") for one in view.figures.get("runs", {}).values()))
    if len(runs) > 1:
        lines.append(("winner and defaults side by side", f"protokit compare {' '.join(runs)}"))
    out = "" if folder is None or folder.parent.parent == Path("runs") else f" -o {folder.parent.parent}"
    again = f"protokit tune {recipe} --resume{out}"
    if view.figures:
        lines.append(("more trials; none is trained twice", f"{again} --trials {more}"))
    else:
        lines.append(("go on where it stopped", again))
    if folder is not None:
        lines.append(("all runs and searches beside it", f"protokit runs {folder.parent}"))
    return tuple(line for why, command in lines for line in (f"# {why}", command))


def _sides(view: SearchView) -> tuple[str, str]:
    return ("winner" if view.figures else "best so far"), "defaults"


def _chosen(view: SearchView, plots: SearchPlots) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if "finalists" in plots.names:
        about = (
            "Each finalist trained again on other splits and seeds: the mean with its 95% interval, each training "
            "below it, and, hollow, what it had shown in the search. The way between these two is optimism."
        )
        blocks.append(_picture(plots.finalists(), "", about, "finalists"))
    blocks += [grid for grid in (values_grid(view), finalists_grid(view)) if grid is not None]
    notes = view.figures.get("notices", [])
    return (*blocks, *([Notes(tuple(notes))] if notes else []))


def _history(view: SearchView, plots: SearchPlots) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if "history" in plots.names:
        about = (
            f"{view.arrow} of each trial on the validation rows that the search sees. The best of many looks better "
            "than it is: see the finalists."
        )
        blocks.append(_picture(plots.history(), "", about, "history"))
    blocks.append(Notes((*counts(view), *faults(view))))
    if "parallel" in plots.names:
        about = "Each trial as a line across its slots to its value; the best tenth in colour."
        blocks.append(_picture(plots.parallel(), "", about, "parallel"))
    return tuple(blocks)


def _importance(view: SearchView, plots: SearchPlots) -> tuple[Block, ...]:
    found = plots.shares
    if not view.slots or not view.trials:
        return ()
    if found.why_not:
        return (Notes((f"It cannot be told which slots matter: {found.why_not}.",)),)
    about = (
        f"By {found.of}: the share of the differences between them that a forest no longer explains when a slot's "
        f"values are shuffled, with 95% intervals over samples of the trials. All slots together explain "
        f"{found.explained:.0%} of trials that it has not seen."
    )
    rows = tuple((name, _share(one), f"{met:,}") for (name, one), met in zip(found.shares, found.varied, strict=True))
    cannot = [name for name, one in found.shares if (one["low"] or 0.0) <= 0]
    said = ", ".join(cannot) if len(cannot) <= _FEW else f"{', '.join(cannot[:_FEW])} and {len(cannot) - _FEW} more"
    notes = [f"cannot be told from nothing: {said}"] if cannot else []
    return (
        _picture(plots.importance(), "", about, "importance"),
        Grid("", ("slot", "share", "trials that met it"), rows).folded(_MOST_SLICES),
        *([Notes(tuple(notes))] if notes else []),
    )


def _share(one: PlainInterval) -> str:
    value, low, high = (round(one[key] or 0.0, 2) + 0.0 for key in ("value", "low", "high"))  # -0.00 is 0.00
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _slices(view: SearchView, plots: SearchPlots) -> tuple[Block, ...]:
    if "slice" not in plots.names:
        return ()
    names = list(order_of(view, plots.shares))
    pictures: list[Block] = [
        _picture(
            plots.slice(name), name, "", f"slice-{crc32(name.encode())}", f"{view.metric} of each trial by {name}."
        )
        for name in names[:_MOST_SLICES]
    ]
    key = "Dots came to their end, hollow triangles were pruned (at their last value), the open diamond is the best."
    left = [f"not drawn: {', '.join(names[_MOST_SLICES:])}"] if len(names) > _MOST_SLICES else []
    return (Notes((key, *left)), *pictures)


def _trials(view: SearchView, plots: SearchPlots) -> tuple[Block, ...]:
    """The best first, then those that were pruned, failed or wait."""
    if not view.trials:
        return ()
    ranks = {"complete": 0, "running": 1, "pruned": 2, "failed": 3, "waiting": 4}
    every = sorted(view.trials, key=lambda one: (ranks[one.state], one.value is None, one.value or 0.0, one.number))
    names = list(order_of(view, plots.shares))
    shown_slots, further = names[:_MOST_IN_TABLE], names[_MOST_IN_TABLE:]
    rows = []
    for one in every[:_MOST_ROWS]:
        cells = [shown(one.values[name], 24) if name in one.values else "" for name in shown_slots]
        epochs = "" if one.epochs is None else f"{one.epochs:,}"
        seconds = "" if one.seconds is None else f"{one.seconds:.1f}"
        value = score(view.own(one.value))
        rows.append((f"{one.number}", one.state, value, epochs, seconds, *cells, one.reason[:160]))
    short = brief(names)
    header = ("trial", "state", view.arrow, "epochs", "seconds", *(short[name] for name in shown_slots), "reason")
    kept = [i for i in range(len(header)) if i < 3 or 5 <= i < len(header) - 1 or any(row[i] for row in rows)]
    about = [f"{counted(len(every) - _MOST_ROWS, 'further trial', 'are')} in trials.csv"] * (len(every) > _MOST_ROWS)
    about += [f"not shown, and in trials.csv: {', '.join(further)}"] if further else []
    grid = tuple(tuple(row[i] for i in kept) for row in rows)
    return (Grid("", tuple(header[i] for i in kept), grid, "; ".join(about)),)


def _picture(figure: Figure, title: str, about: str, key: str, alt: str = "") -> Picture:
    return Picture(title, inline(figure, alt or about, f"search-{key}"), about)
