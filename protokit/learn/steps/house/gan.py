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

    Source: Goodfellow et al., Generative Adversarial Nets, 2014; Huang et al., The GAN is dead; long live the GAN! A
    Modern GAN Baseline, 2024.
    """

    name = "GAN"
    about = "The network draws rows that a discriminator, a menu of its own, learns to tell from real ones."
    example = "training_step: {GAN: {discriminator: [{Dense: {units: 64, activation: leaky_relu}}], penalty: 1}}"
    tasks = ("generation",)
    own_loss = True
    options: ClassVar[Mapping[str, Argument]] = {
        "discriminator": {"default": [{"Dense": {"units": 64, "activation": "leaky_relu"}}]},
        "penalty": {"default": 1.0, "type": "number"},
        "pace": {"default": 1.0, "type": "number"},
    }

    def faults(self, arguments: Mapping[str, Any]) -> list[Fault]:
        """See HouseStep."""
        found = faults_of_network(arguments, "discriminator")
        for key, least, cure in (
            ("penalty", 0.0, "write 1; where it is 0, training seldom converges"),
            ("pace", 1e-6, "write 1; the discriminator's learning rate is pace times the generator's"),
        ):
            value = arguments.get(key, 1.0)
            if isinstance(value, (int, float)) and not value >= least:
                rule = f"{key} of GAN is {'at least' if least == 0 else 'above'} 0, not {value!r}"
                found.append(Fault(rule, cure, (key,)))
        return found

    def kind(self) -> type[keras.Model]:
        """See HouseStep."""
        from protokit.learn.steps.adversarial import Adversarial

        return Adversarial


STEPS.add(GAN())
