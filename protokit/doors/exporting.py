"""How a file comes to be: it is written beside its place, held against the model, and put there with its contract."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from protokit.bundle.exporter import Export
from protokit.bundle.opened.fitted import Fitted
from protokit.core.errors import DataError
from protokit.core.files import sha256, write_json
from protokit.doors.contract import Contract
from protokit.doors.plan import Plan
from protokit.doors.proof import proven

TOLERANCE = 1e-5


class Format(Protocol):
    """How a format is written and run."""

    @property
    def name(self) -> str:
        """What it is called."""

    def names(self, plan: Plan) -> Mapping[str, str]:
        """What it calls columns and outputs.

        Raises:
            SpecError: something cannot go into it.
        """

    def write(self, plan: Plan, path: Path) -> None:
        """Write a file, or a folder."""

    def run(self, plan: Plan, path: Path, given: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """What it says, as another program would have it. Shapes: (rows, 1) by column -> by the output's name."""


def exported(form: Format, model: Fitted, path: Path, rows: pd.DataFrame | None, tolerance: float | None) -> Export:
    """Write a model in a format; see `Model.export`.

    Raises:
        SpecError: something of it cannot go into a file.
        DataError: the file says something else than the model, there is something else at the path, or the disk
            refused.
    """
    plan = Plan.of(model)
    names = form.names(plan)
    _hold_place(path)
    allowed = TOLERANCE if tolerance is None else tolerance
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    except OSError as error:
        raise DataError(f"could not write: {error.strerror or error}", place=str(path)) from error
    try:
        made = work / path.name
        form.write(plan, made)
        proof = proven(plan, lambda given: form.run(plan, made, given), rows)
        if not proof.differs <= allowed:
            rule = f"the file says something else than the model: {proof.differs:.2g} apart, of {allowed:g} allowed"
            cure = f"it was not left behind; allow more: tolerance={max(proof.differs * 1.1, 1e-12):.1g}, --tolerance"
            raise DataError(rule, place=str(path), cure=cure)
        contract = Contract(plan, form.name, names, allowed, tolerance is not None, proof)
        beside = path.with_name(f"{path.name}.json")
        written = contract.as_plain(sha256(made) if made.is_file() else None)
        _put_in_place(made, path)
        write_json(beside, written)
    except OSError as error:
        raise DataError(f"could not write: {error.strerror or error}", place=str(path)) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    counts = (proof.rows, proof.drawn, proof.differs, allowed)
    return Export(path, beside, form.name, *counts, contract.inputs, contract.outputs, tuple(contract.outside))


def _hold_place(path: Path) -> None:
    """Hold that nothing else is overwritten than an earlier export.

    Raises:
        DataError: there is something else.
    """
    if path.suffix:
        if path.is_dir():
            raise DataError("there is a folder", place=str(path), cure="choose another name")
    elif path.is_file() or (path.is_dir() and any(path.iterdir()) and not (path / "saved_model.pb").is_file()):
        raise DataError("there is something else, and no SavedModel", place=str(path), cure="choose another folder")


def _put_in_place(made: Path, path: Path) -> None:
    """A file at one stroke; of a folder the earlier one stays beside it until the new one is there."""
    if made.is_file():
        made.replace(path)
        return
    old = made.with_name("old")
    if path.exists():
        path.rename(old)
    made.rename(path)
