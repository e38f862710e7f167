"""What a person holds after a run."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.core.checkup import Diagnosis
from protokit.core.errors import DataError
from protokit.core.runs import path_of, run_folder
from protokit.core.values.said import Finding
from protokit.show.card import Card
from protokit.workflow.look.card import card_of, sentences
from protokit.workflow.record.contents import PlainCheckup, RunResults

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.model import Model
    from protokit.bundle.opened.evaluation import Evaluation
    from protokit.recipe.recipe import Recipe
    from protokit.workflow.look.plot import Embedded, Plots


@dataclass(frozen=True)
class Run:
    """A finished run. In a notebook it shows itself as a card; `print` gives the same as text.

    >>> run.name, run.recipe.learn.epochs, list(run.metrics)
    ('birds', 3, ['roc_auc', 'accuracy', 'log_loss'])
    >>> print(run.verdict)
    The network ...
    >>> run.history.columns.tolist()[:3], run.predictions.columns.tolist()[:3]
    (['epoch', 'accuracy', 'loss'], ['row', 'species', 'species predicted'])
    >>> "confusion" in run.plot.names, run.card.title, len(run.findings) + len(run.diagnoses) > 0
    (True, 'birds', True)
    """

    path: Path
    name: str
    results: RunResults
    _model: Model | None = None

    @classmethod
    def open(cls, path: str | Path, *, model: Model | None = None) -> Run:
        """Read the folder of a finished run; of `runs/NAME` it is the newest.

        >>> Run.open(run.path).metrics == run.metrics
        True

        Raises:
            DataError: it is not one.
        """
        path = run_folder(path_of(path, "a run's folder"))
        try:
            metrics = json.loads((path / "metrics.json").read_text(encoding="utf-8"))
            if not {"scores", "verdicts", "rows"} <= {*metrics}:
                raise ValueError("metrics.json has no scores")
            audit = json.loads((path / "audit.json").read_text(encoding="utf-8"))
            taken = json.loads((path / "steps.json").read_text(encoding="utf-8"))
            with (path / "history.csv").open(encoding="utf-8", newline="") as file:
                rows = [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]
            results: RunResults = {
                "metrics": metrics,
                "history": rows,
                "steps": taken["steps"],
                "looks": taken.get("looks", {}),
                "diagnosis": diagnosed(path),
                "findings": audit["findings"],
                "notices": audit["notices"],
            }
        except (OSError, ValueError, KeyError) as error:
            rule = f"not the folder of a finished run: {_lacking(error)}"
            raise DataError(rule, place=str(path), cure="run its recipe again, or give another run") from error
        return cls(path, path.resolve().parent.name, results, model)

    @property
    def metrics(self) -> dict[str, float | None]:
        """The network's score on the test rows by metric (by `target.metric` for several targets)."""
        scores = self.results["metrics"]["scores"]
        several = len({score["target"] for score in scores}) > 1
        return {(f"{s['target']}.{s['metric']}" if several else s["metric"]): s["network"]["value"] for s in scores}

    @property
    def verdict(self) -> str:
        """Whether the network beat the best baseline, in a sentence for each target."""
        return " ".join(one.text for one in sentences(self.results["metrics"]))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the audit found in the data, the gravest first."""
        return tuple(Finding.from_plain(plain) for plain in self.results["findings"])

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """What went wrong in the training, each with the edit of the recipe that may mend it."""
        return tuple(Diagnosis.from_plain(plain) for plain in self.results["diagnosis"]["diagnoses"])

    @property
    def history(self) -> pd.DataFrame:
        """Loss and scores of each epoch."""
        import pandas as pd

        return pd.DataFrame(self.results["history"])

    @property
    def recipe(self) -> Recipe:
        """The recipe that was run, as it was written; its paths start where they did."""
        from protokit.workflow.check import as_recipe

        return as_recipe(self.path / "recipe.yaml")

    @property
    def predictions(self) -> pd.DataFrame:
        """What the network said of the test rows, beside the truth: the table `predictions.parquet` of the run.

        Raises:
            DataError: it is missing, or none.
        """
        from protokit.workflow.record.predictions import read_frame

        return read_frame(self.path)

    def evaluate(self, table: object, *, metrics: Sequence[str] | None = None) -> Evaluation:
        """Score the model on another table with the truth in it, by the recipe's metrics: see `Model.evaluate`.

        Clusters are held against the recipe's `evaluate.labels`.

        >>> run.evaluate(birds, metrics=["accuracy"])
        <Evaluation on 80 rows: accuracy ...>

        Raises:
            SpecError: a metric is not for the task, the recipe names no labels for its clusters, or the model draws.
            DataError: a column is missing, or a class is none of the model's.
        """
        words = self.recipe.evaluate
        return self.model.evaluate(
            table, metrics=metrics if metrics is not None else words.metrics, labels=words.labels
        )

    @cached_property
    def model(self) -> Model:
        """The trained model."""
        if self._model is not None:
            return self._model
        from protokit.bundle.folder import load

        return load(self.path / "model")

    @cached_property
    def plot(self) -> Plots:
        """Pictures of the run: `run.plot.curves()`, `run.plot.names` for those that fit it."""
        from protokit.workflow.look.plot import Plots, Predicted, RunView
        from protokit.workflow.record.predictions import read_predictions

        return Plots(RunView(self.results, lambda: Predicted(*read_predictions(self.path)), self._embedded))

    def samples(self, rows: int = 10) -> pd.DataFrame:
        """Rows that the network drew for test rows, in own units; `run.model.sample(table)` draws others.

        Raises:
            SpecError: the run's network predicts, and does not draw.
        """
        import pandas as pd

        from protokit.core.errors import SpecError
        from protokit.workflow.record.predictions import read_predictions

        [p, *_] = read_predictions(self.path)[0].values()
        if p.target.form != "drawn":
            rule = f"the network of this run does not draw rows: its task is {p.target.task}"
            raise SpecError.one(rule, "write learn: {task: generation} for one that does")
        return pd.DataFrame(p.scores[:rows], columns=list(p.target.columns))

    def _embedded(self, table: object) -> Embedded:
        from protokit.workflow.look.embedding import embedded

        return embedded(self.model, table)

    @property
    def card(self) -> Card:
        """What the run shows of itself."""
        return card_of(self.name, self.results)

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        return f"<Run {self.path}: {self.verdict.partition('. ')[0].rstrip('.')}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from protokit.workflow.look.page import notebook_pictures

        return card_of(self.name, self.results, notebook_pictures(self.plot)).bundle()


def _lacking(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{Path(error.filename or '').name} cannot be read"
    return f"there is no {error}" if isinstance(error, KeyError) else str(error)


def diagnosed(path: Path) -> PlainCheckup:
    """What the doctor wrote into a run's folder; empty lists where there is no such file."""
    found: PlainCheckup = {"diagnoses": [], "layers": [], "suspects": []}
    file = path / "diagnosis.json"
    try:
        return PlainCheckup(**{**found, **json.loads(file.read_text(encoding="utf-8"))}) if file.exists() else found
    except (OSError, ValueError, TypeError):
        return {**found, "failed": "diagnosis.json cannot be read"}
