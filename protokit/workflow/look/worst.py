"""The test rows that were missed by the most, as a table of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from protokit.core.names import counted, number
from protokit.core.values.arrays import Predictions
from protokit.core.values.forms.given_back import errors, spans
from protokit.core.values.signature import Form
from protokit.evaluate.scoring.masks import of_each_image
from protokit.show.blocks import Block, Grid
from protokit.workflow.look.plot import Predicted

MOST = 10
MOST_COLUMNS = 8

Found = tuple[str, tuple[str, ...], Iterator[tuple[int, tuple[str, ...]]]]


def worst(p: Predictions, predicted: Predicted) -> tuple[Block, ...]:
    """The test rows that were missed by the most; nothing for a target of which there is no such table."""
    of = _OF_FORM.get(p.target.form)
    if of is None:
        return ()
    title, header, found = of(p)
    rows = tuple((predicted.rows.shown(i), *cells) for i, cells in found)
    told = "Rows are counted from 1 in what the first table was read from."
    return (Grid(title, ("row", *header), rows, told),) if rows else ()


def cut(text: str, most: int = 60) -> str:
    """A text as a cell of a table takes it."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _of_classes(p: Predictions) -> Found:
    given = p.scores[np.arange(len(p.truth)), p.labels]
    wrong = np.flatnonzero(p.labels != p.truth)
    order = wrong[np.argsort(-given[wrong], kind="stable")][:MOST]
    classes = [cut(str(one)) for one in p.target.classes]
    errors = "the one error" if len(wrong) == 1 else f"the surest of {len(wrong):,} errors"
    rows = ((int(i), (classes[p.truth[i]], classes[p.labels[i]], number(float(given[i])))) for i in order)
    header = (f"true {p.target.name}", "predicted", "probability")
    return f"{errors} on {counted(len(p.truth), 'test row')}", header, rows


def _of_numbers(p: Predictions) -> Found:
    missed = p.truth - p.labels
    order = np.argsort(-np.abs(missed), kind="stable")[:MOST]
    rows = ((int(i), _pair(p.truth[i], p.labels[i])) for i in order)
    return "the largest errors on the test rows", (f"true {p.target.name}", "predicted", "error"), rows


def _of_parts(p: Predictions) -> Found:
    """Errors in standard deviations of each part, so that no unit counts more."""
    missed = p.truth - p.scores
    spread = p.truth.std(axis=0)
    far = np.abs(missed) / np.where(spread > 0, spread, np.inf)
    order = np.argsort(-(far**2).mean(axis=1), kind="stable")[:MOST]
    header = ("farthest off", "true", "predicted", "error", "root mean square of all parts")
    rows = (
        (
            int(i),
            (
                cut(p.target.columns[part]),
                *_pair(p.truth[i, part], p.scores[i, part]),
                number(float(np.sqrt((far[i] ** 2).mean()))),
            ),
        )
        for i, part in ((i, int(far[i].argmax())) for i in order)
    )
    return "the largest errors on the test rows, in standard deviations of each part", header, rows


def _of_draws(p: Predictions) -> Found:
    """Rows that were drawn, beside the real ones that they were drawn for."""
    shown = range(min(MOST_COLUMNS, p.truth.shape[1]))
    header = tuple(cut(p.target.columns[i], 20) for i in shown)
    rows = (
        (row, tuple(f"{number(float(p.scores[row, i]))} ({number(float(p.truth[row, i]))})" for i in shown))
        for row in range(min(MOST, len(p.truth)))
    )
    return (
        "rows that were drawn, each for what the other columns of a test row say (in brackets what that has)",
        header,
        rows,
    )


def _of_times(p: Predictions) -> Found:
    """How surely it was said that it had come, or not, by the time at which it is known."""
    time, seen = p.truth[:, 0], p.truth[:, 1] == 1
    ends = np.array([0.0, *p.target.times])
    curves = np.concatenate([np.ones((len(time), 1)), p.scores], axis=1)
    later = np.array([np.interp(at, ends, curve) for at, curve in zip(time, curves, strict=True)])
    order = np.argsort(-np.where(seen, later, 1 - later), kind="stable")[:MOST]
    name, event = p.target.columns
    header = (f"true {name}", event, "predicted", "probability of later than that")
    rows = (
        (
            int(i),
            (
                number(float(time[i])),
                "seen" if seen[i] else "not yet",
                number(float(p.labels[i])),
                number(float(later[i])),
            ),
        )
        for i in order
    )
    return "the most surprising test rows", header, rows


def _of_steps(p: Predictions) -> Found:
    known = p.truth >= 0
    wrong = (known & (p.truth != p.labels)).sum(axis=1)
    share = wrong / np.maximum(known.sum(axis=1), 1)
    order = [i for i in np.argsort(-share, kind="stable")[:MOST] if wrong[i]]
    rows = ((int(i), (f"{known[i].sum():,}", f"{wrong[i]:,}", f"{share[i]:.1%}")) for i in order)
    return "the sequences with the largest share of wrong steps", ("steps", "wrong", "share"), rows


def _of_masks(p: Predictions) -> Found:
    each = of_each_image(p)
    wrong = (p.truth != p.labels).reshape(len(p.truth), -1).mean(axis=1)
    order = [i for i in np.argsort(each, kind="stable")[:MOST] if wrong[i]]
    rows = ((int(i), (number(float(each[i])), f"{wrong[i]:.1%}")) for i in order)
    return "the masks that overlap least with what was said", ("intersection over union", "wrong pixels"), rows


def _of_inputs(p: Predictions) -> Found:
    """Rows that are least like the training rows, and the column that is farthest off."""
    each = errors(p.target.parts, p.truth, p.scores)
    order = np.argsort(-each, kind="stable")[:MOST]
    by_column = np.stack([_alone(p, i) for i in range(len(p.target.parts))], axis=1)
    rows = ((int(i), (number(float(each[i])), cut(p.target.parts[int(by_column[i].argmax())].name))) for i in order)
    return "the test rows with the largest errors", ("reconstruction error", "farthest off"), rows


def _alone(p: Predictions, place: int) -> np.ndarray:
    """The error of one column. Shapes: (rows,)."""
    parts = p.target.parts
    cells, units = (spans(parts, units=one)[place] for one in (False, True))
    return errors(parts[place : place + 1], p.truth[:, cells], p.scores[:, units])


def _pair(true: float, said: float) -> tuple[str, str, str]:
    return number(float(true)), number(float(said)), number(float(true - said), sign=True)


_OF_FORM: Mapping[Form, Callable[[Predictions], Found]] = {
    "classes": _of_classes,
    "number": _of_numbers,
    "quantiles": _of_numbers,
    "vector": _of_parts,
    "drawn": _of_draws,
    "survival": _of_times,
    "tags": _of_steps,
    "mask": _of_masks,
    "inputs": _of_inputs,
}
