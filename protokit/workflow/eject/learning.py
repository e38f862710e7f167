"""The fifth part of a script: networks are trained, and predict the rows that they have not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import TargetSpec
from protokit.learn.plan import Plan
from protokit.learn.planning import plan_of, weights_of
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.eject.code import call, literal
from protokit.workflow.eject.script import Section
from protokit.workflow.eject.straight import straight_to_head
from protokit.workflow.eject.tasks.form import Form
from protokit.workflow.eject.tasks.forms import form_for
from protokit.workflow.eject.tasks.losses import RATES, loss_call, object_call
from protokit.workflow.eject.tasks.metrics import of_labels
from protokit.workflow.run.networks import count_of

_TOLD = """\
In each epoch the rows come in another order. The weights that are best on the validation rows are kept, the learning
rate falls where they stop getting better, and training ends where that lasts. Of several networks, which begin at
other weights, the mean is what is predicted. Only now are the test rows looked at."""


def learning(recipe: Recipe, folds: tuple[Represented, ...], check: int) -> Section:
    """Code that gives `predicted_by`, what is said of the test rows of each fold.

    `check` is the checksum of the rows of the first fold.

    Raises:
        SpecError: the loss or the optimizer has no script.
    """
    signature = folds[0].encoder.signature
    is_chosen = isinstance(recipe.evaluate.threshold, str) and signature.targets[0].has_positive
    target, networks, learn = signature.targets[0], count_of(recipe), recipe.learn
    plan, form = _plan(recipe, folds), form_for(signature.targets)
    lines = [
        f"EPOCHS, BATCH_SIZE = {plan.epochs}, {plan.batch_size}",
        f"NETWORKS = {networks}" + "  # for each fold" * (len(folds) > 1),
        "tf.config.experimental.enable_op_determinism()  # the same bits each time",
        'tf.random.set_seed(derived(SEED, "training"))',
        f"hold(encoded[0], {check})",
        "",
        "",
        *_compiled(recipe, signature.targets),
        "",
        "",
        *_of_output(target, form),
        "predicted_by, thresholds_by = [], []" if is_chosen else "predicted_by = []",
        "for fold, (rows, parts) in enumerate(zip(encoded, folds, strict=True)):",
        "    said, known = [], []",
        "    for i in range(NETWORKS):",
        '        seed = SEED if i == 0 else derived(SEED, "network", i)',
        f"        own = {'dealt(parts, i)' if learn.deal else 'parts'}",
        '        random.seed(derived(seed, "weights"))',
        *(f"        {line}" for line in (form.network(recipe) if form else ["network = compiled(build(rows))"])),
    ]
    if weighted := _weights(recipe, target):
        lines += weighted
    judged = (
        f"Judged({literal(learn.schedule_name)}, EPOCHS, {plan.patience}, {plan.plateau}, {literal(_monitor(plan))})"
    )
    if learn.start == "linear":
        straight = straight_to_head(recipe, signature)
        lines.append(f'        start_at_ridge(network, "output", {literal(straight)}, rows, own["train"])')
        lines.append(f"        judged = {judged}")
        lines.append('        judged.best = loss_of(network, rows, own["validation"])')
        judged = "judged"
    fit = ["network", "rows", 'own["train"]', 'own["validation"]', "seed", "EPOCHS", "BATCH_SIZE", judged]
    lines.append(call("fit", fit, 8))
    kept = form.each(recipe) if form else 'meant(predicted(network, rows, parts["test"]), rows)'
    lines.append(f"        said.append({kept})")
    if recipe.evaluate.calibrate or is_chosen:
        lines.append(
            '        known.append((meant(predicted(network, rows, own["validation"]), rows), truth[own["validation"]]))'
        )
    lines.append('        epochs = len(network.history.history["loss"])')
    lines.append('        print(f"network {i + 1} of fold {fold + 1}: {epochs} epochs", flush=True)')
    together = form.together(recipe) if form else ["mean = np.mean(said, axis=0)"]
    lines += [f"    {line}" for line in together]
    if recipe.evaluate.calibrate or is_chosen:
        lines += _calibrated(recipe, target)
    lines.append("    predicted_by.append(mean)")
    if not recipe.evaluate.calibrate and not is_chosen:
        lines[lines.index("    said, known = [], []")] = "    said = []"
    return Section("5. Training", _TOLD, "\n".join(lines))


def _plan(recipe: Recipe, folds: tuple[Represented, ...]) -> Plan:
    """The plan of the run; its weights are written by themselves."""
    plain = recipe.learn.model_copy(update={"class_weights": None})
    none = Arrays({}, {}, {}, folds[0].train.features)
    return plan_of(plain, folds[0].encoder.signature, none, none, recipe.seed, folds[0].train.rows)


def _monitor(plan: Plan) -> str:
    name = plan.monitor
    return f"val_{name.removeprefix('validation_')}" if name.startswith("validation_") else name


def _weights(recipe: Recipe, target: TargetSpec) -> list[str]:
    """Lines that say how much each row counts by its class."""
    given = weights_of(recipe.learn.class_weights, target)
    if given is None:
        return []
    each = 'rows["validation_weights"] * ' if recipe.learn.sample_weights else ""
    each += "of_class[truth].astype(np.float32)"
    if given == "balanced":
        counts = f'np.bincount(truth[own["train"]], minlength={len(target.classes)})'
        return [
            f"        counts = {counts}",
            f'        of_class = len(own["train"]) / ({len(target.classes)} * np.maximum(counts, 1))',
            f'        rows = {{**rows, "weights": {each}}}  # rare classes count more',
        ]
    by_name = {str(name): float(weight) for name, weight in given.items()} if isinstance(given, Mapping) else {}
    return [
        f"        of_class = np.array([{literal(by_name)}.get(name, 1.0) for name in CLASSES])",
        f'        rows = {{**rows, "weights": {each}}}',
    ]


def _compiled(recipe: Recipe, targets: tuple[TargetSpec, ...]) -> list[str]:
    learn, form = recipe.learn, form_for(targets)
    [(name, given)] = learn.optimizer.items() if isinstance(learn.optimizer, dict) else [(learn.optimizer, None)]
    optimizer = object_call("optimizers", str(name), given, ("learn", "optimizer"))
    loss = (form.loss(recipe, targets[0]) if form else "") or loss_call(recipe, targets[0])
    said, shown = ["optimizer", "loss=loss"], {one.key: [*one.of_task.in_training] for one in targets}
    if any(shown.values()):
        named = shown if len(targets) > 1 else next(iter(shown.values()))
        said += ["weighted_metrics=[]", f"metrics={literal(named)}"]
    if len(targets) > 1 and learn.loss_weights:
        said.append(f"loss_weights={literal({one.key: learn.loss_weight(one.name) for one in targets})}")
    return [
        "def compiled(network: keras.Model) -> keras.Model:",
        '    """The network with its loss and its optimizer; biases and embeddings do not decay."""',
        f"    optimizer = {optimizer}",
        '    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "embedding"])',
        f"    loss = {loss}",
        call("network.compile", said, 4),
        "    return network",
    ]


def _of_output(target: TargetSpec, form: Form | None) -> list[str]:
    what = "the probability of each class." if target.has_classes else "a number in its own unit."
    code = "probabilities_of(output)"
    if form is not None:
        what, code = form.meant(target)
        if not code:
            return []
    elif target.form == "quantiles":
        what = "quantiles in the target's own unit, in their order."
        code = 'np.sort(np.asarray(output, np.float64), axis=1) * rows["units"][1] + rows["units"][0]'
    elif target.of_task.coding == RATES:
        what = "means in their own unit, above 0."
        code = 'np.maximum(np.asarray(output, np.float64)[:, 0], np.finfo(np.float32).tiny) * rows["units"][1]'
    elif not target.has_classes:
        code = 'np.asarray(output, np.float64)[:, 0] * rows["units"][1] + rows["units"][0]'
    head = "def meant(output: np.ndarray, rows: dict[str, Any]) -> np.ndarray:"
    return [head, f'    """What the output of a network means: {what}"""', f"    return {code}", "", ""]


def _calibrated(recipe: Recipe, target: TargetSpec) -> list[str]:
    """Lines that bring probabilities to what the validation rows show, and choose the threshold by these."""
    lines = ["    probabilities, classes = (np.concatenate(some) for some in zip(*known, strict=True))"]
    if not recipe.learn.deal:
        lines = ["    probabilities, classes = np.mean([some for some, _ in known], axis=0), known[0][1]"]
    by_metric = isinstance(recipe.evaluate.threshold, str) and target.has_positive
    if recipe.evaluate.calibrate and by_metric:
        lines.append("    temperature = temperature_of(probabilities, classes)")
        lines.append("    mean, probabilities = tempered(mean, temperature), tempered(probabilities, temperature)")
    elif recipe.evaluate.calibrate:
        lines.append("    mean = tempered(mean, temperature_of(probabilities, classes))")
    if by_metric:
        known = f"probabilities[:, {target.positive}], classes == {target.positive}"
        best = f"lambda truth, called: {of_labels(str(recipe.evaluate.threshold))}"
        lines.append(call("threshold_of", [known, best], 4, before="threshold = "))
        lines.append("    thresholds_by.append(np.full(len(mean), threshold))")
    return lines


def rows_of(fold: Represented, targets: tuple[TargetSpec, ...]) -> tuple[dict[str, np.ndarray], Any]:
    """What a network takes and learns of all rows of a fold, in the order of the table; of several targets by name."""
    order = np.concatenate([fold.split.train, fold.split.validation, fold.split.test])
    parts = (fold.train, fold.validation, fold.test)
    inputs = {}
    for name in fold.train.inputs:
        whole = np.concatenate([np.asarray(part.inputs[name]) for part in parts])
        inputs[name] = whole[np.argsort(order)]
    learned = {}
    for target in targets:
        whole = np.concatenate([np.asarray(part.targets[target.key]) for part in parts])
        learned[target.key] = whole[np.argsort(order)]
    return inputs, learned if len(targets) > 1 else learned[targets[0].key]
