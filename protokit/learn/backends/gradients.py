"""Gradients by hand, on each backend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from protokit.core.libraries.backend import BACKEND, keras, tf

Found = TypeVar("Found")


def gradients(
    compute: Callable[[], tuple[Any, Found]], variables: Sequence[keras.Variable]
) -> tuple[Found, list[np.ndarray | None]]:
    """What `compute` gives beside a number, and the slopes of the number in variables of Keras; None where it has none.

    No variable is changed. On jax what does not depend on a variable has a slope of zero.
    """
    if BACKEND == "tensorflow":
        with tf.GradientTape() as tape:
            total, found = compute()
        slopes = tape.gradient(total, [variable.value for variable in variables])
    elif BACKEND == "torch":
        import torch

        with torch.enable_grad():
            total, found = compute()
            wanted = [variable.value for variable in variables]
            if not (wanted and total.requires_grad):
                return found, [None for _ in variables]
            slopes = torch.autograd.grad(total, wanted, allow_unused=True)
    else:
        import jax

        def of_values(values: list[Any]) -> tuple[Any, Found]:
            with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
                return compute()

        values = [variable.value for variable in variables]
        (_, found), slopes = jax.value_and_grad(of_values, has_aux=True)(values)
    return found, [None if slope is None else _plain(slope) for slope in slopes]


def slopes_at(compute: Callable[[list[Any]], Any], at: Sequence[Any]) -> list[np.ndarray]:
    """The slopes of a number that is computed from tensors, in each of them; 0 where it does not depend on one.

    Shapes: those of the tensors.
    """
    at = list(at)
    if BACKEND == "tensorflow":
        with tf.GradientTape() as tape:
            tape.watch(at)
            total = compute(at)
        return [_plain(tf.convert_to_tensor(one)) for one in tape.gradient(total, at, unconnected_gradients="zero")]
    if BACKEND == "torch":
        import torch

        with torch.enable_grad():
            leaves = [one.detach().requires_grad_() for one in at]
            total = compute(leaves)
            if not total.requires_grad:
                return [np.zeros(tuple(one.shape), np.float32) for one in at]
            found = torch.autograd.grad(total, leaves, allow_unused=True)
        return [
            np.zeros(tuple(b.shape), np.float32) if a is None else _plain(a) for a, b in zip(found, at, strict=True)
        ]
    import jax

    return [_plain(one) for one in jax.grad(compute)(at)]


def _plain(tensor: Any) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(tensor))
