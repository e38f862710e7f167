"""A callback: the epochs of a training, as a file."""

from __future__ import annotations

from pathlib import Path

import keras

import protokit


@protokit.callback
class Tally(keras.callbacks.Callback):
    """The validation losses of all epochs, in a file at the end of the training."""

    def __init__(self, file: str = "tally.txt") -> None:
        super().__init__()
        self.file = file
        self.losses: list[float] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.losses.append((logs or {})["val_loss"])

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        (Path(self.params["folder"]) / self.file).write_text("".join(f"{loss!r}\n" for loss in self.losses))
