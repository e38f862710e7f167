"""The initial weights of a network that was built before, for another seed: drawn again without building it."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import layers_in
from protokit.core.seeds import derive
from protokit.learn.snapshot import values

_LARGEST = 10**9  # of the seeds that Keras gives what is made without one
_SPARE = 64  # seeds that are given to what holds no variable


@dataclass(frozen=True)
class _Drawn:
    """A variable that the seed at a `place` in the stream of seeds makes, by an `initializer`, or that holds it."""

    place: int
    initializer: keras.initializers.Initializer | None
    shape: tuple[int, ...]
    dtype: str

    def value(self, seeds: list[int]) -> np.ndarray:
        seed = seeds[self.place]
        if self.initializer is None:
            return np.array([seed, 0], self.dtype)
        again = copy.copy(self.initializer)
        again.seed = seed
        return values(again(self.shape, dtype=self.dtype))


@dataclass(frozen=True)
class InitialWeights:
    """How each variable of a network came to be: as it is whatever the seed, or drawn."""

    parts: tuple[np.ndarray | _Drawn, ...]

    @classmethod
    def of(cls, network: keras.Model, seed: int) -> InitialWeights | None:
        """That of a network which `network_of` has just built with a seed.

        None where it is not known of each variable: of layers of other packages, for one. Keras seeds an initializer,
        and a layer that draws, from Python's own stream of numbers as they are made. So a variable is known where an
        initializer of its layer gives its very bits, and the seed of that is in the stream.
        """
        count = 4 * len(network.variables) + _SPARE
        seeds = _seeds(seed, count)
        places = {one: i for i, one in enumerate(seeds)}
        held: dict[int, list[keras.initializers.Initializer]] = {}
        plain: set[int] = set()  # variables of Keras's own layers
        for layer in layers_in(network):
            own = [one for one in vars(layer).values() if isinstance(one, keras.initializers.Initializer)]
            for variable in layer.variables:
                held.setdefault(id(variable), []).extend(own)
                # the innermost layer comes last
                (plain.add if type(layer).__module__.startswith("keras.") else plain.discard)(id(variable))
        found = []
        for variable in network.variables:
            part = _known(variable, held.get(id(variable), []), places)
            if part is None and id(variable) in plain and np.isin(values(variable), (0, 1)).all():
                part = values(variable)  # Keras draws no such numbers: they are the same for all seeds
            if part is None:
                return None
            found.append(part)
        made = cls(tuple(found))
        same = all(_equal(a, values(b)) for a, b in zip(made.values(seed), network.variables, strict=True))
        return made if same and len(places) == count else None

    def values(self, seed: int) -> tuple[np.ndarray, ...]:
        """The variables of the network that `network_of` would build with a seed."""
        places = [part.place for part in self.parts if isinstance(part, _Drawn)]
        seeds = _seeds(seed, max(places, default=-1) + 1)
        return tuple(part.value(seeds) if isinstance(part, _Drawn) else part for part in self.parts)


def _seeds(seed: int, count: int) -> list[int]:
    stream = random.Random(derive(seed, "weights"))
    return [stream.randint(1, _LARGEST) for _ in range(count)]


def _known(
    variable: keras.Variable, held: list[keras.initializers.Initializer], places: dict[int, int]
) -> np.ndarray | _Drawn | None:
    now, shape, dtype = values(variable), tuple(variable.shape), str(variable.dtype)
    if shape == (2,) and now.dtype.kind in "ui" and int(now[1]) == 0 and int(now[0]) in places:
        return _Drawn(places[int(now[0])], None, shape, dtype)
    for initializer in _in_order(held):
        seed = getattr(initializer, "seed", None)
        try:
            given = values(initializer(shape, dtype=dtype))
        except (ValueError, TypeError):  # it is another variable's, and not for such a shape
            continue
        if _equal(given, now):
            if seed is None:
                return now
            if not isinstance(seed, int):
                return None
            return _Drawn(places[seed], initializer, shape, dtype) if seed in places else now
    return None


def _in_order(held: list[keras.initializers.Initializer]) -> Iterator[keras.initializers.Initializer]:
    """Those of Keras and of the house: what others do with a seed is theirs."""
    return (one for one in held if type(one).__module__.startswith(("keras.", "protokit.")))


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()
