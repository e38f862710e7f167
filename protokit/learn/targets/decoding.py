"""Texts said token by token, each after those that were said before."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tasks.structured.translation import END, SO_FAR


def decoded(network: keras.Model, inputs: Mapping[str, np.ndarray], target: TargetSpec) -> np.ndarray:
    """The likeliest token of each place, after the likeliest of those before it (greedy). What was to be said is not
    looked at.

    Shapes: inputs (rows, ...) by name -> (rows, tokens), places of tokens, whatever after the end.
    """
    rows = len(next(iter(inputs.values())))
    said = np.full((rows, target.width), END, np.int32)
    before = said.copy()
    before[:, 0] = len(target.classes)
    given = {name: np.asarray(values) for name, values in inputs.items() if name != SO_FAR}
    done = np.zeros(rows, bool)
    for place in range(target.width):
        # shorter inputs would be compiled anew for each length: later places do not reach earlier ones
        likely = np.asarray(network.predict_on_batch({**given, SO_FAR: before}))[:, place]
        said[:, place] = np.where(done, END, likely.argmax(axis=-1))
        done |= said[:, place] == END
        if done.all():
            break
        before[:, place + 1 : place + 2] = said[:, place, None]
    return said
