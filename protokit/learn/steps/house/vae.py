"""A variational autoencoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from protokit.core.places import Fault
from protokit.learn.steps.house_networks import faults_of_network
from protokit.learn.steps.step import STEPS, HouseStep
from protokit.menu.catalogue import Argument

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class VAE(HouseStep):
    """The recipe's network is the decoder; the encoder is there in training alone.

    Source: Kingma and Welling, Auto-Encoding Variational Bayes, 2014; Sohn et al., Learning Structured Output
    Representation using Deep Conditional Generative Models, 2015.
    """

    name = "VAE"
    about = "The network decodes what an encoder, a menu of its own, makes of each row; the encoder's codes are noise."
    example = "training_step: {VAE: {encoder: [{Dense: 32}], beta: 0.1}}"
    tasks = ("generation",)
    options: ClassVar[Mapping[str, Argument]] = {
        "encoder": {"default": [{"Dense": {"units": 64, "activation": "relu"}}]},
        "beta": {"default": 0.1, "type": "number"},
    }

    def faults(self, arguments: Mapping[str, Any]) -> list[Fault]:
        """See HouseStep."""
        found = faults_of_network(arguments, "encoder")
        beta = arguments.get("beta", 0.1)
        if isinstance(beta, (int, float)) and beta <= 0:
            cure = "write 0.1; where it is small, draws are sharper and fit what was drawn less"
            found.append(Fault(f"beta of VAE is above 0, not {beta!r}", cure, ("beta",)))
        return found

    def kind(self) -> type[keras.Model]:
        """See HouseStep."""
        from protokit.learn.steps.generative import Variational

        return Variational


STEPS.add(VAE())
