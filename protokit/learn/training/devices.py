"""Several devices of this machine that train one network together: TensorFlow's MirroredStrategy.

Each has a copy of every variable. Of a batch each has an equal share of the rows, and the gradients are summed: so the
losses are those of one device, up to the order of the summation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from protokit.core.libraries.backend import BACKEND, keras, tf
from protokit.core.libraries.keras_inside import layers_in
from protokit.core.values.said import Notice
from protokit.core.values.signature import Signature
from protokit.learn.compiling import loss_of
from protokit.learn.words import Learn

_OF_A_BATCH = (
    "Dice",
    "Tversky",
    "StepLoss",
    "PartialLikelihood",
    "CategoricalGeneralizedCrossEntropy",
    "CTC",
    "Circle",
)
_BY_GRADIENT = ("clipnorm", "clipvalue", "global_clipnorm", "gradient_accumulation_steps")


def here() -> list[str]:
    """The devices that can train: the GPUs, or the logical processors where there is none."""
    return _of("GPU") or _of("CPU")


def _of(kind: str) -> list[str]:
    return [one.name for one in tf.config.list_logical_devices(kind)] if BACKEND == "tensorflow" else []


@contextmanager
def together(learn: Learn, signature: Signature) -> Iterator[None]:
    """What is built inside lies on all devices that the recipe asks for, where they can train it together."""
    count = learn.devices or 1
    if count == 1 or unfit(learn, signature):
        yield
        return
    with _strategy(tuple(here()[:count])).scope():
        yield


@cache
def _strategy(names: tuple[str, ...]) -> tf.distribute.Strategy:
    return tf.distribute.MirroredStrategy(list(names))


def mirrored(network: keras.Model) -> int:
    """On how many devices a network lies."""
    strategy = getattr(network, "_distribute_strategy", None)
    return 1 if strategy is None else int(strategy.num_replicas_in_sync)


@contextmanager
def scope(network: keras.Model) -> Iterator[None]:
    """What is made inside lies where the network does."""
    if mirrored(network) == 1:
        yield
        return
    with network.distribute_strategy.scope():
        yield


def synchronize(network: keras.Model) -> None:
    """Have layers that look at a whole batch look at the shares of all devices."""
    if mirrored(network) > 1:
        for layer in layers_in(network):
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True


def unfit(learn: Learn, signature: Signature) -> str:
    """Why several devices cannot train a network as the recipe says; empty where they can."""
    wanted, found = learn.devices or 1, len(here())
    if found < wanted:
        return f"there {'is one device' if found == 1 else f'are {found} devices'} here, and not {wanted}"
    if learn.precision == "mixed_float16":
        return "in mixed_float16 each would scale its own losses"
    for one in (learn, *learn.in_stages):
        arguments = next(iter(one.optimizer.values())) if isinstance(one.optimizer, dict) else None
        if isinstance(arguments, dict) and (word := next((w for w in _BY_GRADIENT if arguments.get(w)), None)):
            return f"{word} of the optimizer is of each device's gradients"
    for target in signature.targets:
        kind = type(loss := loss_of(learn, target)).__name__
        kind = type(getattr(loss, "inner", loss)).__name__ if kind not in _OF_A_BATCH else kind
        if kind in _OF_A_BATCH:
            return f"the loss {loss.name} of {target.name!r} is of a whole batch"
    return ""


def told(learn: Learn, signature: Signature) -> Notice | None:
    """What was decided of the devices, where there is something to say."""
    if learn.devices is None:
        gpus = len(_of("GPU"))
        if gpus < 2:
            return None
        cure = f"write learn: {{devices: {gpus}}} for all: without XLA, it pays where a step takes long"
        return Notice(f"one of {gpus} GPUs trains the network", (), cure)
    if learn.devices > 1 and (why := unfit(learn, signature)):
        return Notice(f"one device trains the network: {why}", (), "write devices: 1")
    return None
