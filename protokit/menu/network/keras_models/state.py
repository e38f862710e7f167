"""What a layer of Keras found in rows (`adapt`), as arguments of its constructor."""

from __future__ import annotations

from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import special_words


def state_of(layer: Any) -> dict[str, Any]:
    """A vocabulary, means and variances, or bins; empty where there is none, or the config has it.

    Raises:
        SpecError: what it found cannot be given to a constructor.
    """
    layers = keras.layers
    if isinstance(layer, (layers.TextVectorization, layers.StringLookup, layers.IntegerLookup)):
        return _vocabulary(layer)
    if type(layer) is layers.Normalization and layer.input_mean is None and layer.built:
        if getattr(layer, "adapt_mean", None) is None:
            return {}
        # as in Keras's own shape of them: one number for each kept axis
        kept = {"mean": layer.adapt_mean, "variance": layer.adapt_variance}
        found = {name: np.asarray(keras.ops.convert_to_numpy(value)) for name, value in kept.items()}
        at_start = not found["mean"].any() and bool((found["variance"] == 1).all())
        return {} if at_start else {name: value.tolist() for name, value in found.items()}
    if type(layer) is layers.Discretization and layer.bin_boundaries:
        return {"bin_boundaries": [float(one) for one in layer.bin_boundaries], "num_bins": None}
    return {}


def _vocabulary(layer: Any) -> dict[str, Any]:
    lookup = getattr(layer, "_lookup_layer", layer)
    if lookup.vocabulary_size() <= len(special_words(lookup)):
        return {}
    words = [one.item() if isinstance(one, np.generic) else one for one in _words(layer)]
    if not words:
        return {}
    found: dict[str, Any] = {"vocabulary": words}
    if str(getattr(lookup, "output_mode", "")) == "tf_idf":
        weights = np.asarray(keras.ops.convert_to_numpy(lookup.idf_weights)).tolist()
        if len(weights) < len(words):
            rule = f"the layer {layer.name!r} has {len(weights)} weights of words for {len(words)} words"
            raise SpecError.one(rule, "adapt it anew")
        found["idf_weights"] = weights[len(weights) - len(words) :]
    return found


def _words(layer: Any) -> list[Any]:
    try:
        return list(layer.get_vocabulary(include_special_tokens=False))
    except (RuntimeError, ValueError):
        return []
