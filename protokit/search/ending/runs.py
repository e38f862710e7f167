"""The winner and the defaults as normal runs, with one look at the test rows for both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.core.errors import ProtokitError
from protokit.core.files import finite, write_text
from protokit.core.plain import PlainInterval
from protokit.core.runs import run_folder
from protokit.grammar.document import Document
from protokit.grammar.writing import write
from protokit.recipe.edits import rewritten
from protokit.recipe.recipe import Recipe
from protokit.recipe.space import Space
from protokit.search.folder import BEST, DEFAULTS
from protokit.search.table import PlainPaired, Trial
from protokit.workflow.check import as_recipe
from protokit.workflow.look.compare import compare
from protokit.workflow.look.paired import sentence
from protokit.workflow.record.uses_of_test_set import one_look
from protokit.workflow.result import Run
from protokit.workflow.run.run import run

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

_LABELS = ("The winner", "the defaults")


def write_settled(space: Space, winner: Trial, defaults: Trial, folder: Path) -> None:
    """Write `best.yaml` and `defaults.yaml`: the recipe without slots, which `protokit run` takes as it is.

    Raises:
        DataError: the disk refused.
    """
    for name, trial in ((BEST, winner), (DEFAULTS, defaults)):
        write_text(folder / name, _text(space.settled(trial.values), space.recipe.name))


def run_settled(folder: Path, out: Path, table: object, winner: Trial) -> dict[str, Run]:
    """Run the winner and the defaults, each once: what a run of before says of the same recipe is taken as it is.

    The winner comes last, once more where a newer run is there: a folder of runs stands for the newest in it.

    Raises:
        ProtokitError: of the run.
    """
    with one_look(f"{folder.name}/{winner.number}"):
        same = winner.number == 0
        defaults = None if same else run(as_recipe(folder / DEFAULTS), table, out=out, resume=True)
        best = run(as_recipe(folder / BEST), table, out=out, resume=True)
        if run_folder(best.path.parent) != best.path:  # it was taken as it is, and another ran since
            best = run(as_recipe(folder / BEST), table, out=out)
        return {"best": best, "defaults": defaults or best}


def paired(runs: dict[str, Run]) -> tuple[list[PlainPaired], list[str]]:
    """The winner against the defaults on the same test rows, and against the best baseline; and why it cannot be."""
    best, defaults = runs["best"], runs["defaults"]
    found: list[PlainPaired] = []
    notices: list[str] = []
    if best.path != defaults.path:
        comparison = compare(best, defaults)
        several = len({pair.target for pair in comparison.pairs}) > 1
        for pair in comparison.pairs:
            text = sentence(pair, _LABELS, len(comparison.pairs), f"{pair.target}: " if several else "")
            found.append(
                {
                    "against": "defaults", "metric": pair.metric, "outcome": pair.outcome,
                    "difference": finite(pair.difference.interval.as_plain()), "p": finite(pair.p), "sentence": text,
                }
            )  # fmt: skip
        notices += comparison.flags
    for one in best.results["metrics"]["verdicts"]:
        if one["baseline"] is not None:
            nothing: PlainInterval = {"value": None, "low": None, "high": None}
            found.append(
                {
                    "against": one["baseline"], "metric": one["metric"], "outcome": one["outcome"],
                    "difference": one["difference"] or nothing, "p": one["p"], "sentence": one["sentence"],
                }
            )  # fmt: skip
    return found, notices


def _text(settled: Recipe, name: str) -> str:
    """A recipe without slots as a person wrote it, under the name of the one with slots and without its search."""
    plain = {**settled.as_plain(), "name": name}
    for text in _texts(settled, name):
        try:
            again = Recipe.parse(Document.parse(text).data, folder=settled.folder).as_plain()
        except ProtokitError:
            continue
        if {**again, "search": None} == {**plain, "search": None}:
            return text
    return write({key: value for key, value in plain.items() if key != "search"})


def _texts(settled: Recipe, name: str) -> Iterator[str]:
    """Its text with comments and lines as they were, then written anew; nothing of layers as Python objects."""
    data = settled.document.data
    if not isinstance(data, dict):
        return

    def change(loaded: CommentedMap) -> None:
        loaded.pop("search", None)
        if "name" not in loaded:
            loaded.insert(int("protokit" in loaded), "name", name)

    with suppress(ProtokitError, LookupError, TypeError, AttributeError):
        if settled.document.text and not settled.document.settings:
            yield rewritten(settled.document.text, change)
    with suppress(ProtokitError, TypeError, AttributeError):
        yield write({"name": name, **{key: value for key, value in data.items() if key != "search"}})
