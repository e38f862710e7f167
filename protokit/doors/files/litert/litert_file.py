"""A file of LiteRT: numbers and codes in, probabilities, places of classes and numbers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.core.libraries.backend import keras
from protokit.core.libraries.optional import optional
from protokit.core.libraries.quiet import native_stderr_held
from protokit.doors.arithmetic.of_litert import OfLiteRt
from protokit.doors.files.keras_model import functional, hold_single, names_in, plain
from protokit.doors.files.litert.columns import Coded, narrowed
from protokit.doors.files.litert.pieces import converted, together
from protokit.doors.files.networks import joined, key_of
from protokit.doors.format import Format
from protokit.doors.graph.scaling import checked
from protokit.doors.plan import Plan
from protokit.doors.plans.self_proving import refuse
from protokit.doors.proof import drawn, many_drawn

_TOLERANCES = {"float32": 1e-5, "float16": 1e-3, "int8": 0.05}
_CHANGES = 1 / 200
_NEAR = 4.0  # standard deviations


class LiteRtFile(Format):
    """See Format: weights are kept as float32, float16 or int8; `rows` of a cleaned table calibrate the last.

    What comes before and after the networks stays in 32 bits.
    """

    name = "litert"

    def __init__(self, dtype: str = "float32", rows: pd.DataFrame | None = None) -> None:
        self.dtype, self.rows = dtype, rows if rows is not None and len(rows) else None
        self._calibrated = 0
        self.tolerance, self.changes = _TOLERANCES[dtype], _CHANGES if dtype == "int8" else None

    def adapted(self, plan: Plan) -> Plan:
        """See Format."""
        refuse(plan, "LiteRT")
        hold_single(plan, "LiteRT computes with")
        return narrowed(plan.with_codes())

    def names(self, plan: Plan) -> Mapping[str, str]:
        """See Format: their own names."""
        optional("ai_edge_litert", "litert")
        return {name: name for name in names_in(plan)}

    @property
    def told(self) -> Mapping[str, object]:
        """See Format."""
        if self.dtype != "int8":
            return {"weights": self.dtype}
        by = f"{self._calibrated} rows that were {'drawn' if self.rows is None else 'given'}"
        return {"weights": self.dtype, "calibrated_by": by}

    def write(self, plan: Plan, path: Path) -> None:
        """See Format: as three pieces, of which only the networks are kept in fewer bits."""
        names = names_in(plan)
        known = {names[column.name]: column.texts for column in plan.raw.values() if isinstance(column, Coded)}
        raw = {
            name: keras.Input(column.shape, dtype=column.dtype, name=names[name]) for name, column in plan.raw.items()
        }
        networks = joined(plan, plain)
        every = {f"said_{i}": one for i, one in enumerate(networks.every)}
        given = {key: keras.Input(one.shape[1:], dtype=one.dtype, name=key) for key, one in every.items()}
        made: dict[str, keras.KerasTensor] = {}

        def said(encoded: Sequence[Mapping[str, keras.KerasTensor]]) -> list[list[dict[str, keras.KerasTensor]]]:
            for i, own in enumerate(encoded):
                made.update({key_of(i, name): one for name, one in own.items() if key_of(i, name) in networks.inputs})
            each = iter(given.values())
            return [[{key: next(each) for key in seed} for seed in part] for part in networks.outputs]

        ends = plan.predicted(OfLiteRt(known), raw, said)
        taken = {names[name]: one for name, one in raw.items()}
        pieces = (
            (functional(taken, made), "float32"),
            (keras.Model(networks.inputs, every), self.dtype),
            (functional(given, {names[name]: one for name, one in ends.items()}), "float32"),
        )
        rows = self._calibrating(plan) if self.dtype == "int8" else {}
        files = [converted(model, dtype, rows) for model, dtype in pieces]
        inputs, outputs = ({names[name]: name for name in some} for some in (plan.raw, ends))
        path.write_bytes(together(files, inputs, outputs))

    def _calibrating(self, plan: Plan) -> dict[str, np.ndarray]:
        """What the networks take, of the rows that calibrate."""
        rows = drawn(plan, many_drawn(plan), 1) if self.rows is None else self.rows
        self._calibrated = len(rows)
        found: dict[str, np.ndarray] = {}
        for i, encoder in enumerate(plan.encoders):
            inputs = dict(encoder.encode(encoder.examples(rows))[0])
            far = [j for j, one in enumerate(checked(encoder.scaler).columns) if one.straight]
            if self.rows is None and far:  # of few training rows: some that are drawn lie far beyond them
                numbers = inputs["numbers"].copy()
                numbers[:, far] = np.clip(numbers[:, far], -_NEAR, _NEAR)
                inputs["numbers"] = numbers
            found |= {key_of(i, name): array for name, array in inputs.items()}
        return found

    def run(self, plan: Plan, path: Path, given: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """See Format."""
        with native_stderr_held():
            one = optional("ai_edge_litert.interpreter", "litert").Interpreter(str(path), num_threads=1)
            return dict(one.get_signature_runner()(**given))
