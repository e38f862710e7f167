"""Takes the measure of a trained network for the doctor, and writes down what the doctor says."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from protokit.core.checkup import Checkup, Edit, Suspect, Symptom, TargetCheck
from protokit.core.files import finite, write_json
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import made_by
from protokit.core.memory import forget_pages
from protokit.core.values.arrays import Arrays
from protokit.core.values.said import Finding
from protokit.core.values.scores import Score
from protokit.core.values.signature import TargetSpec
from protokit.evaluate import skill_scores
from protokit.evaluate.doctor import of_task
from protokit.evaluate.doctor.doctor import diagnose, with_others
from protokit.evaluate.doctor.of_task import Said
from protokit.evaluate.verdict import Verdict
from protokit.learn.compiling import loss_name, loss_of
from protokit.learn.inspection.probe import Probe, probe
from protokit.learn.planning import of_each_class, weights_of
from protokit.learn.snapshot import values
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.cures.diagnoses import diagnoses
from protokit.workflow.ignored import hold_no_more_ignored
from protokit.workflow.record.contents import PlainCheckup, PlainSuspect
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.record.results import Networks, Results
from protokit.workflow.run.importance import importance
from protokit.workflow.run.networks import network_for, trained_rows

_FAR_MORE = 2.0  # times what the next column is relied on
_TOO_GOOD = {"leaks", "together", "origins", "identifiers"}  # of the audit: the columns that a leak would be of
_PERFECT = 0.98  # of a constant's error: what trees know without one column is asked then


def checkup(
    recipe: Recipe,
    networks: Networks,
    folds: Sequence[Represented],
    start: tuple[np.ndarray, ...],
    verdicts: Sequence[Verdict] = (),
    scores: Sequence[Score] = (),
) -> Checkup:
    """The measure of the first network; `start` are its initial weights. Of test rows the verdicts are all it has."""
    part, trained, fold = networks.parts[0], networks.trained[0][0], folds[0]
    progress, plan, learn = trained.progress, trained.plan, recipe.learn
    signature, optimizer = fold.encoder.signature, learn.optimizer
    name, arguments = (optimizer, {}) if isinstance(optimizer, str) else next(iter(optimizer.items()))
    found = probe(part.network, learn, signature, fold.train, fold.validation, start, part.weights[0], plan)
    for rows in (*fold.train.inputs.values(), *fold.train.targets.values()):
        forget_pages(rows)
    targets, suspects = _targets(recipe, part.network, fold, found, verdicts, scores)
    return Checkup(
        history=tuple(progress.history),
        best_epoch=progress.best_epoch,
        epochs=plan.epochs,
        patience=plan.patience,
        schedule=plan.schedule,
        batch_size=plan.batch_size,
        steps=plan.steps(fold.train.rows),
        train_rows=fold.train.rows,
        optimizer=name,
        arguments=cast(Mapping[str, object], arguments),
        learning_rate=progress.history[0]["learning_rate"] if progress.history else 0.0,
        constant=found.constant,
        validation_constant=found.validation_constant,
        start=found.start,
        trained=found.trained,
        penalty_start=found.penalty_start,
        penalty=found.penalty,
        gain=found.gain,
        layers=found.layers,
        targets=targets,
        suspects=suspects,
    )


def _targets(
    recipe: Recipe,
    network: keras.Model,
    fold: Represented,
    found: Probe,
    verdicts: Sequence[Verdict],
    scores: Sequence[Score],
) -> tuple[tuple[TargetCheck, ...], tuple[Suspect, ...]]:
    seen, held, train = found.train.places, found.validation.places, fold.train
    if not fold.encoder.signature.targets[0].of_task.in_trees:
        return _others_of(recipe, network, fold, found), ()
    # of rows and sequences the outputs alone make the scores
    on_train, on_held = (
        fold.encoder.scores(dict(rows.outputs), fold.validation.features) for rows in (found.train, found.validation)
    )
    checks: list[TargetCheck] = []
    suspects: list[Suspect] = []
    for spec in fold.encoder.signature.targets:
        whole = np.asarray(fold.in_memory.truth[spec.name])
        truth, checked = (np.asarray(part.truth[spec.name][i]) for part, i in ((train, seen), (fold.validation, held)))
        each = _of_classes(recipe, fold, spec)
        weights = _weights(fold.in_memory, spec, each, None)
        of_seen, by = _weights(train, spec, each, seen), _weights(fold.validation, spec, each, held)
        constant = skill_scores.of_constant(spec, whole, checked, weights)
        own = skill_scores.errors(spec, checked, on_held[spec.name])
        trees = skill_scores.trees(spec, fold.in_memory, fold.validation, held, recipe.seed, weights)
        other = None if trees is None else skill_scores.errors(spec, checked, trees.said)
        reference = None if other is None else skill_scores.skill(other, constant, by)
        least = trees.without_best() if trees and reference and reference.value > _PERFECT else None
        verdict = next((v for v in verdicts if v.target == spec.name and v.outcome == "worse"), None)
        outputs, targets = found.train.outputs[spec.name], np.asarray(train.targets[spec.key][seen], np.float64)
        loss = loss_of(recipe.learn, spec)
        loss = getattr(loss, "inner", loss)  # of smoothed labels
        rows = fold.source.take(fold.split.validation[held])
        doubted, agreed, expected = skill_scores.suspects(
            spec, checked, on_held[spec.name], None if trees is None else trees.said, rows
        )
        suspects += doubted
        values, counts = np.unique(whole, return_counts=True)
        checks.append(
            TargetCheck(
                spec.name,
                spec.task,
                loss_name(recipe.learn, spec),
                activation=_activation(network, spec),
                logits=bool(getattr(loss, "from_logits", False) or loss.get_config().get("from_logits", False)),
                sums=(float(outputs.sum(axis=-1).min()), float(outputs.sum(axis=-1).max())),
                spread=float(np.sqrt(np.mean(targets**2))),
                values=len(values),
                top=float(counts.max() / counts.sum()),
                training=skill_scores.skill(
                    skill_scores.errors(spec, truth, on_train[spec.name]),
                    skill_scores.of_constant(spec, whole, truth, weights),
                    of_seen,
                ),
                validation=skill_scores.skill(own, constant, by),
                reference=reference,
                behind=None if other is None else skill_scores.behind(own, other, constant, by),
                without_best=None
                if least is None
                else skill_scores.skill(skill_scores.errors(spec, checked, least), constant, by),
                beaten_by=(verdict.baseline or "") if verdict else "",
                metric=verdict.metric if verdict else "",
                scores=_scores(verdict, scores) if verdict else (0.0, 0.0),
                rows=len(checked),
                agreed=agreed,
                expected=expected,
            )
        )
    return tuple(checks), tuple(suspects)


def _others_of(recipe: Recipe, network: keras.Model, fold: Represented, found: Probe) -> tuple[TargetCheck, ...]:
    """The targets of tasks that have a measure of their own; none of series and clusters."""
    checks = []
    for spec in fold.encoder.signature.targets:
        if not spec.of_task.has_target or spec.form == "steps":
            continue
        seen, held = (
            Said(part, rows.places, fold.encoder.scores(dict(rows.outputs), part.features)[spec.name])
            for part, rows in ((fold.train, found.train), (fold.validation, found.validation))
        )
        wanted = np.asarray(fold.train.targets[spec.key][found.train.places], np.float64)
        blank = TargetCheck(
            spec.name,
            spec.task,
            loss_name(recipe.learn, spec),
            activation=_activation(network, spec),
            spread=float(np.sqrt(np.mean(wanted**2))),
        )
        checks.append(of_task.check(spec, fold.in_memory, seen, held, recipe.seed, blank))
    return tuple(one for one in checks if one is not None)


def _of_classes(recipe: Recipe, fold: Represented, spec: TargetSpec) -> np.ndarray | None:
    """How much a row of each class counts; None where the recipe does not say it."""
    given = weights_of(recipe.learn.class_weights, spec) if spec.has_classes else None
    return None if given is None else of_each_class(given, spec, np.asarray(fold.in_memory.truth[spec.name]))


def _weights(
    part: Arrays, spec: TargetSpec, of_classes: np.ndarray | None, rows: np.ndarray | None
) -> np.ndarray | None:
    """How much some rows of a part count, by their own weights and by those of their classes; None: all alike."""
    some = slice(None) if rows is None else rows
    own = None if part.weights is None else np.asarray(part.weights[some], np.float64)
    if of_classes is None:
        return own
    by_class: np.ndarray = of_classes[np.asarray(part.truth[spec.name][some])]
    return by_class if own is None else by_class * own


def _scores(verdict: Verdict, scores: Sequence[Score]) -> tuple[float, float]:
    """Those of the network and of the baseline that the verdict is about."""
    one = next(one for one in scores if (one.target, one.metric) == (verdict.target, verdict.metric))
    return one.network.value, one.baselines[verdict.baseline].value if verdict.baseline else float("nan")


def _activation(network: keras.Model, spec: TargetSpec) -> str:
    """The name of the activation of the layer that gives a target."""
    output = network.output[spec.key] if isinstance(network.output, dict) else network.output
    layer = made_by(output).operation
    return str(getattr(getattr(layer, "activation", None), "__name__", ""))


def initial(network: keras.Model) -> tuple[np.ndarray, ...]:
    """The weights of a network before it is trained."""
    return tuple(values(weight) for weight in network.weights)


def doctor(
    recipe: Recipe,
    networks: Networks,
    folds: Sequence[Represented],
    start: tuple[np.ndarray, ...],
    folder: RunFolder,
    results: Results,
    findings: Sequence[Finding] = (),
) -> None:
    """Write `diagnosis.json`: what went wrong in the training, the layers' numbers, and rows with a doubtful label.

    Of several networks the first is looked at whole, of the others the losses. A leak of which the audit has named the
    column is not said again. A doctor who fails does not stop a run:
    the file says why.
    """
    found: PlainCheckup = {"diagnoses": [], "layers": [], "suspects": []}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers that overflow: the rules look at these
            measured = checkup(recipe, networks, folds, start, results.verdicts, results.scores)
            text = (folder.path / "recipe.yaml").read_text(encoding="utf-8")
            symptoms = with_others(measured, diagnose(measured), _others(networks), averaged=bool(networks.dealt))
            if folds[0].encoder.signature.targets[0].form == "drawn":  # a draw is not to be near its row
                symptoms = ()
            too_good = any(one.check in _TOO_GOOD and one.severity != "note" for one in findings)
            symptoms = tuple(
                _with_column(one, recipe, networks, folds) for one in symptoms if not (one.check == "leak" and too_good)
            )
            signature = folds[0].encoder.signature

            def builds(changed: Recipe) -> object:
                fitted = changed.fitted(signature)
                hold_no_more_ignored(recipe.network, fitted.network, signature)
                return network_for(fitted, signature)

            found["diagnoses"] = [one.as_plain() for one in diagnoses(symptoms, text, recipe, builds)]
        found["layers"] = [layer.as_plain() for layer in measured.layers]
        found["suspects"] = [cast(PlainSuspect, vars(suspect)) for suspect in measured.suspects]
    except Exception as error:  # whatever it is, the network is trained and has to be kept
        found["failed"] = f"{type(error).__name__}: {error}"[:300]
    write_json(folder.path / "diagnosis.json", finite(found))


def _others(networks: Networks) -> dict[str, tuple[Mapping[str, float], ...]]:
    """The histories of all networks but the first, by fold and seed, from 1."""
    folds, seeds = len(networks.trained), len(networks.trained[0])
    found = {}
    for i, some in enumerate(networks.trained):
        for j, one in enumerate(some):
            name = ", ".join([f"fold {i + 1}"] * (folds > 1) + [f"seed {j + 1}"] * (seeds > 1))
            found[name] = tuple(one.progress.history)
    return dict(list(found.items())[1:])


def _with_column(symptom: Symptom, recipe: Recipe, networks: Networks, folds: Sequence[Represented]) -> Symptom:
    """A leak with the column to leave out, where the network relies on one far more than on any other."""
    if symptom.check != "leak":
        return symptom

    metrics = {spec.name: (spec.of_task.importance,) for spec in folds[0].encoder.signature.targets}
    relied = importance(networks.first, folds[0], metrics, recipe.seed, trained_rows(networks, folds))
    columns = relied.drops.get(symptom.target, [])
    drops = [one["drop"]["value"] or 0.0 for one in columns]
    if len(drops) < 2 or drops[0] <= _FAR_MORE * max(drops[1], 0.0):
        return symptom
    name = columns[0]["column"]
    advice = f"the network relies on {name!r} most: leave it out if it is known only after the target, or made from it"
    return replace(symptom, edit=Edit(ignore=name), advice=advice)
