"""The last part of a script: the scores of the test rows, and their predictions as a table."""

from __future__ import annotations

from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.declared import Declared
from protokit.evaluate.metrics.metric import METRICS
from protokit.workflow.eject.code import call, literal
from protokit.workflow.eject.script import Section

_TOLD = "The test rows of all folds together, which no network has learned from or was judged by."


def evaluating(
    target: TargetSpec, names: list[str], place: str, *, is_chosen: bool = False
) -> tuple[Section, list[str]]:
    """Code that scores what is predicted and writes it to `place`, and the metrics that it leaves out.

    With `is_chosen` the threshold of each fold is one that a metric chose.
    """
    lines = [
        'tested = np.concatenate([parts["test"] for parts in folds])',
        "said = np.concatenate(predicted_by)",
        "truth = truth[tested]",
    ]
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
        each = f'f"{name} = {{one}}"' if '"' not in name and "{" not in name else f'{literal(name)} + f" = {{one}}"'
        if is_chosen and target.has_positive:
            columns.append(f"{literal(f'{name} threshold')}: thresholds")
        columns.append(f"**{{{each}: said[:, i] for i, one in enumerate(CLASSES)}}")
    scores = {name: code for name in names if (code := _metric(name, target))}
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
