"""The contract of a file: what it takes, what it gives, and what stays outside, as JSON and in short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from protokit.core.names import counted
from protokit.doors.format import Format
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.images import OfImage
from protokit.doors.graph.ends import End
from protokit.doors.plan import Plan
from protokit.doors.proof import Proof

_SHOWN = 6
_DTYPES = {"object": "text"}


@dataclass(frozen=True)
class Contract:
    """What a file takes and gives; `names` are what the format calls columns and outputs.

    `allowed` are how far it may be from the model, and how many of its classes may be others.
    """

    plan: Plan
    format: Format
    names: Mapping[str, str]
    allowed: tuple[float, float | None]
    asked: bool
    proof: Proof

    def as_plain(self, sha256: Mapping[str, str], model: str) -> dict[str, object]:
        """All of it as JSON values, with the digests of files by their names and that of the model."""
        plan, (tolerance, changes) = self.plan, self.allowed
        by_class = {} if changes is None else {"classes_changed": self.proof.changed, "classes_allowed": changes}
        return {
            "format": self.format.name,
            "protokit": version("protokit"),
            "model": model,
            **({"sha256": dict(sha256)} if sha256 else {}),
            **self.format.told,
            **plan.told,
            "networks": plan.model.networks,
            "inputs": [self._input(one) for one in plan.raw.values()],
            "outputs": [self._output(one) for one in plan.ends],
            "outside": self.outside,
            "proof": {
                "rows": self.proof.rows,
                "drawn": self.proof.drawn,
                "differs": self.proof.differs,
                "tolerance": tolerance,
                **by_class,
                "tolerance_was_asked_for": self.asked,
                "unit": "probabilities; of numbers standard deviations of the training rows' target",
            },
        }

    def _input(self, column: RawColumn) -> dict[str, object]:
        plain: dict[str, object] = {"column": column.name, "name": self.names[column.name], "kind": column.fitted.kind}
        plain |= {
            "dtype": _dtype(column.dtype),
            "shape": [*self.format.shape(column)],
            "cells": column.takes,
            "missing": column.gone,
        }
        if column.span:
            plain["steps"] = column.span
        if column.missing_too:
            plain["missing_too"] = list(column.missing_too)
        if column.codes:
            plain["codes"] = dict(column.codes)
        return plain if column.levels is None else {**plain, "levels": column.levels}

    def _output(self, end: End) -> dict[str, object]:
        plain: dict[str, object] = {"name": self.names[end.name], "target": end.target, "what": end.what}
        shape = ["rows", len(end.columns)] if end.columns else ["rows"]
        plain |= {"dtype": _dtype(end.dtype), "shape": shape, "unit": end.unit}
        plain |= {"columns": list(end.columns)} if end.columns else {}
        return {**plain, "classes": list(end.classes)} if end.classes else plain

    @property
    def inputs(self) -> tuple[str, ...]:
        """What it takes, a line for each column."""
        return tuple(
            f"{self.names[one.name]}: {_dtype(one.dtype)}, {one.takes}{_few(one.levels)}{_of(one)}; missing: {one.gone}"
            for one in self.plan.raw.values()
        )

    @property
    def outputs(self) -> tuple[str, ...]:
        """What it gives, a line for each output."""
        return tuple(
            f"{self.names[one.name]}: {_dtype(one.dtype)}{_few(list(one.columns or map(str, one.classes)) or None)}"
            for one in self.plan.ends
        )

    @property
    def outside(self) -> list[str]:
        """What whoever calls the file has to do."""
        schema, found = self.plan.model.input_schema, list[str]()
        if schema is not None and schema.joined:
            found.append("joins: the rows come with the columns that the recipe joined")
        if schema is not None and schema.clean:
            steps = [next(iter(one)) if isinstance(one, Mapping) else str(one) for one in schema.clean]
            found.append(f"{counted(len(steps), 'step')} of cleaning ({', '.join(map(str, steps))}): give cleaned rows")
        kinds = {one.fitted.kind for one in self.plan.raw.values()}
        if kinds & {"number", "duration", "time_of_day", "date"}:
            found.append("reading of texts: numbers and times come as numbers, what is none as a missing cell")
        if kinds & {"boolean", "ordered"}:
            found.append("refusals: a text that is neither true nor false, or no level of an order, counts as missing")
        if any(one.spec.of_task.spreads for one in self.plan.targets):
            found.append("the bounds between which nine numbers of ten lie")
        found += [one.outside for one in self.plan.raw.values() if isinstance(one, OfImage)]
        found += self.format.needs(self.plan)
        found += self.plan.outside
        return [*found, "what predict says of a table: unseen levels, numbers beyond those of training"]


def _dtype(name: str) -> str:
    return _DTYPES.get(name, name)


def _of(column: RawColumn) -> str:
    return f"; {column.span}" if column.span else ""


def _few(texts: list[str] | None) -> str:
    if texts is None:
        return ""
    return f" ({', '.join(texts[:_SHOWN])}{', ...' if len(texts) > _SHOWN else ''})"
