"""Faults that stand in the recipe: a loss that is not for the task, data of another scale, tiny batches."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, Plain, Symptom, TargetCheck
from protokit.core.names import number

_FOR_CLASSES = {"binary": "BinaryCrossentropy", "multilabel": "BinaryCrossentropy",
                "multiclass": "SparseCategoricalCrossentropy"}  # fmt: skip
_OF_CLASSES = ("Crossentropy", "CrossEntropy", "Dice", "Tversky")  # in the names of losses of probabilities
# losses of Keras that are least at the truth where numbers are standardised, and so also below 0
_OF_NUMBERS = ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "Pinball")
_NEVER_BELOW_ZERO = {"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus", "exponential"}
_NEVER_BEYOND_ONE = {"tanh", "hard_tanh", "softsign"}
_ROUNDING = 0.01
_FAR = 10.0  # times the standard deviation of 1 that initial weights are made for
_NEAR = 0.01
_NOISE = 0.1  # of the rows' variance in the mean of a batch: that of ten independent rows
_FEW, _ENOUGH = 4, 32  # rows in a batch


def wrong_loss(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """A loss that is least elsewhere than at the truth, or a last layer that cannot give what the loss takes."""
    for target in checkup.targets:
        classes = target.task in _FOR_CLASSES
        evidence: dict[str, Plain] = {"loss": target.loss, "task": target.task, "activation": target.activation}
        fitting = any(part in target.loss for part in _OF_CLASSES) if classes else target.loss in _OF_NUMBERS
        if not fitting:
            why = (
                f"{target.loss} is a loss of numbers, and {target.name!r} is a class: a crossentropy tells more"
                if classes
                else f"{target.loss} is not least at the truth: {target.name!r} is standardised, with numbers below 0"
            )
            edit = Edit({"learn.loss": _FOR_CLASSES.get(target.task, "MeanSquaredError")})
            yield Symptom("wrong_loss", "warning", why, evidence, edit)
        elif head := _head(target):
            why, activation = head
            layer = next((one.layer for one in checkup.layers if one.output), "")
            alone = len(checkup.targets) == 1 and bool(layer)
            edit = Edit({}, layer, "set", {"activation": activation}) if alone else Edit()
            yield Symptom("wrong_loss", "warning", why, evidence, edit)


def _head(target: TargetCheck) -> tuple[str, str] | None:
    """Why the last layer does not fit the loss, and the activation that does."""
    name, given = repr(target.name), target.activation or "none"
    if target.task in _FOR_CLASSES:
        right = "softmax" if target.task == "multiclass" else "sigmoid"
        if target.logits:
            probabilities = target.activation in {"sigmoid", "softmax"}
            rule = f"the loss of {name} takes logits, and the last layer's {given} gives probabilities"
            return (rule, "linear") if probabilities else None
        if target.task == "multiclass" and not (1 - _ROUNDING <= target.sums[0] <= target.sums[1] <= 1 + _ROUNDING):
            span = f"{number(target.sums[0])} to {number(target.sums[1])}"
            return f"{target.loss} takes shares, and those of the classes of {name} add up to {span}", right
        return None
    if target.activation in _NEVER_BELOW_ZERO:
        return (
            f"the last layer's {given} gives nothing below 0, and {name} is standardised: half of it lies there",
            "linear",
        )
    if target.activation in _NEVER_BEYOND_ONE:
        return (
            f"the last layer's {given} stays within -1 and 1, and {name} is standardised: a third lies beyond",
            "linear",
        )
    return None


def unscaled_inputs(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """Data far larger or smaller than the standard deviation of 1 that initial weights are made for.

    Source: LeCun et al., Efficient BackProp, 1998.
    """
    for layer in checkup.layers:
        if layer.reach is None or layer.peak is None or not layer.peak:
            continue
        if layer.reach <= _FAR and layer.peak >= _NEAR:
            continue
        large = layer.reach > _FAR
        what = f"a root mean square of {number(layer.reach)}" if large else f"{layer.peak:.2g} at most"
        rule = f"what the layer {layer.layer!r} takes from the data has {what}; initial weights are made for about 1"
        evidence: dict[str, Plain] = {"layer": layer.layer, "root_mean_square": layer.reach, "largest": layer.peak}
        yield Symptom(
            "unscaled_inputs", "warning", rule, evidence, Edit({}, layer.layer, "before", "BatchNormalization")
        )


def unscaled_target(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """Numbers to predict that are far from standardised as the network sees them."""
    for target in checkup.targets:
        if target.task in {"regression", "quantile"} and not 1 / _FAR <= target.spread <= _FAR and target.values > 1:
            rule = (
                f"{target.name!r} has a root mean square of {number(target.spread)} as the network sees it, not about 1"
            )
            advice = (
                "it is standardised on the training rows: look for values there that are no numbers, such as 999999"
            )
            yield Symptom("unscaled_target", "warning", rule, {"root_mean_square": target.spread}, advice=advice)


def tiny_batch(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """BatchNormalization over so few rows that the mean of a batch is mostly chance.

    Source: Wu and He, Group Normalization, 2018.
    """
    few = checkup.batch_size <= _FEW
    noisy = [one for one in checkup.layers if one.batch_noise is not None and (few or one.batch_noise > _NOISE)]
    if noisy:
        worst = max(noisy, key=lambda layer: layer.batch_noise or 0)
        noise = worst.batch_noise or 0.0
        shown = f"whose means differ by chance by {noise:.0%} of the rows' variance"
        rule = f"{worst.layer!r} normalises by batches of {checkup.batch_size} rows, "
        rule += shown if noise > _NOISE else "which are too few to stand for all"
        evidence: dict[str, Plain] = {
            "layer": worst.layer,
            "batch_size": checkup.batch_size,
            "noise": noise,
        }
        edit = Edit({"learn.batch_size": _ENOUGH})
        yield Symptom("tiny_batch", "warning", rule, evidence, edit)
