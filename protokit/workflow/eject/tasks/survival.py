"""Scripts that predict how long it takes until an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protokit.core.places import Fault
from protokit.core.values.signature import TargetSpec
from protokit.workflow.eject.code import call, literal, titled
from protokit.workflow.eject.script import INSTEAD
from protokit.workflow.eject.tasks.form import Encoded, Form, Scored

if TYPE_CHECKING:
    from protokit.recipe.recipe import Recipe
    from protokit.represent.encoder import Encoder

_METRICS = ("concordance", "integrated_brier_score")


class SurvivalForm(Form):
    """See Form."""

    def refused(self, recipe: Recipe) -> Iterator[Fault]:
        """See Form."""
        if recipe.learn.loss == "cox":
            yield Fault("the loss cox has no script", INSTEAD, ("learn", "loss"))
        if recipe.represent.split.folds is not None:
            rule = "folds of times until an event have no script: each fold has other intervals"
            yield Fault(rule, INSTEAD, ("represent", "split", "folds"))

    def truth(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        time, event = map(literal, target.columns)
        return [call("times_and_events", [f"table[{time}]", f"table[{event}]"], before="truth = ")]

    def encoded(self, encoder: Encoder, target: TargetSpec) -> Encoded:
        """See Form."""
        lines = [
            "    ends = ends_of(truth[train])",
            "    events, there = in_intervals(truth, ends)",
            "    hazards = events[train].sum(0) / there[train].sum(0)  # those of all training rows",
            "    targets = np.concatenate([events, there * hazards], axis=1).astype(np.float32)",
        ]
        return Encoded(lines, {"ends": "ends", "hazards": "hazards"})

    def ended(self, target: TargetSpec, last: str) -> list[str]:
        """See Form."""
        plain = ['kernel_initializer="zeros"', 'dtype="float32"']
        always = ["1", "use_bias=False", 'name="output_always"', *plain]
        apart = [str(target.units), 'name="output_by_interval"', *plain]
        return [
            "# what holds at all times, and what each interval adds to it",
            call("keras.layers.Dense", always, before="always = ", after=f"({last})"),
            call("keras.layers.Dense", apart, before="by_interval = ", after=f"({last})"),
            'output = keras.layers.Add(name="output", dtype="float32")([always, by_interval])',
        ]

    def loss(self, recipe: Recipe, target: TargetSpec) -> str:
        """See Form."""
        return 'Likelihood(name="piecewise_exponential")'

    def meant(self, target: TargetSpec) -> tuple[str, str]:
        """See Form."""
        about = "the probability that the event is later than each interval."
        return about, 'later_than(output, rows["hazards"])'

    def scored(self, recipe: Recipe, target: TargetSpec, names: list[str]) -> Scored:
        """See Form."""
        columns = [f"{literal(name)}: truth[:, {i}]" for i, name in enumerate(target.columns)]
        title = titled(f"{target.name} > ", "{end:g}")
        columns.append(f"**{{{title}: said[:, i] for i, end in enumerate(ends)}}")
        scores = {name: f"{name}(truth, said, ends)" for name in names if name in _METRICS}
        return Scored(['ends = encoded[0]["ends"]'], columns, scores)
