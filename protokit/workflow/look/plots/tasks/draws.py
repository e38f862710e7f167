"""Rows that were drawn, beside real ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from protokit.evaluate.scoring.draws import by_column, once
from protokit.show.plots.style import label, number
from protokit.show.plots.tasks.draws import draws, images
from protokit.workflow.look.plot import PLOTS, Plot

_MOST = 9
_PIXEL = re.compile(r"(.*?)(\d+)[_x, ](\d+)")


@PLOTS.add
class Samples(Plot):
    """The numbers of each column, of real and of drawn rows."""

    name = "samples"
    about = "how the numbers of each column are spread, of the test rows and of rows that were drawn for them"
    tasks = ("generation",)
    section = "errors"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target that is drawn, the first one if none is given."""
        p = self.predictions(target)
        if (shape := pixels(p.target.columns)) is not None:
            return images(p.truth, p.scores, shape, theme=theme)
        far = by_column(p, once(p))[0]
        shown = np.arange(len(far)) if len(far) <= _MOST else np.sort(np.argsort(-far, kind="stable")[:_MOST])
        of = [
            (f"{label(p.target.columns[i], 16)}, apart {number(float(far[i]))}", p.truth[:, i], p.scores[:, i])
            for i in shown
        ]
        return draws(of, len(far) - len(shown), theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"How the numbers of each column of {target} are spread, real and drawn."


def pixels(columns: Sequence[str]) -> tuple[int, int] | None:
    """Height and width, where the columns are the pixels of an image in their order; None where they are not.

    >>> pixels(["p_0_0", "p_0_1", "p_1_0", "p_1_1"]), pixels(["a", "b"])
    ((2, 2), None)
    """
    found = [_PIXEL.fullmatch(name) for name in columns]
    if len(found) < 4 or not all(found) or len({one.group(1) for one in found if one}) > 1:
        return None
    places = [(int(one.group(2)), int(one.group(3))) for one in found if one]
    (top, left), (bottom, right) = places[0], places[-1]
    whole = [(i, j) for i in range(top, bottom + 1) for j in range(left, right + 1)]
    return (bottom - top + 1, right - left + 1) if places == whole else None
