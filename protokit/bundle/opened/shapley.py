"""Explanations by Shapley values, as SHAP finds them: of whatever a model predicts, on whatever Keras runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd

from protokit.bundle.opened.averaging import brought
from protokit.bundle.opened.columns import encoder_of, own_target, places_of
from protokit.bundle.opened.explanation import Explanation, explained
from protokit.bundle.part import Part
from protokit.core.errors import SpecError
from protokit.core.libraries.optional import optional
from protokit.core.names import counted
from protokit.core.seeds import derive
from protokit.core.values.said import Notice
from protokit.core.values.signature import TargetSpec

FORMS = ("classes", "labels", "number", "quantiles")
MOST_BACKGROUND = 100  # rows, as SHAP itself has it
MOST_EXACT = 8  # columns whose sets are all tried
_ORDERS = 10  # of the columns, each forth and back, where they are more
_ROWS = 500  # that are explained at a time: SHAP tells codes apart by a hundred thousandth of their size
_CELLS = 4_000_000  # numbers of inputs that a network is given at a time


def shapley(
    parts: Sequence[Part],
    frame: pd.DataFrame,
    background: pd.DataFrame,
    target: TargetSpec,
    of: np.ndarray | None,
    seed: int,
) -> Explanation:
    """What each column adds to what is predicted of each row, less what is of the background's rows on average.

    Columns that are not of a set are those of a row of the background. All networks are explained together, with all
    that is done to what they give. Of up to 8 columns all sets are tried, of more 10 orders and their reverses.

    Raises:
        MissingExtra: SHAP is not installed.
        SpecError: what is predicted is no class, label or number.
    """
    shap = optional("shap", "explain")
    if target.form not in FORMS:
        rule = f"what is explained is a class, a label or a number, and the task is {target.task}"
        raise SpecError.one(rule, "explain a model of classification or regression")
    columns = list(dict.fromkeys(name for part in parts for name in places_of(encoder_of(part))))
    notices = []
    if len(background) > MOST_BACKGROUND:
        generator = np.random.default_rng(derive(seed, "background"))
        chosen = np.sort(generator.choice(len(background), MOST_BACKGROUND, replace=False))
        rule = f"rows are held against {MOST_BACKGROUND} of {len(background):,} of the background, drawn by the seed"
        notices.append(Notice(rule, (), "give fewer, or another seed"))
        background = background.iloc[chosen]
    exact = len(columns) <= MOST_EXACT
    if not exact:
        rule = f"of {counted(len(columns), 'column')} {_ORDERS} orders and their reverses were tried, not all sets"
        notices.append(Notice(rule, (), "another seed tells how much that matters"))
    score, start = np.zeros(len(frame)), np.zeros(len(frame))
    values = np.zeros((len(frame), len(columns)))
    for first in range(0, len(frame), _ROWS):
        some = frame.iloc[first : first + _ROWS]
        games = [_Game(parts[0], part, columns, background, some, target) for part in parts]
        own = np.zeros(len(some), int) if of is None else of[first : first + _ROWS]
        for one in np.unique(own):
            rows = np.flatnonzero(own == one)
            at = first + rows
            for game in games:
                game.place = None if of is None else int(one)
                masker = shap.maskers.Independent(game.codes[: len(background)], max_samples=len(background))
                with _state_kept():
                    if exact:
                        explainer = shap.explainers.Exact(game, masker)
                    else:
                        explainer = shap.explainers.Permutation(game, masker, seed=derive(seed, "shap", first) % 2**32)
                    asked = game.codes[len(background) + rows]
                    most = {} if exact else {"max_evals": _ORDERS * (2 * len(columns) + 1)}
                    found = explainer(asked, silent=True, **most)
                values[at] += found.values / len(games)
                start[at] += found.base_values / len(games)
                score[at] += game(asked) / len(games)
    made = pd.DataFrame(values, frame.index, columns)
    encoder = encoder_of(parts[0])
    return explained(target, made, score, start, of, frame, encoder, "Shapley values", tuple(notices))


class _Game:
    """What a part predicts of rows whose columns are each of another row: of the background, or one explained.

    Shapes: `codes` (rows, columns): which cell of its column each row has, the background's rows first.
    """

    def __init__(
        self, first: Part, part: Part, columns: Sequence[str], against: pd.DataFrame, rows: pd.DataFrame,
        target: TargetSpec,
    ) -> None:  # fmt: skip
        encoder = encoder_of(part)
        known, self._features = encoder.encode(encoder.examples(against))
        asked, _ = encoder.encode(encoder.examples(rows))
        self._pool = {name: np.concatenate([known[name], asked[name]]) for name in known}
        self._first, self._part, self._target = first, part, target
        self.place: int | None = None
        places = places_of(encoder)
        self._places = [places.get(name, []) for name in columns]
        self._kept: list[np.ndarray] = []
        codes = []
        for own in self._places:
            count = len(against) + len(rows)
            cells = [np.zeros((count, 0))]
            cells += [np.asarray(one.of(self._pool[one.given])).reshape(count, -1) for one in own]
            _, kept, code = np.unique(np.concatenate(cells, axis=1), axis=0, return_index=True, return_inverse=True)
            self._kept.append(kept)
            codes.append(code.ravel())
        self.codes = np.stack(codes, axis=1).astype(np.float64)
        self._step = max(1, _CELLS // max(1, sum(int(np.prod(one.shape[1:])) for one in self._pool.values())))

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Shapes: (rows, columns) -> (rows,)."""
        codes = np.asarray(codes).astype(int)
        return np.concatenate([self._said(codes[i : i + self._step]) for i in range(0, max(1, len(codes)), self._step)])

    def _said(self, codes: np.ndarray) -> np.ndarray:
        inputs = {name: np.repeat(values[:1], len(codes), axis=0) for name, values in self._pool.items()}
        for own, kept, code in zip(self._places, self._kept, codes.T, strict=True):
            rows = kept[code]
            for one in own:
                one.put(inputs[one.given], one.of(self._pool[one.given])[rows])
        part, first = self._part, self._first
        scores = brought(first, part, part.scores(inputs, self._features))[self._target.name]
        if self.place is not None:
            return np.asarray(scores[:, self.place], np.float64)
        return np.asarray(own_target(encoder_of(first), self._target).labels(scores), np.float64)


@contextmanager
def _state_kept() -> Iterator[None]:
    """SHAP draws from NumPy's own generator: whoever draws after it finds that as it was."""
    state = np.random.get_state()
    try:
        yield
    finally:
        np.random.set_state(state)
