"""The plan of a model that finds clusters: which of them a row is in, and how near it is to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from protokit.bundle.opened.fitted import Fitted
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.ends import End
from protokit.doors.interface import interface_of
from protokit.doors.plan import Networks, Plan
from protokit.learn.clustering.clusters import Clusters
from protokit.learn.inspection.middle import middle
from protokit.represent.target import TargetEncoder

Value = TypeVar("Value")


@dataclass(frozen=True)
class ClustersPlan(Plan):
    """A model without a target: its networks give the embedding, in which the clusters lie."""

    @classmethod
    def of(cls, model: Fitted) -> ClustersPlan:
        """See Plan.of."""
        clusters = model.parts[0].clusters
        if clusters is None or clusters.members is not None:
            rule = "clusters that are known by training rows, not by centers, do not go into a file"
            raise SpecError.one(rule, "write learn: {cluster_by: kmeans}, or gaussian_mixture")
        own = interface_of(model, "clusters")
        return cls(own.encoders, own.columns, own.targets, model)

    @property
    def clusters(self) -> Clusters:
        """Those that were found."""
        found = self.model.parts[0].clusters
        assert found is not None, "a model without them has no such plan"
        return found

    @property
    def ends(self) -> list[End]:
        """See Plan: those of `predict`, and what is compared."""
        of, places = self.targets[0].spec.name, range(1, self.clusters.count + 1)
        columns = tuple(f"cluster = {i}" for i in places)
        called = End("cluster", of, "class", "class", "int64", (), tuple(places))
        if self.clusters.weights is not None:
            best = End("probability", of, "nearest", "that of the cluster", "float64")
            return [End("probabilities", of, "nearness", "probability", "float64", columns), called, best]
        best = End("distance", of, "nearest", "that of the embedding", "float64")
        return [End("distances", of, "nearness", "that of the embedding", "float64", columns), called, best]

    def scores_in(self, said: Mapping[str, np.ndarray], target: TargetEncoder) -> np.ndarray:
        """See Plan: distances are negative there."""
        found = super().scores_in(said, target)
        return found if self.clusters.weights is not None else -found

    def network(self, part: int, seed: int) -> keras.Model:
        """See Plan: of a network as far as the embedding."""
        whole = super().network(part, seed)
        code = middle(whole, self.model.signature)
        code = keras.layers.Flatten(name="flat_embedding")(code) if len(code.shape) > 2 else code
        return keras.Model(whole.input, code)

    def predicted(self, a: Arithmetic[Value], raw: Mapping[str, Value], networks: Networks[Value]) -> dict[str, Value]:
        """See Plan, and `Clusters.scores`."""
        [seeds] = networks([self.encoded(a, 0, raw)])
        codes = a.concatenate([a.cast(one[self.targets[0].spec.key], "float64") for one in seeds])
        found = self.clusters
        if found.weights is None or found.precisions is None:
            squares = [_square(a, a.binary("subtract", codes, center[None])) for center in found.centers]
            distances = a.unary("sqrt", a.concatenate(squares))
            place = a.most(a.binary("subtract", 0.0, distances))
            nearest = a.binary("subtract", 0.0, a.reduce("max", a.binary("subtract", 0.0, distances)))
            return {"distances": distances, "cluster": _called(a, place), "distance": a.flat(nearest)}
        logs = []
        for weight, center, factor in zip(found.weights, found.centers, found.precisions, strict=True):
            away = a.binary("subtract", codes, center[None])
            turned = [a.reduce("sum", a.binary("multiply", away, column[None])) for column in factor.T]
            level = float(np.log(weight) + np.log(np.diag(factor)).sum())
            half = a.binary("multiply", _square(a, a.concatenate(turned)), 0.5)
            logs.append(a.binary("subtract", level, half))
        stacked = a.concatenate(logs)
        likely = a.unary("exp", a.binary("subtract", stacked, a.reduce("max", stacked)))
        shares = a.binary("divide", likely, a.reduce("sum", likely))
        best = a.flat(a.reduce("max", shares))
        return {"probabilities": shares, "cluster": _called(a, a.most(shares)), "probability": best}


def _square(a: Arithmetic[Value], away: Value) -> Value:
    """The sum of squares of each row."""
    return a.reduce("sum", a.binary("multiply", away, away))


def _called(a: Arithmetic[Value], place: Value) -> Value:
    """The cluster at a place, from 1."""
    return a.flat(a.binary("add", place, 1))
