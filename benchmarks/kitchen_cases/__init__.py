"""Twelve things of a researcher: each a recipe, or a few lines of Python beside one, and the same in plain Keras."""

from __future__ import annotations

from . import (
    autoencoder,
    gan,
    own_loss,
    own_metric,
    own_step,
    several_targets,
    transfer,
    translation,
    triplet,
    two_towers,
    vae,
    wide_and_deep,
)
from .case import Case

CASES: tuple[Case, ...] = (
    wide_and_deep.CASE,
    two_towers.CASE,
    autoencoder.CASE,
    vae.CASE,
    gan.CASE,
    triplet.CASE,
    several_targets.CASE,
    own_loss.CASE,
    own_metric.CASE,
    transfer.CASE,
    translation.CASE,
    own_step.CASE,
)
