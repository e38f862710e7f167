"""The fourth step: scores, verdicts, and what there is to say of each class, slice and probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import cast

import numpy as np

from protokit.bundle.part import Part
from protokit.core.names import number
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.core.values.scores import Score
from protokit.core.values.tables import Table
from protokit.evaluate import spread
from protokit.evaluate.baselines.baseline import BASELINES
from protokit.evaluate.calibration import reliability
from protokit.evaluate.estimators.predicting import takes_weights
from protokit.evaluate.metrics.metric import METRICS, Metric
from protokit.evaluate.per_class import per_class, per_quantile
from protokit.evaluate.pooling import pooled
from protokit.evaluate.scoring import masks
from protokit.evaluate.scoring.given_back import per_column
from protokit.evaluate.scoring.parts import per_part
from protokit.evaluate.scoring.tags import of_steps
from protokit.evaluate.slices import slices
from protokit.evaluate.verdict import Folds, Verdict, deciding, judge
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.represented import Represented
from protokit.workflow.record.contents import (
    Details,
    PlainCalibration,
    PlainClass,
    PlainColumn,
    PlainPart,
    PlainSlice,
    Threshold,
)
from protokit.workflow.record.results import Networks, Results
from protokit.workflow.run.baselines import Baselines, as_plain
from protokit.workflow.run.evaluation_plan import EvaluationPlan


def settled(plan: EvaluationPlan, networks: Networks, folds: Sequence[Represented]) -> Networks:
    """The networks with temperatures, thresholds and spreads: of each fold from its own validation rows."""
    choices, parts = plan.choices, []
    found: dict[str, list[tuple[float, float]]] = {}
    for i, (part, fold) in enumerate(zip(networks.parts, folds, strict=True)):
        encoder = part.encoder
        if not isinstance(encoder, Encoder):
            return networks
        specs = {target.name: choices.fixed(target) for target in encoder.signature.targets}
        if any(choices.needs_validation(spec) or spec.of_task.spreads for spec in specs.values()):
            for name, known in networks.on_validation(i, fold.validation).items():
                best = choices.settled(known)
                specs[name] = spread.told(best)
                if metric := choices.chosen_by(best.target):
                    found.setdefault(name, []).append((best.target.threshold, METRICS[metric](best)))
        parts.append(replace(part, encoder=encoder.settled(specs)))
    thresholds: dict[str, Threshold] = {}
    for name, pairs in found.items():
        value, score = (fmean(some) for some in zip(*pairs, strict=True))
        thresholds[name] = {"value": value, "metric": str(plan.choices.threshold), "validation": score}
    positive = {target.name: target.positive_class for target in folds[0].encoder.signature.targets}
    said = [_notice(name, positive[name], plain, len(folds)) for name, plain in thresholds.items()]
    rows = folds[0].train.rows
    for name in dict.fromkeys(name for names in plan.baselines.values() for name in names):
        most = None if name in plan.estimators else BASELINES[name].most_rows
        if most is not None and rows > most:
            rule = f"the baseline {name} looks among {most:,} of {rows:,} training rows, drawn at random"
            said.append(Notice(rule))
        if folds[0].train.weights is not None and not takes_weights(plan.estimators.get(name) or BASELINES[name]):
            rule = f"the baseline {name} takes no weights: it is fitted on all training rows alike"
            said.append(Notice(rule))
    said += plan.notices
    return replace(networks, parts=tuple(parts), notices=(*networks.notices, *said), thresholds=thresholds)


def evaluate(
    recipe: Recipe,
    collected: Table,
    folds: Sequence[Represented],
    networks: Networks,
    plan: EvaluationPlan,
    baselines: Baselines,
) -> Results:
    """Score the networks and the baselines over the test rows of all folds together, and of each for itself."""
    scores: list[Score] = []
    verdicts: list[Verdict] = []
    network: dict[str, Predictions] = {}
    baselined: dict[str, dict[str, Predictions]] = {}
    folded: list[dict[str, float]] = [{} for _ in folds]
    by_fold = [_tested(plan, part, fold) for part, fold in zip(networks.parts, folds, strict=True)]
    targets = folds[0].encoder.signature.targets
    for target in targets:
        name = target.name
        network[name] = pooled([fold[name] for fold in by_fold])
        # of clusters only the network's predictions know how many were found
        baselined[name] = baselines.of(network[name].target if target.form == "clusters" else target)
        models = {"": network[name], **baselined[name]}
        of_folds = _by_fold(models, METRICS[deciding(network[name], plan.metrics[name])[0]], folds)
        found, verdict = judge(network[name], baselined[name], plan.metrics[name], recipe.seed, of_folds)
        scores += found
        verdicts.append(verdict)
        for own, predictions in zip(folded, by_fold, strict=True):
            for metric in plan.metrics[name]:
                label = f"{name}.{metric}" if len(targets) > 1 else metric
                own[label] = METRICS[metric](predictions[name])
    best = {v.target: baselined[v.target][v.baseline] if v.baseline else None for v in verdicts}
    details: Details = {
        "intervals": {t.name: spread.held([fold[t.name] for fold in by_fold]) for t in targets if t.of_task.spreads},
        **_described(recipe, network, networks.parts, best),
        "slices": _slices(recipe, collected, folds, network, best, {v.target: v.metric for v in verdicts}),
        "thresholds": networks.thresholds,
        "estimators": as_plain(plan.estimators),
    }
    several = tuple(folded) if len(folds) > 1 else ()
    return Results(network, baselined, tuple(scores), tuple(verdicts), several, details)


def _by_fold(models: Mapping[str, Predictions], metric: Metric, folds: Sequence[Represented]) -> Folds | None:
    """The scores of each model in each fold; None where there is one split only."""
    if len(folds) == 1:
        return None
    ends = np.cumsum([fold.test.rows for fold in folds])
    parts = np.split(np.arange(ends[-1]), ends[:-1])
    scores = {name: [metric(predictions, rows) for rows in parts] for name, predictions in models.items()}
    return Folds(scores, fmean(fold.test.rows / fold.train.rows for fold in folds))


def _tested(plan: EvaluationPlan, part: Part, fold: Represented) -> dict[str, Predictions]:
    return {name: plan.choices.marked(p) for name, p in part.predictions(fold.test).items()}


def _described(
    recipe: Recipe,
    network: Mapping[str, Predictions],
    parts: Sequence[Part],
    best: Mapping[str, Predictions | None],
) -> Details:
    """What there is to say of each class, each quantile, each part of a vector, each column, and of probabilities."""
    classes: dict[str, list[PlainClass]] = {}
    quantiles: dict[str, list[dict[str, float]]] = {}
    calibration: dict[str, PlainCalibration] = {}
    of_parts: dict[str, list[PlainPart]] = {}
    of_columns: dict[str, list[PlainColumn]] = {}
    for name, p in network.items():
        if p.target.of_task.probabilities:
            classes[name] = cast(list[PlainClass], per_class(p))
        if p.target.form == "mask":
            classes[name] = cast(list[PlainClass], masks.per_class(p))
        if p.target.form == "quantiles":
            quantiles[name] = per_quantile(p)
        if p.target.form == "tags":
            classes[name] = cast(list[PlainClass], per_class(of_steps(p)))
        if p.target.form == "vector":
            of_parts[name] = cast(list[PlainPart], per_part(p))
        if p.target.form == "inputs":
            of_columns[name] = cast(list[PlainColumn], per_column(p, best[name]))
        if p.target.has_classes:
            known = [spec.temperature for part in parts for spec in part.encoder.signature.targets if spec.name == name]
            temperatures = [value for value in known if value is not None]
            temperature = fmean(temperatures) if temperatures else None
            calibration[name] = cast(PlainCalibration, {**reliability(p, recipe.seed), "temperature": temperature})
    found: Details = {"per_class": classes, "per_quantile": quantiles, "calibration": calibration}
    if of_columns:
        found["per_column"] = of_columns
    return {**found, "per_part": of_parts} if of_parts else found


def _slices(
    recipe: Recipe,
    collected: Table,
    folds: Sequence[Represented],
    network: Mapping[str, Predictions],
    best: Mapping[str, Predictions | None],
    metrics: Mapping[str, str],
) -> list[PlainSlice]:
    """The main metric on the test rows of each level of the columns that the recipe names."""
    if not recipe.evaluate.slices:
        return []

    train = np.unique(np.concatenate([fold.positions[fold.split.train] for fold in folds]))
    test = np.concatenate([fold.positions[fold.split.test] for fold in folds])
    return [
        cast(PlainSlice, plain)
        for name, p in network.items()
        for column in recipe.evaluate.slices
        for plain in slices(collected.frame[column], train, test, p, best[name], metrics[name], recipe.seed)
    ]


def _notice(name: str, positive: str | None, plain: Threshold, folds: int) -> Notice:
    where = "the validation rows" + (f" of its fold, on average over {folds} folds" if folds > 1 else "")
    best = f"best by {plain['metric']} on {where} ({number(plain['validation'])})"
    rule = f"{name!r} is called {positive!r} above a probability of {number(plain['value'])}, {best}"
    return Notice(rule, (name,), "or write evaluate: {threshold: 0.5}")
