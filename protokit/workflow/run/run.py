"""One run: collect, represent, learn, evaluate.

Each half of the way is imported when it begins: a wrong recipe is told before pandas is loaded, wrong data before
TensorFlow is. Where the recipe names another backend than this process has, all of it is done in a process of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.core.runs import path_of
from protokit.grammar.document import Document
from protokit.learn.backends.process import Tell, done_elsewhere, is_elsewhere
from protokit.recipe.overrides import Settings
from protokit.recipe.recipe import Recipe
from protokit.show.progress import Progress, Silent, progress
from protokit.workflow.check import as_recipe, hold_backend
from protokit.workflow.result import Run

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras
    from protokit.represent.represented import Represented
    from protokit.workflow.record.folder import RunFolder
    from protokit.workflow.record.results import Networks
    from protokit.workflow.run.networks import TrainAll, Trainers
    from protokit.workflow.warm.start import WarmStart


def run(
    recipe: Recipe | str | Path | Mapping[str, object],
    table: object = None,
    *,
    out: str | Path = "runs",
    resume: bool = False,
    set: Settings = (),
    baselines: Mapping[str, object] | None = None,
    cache: bool = True,
    allow: Allow = (),
) -> Run:
    """Run a recipe: a file, a dict of the same shape, or a `Recipe`. A data frame may stand for its tables.

    Of several tables give a dict of frames by their names; with `split: {test: later}` the frame `later` is the test.
    `set` holds other values than the recipe's: `{"learn.epochs": 5}`, or "learn.epochs=5".

    `baselines` are estimators of scikit-learn by a name of your own, held against the network beside the recipe's.

    The run is kept in `out/NAME/TIME-HASH/`. With `resume`, the last run of the same recipe and data goes on
    where it stopped; if it was complete it is returned as it is.

    What is prepared of files, up to the first training step, is kept in the user's folder for caches, for the next run
    of the same recipe on files of the same content; without `cache` it is neither taken from there nor kept.

    A recipe that is read from a file may read below its folder and the current one, and write below its run; `allow` is
    what it may open beside: paths, and addresses such as `"https://example.org"`.

    >>> run.name, list(run.metrics)
    ('birds', ['roc_auc', 'accuracy', 'log_loss'])
    >>> protokit.run(recipe, birds, resume=True).path == run.path
    True

    Raises:
        SpecError: the recipe is wrong; nothing was written.
        DataError: the data is not as the recipe says, or the recipe may not open it.
        AuditError: `evaluate.strict` is true, and the audit found a fatal fault in the data; nothing was trained.
        TrainingError: the loss was not finite.
    """
    place = path_of(out, "out, where runs are kept,")
    read = as_recipe(recipe, set, allow=allow)
    return Runner().run(read, table, out=place, resume=resume, baselines=baselines, cache=cache)


@dataclass(frozen=True)
class _Kept:
    """Where a run is kept, and what it takes over. See `run`."""

    out: str
    resume: bool
    baselines: Mapping[str, object] | None
    cache: bool


class Runner:
    """Runs recipes one after the other in this process; what is compiled for one is kept for those that come.

    Each run gives the bits that it gives alone.
    """

    def __init__(self) -> None:
        self._trainers: Trainers | None = None  # made for the first training: TensorFlow is loaded for it

    def run(
        self,
        recipe: Recipe,
        table: object = None,
        *,
        out: str | Path = "runs",
        resume: bool = False,
        baselines: Mapping[str, object] | None = None,
        cache: bool = True,
    ) -> Run:
        """See the function `run`."""
        hold_backend(recipe)
        kept = _Kept(str(out), resume, baselines, cache)
        with progress() as shown:
            if not is_elsewhere(recipe.learn.backend):
                return _run(recipe, table, kept, shown, self._train)
            written = (recipe.document, recipe.folder, recipe.name)

            def told(word: str, said: tuple[Any, ...]) -> None:
                getattr(shown, word)(*said)

            path = done_elsewhere(recipe.learn.backend, _run_there, (written, table, kept), told)
        access.made(path, recipe.reach)
        return Run.open(path)

    def _train(
        self, recipe: Recipe, first: keras.Model, folds: Sequence[Represented], folder: RunFolder, shown: Progress,
        start: WarmStart | None = None,
    ) -> Networks:  # fmt: skip
        from protokit.workflow.run.networks import Trainers, train_all

        self._trainers = self._trainers or Trainers(1)
        return train_all(recipe, first, folds, folder, shown, start, self._trainers)


def _run(recipe: Recipe, table: object, kept: _Kept, shown: Progress, train: TrainAll | None = None) -> Run:
    reach = recipe.reach and recipe.reach.beside(Path(kept.out))
    with ExitStack() as opened, access.named_by("recipe", reach):
        shown.step("collecting")
        from protokit.workflow.run.preparation import prepare

        prepared = prepare(
            recipe, table, Path(kept.out), shown, opened,
            resume=kept.resume, baselines=kept.baselines, cache=kept.cache,
        )  # fmt: skip
        if isinstance(prepared, Run):
            return prepared
        shown.step("preparing the network")  # and loading TensorFlow
        from protokit.workflow.run.training import train_and_evaluate

        return train_and_evaluate(prepared, shown, *([train] if train else []))


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
