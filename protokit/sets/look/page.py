"""The page of an experiment on several sets."""

from __future__ import annotations

from pathlib import Path

from protokit.core.names import counted
from protokit.sets.contents import PlainSets
from protokit.sets.look.card import course, matrix, sentences, told
from protokit.sets.look.pictures import of_ways
from protokit.sets.look.since import since
from protokit.show.blocks import Block, Grid, Notes, Picture, Section
from protokit.show.page import Page
from protokit.show.plots.svg import inline


def page_of(results: PlainSets, folder: Path) -> Page:
    """The page: which sets gained and lost, the matrix as a picture and in numbers, the sequence, the runs."""
    about = "The score of each way less that of the set's own network on the same test rows, with 95% intervals."
    first: list[Block] = []
    if len(results["ways"]) > 1:
        first.append(Picture("", inline(of_ways(results), about, "sets-ways"), about))
    first.append(matrix(results))
    sections = [Section("Sets and ways", tuple(first))]
    if (grid := course(results)) is not None:
        sections.append(Section("After each step", (grid,)))
    if (grid := since(results)) is not None:
        sections.append(Section("Since the earlier experiment", (grid,)))
    sections.append(Section("Runs", (_runs(results),)))
    if results["notices"]:
        sections.append(Section("What was decided", (Notes(told(results)),)))
    facts = (counted(len(results["sets"]), "set"), ", ".join(results["ways"]), str(folder))
    return Page(f"{results['name']}: several sets", facts, sentences(results), (), tuple(sections))


def _runs(results: PlainSets) -> Grid:
    rows = tuple((cell["set"], cell["way"], f"{cell['run']}/report.html") for cell in results["cells"])
    return Grid("", ("set", "way", "report"), tuple(dict.fromkeys(rows)))
