"""Rows of several sets side by side: each row of a joint batch holds one of every set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.signature import Signature
from protokit.sets.joint.network import Joint


@dataclass(frozen=True)
class Rows:
    """Rows of several sets, as many of each: those of smaller sets come several times.

    `weights` by the target's key make each row of a set count alike, however often it comes, with a mean of 1.
    """

    arrays: Arrays
    weights: Mapping[str, np.ndarray]


def side_by_side(joint: Joint, parts: Mapping[str, Arrays], seed: int) -> Rows:
    """The rows of each set, again and again in another order until there are as many as the largest set has."""
    most = max(part.rows for part in parts.values())
    signature: Signature = joint.signature(list(parts))
    names = iter(signature.targets)
    inputs: dict[str, np.ndarray] = {}
    targets: dict[str, np.ndarray] = {}
    truth: dict[str, np.ndarray] = {}
    weights: dict[str, np.ndarray] = {}
    for name, part in parts.items():
        places, often = _repeated(part.rows, most, derive(seed, "set", list(joint.networks).index(name)))
        inputs |= {joint.key(name, key): np.asarray(values)[places] for key, values in part.inputs.items()}
        for target in joint.signatures[name].targets:
            renamed = next(names)
            targets[renamed.key] = np.asarray(part.targets[target.key])[places]
            truth[renamed.name] = np.asarray(part.truth[target.name])[places]
            own = np.ones(part.rows) if part.weights is None else part.weights
            weights[renamed.key] = (own * most / (part.rows * often))[places].astype(np.float32)
    none = Features(np.zeros((most, 0)), np.zeros((most, 0), np.int64), ())
    return Rows(Arrays(inputs, targets, truth, none), weights)


def _repeated(rows: int, most: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The places of rows, and how often each comes. Shapes: (most,), (rows,)."""
    draw = np.random.default_rng(seed)
    rounds = [draw.permutation(rows) for _ in range(-(-most // rows))]
    places = np.concatenate(rounds)[:most]
    return places, np.bincount(places, minlength=rows)
