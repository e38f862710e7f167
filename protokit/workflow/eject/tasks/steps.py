"""Scripts that forecast the next steps of series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protokit.core.places import Fault
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.declared import Declared
from protokit.evaluate.metrics.metric import METRICS
from protokit.workflow.eject.code import call, literal
from protokit.workflow.eject.script import INSTEAD
from protokit.workflow.eject.tasks.form import Encoded, Form, Scored

if TYPE_CHECKING:
    from protokit.recipe.recipe import Recipe
    from protokit.represent.encoder import Encoder

# metrics that scikit-learn has not, as code; the units that they take stand below `units`
_OWN = {
    "mase": "(np.abs(truth - said) / change).mean()",
    "scaled_mean_absolute_error": "(np.abs(truth - said) / spread).mean()",
    "scaled_mean_squared_error": "(((truth - said) / spread) ** 2).mean()",
    "smape": "symmetric_error(truth, said)",
}


class StepsForm(Form):
    """See Form."""

    def refused(self, recipe: Recipe) -> Iterator[Fault]:
        """See Form."""
        if recipe.learn.deal:
            yield Fault("dealt windows have no script", INSTEAD, ("learn", "deal"))

    def truth(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        return ["truth = stretches(numbers, origins, HORIZON)"]

    def encoded(self, encoder: Encoder, target: TargetSpec) -> Encoded:
        """See Form: windows are encoded by themselves."""
        raise NotImplementedError("protokit.workflow.eject.series.channels encodes windows")

    def loss(self, recipe: Recipe, target: TargetSpec) -> str:
        """See Form."""
        return ""

    def meant(self, target: TargetSpec) -> tuple[str, str]:
        """See Form."""
        return "", ""

    def each(self, recipe: Recipe) -> str:
        """See Form."""
        return 'in_units(predicted(network, rows, parts["test"]), rows["units"], parts["test"])'

    def scored(self, recipe: Recipe, target: TargetSpec, names: list[str]) -> Scored:
        """See Form."""
        series = recipe.represent.series
        assert series is not None, "there are no steps without"
        scores = {name: code for name in names if (code := _metric(name))}
        lines = []
        for unit in ("change", "spread"):
            if any(f" / {unit})" in code for code in scores.values()):
                some = f'[rows["units"]["{unit}"][parts["test"]] for rows, parts in zip(encoded, folds, strict=True)]'
                lines.append(call("np.concatenate", [some], before=f"{unit} = "))
        lines.append("forecast = table.iloc[(origins[tested][:, None] + np.arange(HORIZON)).ravel()]")
        told = [f"{literal(name)}: forecast[{literal(name)}].to_numpy()" for name in (*series.by, series.time)]
        columns = ["**{name: truth[:, :, i].ravel() for i, name in enumerate(FORECAST)}"]
        columns.append('**{f"{name} predicted": said[:, :, i].ravel() for i, name in enumerate(FORECAST)}')
        return Scored(lines, [*told, *columns], scores)


def _metric(name: str) -> str:
    """Code that gives a metric of forecasts; empty where there is none."""
    if name in _OWN:
        return _OWN[name]
    metric = METRICS[name]
    if not isinstance(metric, Declared) or metric.takes != "values" or not metric.function:
        return ""
    options = [f"{key}={literal(one)}" for key, one in metric.options.items()]
    return call(f"metrics.{metric.function}", ["truth.ravel()", "said.ravel()", *options])
