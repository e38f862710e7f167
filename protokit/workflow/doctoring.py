"""Takes the measure of a trained network for the doctor, and writes down what the doctor says."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protokit.core.checkup import Checkup, Diagnosis, Suspect, Symptom, TargetCheck
from protokit.core.files import finite, write_json
from protokit.recipe.recipe import Recipe
from protokit.workflow.folder import RunFolder
from protokit.workflow.outcome import Networks

if TYPE_CHECKING:
    import keras
    import numpy as np

    from protokit.core.values import TargetSpec
    from protokit.learn.probe import Probe
    from protokit.represent.represented import Represented


def checkup(recipe: Recipe, networks: Networks, folds: Sequence[Represented], start: tuple[np.ndarray, ...]) -> Checkup:
    """The measure of the first network; `start` are its initial weights. Test rows are not looked at."""
    from protokit.learn.probe import probe

    part, trained, fold = networks.parts[0], networks.trained[0][0], folds[0]
    progress, plan, learn = trained.progress, trained.plan, recipe.learn
    signature, optimizer = fold.encoder.signature, learn.optimizer
    name, arguments = (optimizer, {}) if isinstance(optimizer, str) else next(iter(optimizer.items()))
    found = probe(part.network, learn, signature, fold.train, fold.validation, start, part.weights[0], plan)
    targets, suspects = _targets(recipe, part.network, fold, found)
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
        arguments=arguments,
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
    recipe: Recipe, network: keras.Model, fold: Represented, found: Probe
) -> tuple[tuple[TargetCheck, ...], tuple[Suspect, ...]]:
    import numpy as np

    from protokit.evaluate import reference
    from protokit.learn.compiling import loss_of

    if fold.encoder.signature.targets[0].task in {"clustering", "forecasting"}:
        return (), ()
    seen, held, train = found.train.places, found.validation.places, fold.train
    # of rows and sequences the outputs alone make the scores
    on_train, on_held = (
        fold.encoder.scores(dict(rows.outputs), fold.validation.features) for rows in (found.train, found.validation)
    )
    checks: list[TargetCheck] = []
    suspects: list[Suspect] = []
    for spec in fold.encoder.signature.targets:
        whole = np.asarray(train.truth[spec.name])
        truth, checked = whole[seen], np.asarray(fold.validation.truth[spec.name])[held]
        constant = reference.of_constant(spec, whole, checked)
        own = reference.errors(spec, checked, on_held[spec.name])
        trees = reference.trees(spec, fold.in_memory, fold.validation, held, recipe.seed)
        other = None if trees is None else reference.errors(spec, checked, trees)
        outputs, targets = found.train.outputs[spec.name], np.asarray(train.targets[spec.key][seen], np.float64)
        loss = loss_of(recipe.learn, spec)
        rows = fold.positions[fold.split.validation][held]
        doubted, agreed, expected = reference.suspects(spec, checked, on_held[spec.name], trees, rows)
        suspects += doubted
        values, counts = np.unique(whole, return_counts=True)
        checks.append(
            TargetCheck(
                spec.name,
                spec.task,
                type(loss).__name__,
                activation=_activation(network, spec),
                logits=bool(getattr(loss, "from_logits", False) or loss.get_config().get("from_logits", False)),
                sums=(float(outputs.sum(axis=-1).min()), float(outputs.sum(axis=-1).max())),
                spread=float(np.sqrt(np.mean(targets**2))),
                values=len(values),
                top=float(counts.max() / counts.sum()),
                training=reference.skill(
                    reference.errors(spec, truth, on_train[spec.name]), reference.of_constant(spec, whole, truth)
                ),
                validation=reference.skill(own, constant),
                reference=None if other is None else reference.skill(other, constant),
                behind=None if other is None else reference.behind(own, other, constant),
                rows=len(checked),
                agreed=agreed,
                expected=expected,
            )
        )
    return tuple(checks), tuple(suspects)


def _activation(network: keras.Model, spec: TargetSpec) -> str:
    """The name of the activation of the layer that gives a target."""
    output = network.output[spec.key] if isinstance(network.output, dict) else network.output
    layer: Any = output._keras_history.operation
    return str(getattr(getattr(layer, "activation", None), "__name__", ""))


def initial(network: keras.Model) -> tuple[np.ndarray, ...]:
    """The weights of a network before it is trained."""
    from protokit.learn.snapshot import values

    return tuple(values(weight) for weight in network.weights)


def doctor(
    recipe: Recipe,
    networks: Networks,
    folds: Sequence[Represented],
    start: tuple[np.ndarray, ...],
    folder: RunFolder,
) -> None:
    """Write `diagnosis.json`: what went wrong in the training, the layers' numbers, and rows with a doubtful label.

    Of several networks the first is looked at. A doctor who fails does not stop a run: the file says why.
    """
    from protokit.evaluate.doctor.doctor import diagnose

    found: dict[str, Any] = {"diagnoses": [], "layers": [], "suspects": []}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers that overflow: the rules look at these
            measured = checkup(recipe, networks, folds, start)
            text = (folder.path / "recipe.yaml").read_text(encoding="utf-8")
            found["diagnoses"] = [diagnosis(one, text, recipe).as_plain() for one in diagnose(measured)]
        found["layers"] = [layer.as_plain() for layer in measured.layers]
        found["suspects"] = [vars(suspect) for suspect in measured.suspects]
    except Exception as error:  # whatever it is, the network is trained and has to be kept
        found["failed"] = f"{type(error).__name__}: {error}"[:300]
    write_json(folder.path / "diagnosis.json", finite(found))


def diagnosis(symptom: Symptom, text: str, recipe: Recipe) -> Diagnosis:
    """A symptom with its edit made in a recipe's text."""
    from protokit.recipe.edits import diff, snippet

    edit = symptom.edit
    changed = diff(text, edit, recipe.network)
    return Diagnosis(
        symptom.check, symptom.severity, symptom.rule, symptom.evidence, snippet(edit) if changed else "", changed
    )
