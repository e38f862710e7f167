"""A run as a script that needs no protokit: put together, written, and proved."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from protokit.core.errors import DataError, SpecError
from protokit.core.files import write_text
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.core.runs import LAST_OF_SETS, path_of
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tables import Table
from protokit.evaluate.choices import Choices
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoding import Encoding
from protokit.represent.examples import with_weight
from protokit.represent.represented import Represented
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.series.later import with_future
from protokit.workflow.check import as_recipe
from protokit.workflow.eject.code import literal
from protokit.workflow.eject.collecting.section import collecting
from protokit.workflow.eject.encoding import encoding
from protokit.workflow.eject.evaluating import evaluating
from protokit.workflow.eject.inputs.sequences import grouped
from protokit.workflow.eject.learning import learning, rows_of
from protokit.workflow.eject.network import building, takes_knots
from protokit.workflow.eject.proving import PREDICTIONS, Proof, proved, with_xla
from protokit.workflow.eject.refusal import refused, unfit
from protokit.workflow.eject.script import Script, Section
from protokit.workflow.eject.series.channels import channels
from protokit.workflow.eject.series.windows import windowing
from protokit.workflow.eject.splitting import splitting
from protokit.workflow.eject.tasks.forms import form_for
from protokit.workflow.eject.texts.scores import checksum
from protokit.workflow.result import Run
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.networks import of_few_rows
from protokit.workflow.run.representing import represent

_OURS = "Written by `protokit eject`"  # in what an eject wrote, which alone is overwritten
_ENDINGS = (".py", ".ipynb")


@dataclass(frozen=True)
class Ejected:
    """A script that was written: its `path`, and the `proof` of its predictions where that was asked for."""

    path: Path
    proof: Proof | None = None

    def __str__(self) -> str:
        return f"{self.path}" + (f": {self.proof}" if self.proof else "")


@dataclass(frozen=True)
class Drafted:
    """A script that is not written yet."""

    path: Path
    text: str
    proof: Proof | None

    def written(self) -> Ejected:
        """Write it."""
        write_text(self.path, self.text)
        return Ejected(self.path, self.proof)


def eject(run: Run | str | Path, path: str | Path, *, prove: bool = False, allow: Allow = ()) -> Ejected:
    """Write a run as a script of Keras, scikit-learn and pandas that needs no protokit; `.ipynb` is a notebook.

    The script reads the tables where the recipe names them, splits and encodes their rows, builds and trains the
    networks, and scores the test rows, as the run did: it gives the run's predictions to the bit where that was trained
    without XLA. What it leaves out stands at its top. What has no script is refused by name, and nothing is written.

    With `prove` the script is executed before, in a process of its own, and what it predicts is held against the run;
    where that was trained with XLA also against a run without.

    The tables are read again, as the recipe in the run's folder says it: it may read below that folder and the current
    one, and `allow` is what it may open beside, as for `run`.

    >>> script = protokit.eject(many.runs["recipe 1"], "birds.py")
    >>> text = script.path.read_text()
    >>> script.path, "import keras" in text, "import protokit" in text
    (PosixPath('birds.py'), True, False)

    Raises:
        SpecError: something in the recipe has no script, or the file's ending is neither `.py` nor `.ipynb`.
        DataError: the folder is not that of a finished run, the data is not what it was, the script failed, or there is
            something else at the path than an earlier script.
    """
    return drafted(run, path_of(path, "a script"), prove=prove, allow=allow).written()


def drafted(run: Run | str | Path, path: Path, *, prove: bool = False, allow: Allow = ()) -> Drafted:
    """A script before it is written. See `eject`."""
    if path.suffix not in _ENDINGS:
        raise SpecError.one(f"a script is called NAME.py or NAME.ipynb, not {path.name!r}", f"write {path.stem}.py")
    if path.is_dir() or (path.exists() and _OURS.encode() not in access.content(path)):
        there = "there is a folder" if path.is_dir() else "there is another file, which no eject wrote"
        raise DataError(there, place=str(path), cure="choose another name: -o NAME.py")
    run = run if isinstance(run, Run) else Run.open(run)
    if (rule := _of_several(run.path)) is not None:
        raise SpecError.one(rule, "eject the set's own network, that of the way each", ("learn", "sets"))
    kept = json.loads(access.text(run.path / "environment.json"))
    recipe = as_recipe(run.path / "recipe.yaml", allow=allow)
    with access.named_by("recipe", recipe.reach):
        made = Made.of(recipe, kept.get("inputs", {}))
    shown = [*dict.fromkeys(score["metric"] for score in run.results["metrics"]["scores"])]
    root = made.recipe.folder.resolve()
    folder = literal(Path(os.path.relpath(root, path.resolve().parent)).as_posix())
    place = f"Path(__file__).resolve().parent / {folder}" if path.suffix == ".py" else f"Path({folder})"
    sections, left_out = made.sections(place, shown, f"{path.stem}_predictions.csv")
    top = _top(run, made.targets, kept["libraries"], left_out)
    proof = None
    if prove:
        whole, _ = made.sections(f"Path({literal(root.as_posix())})", shown, PREDICTIONS)
        proof = proved(run, recipe, Script(top, whole).text)
    script = Script(top, sections)
    return Drafted(path, script.notebook if path.suffix == ".ipynb" else script.text, proof)


def _of_several(folder: Path) -> str | None:
    """Why a run has no script that was trained together with others; None of any other."""
    way, experiment = folder.resolve().parents[1:3]
    together = (experiment / LAST_OF_SETS).is_file() and way.name != "each"
    return f"a network that was trained on several sets ({way.name}) has no script" if together else None


@dataclass(frozen=True)
class Made:
    """What a script is made of: the recipe as it fits its data, and the rows."""

    recipe: Recipe
    table: Table
    folds: tuple[Represented, ...]
    targets: tuple[TargetSpec, ...]

    @classmethod
    def of(cls, recipe: Recipe, known: Mapping[str, str] | None = None) -> Made:
        """Read the data of a recipe again. `known` are the digests that its tables have to have.

        Raises:
            SpecError: something has no script.
            DataError: the data is another.
        """
        if faults := [*refused(recipe)]:
            raise recipe.document.error(faults)
        table = collected(recipe)
        changed = [name for name, digest in table.origin.items() if known is not None and known.get(name) != digest]
        if changed:
            rule = f"the table {changed[0]!r} is not what it was in the run"
            raise DataError(rule, cure="run the recipe again, and eject that run")
        folds = represent(recipe, table)
        recipe, _ = of_few_rows(recipe.fitted(folds[0].encoder.signature, folds[0].train.rows), folds)
        encoder = folds[0].encoder
        form = form_for(encoder.signature.targets)
        own = form.refused(recipe) if form else ()
        if faults := [*unfit(recipe, encoder), *own]:
            raise recipe.document.error(faults)
        calibrate = recipe.evaluate.calibrate is not None
        choices = Choices(calibrate, recipe.evaluate.threshold)
        return cls(recipe, table, folds, tuple(map(choices.fixed, encoder.signature.targets)))

    @property
    def target(self) -> TargetSpec:
        """The first target."""
        return self.targets[0]

    def sections(self, folder: str, metrics: list[str], predictions: str) -> tuple[tuple[Section, ...], list[str]]:
        """The parts of the script, and the metrics that it has no code of.

        `folder` is code that says where paths start, `predictions` the file that the script writes.

        Raises:
            SpecError: something has no script.
        """
        recipe, encoder = self.recipe, self.folds[0].encoder
        with recipe.document.placing():
            scores, left_out = evaluating(recipe, self.targets, metrics, predictions)
            found = (
                self._tables(folder, encoder),
                *self._rows(encoder),
                building(recipe, encoder.signature),
                learning(recipe, self.folds, self._checksum(encoder)),
                scores,
            )
        return found, left_out

    def _rows(self, encoder: Encoding) -> tuple[Section, Section]:
        """Which rows, or windows of series, are for what, and what a network takes of them."""
        recipe, frame = self.recipe, self.folds[0].frame
        if isinstance(encoder, SeriesEncoder):
            encoders = [fold.encoder for fold in self.folds if isinstance(fold.encoder, SeriesEncoder)]
            given = (self.target, self.table.frame)
            return windowing(recipe, encoders, *given), channels(recipe, encoder, *given)
        assert isinstance(encoder, Encoder), "others are refused"
        knots = takes_knots(recipe)
        return splitting(recipe, self.targets, frame), encoding(recipe, encoder, frame, knots=knots)

    def _tables(self, folder: str, encoder: Encoding) -> Section:
        """The tables, without rows that have no target; of series all rows."""
        name, split = self.target.name, self.recipe.represent.split
        form = form_for(self.targets)
        measured = [one for one in self.targets if one.form in ("number", "quantiles", "steps", "drawn")]
        numbers = [column for one in measured for column in one.columns or (one.name,)]
        if odd := next((one for one in numbers if self.table.frame[one].dtype.kind == "O"), None):
            rule = f"the numbers of {odd!r} are texts in a notation of their own, which has no script"
            raise SpecError.one(rule, "write them as computers do", ("represent", "target"))
        said = [name] if form is None else form.needed(self.recipe, self.target)
        weighed_by = self.recipe.learn.sample_weights
        used = [*encoder.needed, *said, *(one for one in (split.way_column, weighed_by) if one)]
        tables = collecting(self.recipe, self.table, list(dict.fromkeys(used)))
        lines = [f"FOLDER = {folder}"] if "FOLDER" in tables.code else []
        lines.append(tables.code)
        whole, told = self.table.frame, tables.told
        if isinstance(encoder, Encoder) and encoder.grouping is not None:
            lines += grouped(encoder.grouping, whole)
            whole = encoder.grouping.examples(whole)[0]
            told += "\nThe rows of one sequence are the steps of one example, in their order."
        if not isinstance(encoder, SeriesEncoder) and len(self.folds[0].frame) < len(whole):
            counts = with_weight(whole, weighed_by)
            kept = []
            if len(self.folds[0].frame) < counts.sum():
                kept.append(f"table[{literal(name)}].notna()" if form is None else form.has(self.target))
            if not counts.all():
                kept.append(f"(numbers_of(table[{literal(weighed_by)}])[:, 0] != 0)")
            lines += [
                f"has = {' & '.join(kept)}  # of others there is nothing to learn",
                "table = table[has].reset_index(drop=True)",
            ]
            if "\npart = " in tables.code:
                lines.append("part = part[has]")
        return Section(tables.title, told, "\n".join(lines))

    def _checksum(self, encoder: Encoding) -> int:
        if isinstance(encoder, SeriesEncoder):  # those of all windows: also of those that lie across a border
            every = encoder.arrays(with_future(encoder, self.table.frame)[0])
            inputs = {name: np.asarray(values) for name, values in every.inputs.items()}
            return checksum({"inputs": inputs, "targets": np.asarray(every.targets[self.target.key])})
        inputs, targets = rows_of(self.folds[0], self.targets)
        return checksum({"inputs": inputs, "targets": targets})


def _top(run: Run, targets: tuple[TargetSpec, ...], versions: Mapping[str, str], metrics: list[str]) -> str:
    """What stands at the top of a script: what it is, and what it leaves out."""
    networks = len(run.results["metrics"]["networks"])
    equal = "It gives the run's predictions to the bit, on the same machine and with the same versions."
    if with_xla(run):
        equal = (
            "The run was compiled with XLA, which draws dropout and rounds otherwise: predictions are alike, not\n"
            "the same. A run with `learn: {engine: keras}` gives those of this script to the bit."
        )
    left = [
        "baselines and the verdict against them, intervals and comparisons",
        "the audit of the data and the doctor's look at the training",
        "the report, the saved model and going on after a kill",
        *([f"the metrics {', '.join(metrics)}"] if metrics else []),
    ]
    said = ", ".join(f"{one.name} ({one.task})" for one in targets)
    named = ", ".join(f"{name} {versions[name]}" for name in ("keras", "tensorflow", "scikit-learn", "pandas"))
    return "\n".join([
        f"{run.name}: {said}, {networks} network{'s' * (networks > 1)}.",
        "",
        f"{_OURS}; it needs no protokit. The run was made with",
        f"{named}.",
        equal,
        "",
        "Left out of it:",
        *(f"- {one}" for one in left),
    ])  # fmt: skip
