"""Texts as the places of their tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values.signature import TargetSpec, Task
from protokit.core.values.tasks.structured.translation import END, NOT_KNOWN, PAST_END, SO_FAR
from protokit.represent.encoders.cells import row_of
from protokit.represent.kinds.text import TextOptions
from protokit.represent.targets.coding import CODINGS, Asked, Coding, Learned

_LONGEST = 200  # tokens, where the recipe names no length
_PIECE = re.compile(r"\s*\S+")  # a word with the blanks before it: all together they are the text


class Tokens(Coding):
    """Characters, or words with the blanks before them: put together, they are the text as it was written."""

    name = "tokens"
    about = "Texts as the places of their characters, or of their words."

    def hold(self, series: pd.Series, task: Task, *, is_derived: bool) -> None:
        """See Coding: no text is empty."""
        empty = np.array([not as_text(cell).strip() for cell in series], bool)
        if empty.any():
            rule = f"{series.name!r}, row {row_of(series, int(empty.argmax()))}: the text that is to be said is empty"
            raise DataError(rule, cure="leave such rows out: collect: {clean: [{filter: ...}]}")

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding: the tokens, the commonest first, and how many a text has at most."""
        said = asked.options if isinstance(asked.options, TextOptions) else TextOptions()
        tokens = said.tokens or "characters"
        texts = [_split(tokens)(as_text(cell)) for cell in frame[names[0]]]
        often = Counter(token for text in texts for token in text)
        known = sorted(often, key=lambda token: (-often[token], token))[: said.vocabulary]
        longest = said.length or min(_LONGEST, max(map(len, texts)))
        return Learned(TargetSpec(names[0], asked.task, ("", *known), width=longest + 1), separator=tokens)

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding: places of tokens; see Translation. Shapes: (rows, tokens) int64."""
        spec = learned.spec
        place = {token: i for i, token in enumerate(spec.classes) if i != END}
        found = np.full((len(frame), spec.width), PAST_END, np.int64)
        for row, cell in enumerate(frame[spec.name]):
            read = _split(str(learned.separator))(as_text(cell))[: spec.width]
            found[row, : len(read)] = [place.get(token, NOT_KNOWN) for token in read]
            found[row, len(read) : len(read) + 1] = END
        return found

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding: below 0 where nothing is to be learned. Shapes: (rows, tokens)."""
        return truth.astype(np.int32)

    def taught(self, learned: Learned, truth: np.ndarray) -> Mapping[str, np.ndarray]:
        """See Coding: the tokens before each; see `before`."""
        return {SO_FAR: before(learned.spec, np.maximum(truth, END))}

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: places of tokens, or probabilities of each -> places, 0 from the end on."""
        places = (output.argmax(axis=-1) if output.ndim == 3 else output).astype(np.int64)
        ended = np.cumsum(places == END, axis=1) > 0
        return np.where(ended, END, places)


CODINGS.add(Tokens())


def before(spec: TargetSpec, places: np.ndarray) -> np.ndarray:
    """The token before each, and before the first what stands for the start. Shapes: (rows, tokens) int32."""
    start = np.full((len(places), 1), len(spec.classes))
    return np.concatenate([start, places[:, :-1]], axis=1).astype(np.int32)


def _split(tokens: str) -> Callable[[str], list[str]]:
    return list if tokens == "characters" else _PIECE.findall
