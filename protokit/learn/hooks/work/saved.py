"""A network as a file of Keras, in the middle of its training."""

from __future__ import annotations

from pathlib import Path

from protokit.core.files import write_with
from protokit.core.libraries.backend import keras
from protokit.learn.hooks.work.epoch_end import EpochEnd


def save_network(end: EpochEnd, name: str) -> None:
    """Write the network, with the weights that are judged, below the folder.

    Raises:
        DataError: the disk refused.
    """
    network = end.network
    plain = keras.Model(network.input, network.output, name=network.name)  # without what it is trained by
    with end.judged():
        write_with(end.folder / name, lambda temporary: _save(plain, temporary))


def _save(network: keras.Model, path: Path) -> None:
    whole = path.with_suffix(".keras")  # Keras goes by the end of the name
    network.save(whole)
    whole.replace(path)
