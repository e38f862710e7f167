"""Loss, optimizer and metrics of a network."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.core.errors import DataError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import rate_of
from protokit.core.values.signature import Signature, TargetSpec, Task
from protokit.learn.losses.loss import LOSSES, OwnLoss
from protokit.learn.members import LossOfMembers, metric_of_mean
from protokit.learn.parts.average import averaged
from protokit.learn.parts.course import course_of
from protokit.learn.parts.in_training import metrics_of
from protokit.learn.parts.loss import SHELF as LOSS
from protokit.learn.parts.loss import LossPart, loss_for
from protokit.learn.parts.made import examined, of_keras, of_part
from protokit.learn.parts.optimizer import SHELF as OPTIMIZER
from protokit.learn.parts.part import Part
from protokit.learn.parts.smoothing import has_labels, smoothed
from protokit.learn.snapshot import values
from protokit.learn.words import Learn
from protokit.menu import catalogue
from protokit.menu.network.members import is_ensemble

_NO_DECAY = ["bias", "gamma", "beta", "embedding", "member_scale"]


def compile_network(network: keras.Model, learn: Learn, signature: Signature) -> float:
    """Give a network its loss, optimizer and metrics.

    Returns:
        The learning rate that the schedule starts from.

    Raises:
        DataError: the loss is not for this task.
    """
    optimizer = _optimizer(learn)
    outputs = {target.key: target for target in signature.targets}
    if learn.label_smoothing and not any(map(has_labels, signature.targets)):
        rule = f"label smoothing is for classes, and the task is {signature.targets[0].task}"
        raise DataError(rule, cure="remove learn.label_smoothing")
    losses: dict[str, keras.losses.Loss] = {name: loss_of(learn, target) for name, target in outputs.items()}
    metrics: dict[str, list[str | keras.metrics.Metric]] = {
        name: list(target.of_task.in_training) for name, target in outputs.items()
    }
    if is_ensemble(network):
        losses = {name: LossOfMembers(loss) for name, loss in losses.items()}
        metrics = {
            name: [metric_of_mean(str(one), outputs[name].task) for one in some] for name, some in metrics.items()
        }
    for key, more in metrics_of(learn.metrics, signature, members=is_ensemble(network)).items():
        metrics[key] += more
    one = len(outputs) == 1
    weights = None if one else {key: learn.loss_weight(target.name) for key, target in outputs.items()}
    network.compile(
        optimizer,
        loss=next(iter(losses.values())) if one else losses,
        loss_weights=weights if learn.loss_weights else None,
        weighted_metrics=[],
        metrics=next(iter(metrics.values())) if one else metrics,
    )
    return float(values(rate_of(optimizer)))


def loss_of(learn: Learn, target: TargetSpec) -> keras.losses.Loss:
    """The loss of a target, as a Keras object.

    Raises:
        DataError: the recipe's is not for this task, or it is a person's own and fails.
    """
    given, task = loss_for(learn.loss, target.name), target.of_task
    name, arguments = next(iter(given.items())) if isinstance(given, dict) else (given, None)
    found = _named(task.loss if name is None else str(name))
    if isinstance(found, LossPart):
        if found.tasks and not task.is_one_of(found.tasks):
            cure = f"write {task.loss}, or add the task to the loss: it is for {', '.join(found.tasks)}"
            raise DataError(f"the loss {name!r} is not for {task.name}", cure=cure)
        loss = examined(found, found.made_with(arguments or {}), target)
    else:
        fits = found.name in (task.loss, *task.losses) if isinstance(found, OwnLoss) else _fits(task, found.name)
        if name is not None and not fits:
            if task.form == "quantiles":
                raise DataError(f"{task.form} have a loss of their own, not {name!r}", cure="leave learn.loss out")
            raise DataError(f"the loss {name!r} is not for {task.name}", cure=f"write {task.loss}, or leave it out")
        loss = found.made(target) if isinstance(found, OwnLoss) else of_keras(found, arguments)
    own = found if isinstance(found, OwnLoss) else None
    return smoothed(loss, own, target, learn.label_smoothing) if learn.label_smoothing else loss


def loss_name(learn: Learn, target: TargetSpec) -> str:
    """The class of a target's loss; empty for one of a person's own, of which nothing is known."""
    loss = loss_of(learn, target)
    loss = getattr(loss, "inner", loss)
    own = not type(loss).__module__.startswith(("keras.", "protokit.")) or type(loss).__module__.endswith("parts.made")
    return "" if own else type(loss).__name__


def _named(name: str) -> catalogue.Entry | OwnLoss:
    # a name of protokit's own first: Keras's names are found in any spelling, and its Dice is not `dice`
    found = LOSSES.house().get(name) or catalogue.find("losses", name) or LOSSES.find(name) or LOSS.find(name)
    assert isinstance(found, (catalogue.Entry, OwnLoss)), "the recipe has checked the name"
    return found


def _fits(task: Task, name: str) -> bool:
    return task.accepts(catalogue.snake(name))


def _optimizer(learn: Learn) -> keras.Optimizer:
    """The optimizer of a recipe, with its schedule and its averages.

    Raises:
        DataError: it cannot be made, or averages are said twice.
    """
    given = learn.optimizer
    name, arguments = next(iter(given.items())) if isinstance(given, Mapping) else (given, None)
    found = OPTIMIZER.find(name)
    assert found is not None, "the recipe has checked the name"
    optimizer = of_part(found, arguments) if isinstance(found, Part) else of_keras(found, arguments)
    if optimizer.use_ema and (learn.average or optimizer.ema_overwrite_frequency is None):
        if learn.average:
            raise DataError("averages are said by use_ema, too", cure="remove use_ema")
        cure = "write learn: {average: {decay: 0.99}} in its place, or add ema_overwrite_frequency: 100 (steps)"
        raise DataError("use_ema averages weights that training would never take over", cure=cure)
    optimizer.exclude_from_weight_decay(var_names=_NO_DECAY)
    if (course := course_of(learn.schedule, float(values(rate_of(optimizer))))) is not None:
        course.put_into(optimizer)
    if learn.average is not None:
        averaged(optimizer, learn.average.decay)
    return optimizer
