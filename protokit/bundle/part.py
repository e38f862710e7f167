"""What was learned of one set of training rows: a part of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from protokit.bundle.opened.averaging import mean
from protokit.core.libraries.backend import keras
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays, Features, Predictions
from protokit.core.values.signature import Signature
from protokit.evaluate.temperature import tempered
from protokit.learn.clustering.clusters import Clusters
from protokit.learn.inspection.codes import codes
from protokit.learn.inspection.dropout import sampled
from protokit.learn.snapshot import hold
from protokit.learn.train import predict
from protokit.represent.encoding import Encoding


@dataclass(frozen=True)
class Part:
    """What was learned of one set of training rows: an encoder, and the weights of a network for each seed.

    The network may be shared with other parts: it holds whichever weights were used last. `clusters` are those that
    were found in the embedding, where there is no target.
    """

    encoder: Encoding
    network: keras.Model
    weights: tuple[tuple[np.ndarray, ...], ...]
    clusters: Clusters | None = None

    @cached_property
    def signature(self) -> Signature:
        """What the network takes and gives."""
        return self.encoder.signature

    def codes(self, inputs: Mapping[str, np.ndarray], layer: str | None = None) -> np.ndarray:
        """The embedding of rows, or what a layer gives: that of the networks of all seeds side by side.

        Shapes: (rows, width of a code * seeds).
        """
        found = []
        for weights in self.weights:
            hold(self.network.weights, weights)
            found.append(codes(self.network, dict(inputs), self.signature, layer))
        return np.concatenate(found, axis=1)

    def scores(self, inputs: Mapping[str, np.ndarray], features: Features) -> dict[str, np.ndarray]:
        """What the encoder makes of the network's outputs, by target, averaged over the seeds.

        Without a target: how near each row is to each cluster.
        """
        signature = self.signature
        if self.clusters is not None:
            return {signature.targets[0].name: self.clusters.scores(self.codes(inputs))}
        found = []
        for weights in self.weights:
            hold(self.network.weights, weights)
            outputs = predict(self.network, dict(inputs), signature)
            found.append(self.encoder.scores(outputs, features))
        return self._tempered(mean(found))

    def sampled(
        self, inputs: Mapping[str, np.ndarray], features: Features, samples: int, seed: int
    ) -> list[dict[str, np.ndarray]]:
        """What the encoder makes of the networks' outputs with dropout on, by target: of each seed so many times."""
        found = []
        for i, weights in enumerate(self.weights):
            hold(self.network.weights, weights)
            drawn = sampled(self.network, inputs, self.signature, samples, derive(seed, "network", i))
            found += [self._tempered(self.encoder.scores(outputs, features)) for outputs in drawn]
        return found

    def _tempered(self, scores: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        temperatures = {spec.name: spec.temperature for spec in self.signature.targets}
        if not any(temperatures.values()):
            return scores
        return {name: tempered(some, temperatures[name]) for name, some in scores.items()}

    def predictions(self, arrays: Arrays) -> dict[str, Predictions]:
        """Scores beside the truth, by target."""
        scores, units = self.scores(arrays.inputs, arrays.features), arrays.features.units
        specs = list(self.signature.targets)
        if self.clusters is not None:
            specs = [replace(spec, classes=tuple(range(1, self.clusters.count + 1))) for spec in specs]
        return {
            s.name: Predictions(
                s,
                truth := np.asarray(arrays.truth[s.name]),
                s.of_task.judged(s, scores[s.name], truth),
                units,
                arrays.blocks,
                reference=arrays.labels,
                weights=arrays.weights,
            )
            for s in specs
        }
