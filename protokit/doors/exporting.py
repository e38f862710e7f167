"""How a file comes to be: it is written beside its place, held against the model, and put there with its contract."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from protokit.bundle.digest import digest_of
from protokit.bundle.exporter import Export
from protokit.bundle.opened.fitted import Fitted
from protokit.bundle.writing import tensors_of
from protokit.core.errors import DataError
from protokit.core.files import sha256, write_json
from protokit.doors.contract import Contract
from protokit.doors.format import Format
from protokit.doors.placing import CONTRACT, hold_place, put_in_place, workplace
from protokit.doors.planning import plan_of
from protokit.doors.proof import Proof, proven


def exported(form: Format, model: Fitted, path: Path, rows: pd.DataFrame | None, tolerance: float | None) -> Export:
    """Write a model in a format; see `Model.export`.

    Raises:
        SpecError: something of it cannot go into a file.
        DataError: the file says something else than the model, there is something else at the path, or the disk
            refused.
        MissingExtra: the format needs a package that is not installed.
    """
    plan = form.adapted(plan_of(model))
    names = form.names(plan)
    more = form.beside(path)
    hold_place(path, more)
    allowed = form.tolerance if tolerance is None else tolerance
    changes = None if form.changes is None else form.changes if tolerance is None else tolerance
    with workplace(path) as work:
        made = work / path.name
        form.write(plan, made)
        proof = proven(plan, lambda given: form.run(plan, made, given), rows, by_class=changes is not None)
        _hold(proof, allowed, changes, path)
        contract = Contract(plan, form, names, (allowed, changes), tolerance is not None, proof)
        of_model = digest_of(model.menu, model.precision, [part.encoder for part in model.parts], tensors_of(model))
        digests = {one.name: sha256(work / one.name) for one in (path, *more) if (work / one.name).is_file()}
        write_json(work / CONTRACT, contract.as_plain(digests, of_model))
        beside = put_in_place(work, [*(one.name for one in more), path.name], path)
    counts = (proof.rows, proof.drawn, proof.differs, allowed)
    said = (contract.inputs, contract.outputs, tuple(contract.outside))
    return Export(path, beside, form.name, *counts, *said, proof.changed, changes)


def _hold(proof: Proof, allowed: float, changes: float | None, path: Path) -> None:
    """Hold that a file says what the model says.

    Raises:
        DataError: it does not.
    """
    if not proof.differs <= allowed:
        rule = f"the file says something else than the model: {proof.differs:.2g} apart, of {allowed:g} allowed"
        needed = proof.differs
    elif changes is not None and not proof.changed <= changes:
        rule = f"the file says something else than the model: {proof.changed:.2%} of classes change"
        rule += f", of {changes:.2%} allowed"
        needed = proof.changed
    else:
        return
    cure = f"it was not left behind; allow more: tolerance={max(needed * 1.1, 1e-12):.1g}, --tolerance"
    if changes is not None and proof.drawn:
        cure = f"give rows as they come, which calibrate it and are what it is held against: rows=, --data; {cure}"
    raise DataError(rule, place=str(path), cure=cure)
