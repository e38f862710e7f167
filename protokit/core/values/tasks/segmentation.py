"""A class for each pixel of an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Segmentation(Task):
    """A class for each pixel of an image: a mask.

    Truth: the place of the class of each pixel (rows, height, width). Scores: probabilities (rows, height, width,
    classes) in single precision. In files of predictions a mask is the bytes of its array, row by row.
    """

    name = "segmentation"
    about = "A class for each pixel of an image: a mask."
    rank = 55
    form = "mask"
    coding = "masks"
    coded = True
    head = "pixels"
    activation = "softmax"
    takes_members = False
    loss = "pixel_cross_entropy"
    losses = ("dice",)
    in_training = ()
    metrics = ("mean_iou", "mean_dice", "pixel_accuracy")
    importance = "pixel_accuracy"

    def accepts(self, loss: str) -> bool:
        """See Task: none but its own."""
        return False

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (*target.size, len(target.classes))

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See Task: the place of the likeliest class of each pixel. Shapes: (rows, height, width)."""
        likeliest: np.ndarray = scores.argmax(axis=-1)
        return likeliest

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return {target.name: _packed(truth, "u1")}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task: the probabilities of each class."""
        return {f"{target.name} = {one}": _packed(scores[..., i], "<f4") for i, one in enumerate(target.classes)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        return _unpacked(reader.take(), "u1", target.size)

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        import numpy as np

        return np.stack([_unpacked(reader.take(), "<f4", target.size) for _ in target.classes], axis=-1), None

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> Mapping[str, np.ndarray | pd.Series]:
        """See Task: a mask in each cell, an array of the classes as they are in the data."""
        import numpy as np

        whole = all(isinstance(one, int) for one in target.classes)
        values = np.array(target.classes, np.uint16 if whole else object)
        if whole and values.max(initial=0) < 256:
            values = values.astype(np.uint8)
        found = np.empty(len(scores), object)
        for row, places in enumerate(self.labels(target, scores, None)):
            found[row] = values[places]
        return {target.name: found}


TASKS.add(Segmentation())


def _packed(masks: np.ndarray, kind: str) -> np.ndarray:
    """The bytes of each array, as one cell. Shapes: (rows, height, width) -> (rows,)."""
    import numpy as np

    found = np.empty(len(masks), object)
    found[:] = [np.ascontiguousarray(mask, kind).tobytes() for mask in masks]
    return found


def _unpacked(cells: np.ndarray, kind: str, size: tuple[int, ...]) -> np.ndarray:
    """Shapes: (rows,) -> (rows, height, width)."""
    import numpy as np

    found = [np.frombuffer(bytes(cell), kind).reshape(size) for cell in cells]
    return np.stack(found) if found else np.zeros((0, *size), kind)
