"""A run as a script that needs no protokit: put together, written, and proved."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from protokit.core.errors import DataError, SpecError
from protokit.core.files import write_text
from protokit.core.outside import access
from protokit.core.runs import path_of
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tables import Table
from protokit.evaluate.choices import Choices
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.represented import Represented
from protokit.workflow.eject.code import literal
from protokit.workflow.eject.collecting import collecting
from protokit.workflow.eject.encoding import encoding
from protokit.workflow.eject.evaluating import evaluating
from protokit.workflow.eject.learning import learning, rows_of
from protokit.workflow.eject.network import building, takes_knots
from protokit.workflow.eject.proving import PREDICTIONS, Proof, proved
from protokit.workflow.eject.refusal import refused, unfit
from protokit.workflow.eject.script import Script, Section
from protokit.workflow.eject.splitting import splitting
from protokit.workflow.eject.texts.scores import checksum
from protokit.workflow.result import Run
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.networks import of_few_rows
from protokit.workflow.run.representing import represent

_ENDINGS = (".py", ".ipynb")


@dataclass(frozen=True)
class Ejected:
    """A script that was written: its `path`, and the `proof` of its predictions where that was asked for."""

    path: Path
    proof: Proof | None = None

    def __str__(self) -> str:
        return f"{self.path}" + (f": {self.proof}" if self.proof else "")


def eject(run: Run | str | Path, path: str | Path, *, prove: bool = False) -> Ejected:
    """Write a run as a script of Keras, scikit-learn and pandas that needs no protokit; as a notebook if it is `.ipynb`.

    The script reads the tables where the recipe names them, splits and encodes their rows, builds and trains the
    networks, and scores the test rows, as the run did: it gives the run's predictions to the bit where that was trained
    without XLA. What it leaves out stands at its top. What has no script is refused by name, and nothing is written.

    With `prove` the script is executed before, in a process of its own, and what it predicts is held against the run;
    where that was trained with XLA also against a run without.

    >>> script = protokit.eject(many.runs["many"], "birds.py")
    >>> script.path, "import keras" in script.path.read_text(), "protokit" in script.path.read_text().split('"""')[2]
    (PosixPath('birds.py'), True, False)

    Raises:
        SpecError: something in the recipe has no script, or the file's ending is neither `.py` nor `.ipynb`.
        DataError: the folder is not that of a finished run, the data is not what it was, or the script failed.
    """
    path = path_of(path, "a script")
    if path.suffix not in _ENDINGS:
        raise SpecError.one(f"a script is called NAME.py or NAME.ipynb, not {path.name!r}", f"write {path.stem}.py")
    run = run if isinstance(run, Run) else Run.open(run)
    made = _Made.of(run)
    folder = Path(os.path.relpath(made.recipe.folder.resolve(), path.resolve().parent)).as_posix()
    place = f"Path(__file__).resolve().parent / {literal(folder)}" if path.suffix == ".py" else f"Path({literal(folder)})"
    script = made.script(place, f"{path.stem}_predictions.csv")
    proof = None
    if prove:
        whole = made.script(f"Path({literal(made.recipe.folder.resolve().as_posix())})", PREDICTIONS)
        proof = proved(run, whole.text)
    write_text(path, script.notebook if path.suffix == ".ipynb" else script.text)
    return Ejected(path, proof)


@dataclass(frozen=True)
class _Made:
    """What the script of a run is made of: the recipe as it fits its data, the rows, and what came of them."""

    run: Run
    recipe: Recipe
    table: Table
    folds: tuple[Represented, ...]
    target: TargetSpec

    @classmethod
    def of(cls, run: Run) -> _Made:
        """Read the data of a run again.

        Raises:
            SpecError: something has no script.
            DataError: the data is not that of the run.
        """
        recipe = run.recipe
        if faults := [*refused(recipe)]:
            raise recipe.document.error(faults)
        table = collected(recipe)
        known = json.loads(access.text(run.path / "environment.json")).get("inputs", {})
        if changed := [name for name, digest in table.origin.items() if known.get(name) != digest]:
            rule = f"the table {changed[0]!r} is not what it was in the run"
            raise DataError(rule, place=str(run.path), cure="run the recipe again, and eject that run")
        folds = represent(recipe, table)
        recipe, _ = of_few_rows(recipe.fitted(folds[0].encoder.signature, folds[0].train.rows), folds)
        if faults := [*unfit(recipe, folds[0].encoder)]:
            raise recipe.document.error(faults)
        calibrate = recipe.evaluate.calibrate is not None
        target = Choices(calibrate, recipe.evaluate.threshold).fixed(folds[0].encoder.signature.targets[0])
        return cls(run, recipe, table, folds, target)

    def script(self, folder: str, predictions: str) -> Script:
        """The script; `folder` is code that says where paths start, `predictions` the file that it writes."""
        recipe, first, name = self.recipe, self.folds[0], self.target.name
        encoder = first.encoder
        assert isinstance(encoder, Encoder), "others are refused"
        split = recipe.represent.split
        used = [*encoder.needed, name, *([split.way_column] if split.way_column else [])]
        tables = collecting(recipe, self.table, list(dict.fromkeys(used)))
        lines = [f"FOLDER = {folder}" if "FOLDER" in tables.code else "", tables.code]
        if len(first.frame) < len(self.table.frame):
            lines.append(f'table = table[table["{name}"].notna()].reset_index(drop=True)  # nothing to learn from')
            if "part = " in tables.code:
                raise SpecError.one("rows without a target in tables of their own have no script", "drop them")
        tables = Section(tables.title, tables.told, "\n".join(filter(None, lines)))
        shown = [score["metric"] for score in self.run.results["metrics"]["scores"]]
        knots = takes_knots(recipe)
        scores, left_out = evaluating(self.target, shown, predictions)
        sections = (
            tables,
            splitting(recipe, self.target),
            encoding(recipe, encoder, first.frame, knots=knots),
            building(recipe, encoder.signature),
            learning(recipe, self.folds, self._checksum()),
            scores,
        )
        return Script(self._top(left_out), sections)

    def _checksum(self) -> int:
        inputs, targets = rows_of(self.folds[0], self.target)
        return checksum({"inputs": inputs, "targets": targets})

    def _top(self, metrics: list[str]) -> str:
        """What stands at the top of the script: what it is, and what it leaves out."""
        engine = self.run.results["metrics"]["engine"]
        with_xla = engine["how"].startswith("with XLA")
        networks = len(self.run.results["metrics"]["networks"])
        equal = "It gives the run's predictions to the bit, on the same machine and with the same versions."
        if with_xla:
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
        versions = json.loads(access.text(self.run.path / "environment.json"))["libraries"]
        with_ = ", ".join(f"{name} {versions[name]}" for name in ("keras", "tensorflow", "scikit-learn", "pandas"))
        return "\n".join([
            f"{self.run.name}: {self.target.name} ({self.target.task}), {networks} network{'s' * (networks > 1)}.",
            "",
            "Written by `protokit eject`; it needs no protokit. The run was made with",
            f"{with_}.",
            equal,
            "",
            "Left out of it:",
            *(f"- {one}" for one in left),
        ])  # fmt: skip
