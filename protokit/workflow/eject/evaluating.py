"""The last part of a script: the scores of the test rows, and their predictions as a table."""

from __future__ import annotations

from protokit.core.values.signature import TargetSpec
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.code import call, literal, titled
from protokit.workflow.eject.script import Section
from protokit.workflow.eject.tasks.forms import form_for
from protokit.workflow.eject.tasks.metrics import Names, metric_call

_TOLD = "The test rows of all folds together, which no network has learned from or was judged by."


def evaluating(
    recipe: Recipe, targets: tuple[TargetSpec, ...], names: list[str], place: str
) -> tuple[Section, list[str]]:
    """Code that scores what is predicted and writes it to `place`, and the metrics that it leaves out."""
    is_chosen = isinstance(recipe.evaluate.threshold, str)  # by a metric, for each fold
    lines = ['tested = np.concatenate([parts["test"] for parts in folds])']
    target, form = targets[0], form_for(targets)
    if form is not None:
        lines += form.gathered(recipe, target)
        found = form.scored(recipe, target, names)
        lines += found.lines
        return _section(lines, found.columns, found.metrics, names, place)
    lines += ["said = np.concatenate(predicted_by)", "truth = truth[tested]"]
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
    is_weighted = recipe.learn.sample_weights is not None
    if is_weighted:
        some = '[rows["weights"][parts["test"]] for rows, parts in zip(encoded, folds, strict=True)]'
        lines.append(call("np.concatenate", [some], before="weights = "))
    called = Names(weights="weights" if is_weighted else "")
    scores = {name: code for name in names if (code := metric_call(name, target, called))}
    return _section(lines, columns, scores, names, place)


def _section(
    lines: list[str], columns: list[str], scores: dict[str, str], names: list[str], place: str
) -> tuple[Section, list[str]]:
    for metric, code in scores.items():
        lines.append(f"print({literal(metric + ':')}, {code})")
    rows = [f"        {column}," for column in columns]
    lines += ["predictions = written(", "    {", *rows, "    },", f"    {literal(place)},", ")"]
    known = {score.partition(" of ")[0] for score in scores}  # of several targets each has its own
    return Section("6. How good it is", _TOLD, "\n".join(lines)), [one for one in names if one not in known]
