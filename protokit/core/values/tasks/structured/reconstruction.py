"""The inputs again: an autoencoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from protokit.core.values.forms.given_back import GivenBack, errors, spans
from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NOT_SEEN = "(not in training)"


class Reconstruction(Task):
    """The inputs again. Truth: cells (rows, cells), NaN where missing. Scores: (rows, units); see GivenBack."""

    name = "reconstruction"
    about = "The inputs again, of what a narrow layer keeps of them: an autoencoder."
    rank = 72
    form = "inputs"
    coding = "inputs"
    head = "inputs"
    takes_members = False
    loss = "reconstruction"
    in_training = ()
    metrics = ("reconstruction_error",)
    importance = "reconstruction_error"
    beside = ("reconstruction error",)

    @property
    def example(self) -> str:
        """See Task: the target says it."""
        return "represent: {target: inputs}"

    def accepts(self, loss: str) -> bool:
        """See Task: none of Keras knows which number is of which column."""
        return False

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (sum(part.units for part in target.parts),)

    def said_of_rows(self, target: TargetSpec, truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, ...]:
        """See Task: how far each row is from what is given back."""
        return (errors(target.parts, truth, scores),)

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task: numbers in their own units, levels as texts, None for a missing cell."""
        found: dict[str, np.ndarray] = {}
        for part, at in zip(target.parts, spans(target.parts, units=False), strict=True):
            cells = truth[:, at]
            found |= {part.name: _texts(part, cells[:, 0])} if part.levels else _numbered(part.name, part, cells)
        return found

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task: numbers in their own units, a probability of each level."""
        found: dict[str, np.ndarray] = {}
        for part, at in zip(target.parts, spans(target.parts, units=True), strict=True):
            if part.levels:
                found |= {f"{part.name} = {level}": scores[:, at.start + i] for i, level in enumerate(part.levels)}
            else:
                found |= _numbered(f"{part.name} given back", part, scores[:, at])
        return found

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        import numpy as np

        read = [
            _places(part, reader.take())[:, None] if part.levels else reader.stacked(part.cells).astype(np.float64)
            for part in target.parts
        ]
        return np.concatenate(read, axis=1)

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        return reader.stacked(sum(part.units for part in target.parts)), None

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> Mapping[str, np.ndarray | pd.Series]:
        """See Task: each column under its own name, the likeliest level, an array where it has several numbers."""
        import numpy as np

        found: dict[str, np.ndarray | pd.Series] = {}
        for part, at in zip(target.parts, spans(target.parts, units=True), strict=True):
            said = scores[:, at]
            if part.levels:
                found[part.name] = np.array(part.levels, object)[said.argmax(axis=1)]
            elif part.shape:
                cells = np.empty(len(said), object)
                cells[:] = list(said.reshape(len(said), *part.shape))
                found[part.name] = cells
            else:
                found[part.name] = said[:, 0]
        return found


def _numbered(name: str, part: GivenBack, cells: np.ndarray) -> dict[str, np.ndarray]:
    """A column for each number."""
    if not part.shape:
        return {name: cells[:, 0]}
    return {f"{name} {i + 1}": cells[:, i] for i in range(cells.shape[1])}


def _texts(part: GivenBack, places: np.ndarray) -> np.ndarray:
    import numpy as np

    # NaN, as of rows that are left out, is no level either
    return np.array([part.levels[int(one)] if one >= 0 else NOT_SEEN for one in places], object)


def _places(part: GivenBack, texts: np.ndarray) -> np.ndarray:
    import numpy as np

    known = {level: i for i, level in enumerate(part.levels)}
    return np.array([known.get(None if one != one else one, -1) for one in texts], np.float64)


TASKS.add(Reconstruction())
