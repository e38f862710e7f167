"""What a training writes for TensorBoard: Keras's callback by epoch, and at the end what came of the run."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from protokit.core.libraries.backend import keras, tf
from protokit.learn.hooks.work.run_end import RunEnd


class RunTensorBoard(keras.callbacks.TensorBoard):  # type: ignore[misc]
    """Each epoch is on the disk when it has ended: a run that is killed loses none, and goes on beside them."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(update_freq="epoch", profile_batch=0, **arguments)

    def set_model(self, model: keras.Model) -> None:
        """See keras.callbacks.TensorBoard. A network that no JSON can hold has no graph."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Model failed to serialize")
            super().set_model(model)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """See keras.callbacks.Callback."""
        super().on_epoch_end(epoch, dict(logs or {}))
        for writer in self._writers.values():
            writer.flush()

    def on_run_end(self, end: RunEnd) -> None:
        """The scores of the test rows, and the recipe."""
        writer = tf.summary.create_file_writer(str(Path(self.log_dir) / "test"))
        with writer.as_default(step=0):
            for name, value in end.scores.items():
                tf.summary.scalar(f"test_{name}", value)
            tf.summary.text("recipe", "".join(f"    {line}\n" for line in end.recipe.splitlines()))
        writer.close()
