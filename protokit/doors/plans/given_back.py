"""The plan of a model that gives its inputs back: how far each row is from what is given back, and that itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.bundle.opened.fitted import Fitted
from protokit.core.errors import SpecError
from protokit.core.values.forms.given_back import LEAST, GivenBack, numbers_of, spans
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.ends import End, mean
from protokit.doors.interface import interface_of
from protokit.doors.plan import Networks, Plan
from protokit.represent.kind import CodeColumn, NumberColumn
from protokit.represent.target import TargetEncoder

Value = TypeVar("Value")
BACK, ERROR = "given back", "reconstruction error"


@dataclass(frozen=True)
class GivenBackPlan(Plan):
    """A model whose inputs are its target, of numbers and categories."""

    compares = True

    @classmethod
    def of(cls, model: Fitted) -> GivenBackPlan:
        """See Plan.of."""
        own = interface_of(model, "inputs")
        if len(own.encoders) > 1:
            rule = "each fold gives inputs back in units of its own, and they do not go into a file"
            raise SpecError.one(rule, "write a share: split: {test: 0.2}")
        if own.encoders[0].own:
            rule = f"{own.encoders[0].own[0].column!r} is given back as a whole, which does not go into a file"
            cure = "take the network alone: model.to_keras(), with the arrays of model.arrays(table)"
            raise SpecError.one(rule, cure)
        return cls(own.encoders, own.columns, own.targets, model)

    @property
    def parts(self) -> tuple[GivenBack, ...]:
        """What is given back, numbers before categories."""
        return self.targets[0].spec.parts

    @property
    def ends(self) -> list[End]:
        """See Plan."""
        columns: list[str] = []
        for part in self.parts:
            columns += [f"{part.name} = {level}" for level in part.levels] if part.levels else [part.name]
        of, unit = self.targets[0].spec.name, "that of the column; of levels probabilities"
        back = End(BACK, of, "given back", unit, "float64", tuple(columns))
        return [back, End(ERROR, of, "error", "squared standard deviations, mean over the columns", "float64")]

    def unit(self, target: TargetEncoder) -> np.ndarray:
        """See Plan."""
        _, scales, _ = numbers_of(self.parts)
        return np.concatenate([scales, np.ones(target.spec.units - len(scales))])

    def apart_beside(
        self, table: pd.DataFrame, scores: Mapping[str, np.ndarray], said: Mapping[str, np.ndarray]
    ) -> float:
        """See Plan: of the errors, relative where they are above 1."""
        known = np.asarray(dict(self.encoders[0].predictions(table, scores))[ERROR])
        return float((np.abs(known - said[ERROR]) / np.maximum(1.0, known)).max(initial=0.0))

    def predicted(self, a: Arithmetic[Value], raw: Mapping[str, Value], networks: Networks[Value]) -> dict[str, Value]:
        """See Plan, and `errors`."""
        [seeds] = networks([self.encoded(a, 0, raw)])
        said = mean(a, [self._scores(a, a.cast(one[self.targets[0].spec.key], "float64")) for one in seeds])
        return {BACK: said, ERROR: a.flat(self._error(a, raw, said))}

    def _scores(self, a: Arithmetic[Value], output: Value) -> Value:
        """Numbers in their own units, probabilities of levels."""
        centers, scales, _ = numbers_of(self.parts)
        found: list[Value] = []
        if count := len(centers):
            found.append(a.binary("multiply", a.columns(output, range(count)), scales[None]))
            found[0] = a.binary("add", found[0], centers[None])
        for part, at in zip(self.parts, spans(self.parts, units=True), strict=True):
            if part.levels:
                logits = a.columns(output, range(at.start, at.stop))
                shares = a.unary("exp", a.binary("subtract", logits, a.reduce("max", logits)))
                found.append(a.binary("divide", shares, a.reduce("sum", shares)))
        return a.concatenate(found)

    def _error(self, a: Arithmetic[Value], raw: Mapping[str, Value], said: Value) -> Value:
        """How far rows are from what is said of them. Shapes: (rows, 1)."""
        columns, (centers, scales, _) = self.columns[0], numbers_of(self.parts)
        terms: list[Value] = []
        counted: list[Value] = []
        if count := len(centers):
            made = [one for one in self.encoders[0].columns if isinstance(one, NumberColumn)]
            numbers = a.concatenate([columns[one.column].made(a, raw[one.column]) for one in made])
            missing = a.unary("isnan", numbers)
            away = a.binary("subtract", numbers, a.columns(said, range(count)))
            away = a.binary("divide", a.where(missing, 0.0, away), scales[None])
            terms.append(a.reduce("sum", a.binary("multiply", away, away)))
            counted.append(a.reduce("sum", a.cast(a.unary("logical_not", missing), "float64")))
        coded = [one for one in self.encoders[0].columns if isinstance(one, CodeColumn) and one.levels]
        places = [at for part, at in zip(self.parts, spans(self.parts, units=True), strict=True) if part.levels]
        for column, at in zip(coded, places, strict=True):
            code = columns[column.column].made(a, raw[column.column])
            own = a.cast(a.binary("equal", code, np.arange(1, at.stop - at.start + 1)[None]), "float64")
            likely = a.reduce("sum", a.binary("multiply", own, a.columns(said, range(at.start, at.stop))))
            # of a level that training rows lack none is its own: it counts as impossible
            logs = a.unary("log", a.binary("minimum", a.binary("maximum", likely, LEAST), 1.0))
            terms.append(a.binary("subtract", 0.0, logs))
        total = _sum(a, terms)
        many = a.binary("add", counted[0], float(len(coded))) if counted else float(len(coded))
        return a.binary("divide", total, a.binary("maximum", many, LEAST) if counted else many)


def _sum(a: Arithmetic[Value], terms: list[Value]) -> Value:
    total = terms[0]
    for one in terms[1:]:
        total = a.binary("add", total, one)
    return total
