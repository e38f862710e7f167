"""Whether the fused loop is compiled with XLA, and from which epoch on.

All but a trial follows from the recipe and the shapes alone, so that the same recipe gives the same bits.
The numbers behind it are in docs/performance.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from protokit.core.libraries.backend import keras, tf
from protokit.core.libraries.keras_inside import layers_in
from protokit.learn.plan import Plan
from protokit.learn.training.devices import mirrored

# On a processor XLA's code for these is up to 60 times slower than TensorFlow's own.
_SLOW_ON_PROCESSOR = (
    "Conv1D", "SeparableConv1D", "DepthwiseConv1D", "Conv1DTranspose",
    "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose", "SeparableConv2D", "DepthwiseConv2D",
    "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D",
)  # fmt: skip
# XLA has no deterministic gradient of them.
_NOT_IN_XLA = (
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D",
    "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D",
)  # fmt: skip
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN")
# How often a layer goes over the numbers that it gives, compared with an activation.
_PASSES = {"BatchNormalization": 3, "LayerNormalization": 3, "MultiHeadAttention": 8, "GroupedQueryAttention": 8}
# Measured: XLA gains on all of these. What is in none of the lists is tried.
_FAST = (
    "InputLayer", "Dense", "EinsumDense", "Embedding", "Identity", "Masking", "Rescaling", "Normalization",
    "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "ActivityRegularization",
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization",
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "GaussianNoise",
    "AlphaDropout", *_RECURRENT, "LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells", "Bidirectional",
    "TimeDistributed", "MultiHeadAttention", "GroupedQueryAttention", "Attention", "AdditiveAttention", "Add",
    "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract", "Reshape", "Flatten", "Permute",
    "RepeatVector", "Cropping1D", "ZeroPadding1D", "UpSampling1D", "GlobalAveragePooling1D",
    "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "AveragePooling1D",
    "PiecewiseLinearEmbedding", "Members", "MembersHead",
)  # fmt: skip
_TOO_LITTLE = "without XLA: compiling it would not pay on so little work"
_GAIN = 0.7  # of the plain loop's time that XLA saves on most of what it is fast at


@dataclass(frozen=True)
class Choice:
    """`xla_from` is the first epoch, from 0, in the loop compiled with XLA; None: never.

    With `trial`, XLA has to show itself faster first. `reason` is for the person.
    """

    xla_from: int | None
    trial: bool
    reason: str


def choose(network: keras.Model, plan: Plan, rows: int, *, trainings: int = 1) -> Choice:
    """The way to train a network on so many rows, `trainings` times over."""
    if (devices := mirrored(network)) > 1:
        return Choice(None, False, f"on {devices} devices, without XLA: it does not compile for several")
    on_gpu = bool(tf.config.list_physical_devices("GPU"))
    kinds = [_kind(layer) for layer in layers_in(network)]
    for slow, why in ((() if on_gpu else _SLOW_ON_PROCESSOR, "is slower with"), (_NOT_IN_XLA, "is not in")):
        if found := next((kind for kind in kinds if kind in slow), None):
            return Choice(None, False, f"without XLA: {found} {why} it")
    unsure = next((kind for kind in kinds if kind not in _FAST), None) if not on_gpu else None
    if unsure and not plan.timed:
        return Choice(None, False, f"without XLA: {unsure} is not known to gain, and no trial is made of it here")
    steps = plan.steps(rows)
    step, cost = plain_seconds(network, plan.batch_size), compile_seconds(network)
    worth = cost / _GAIN  # seconds of the plain loop after which XLA would have paid
    likely = plan.epochs if plan.patience is None else min(plan.epochs, 2 * plan.patience + 1)
    epoch = trainings * steps * step
    if rows < plan.batch_size or epoch * plan.epochs < worth:
        return Choice(None, False, _TOO_LITTLE)
    # where there is time, the first epoch is plain: its result is there before XLA has compiled
    first = 0 if steps * step >= cost else 1
    start = first if epoch * likely >= worth else max(first, int(worth / epoch) + 1)
    if start >= plan.epochs:
        return Choice(None, False, _TOO_LITTLE)
    when = "with XLA" if start < 2 else f"with XLA from epoch {start + 1} on"
    if unsure:
        return Choice(start, True, f"{when}, if a trial shows a gain: {unsure} is not known to gain")
    return Choice(start, False, when)


def plain_seconds(network: keras.Model, batch_size: int) -> float:
    """About how long one step takes in the plain loop on two cores; within a factor of three on what was measured."""
    seconds = 2e-4
    for layer in network.layers:
        kind, parameters = _kind(layer), layer.count_params() if layer.built else 0
        positions, numbers = _sizes(layer)
        seconds += 2e-5 + 1e-8 * parameters + 1e-8 * _PASSES.get(kind, 1) * batch_size * numbers
        if kind != "Embedding":
            seconds += 6 * batch_size * parameters * positions / 5e10
        if kind in _RECURRENT or kind == "Bidirectional":
            seconds += 3e-4 * positions
    return seconds


def compile_seconds(network: keras.Model) -> float:
    """About how long XLA takes to compile the training of a network on one core."""
    kinds = [_kind(layer) for layer in layers_in(network)]
    return 0.7 + 0.06 * len(kinds) + 0.5 * sum(kind in _RECURRENT for kind in kinds)


def _kind(layer: keras.Layer) -> str:
    """The layer's class, or what tells that it is neither Keras's nor of the house."""
    kind = type(layer)
    known = kind.__module__.startswith(("keras.", "protokit."))
    return kind.__name__ if known else f"the layer {kind.__name__}"


def _sizes(layer: keras.Layer) -> tuple[int, int]:
    """Places that a layer's weights are used at for one row (steps of a sequence, pixels), and numbers it gives."""
    try:
        ends = [tensor.shape for tensor in keras.tree.flatten(layer.output)]
        shapes = [*ends, *(tensor.shape for tensor in keras.tree.flatten(layer.input))]
    except (AttributeError, ValueError, RuntimeError):
        return 1, 1
    places = max((prod(n or 1 for n in shape[1:-1]) for shape in shapes), default=1)
    return places, sum(prod(n or 1 for n in shape[1:]) for shape in ends)
