"""One run: collect, represent, learn, evaluate.

Each half of the way is imported when it begins: a wrong recipe is told before pandas is loaded, wrong data before
TensorFlow is. Where the recipe names another backend than this process has, all of it is done in a process of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protokit.core.outside import access
from protokit.core.runs import path_of
from protokit.grammar.document import Document
from protokit.learn.backends.process import Tell, done_elsewhere, is_elsewhere
from protokit.recipe.overrides import Settings
from protokit.recipe.recipe import Recipe
from protokit.show.progress import Progress, Silent, progress
from protokit.workflow.check import as_recipe, hold_backend
from protokit.workflow.result import Run


def run(
    recipe: Recipe | str | Path | Mapping[str, object],
    table: object = None,
    *,
    out: str | Path = "runs",
    resume: bool = False,
    set: Settings = (),
    baselines: Mapping[str, object] | None = None,
    cache: bool = True,
) -> Run:
    """Run a recipe: a file, a dict of the same shape, or a `Recipe`. A data frame may stand for its tables.

    Of several tables give a dict of frames by their names; with `split: {test: later}` the frame `later` is the test.
    `set` holds other values than the recipe's: `{"learn.epochs": 5}`, or "learn.epochs=5".

    `baselines` are estimators of scikit-learn by a name of your own, held against the network beside the recipe's.

    The run is kept in `out/NAME/TIME-HASH/`. With `resume`, the last run of the same recipe and data goes on
    where it stopped; if it was complete it is returned as it is.

    What is prepared of files, up to the first training step, is kept in the user's folder for caches, for the next run
    of the same recipe on files of the same content; without `cache` it is neither taken from there nor kept.

    Raises:
        SpecError: the recipe is wrong; nothing was written.
        DataError: the data is not as the recipe says.
        AuditError: `evaluate.strict` is true, and the audit found a fatal fault in the data; nothing was trained.
        TrainingError: the loss was not finite.
    """
    recipe = as_recipe(recipe, set)
    hold_backend(recipe)
    kept = _Kept(str(path_of(out, "out, where runs are kept,")), resume, baselines, cache)
    with progress() as shown:
        if not is_elsewhere(recipe.learn.backend):
            return _run(recipe, table, kept, shown)
        written = (recipe.document, recipe.folder, recipe.name)

        def told(word: str, said: tuple[Any, ...]) -> None:
            getattr(shown, word)(*said)

        return Run.open(done_elsewhere(recipe.learn.backend, _run_there, (written, table, kept), told))


@dataclass(frozen=True)
class _Kept:
    """Where a run is kept, and what it takes over. See `run`."""

    out: str
    resume: bool
    baselines: Mapping[str, object] | None
    cache: bool


def _run(recipe: Recipe, table: object, kept: _Kept, shown: Progress) -> Run:
    with ExitStack() as opened, access.named_by("recipe"):
        shown.step("collecting")
        from protokit.workflow.run.preparation import prepare

        prepared = prepare(
            recipe, table, Path(kept.out), shown, opened,
            resume=kept.resume, baselines=kept.baselines, cache=kept.cache,
        )  # fmt: skip
        if isinstance(prepared, Run):
            return prepared
        from protokit.workflow.run.training import train_and_evaluate

        return train_and_evaluate(prepared, shown)


def _run_there(tell: Tell, written: tuple[Document, Path, str], table: object, kept: _Kept) -> Path:
    """A run in a process of its own, read there anew: only what a module brings is known there."""
    return _run(Recipe.of(*written), table, kept, _Told(tell)).path


class _Told(Silent):
    """Progress that is shown by the process that waits."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def step(self, text: str) -> None:
        """See Progress."""
        self._tell("step", (text,))

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """See Progress."""
        self._tell("epoch", (done, of, loss, validation, label))
