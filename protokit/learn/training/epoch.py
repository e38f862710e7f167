"""An epoch of a compiled training: what its call is made for, and what it gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protokit.core.libraries.backend import tf


@dataclass(frozen=True)
class Shape:
    """What differs between the epochs of one program: XLA, a rest that fills no batch, batches of validation rows.

    No `tests`: there are too many of them to be written out.
    """

    xla: bool
    rest: bool
    tests: int


@dataclass(frozen=True)
class Epoch:
    """What an epoch of training gave: its scores, and those of the validation rows after it.

    `bad` is the number of batches before the first whose loss was not finite, None where there was none; `finite` is
    whether all weights are. `weights` are the network's, on the device, where they were read in the same call.
    """

    bad: int | None
    finite: bool
    scores: dict[str, float]
    validation: dict[str, float]
    weights: Sequence[tf.Tensor] | None = None
