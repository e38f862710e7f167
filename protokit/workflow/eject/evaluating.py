"""The last part of a script: the scores of the test rows, and their predictions as a table."""

from __future__ import annotations

from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.declared import Declared
from protokit.evaluate.metrics.metric import METRICS
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.code import call, literal, names_in, titled
from protokit.workflow.eject.script import Section
from protokit.workflow.eject.tasks.forms import FORMS

_TOLD = "The test rows of all folds together, which no network has learned from or was judged by."


def evaluating(recipe: Recipe, target: TargetSpec, names: list[str], place: str) -> tuple[Section, list[str]]:
    """Code that scores what is predicted and writes it to `place`, and the metrics that it leaves out."""
    is_chosen = isinstance(recipe.evaluate.threshold, str)  # by a metric, for each fold
    lines = [
        'tested = np.concatenate([parts["test"] for parts in folds])',
        "said = np.concatenate(predicted_by)",
    ]
    form = FORMS.get(target.form)
    if form is None or "truth" in names_in("\n".join(form.truth(recipe, target))):
        lines.append("truth = truth[tested]")
    if form is not None:
        found = form.scored(recipe, target, names)
        lines += found.lines
        return _section(lines, found.columns, found.metrics, names, place)
    name = target.name
    columns = [f"{literal(name)}: truth", f"{literal(f'{name} predicted')}: said"]
    if target.form == "quantiles":
        of_each = (f"{literal(f'{name} {q:g}')}: said[:, {i}]" for i, q in enumerate(target.quantiles))
        columns = [columns[0], *of_each]
    if target.has_classes:
        if target.has_positive:
            if is_chosen:
                lines.append("thresholds = np.concatenate(thresholds_by)")
            threshold = "thresholds" if is_chosen else repr(target.threshold)
            above = f"said[:, {target.positive}] > {threshold}"
            lines.append(f"called = ({above}).astype(int)" if target.positive else f"called = (~({above})).astype(int)")
        else:
            lines.append("called = said.argmax(axis=1)")
        columns = [f"{literal(name)}: np.array(CLASSES)[truth]"]
        columns.append(f"{literal(f'{name} predicted')}: np.array(CLASSES)[called]")
        if is_chosen and target.has_positive:
            columns.append(f"{literal(f'{name} threshold')}: thresholds")
        columns.append(f"**{{{titled(name + ' = ', '{one}')}: said[:, i] for i, one in enumerate(CLASSES)}}")
    scores = {name: code for name in names if (code := _metric(name, target))}
    return _section(lines, columns, scores, names, place)


def _section(
    lines: list[str], columns: list[str], scores: dict[str, str], names: list[str], place: str
) -> tuple[Section, list[str]]:
    for metric, code in scores.items():
        lines.append(f"print({literal(metric + ':')}, {code})")
    rows = [f"        {column}," for column in columns]
    lines += ["predictions = written(", "    {", *rows, "    },", f"    {literal(place)},", ")"]
    return Section("6. How good it is", _TOLD, "\n".join(lines)), [one for one in names if one not in scores]


def of_labels(name: str) -> str:
    """A call of scikit-learn that gives a metric of labels that are 0 or 1; empty where there is none."""
    metric = METRICS[name]
    if not isinstance(metric, Declared) or not metric.function or metric.takes != "labels":
        return ""
    options = [f"{key}={literal(one)}" for key, one in metric.options.items()]
    if metric.average:
        options += [f"average={literal(metric.average)}", "zero_division=0.0"]
    return call(f"metrics.{metric.function}", ["truth", "called", *options])


def _metric(name: str, target: TargetSpec) -> str:
    """A call of scikit-learn that gives a metric; empty where there is none."""
    metric = METRICS[name]
    if not isinstance(metric, Declared) or not metric.function or target.form == "quantiles":
        return ""
    function, options = f"metrics.{metric.function}", [f"{key}={literal(one)}" for key, one in metric.options.items()]
    if metric.takes == "values":
        return call(function, ["truth", "said", *options])
    if metric.takes == "labels":
        if metric.average:
            options += [f"average={literal(metric.average)}", "zero_division=0.0"]
            options.append(
                f"pos_label={target.positive}" if metric.average == "binary" else "labels=np.arange(len(CLASSES))"
            )
        return call(function, ["truth", "called", *options])
    options += [f"average={literal(metric.average)}"] if metric.average else []
    if metric.takes == "probabilities":
        return call(function, ["truth", "said", "labels=np.arange(len(CLASSES))", *options])
    if metric.takes == "score" and target.has_positive:
        return call(function, [f"truth == {target.positive}", f"said[:, {target.positive}]", *options])
    if metric.takes in ("score", "likeliest"):
        labels = [] if metric.function == "average_precision_score" else ["labels=np.arange(len(CLASSES))"]
        return call(function, ["truth", "said", *options, *labels])
    return ""
