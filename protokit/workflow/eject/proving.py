"""A script is executed, and what it predicts is held against the run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.recipe.recipe import Recipe
from protokit.workflow.record.predictions import read_frame
from protokit.workflow.result import Run
from protokit.workflow.run.run import run as run_again

PREDICTIONS = "predictions.csv"
# stands before a script that is executed: without protokit
_ALONE = """\
import sys


class _NoProtokit:
    def find_spec(self, name, *_):
        if name.split(".")[0] == "protokit":
            raise ImportError(name)


sys.meta_path.insert(0, _NoProtokit())
"""
_LINES = 12  # of what a script said before it failed


@dataclass(frozen=True)
class Proof:
    """How far the predictions of a script are from a run's: `apart` is the largest difference of a number.

    `against` is the run itself, or, where that was compiled with XLA, one that was not.
    """

    rows: int
    apart: float
    labels: int
    against: str

    @property
    def equal(self) -> bool:
        """Whether all predictions are the same, to the bit."""
        return self.apart == 0 and self.labels == 0

    def __str__(self) -> str:
        if self.equal:
            return f"{self.rows:,} predictions are those of {self.against}, to the bit"
        other = f", {self.labels:,} of another class" * bool(self.labels)
        return f"{self.rows:,} predictions are up to {self.apart:.3g} from those of {self.against}{other}"


def proved(run: Run, recipe: Recipe, script: str) -> Proof:
    """Execute a script that writes PREDICTIONS, and hold it against a run, which is of the recipe.

    Raises:
        DataError: the script failed, or predicts other rows.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        said = executed(script, folder)
        proof = compared(said, read_frame(run.path), "the run")
        if proof.equal or not with_xla(run):
            return proof
        words = {"learn.engine": "keras", "evaluate.baselines": ["dummy"]}
        plain = run_again(recipe, out=folder / "runs", set=words)
        return compared(said, read_frame(plain.path), "a run without XLA")


def with_xla(run: Run) -> bool:
    """Whether a run was compiled with XLA, which draws and rounds otherwise than Keras's `fit`."""
    return run.results["metrics"]["engine"]["how"].startswith("with XLA")


def executed(script: str, folder: Path) -> pd.DataFrame:
    """What a script predicts, executed in a folder, in a process of its own that finds no protokit.

    Raises:
        DataError: it failed, with its last lines.
    """
    path = folder / "script.py"
    path.write_text(_ALONE + script, encoding="utf-8")
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run([sys.executable, "-I", path], cwd=folder, env=quiet, capture_output=True, text=True)
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).splitlines()[-_LINES:])
        raise DataError(f"the script failed:\n{last}", cure="this is a fault of protokit: tell us of it")
    return pd.read_csv(access.local(folder / PREDICTIONS), dtype=str, keep_default_na=False)


def compared(script: pd.DataFrame, run: pd.DataFrame, against: str) -> Proof:
    """The predictions of a script beside those of a run.

    Raises:
        DataError: they are of other rows, or have other columns.
    """
    # of a name that a run has for itself, too, the last column is the target's
    places = {re.sub(r" \(\d+\)$", "", str(name)): i for i, name in enumerate(run)}
    told = len([*takewhile(lambda name: name not in places, script)])  # before them stands which row it is
    named = [*script.columns[told:]]
    if len(script) != len(run) or not named or not {*named} <= {*places}:
        rule = f"the script predicts {len(script):,} rows, {against} {len(run):,}, or it has other columns"
        raise DataError(rule, cure="this is a fault of protokit: tell us of it")
    apart, labels = 0.0, 0
    for own, theirs in ((script[name].to_numpy(), run.iloc[:, places[name]].to_numpy()) for name in named):
        if theirs.dtype.kind == "f":
            numbers = np.where(own == "", "nan", own).astype(float)
            away = np.where(np.isnan(numbers) & np.isnan(theirs), 0.0, np.abs(numbers - theirs))
            apart = max(apart, float(np.nan_to_num(away, nan=np.inf).max(initial=0.0)))
        else:
            texts = np.where(pd.isna(theirs), "", theirs.astype(str))  # what is missing is written as nothing
            labels = max(labels, int((own.astype(str) != texts).sum()))
    return Proof(len(script), apart, labels, against)
