"""A Keras model of what a model learned, which lives its own life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import ValidationError

from protokit.bundle.part import Part
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.grammar.faults import faults_of
from protokit.learn.compiling import compile_network
from protokit.learn.snapshot import assign
from protokit.learn.words import Learn
from protokit.menu.menu import Menu
from protokit.menu.network.build import build

COMPILED = ("optimizer", "loss", "loss_weights", "label_smoothing", "metrics")


def compiled_words(learn: Learn) -> dict[str, object]:
    """What a network is compiled with, of how it is trained, as JSON values: of several stages that of the last."""
    plain = learn.in_stages[-1].as_plain()
    return {name: plain[name] for name in COMPILED if name in plain}


def learn_of(words: Mapping[str, object], signature: Signature) -> Learn:
    """How a network is trained, of `compiled_words`. The learning rate stays where the schedule started.

    Raises:
        SpecError: a part of one's own, such as a loss, is not registered here.
    """
    given = {**words, "schedule": "constant"}
    try:
        return Learn.model_validate(given, context={"targets": tuple(target.name for target in signature.targets)})
    except ValidationError as error:
        raise SpecError(faults_of(error, Learn, given)) from None


def copied(
    menu: Menu, part: Part, precision: str, words: Mapping[str, object] | None, network: int | None
) -> keras.Model:
    """A new Keras model with the weights of one network of a part; of None the mean of what all of them give.

    Raises:
        SpecError: a loss of one's own is not registered here.
    """
    signature, count = part.encoder.signature, len(part.weights)
    learn = None if words is None else learn_of(words, signature)
    chosen = range(count) if network is None else [network]
    each = []
    for i in chosen:
        one = build(menu, signature, precision=precision, folder=None, seed_tensorflow=False)
        assign(one.weights, part.weights[i])
        each.append(one)
    found = each[0] if len(each) == 1 else _mean(each)
    if learn is not None:
        compile_network(found, learn, signature)
    return found


def _mean(networks: list[keras.Model]) -> keras.Model:
    """One model of several with the same inputs, which gives the mean of their outputs."""
    first = networks[0]
    given = {name: keras.Input(one.shape[1:], dtype=one.dtype, name=one.name) for name, one in first.input.items()}
    said = []
    for i, network in enumerate(networks):
        own = keras.Model(network.input, network.output, name=f"network_{i}")
        said.append(own(given))
    if isinstance(said[0], Mapping):
        outputs = cast(list[dict[str, keras.KerasTensor]], said)
        mean = {name: keras.layers.Average(name=f"mean_{name}")([one[name] for one in outputs]) for name in outputs[0]}
    else:
        mean = keras.layers.Average(name="mean")(said)
    return keras.Model(given, mean, name="networks")
