"""Curves for TensorBoard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.learn.hooks.callback import CALLBACKS, CallbackPart

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


def TensorBoard(
    log_dir: str = "logs",
    histogram_freq: int = 0,
    write_graph: bool = True,
    write_images: bool = False,
    write_steps_per_second: bool = False,
    embeddings_freq: int = 0,
) -> keras.callbacks.Callback:
    """Keras's TensorBoard, by epoch: the history as curves, the scores of the test rows, and the recipe as a text."""
    from protokit.learn.hooks.work.tensor_board import RunTensorBoard

    return RunTensorBoard(
        log_dir=log_dir,
        histogram_freq=histogram_freq,
        write_graph=write_graph,
        write_images=write_images,
        write_steps_per_second=write_steps_per_second,
        embeddings_freq=embeddings_freq,
    )


CALLBACKS.add(
    CallbackPart(
        TensorBoard,
        "TensorBoard",
        example={"TensorBoard": {"log_dir": "logs"}},
        extra=("tensorboard", "tensorboard"),
        paths=("log_dir",),
        types={
            "histogram_freq": "integer", "write_graph": "boolean", "write_images": "boolean",
            "write_steps_per_second": "boolean", "embeddings_freq": "integer",
        },
    )
)  # fmt: skip
