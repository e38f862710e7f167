"""A few test rows explained, for the report: `evaluate: {explain: 5}`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from protokit.bundle.opened.columns import OF_ONE
from protokit.bundle.opened.integrated import integrated
from protokit.bundle.part import Part
from protokit.core.errors import SpecError
from protokit.core.names import as_text
from protokit.core.seeds import derive
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.represent.represented import Represented
from protokit.workflow.record.contents import PlainExplained

BACKGROUND = 200  # training rows, whose mean the rows are held against


def explained(
    part: Part, fold: Represented, predictions: Mapping[str, Predictions], rows: int, seed: int
) -> tuple[dict[str, list[PlainExplained]], tuple[Notice, ...]]:
    """By target: half of the rows are those missed by the most, the others are drawn; and why some are not explained.

    They are test rows of the first of several folds, by its networks, whose predictions come first.
    """
    if not rows:
        return {}, ()
    found: dict[str, list[PlainExplained]] = {}
    notices = []
    test, train = fold.split.test, fold.split.train
    generator = np.random.default_rng(derive(seed, "explained"))
    against = np.sort(generator.choice(train, min(len(train), BACKGROUND), replace=False))
    for name, p in predictions.items():
        try:
            missed = _missed(p, len(test))
            worst = np.argsort(-missed, kind="stable")[: rows // 2]
            others = np.setdiff1d(np.arange(len(test)), worst)
            drawn = generator.choice(others, min(len(others), rows - len(worst)), replace=False)
            chosen = np.concatenate([worst, np.sort(drawn)])
            frame, background = (fold.frame.iloc[some].reset_index(drop=True) for some in (test[chosen], against))
            of = p.labels[chosen] if p.target.form in OF_ONE else None
            why = integrated([part], frame, background, p.target, of)
        except Exception as error:  # whatever a layer of one's own raises: the run stays whole
            rule = error.faults[0].rule if isinstance(error, SpecError) else f"{type(error).__name__}: {error}"
            notices.append(Notice(f"no test row is explained: {rule}", (name,), "remove evaluate.explain"))
            continue
        found[name] = [
            {
                "row": int(row),
                "missed": i < len(worst),
                "truth": _shown(p, int(row)),
                "of": None if why.of is None else as_text(why.of.iloc[i]),
                "score": float(why.score.iloc[i]),
                "start": float(why.start.iloc[i]),
                "most": why.most(i),
            }
            for i, row in enumerate(chosen)
        ]
    return found, tuple(notices)


def _missed(p: Predictions, count: int) -> np.ndarray:
    """By how much the first rows were missed. Shapes: (count,).

    Raises:
        SpecError: what is predicted is no class and no number.
    """
    if p.target.has_classes:
        found: np.ndarray = -p.scores[np.arange(count), p.truth[:count]]
        return found
    if p.target.form == "number":
        away: np.ndarray = np.abs(p.truth[:count] - p.labels[:count])
        return away
    raise SpecError.one(f"what is explained is a class or a number, and the task is {p.target.task}", "")


def _shown(p: Predictions, row: int) -> str | float:
    return as_text(p.target.classes[p.truth[row]]) if p.target.has_classes else float(p.truth[row])
