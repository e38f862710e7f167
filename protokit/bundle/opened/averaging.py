"""Several parts of a model as one: what they need, and what they say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from protokit.bundle.opened.learned_part import LearnedPart
from protokit.core.values.signature import TargetSpec


def needed(parts: Sequence[LearnedPart]) -> tuple[str, ...]:
    """The columns that the encoders of some parts take."""
    return tuple(dict.fromkeys(name for part in parts for name in part.encoder.needed))


def settled(specs: Sequence[TargetSpec]) -> TargetSpec:
    """A target as all parts together have it."""
    spreads = [spec.spread for spec in specs if spec.spread is not None]
    spread = sum(spreads) / len(spreads) if spreads else None
    return replace(specs[0], threshold=sum(spec.threshold for spec in specs) / len(specs), spread=spread)


def brought(first: LearnedPart, part: LearnedPart, scores: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Scores of a part as those of the first one's targets."""
    pairs = zip(first.encoder.signature.targets, part.encoder.signature.targets, strict=True)
    if part is first or part.clusters is not None:
        return dict(scores)
    return {to.name: to.of_task.brought(own, scores[to.name], to) for to, own in pairs}


def mean(scores: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The mean of scores, by target."""
    if len(scores) == 1:
        return scores[0]
    return {name: np.mean([some[name] for some in scores], axis=0) for name in scores[0]}
