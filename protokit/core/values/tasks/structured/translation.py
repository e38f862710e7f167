"""A text, token by token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np

END, NOT_KNOWN, PAST_END = 0, -1, -2
SO_FAR = "so_far"  # the input of the network with the tokens before each
_NO_TEXT = "\ufffd"


class Translation(Task):
    """A text token by token, of at most `width` tokens, the end among them: the first of the classes, an empty one.

    Truth: places of tokens (rows, tokens), 0 the end, -1 for one that no training text has, -2 past the end. Scores:
    places of the tokens that are said (rows, tokens), 0 from the end on.
    """

    name = "translation"
    about = "A text, token by token: what another text, or a row, is to be put as."
    rank = 76
    form = "tokens"
    coding = "tokens"
    head = "decoder"
    takes_members = False
    activation = "softmax"
    loss = "step_crossentropy"
    in_training = ()
    metrics = ("exact_match", "token_accuracy")
    importance = "token_accuracy"

    def accepts(self, loss: str) -> bool:
        """See Task: none but its own, which knows where a text ends."""
        return False

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (target.width, len(target.classes))

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task: the text, and the place of each token."""
        return {target.name: _texts(target, truth), **_each(target.name, truth)}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task: the same."""
        name = f"{target.name} predicted"
        return {name: _texts(target, scores), **_each(name, scores)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        reader.skip(1)
        return reader.stacked(target.width)

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        reader.skip(1)
        return reader.stacked(target.width), None

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> dict[str, np.ndarray]:
        """See Task: the texts."""
        return {target.name: _texts(target, scores)}


TASKS.add(Translation())


def _each(name: str, places: np.ndarray) -> dict[str, np.ndarray]:
    return {f"{name}, token {i + 1}": places[:, i] for i in range(places.shape[1])}


def _texts(target: TargetSpec, places: np.ndarray) -> np.ndarray:
    """The tokens up to the end, one after the other."""
    import numpy as np

    def text(row: np.ndarray) -> str:
        stop = np.flatnonzero((row == END) | (row == PAST_END))
        kept = row[: stop[0]] if len(stop) else row
        return "".join(_NO_TEXT if place < 0 else str(target.classes[place]) for place in kept)

    return np.array([text(row) for row in places], object)
