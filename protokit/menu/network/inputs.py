"""The inputs of a recipe's network, in the forms in which a menu may take them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.places import Fault
from protokit.core.values.inputs import InputGroup, InputSpec, embedding_width
from protokit.core.values.signature import Signature
from protokit.menu.network.refusal import Tensors

WORD_WIDTH = 64  # numbers for each word of a text


class Inputs:
    """Keras's inputs by name (`given`, as `rows`), and what a menu finds under each name (`tensors`).

    An image comes as numbers from 0 to 1 (several in a cell too, with what each counts as `NAME_share`), a sound as
    those from -1 to 1, a text as vectors of its words (and its codes as `NAME_codes`), many members as the mean of
    their vectors, steps as theirs in their order, categories as codes and, embedded and side by side, as
    `category_numbers`. `inputs` is what a chain starts from: numbers, embedded categories and members as one vector,
    or the only input that there is. Of series there are `history`, what is forecast relative to its last known value,
    `last`, that value at each step of the forecast, `covariates`, the other columns up to it, and `known`, those over
    its steps; a chain starts from history and covariates. What no item takes is not made.
    """

    def __init__(self, signature: Signature) -> None:
        self._signature, self.specs = signature, signature.inputs
        self.given: dict[str, keras.KerasTensor] = {
            spec.name: keras.Input(
                (2, *spec.shape) if signature.pairs else spec.shape, dtype=spec.dtype, name=spec.name.replace("/", "_")
            )
            for spec in signature.inputs
        }
        # both sides of a pair as rows of their own, so that one network reads them
        self.rows = {
            spec.name: keras.ops.reshape(self.given[spec.name], (-1, *spec.shape)) if signature.pairs else given
            for spec, given in zip(signature.inputs, self.given.values(), strict=True)
        }
        self.tensors: dict[str, keras.KerasTensor | Callable[[], keras.KerasTensor]] = {}
        for spec in signature.inputs:
            self.tensors[spec.name] = self._form(spec)
            if spec.kind == "images":
                self.tensors[f"{spec.name}_share"] = cache(partial(_share, self.rows[spec.name]))
            if spec.kind == "text":
                self.tensors[f"{spec.name}_codes"] = self.rows[spec.name]
        if "categories" in self.given:
            self.tensors["category_numbers"] = cache(self._embedded)
        self.tensors["inputs"] = cache(self._start)
        for group in signature.groups:
            self.tensors[group.name] = cache(partial(self._group, group))
        if "series" in self.given and signature.targets[0].form == "steps":
            self._add_parts_of_series()

    def _form(self, spec: InputSpec) -> keras.KerasTensor | Callable[[], keras.KerasTensor]:
        given = self.rows[spec.name]
        made = {
            "members": lambda: _averaged(spec, given)[0],
            "sized": lambda: keras.layers.Concatenate(name=layer_name(spec.name, "mean_and_size"))(
                _averaged(spec, given)
            ),
            "steps": lambda: _vectors(spec, given),
            "image": lambda: keras.layers.Rescaling(1 / 255, name=layer_name(spec.name, "scaled"))(given),
            "images": lambda: keras.ops.cast(given[..., :-1], keras.config.floatx()) / 255.0,
            "audio": lambda: keras.layers.Rescaling(1 / 32768, name=layer_name(spec.name, "scaled"))(given),
            "text": lambda: _words(spec)(given),
        }
        return cache(made[spec.kind]) if spec.kind in made else given

    def _add_parts_of_series(self) -> None:
        horizon, columns = self._signature.targets[0].shape
        series = self.given["series"]
        self.tensors["history"] = cache(lambda: series[:, :, :columns] - series[:, -1:, :columns])
        self.tensors["last"] = cache(lambda: keras.ops.repeat(series[:, -1:, :columns], horizon, axis=1))
        if series.shape[2] > columns:
            self.tensors["covariates"] = cache(lambda: series[:, :, columns:])

    def _start(self) -> keras.KerasTensor:
        specs = self._signature.inputs
        if columns := [spec for spec in specs if spec.joins_columns]:
            return self._joined(columns)
        [first, *rest] = [spec for spec in specs if spec.kind != "known"]
        if rest:
            names = ", ".join(spec.name for spec in specs)
            raise SpecError([Fault(f"the data has several inputs: {names}", f"say which: from: {first.name}")])
        if first.kind == "series" and "history" in self.tensors:
            parts = [self.tensors[name]() for name in ("history", "covariates") if name in self.tensors]
            return parts[0] if len(parts) == 1 else keras.layers.Concatenate(name="series_relative")(parts)
        tensor = self.tensors[first.name]
        return tensor() if callable(tensor) else tensor

    def _joined(self, specs: list[InputSpec]) -> keras.KerasTensor:
        found = [self.tensors["category_numbers" if spec.name == "categories" else spec.name] for spec in specs]
        parts = [one() if callable(one) else one for one in found]
        return parts[0] if len(parts) == 1 else keras.layers.Concatenate(name="inputs")(parts)

    def _group(self, group: InputGroup) -> keras.KerasTensor:
        """Some columns as one vector; the only one that there is as it is."""
        specs, parts = {spec.name: spec for spec in self.specs}, list[keras.KerasTensor]()
        if group.numbers:
            parts.append(_some(self.rows["numbers"], group.numbers))
        if group.categories:
            spec = specs["categories"]
            width = spec.embedded
            vectors = self.tensors["category_numbers"]
            places = [place * width + i for place in group.categories for i in range(width)]
            parts.append(_some(vectors() if callable(vectors) else vectors, places))
        for name in group.own:
            tensor = self.tensors[name]
            parts.append(tensor() if callable(tensor) else tensor)
            if not specs[name].joins_columns and len(group.own) + bool(group.numbers) + bool(group.categories) > 1:
                rule = f"the input {group.name!r} holds {name!r}, a {specs[name].kind}, beside other columns"
                raise SpecError([Fault(rule, f"take it by itself: from: {name}, and merge what is made of it")])
        return parts[0] if len(parts) == 1 else keras.layers.Concatenate(name=layer_name(group.name, "inputs"))(parts)

    def _embedded(self) -> keras.KerasTensor:
        spec = next(spec for spec in self._signature.inputs if spec.name == "categories")
        x = keras.layers.Embedding(
            spec.levels,
            spec.embedded,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1),
            name="category_embedding",
        )(self.rows[spec.name])
        return keras.layers.Flatten(name="category_numbers")(x)

    def knots(self, taken: Tensors) -> list[list[float]] | None:
        """The knots of each column of an input, where what a layer takes is one that has some."""
        spec = next((spec for spec in self._signature.inputs if self.rows[spec.name] is taken), None)
        if spec is None or spec.knots is None:
            return None
        size, by_place = spec.knots.size, dict(zip(spec.knots.places, spec.knots.values, strict=True))
        own = [list(by_place.get(i, ())) for i in range(spec.shape[0])]
        return [[*some, *some[-1:] * (size - len(some))] for some in own]


def _some(tensor: keras.KerasTensor, places: Sequence[int]) -> keras.KerasTensor:
    """Some numbers of each row. Shapes: (rows, n) -> (rows, len(places))."""
    whole = list(places) == list(range(tensor.shape[-1]))
    return tensor if whole else keras.ops.take(tensor, list(places), axis=-1)


def _averaged(spec: InputSpec, codes: keras.KerasTensor) -> list[keras.KerasTensor]:
    """The mean of the vectors of the codes of each row, but for the code 0, and the logarithm of how many there are.

    With their number, what is a sum over members can be told from what is a mean.
    Shapes: (rows, places) -> (rows, width), (rows, 1).
    """
    vectors = _vectors(spec, codes)
    there = keras.ops.cast(keras.ops.expand_dims(keras.ops.greater(codes, 0), -1), vectors.dtype)
    total, count = keras.ops.sum(vectors * there, axis=1), keras.ops.maximum(keras.ops.sum(there, axis=1), 1.0)
    return [total / count, keras.ops.log(count)]


def _vectors(spec: InputSpec, codes: keras.KerasTensor) -> keras.KerasTensor:
    """Shapes: (rows, places) -> (rows, places, width)."""
    return keras.layers.Embedding(
        spec.levels,
        embedding_width(spec.levels, 1),
        embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1),
        name=layer_name(spec.name, spec.kind),
    )(codes)


def _share(images: keras.KerasTensor) -> keras.KerasTensor:
    """What each of several images counts in their mean: all alike, 0 where there is none.

    Shapes: (rows, images, height, width, channels), of which the last says whether there is one -> (rows, images, 1).
    """
    there = keras.ops.cast(images[:, :, 0, 0, -1:] > 0, keras.config.floatx())
    return there / keras.ops.maximum(keras.ops.sum(there, axis=1, keepdims=True), 1.0)


class GivenVectors(keras.initializers.Initializer):  # type: ignore[misc]
    """Weights begin as they are given; 0 where a saved network's are about to take their place."""

    def __init__(self, values: np.ndarray | None) -> None:
        self._values = values

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
        """The values as a tensor. Shapes: -> shape."""
        return keras.ops.cast(np.zeros(shape) if self._values is None else self._values, dtype)

    def get_config(self) -> dict[str, Any]:
        """Nothing: the values are weights."""
        return {}


def _words(spec: InputSpec) -> keras.layers.Layer:
    """What makes a vector of each code of a text."""
    name = layer_name(spec.name, "words")
    if spec.vectors is None:
        return keras.layers.Embedding(spec.levels, WORD_WIDTH, name=name)
    start = GivenVectors(spec.vectors.values)
    own = {"embeddings_initializer": start, "trainable": spec.vectors.trained}
    return keras.layers.Embedding(spec.levels, spec.vectors.width, name=name, **own)


def layer_name(column: str, what: str) -> str:
    """The name of a layer that is made for a column.

    >>> layer_name("front/side view", "scaled")
    'front_side view_scaled'
    """
    return f"{column.replace('/', '_')}_{what}"
