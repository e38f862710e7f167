"""A generative adversarial network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from protokit.core.places import Fault
from protokit.learn.steps.house_networks import faults_of_network
from protokit.learn.steps.step import STEPS, HouseStep
from protokit.menu.catalogue import Argument

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class GAN(HouseStep):
    """The recipe's network is the generator; the discriminator is there in training alone.

    Source: Goodfellow et al., Generative Adversarial Nets, 2014; Mirza and Osindero, Conditional Generative Adversarial
    Nets, 2014.
    """

    name = "GAN"
    about = "The network draws rows that a discriminator, a menu of its own, learns to tell from real ones."
    example = "training_step: {GAN: {discriminator: [{Dense: 32}, {Dropout: 0.3}]}}"
    tasks = ("generation",)
    own_loss = True
    options: ClassVar[Mapping[str, Argument]] = {
        "discriminator": {"default": [{"Dense": {"units": 64, "activation": "leaky_relu"}}]},
        "learning_rate": {"default": 0.001, "type": "number"},
    }

    def faults(self, arguments: Mapping[str, Any]) -> list[Fault]:
        """See HouseStep."""
        return faults_of_network(arguments, "discriminator")

    def kind(self) -> type[keras.Model]:
        """See HouseStep."""
        from protokit.learn.steps.generative import Adversarial

        return Adversarial


STEPS.add(GAN())
