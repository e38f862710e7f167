"""Loss, optimizer and metrics of a network."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.core.errors import DataError
from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.losses.loss import LOSSES
from protokit.learn.members import LossOfMembers, metric_of_mean
from protokit.learn.words import Learn
from protokit.menu import catalogue
from protokit.menu.network.members import is_ensemble
from protokit.menu.reading.arguments import arguments_of

_NO_DECAY = ["bias", "gamma", "beta", "embedding", "member_scale"]


def compile_network(network: keras.Model, learn: Learn, signature: Signature) -> float:
    """Give a network its loss, optimizer and metrics.

    Returns:
        The learning rate that the schedule starts from.

    Raises:
        DataError: the loss is not for this task.
    """
    optimizer = _made("optimizers", learn.optimizer)
    if optimizer.use_ema and optimizer.ema_overwrite_frequency is None:
        cure = "add ema_overwrite_frequency: 100 (steps)"
        raise DataError("use_ema averages weights that training would never take over", cure=cure)
    optimizer.exclude_from_weight_decay(var_names=_NO_DECAY)
    outputs = {target.key: target for target in signature.targets}
    losses: dict[str, keras.losses.Loss] = {name: loss_of(learn, target) for name, target in outputs.items()}
    metrics: dict[str, list[str | keras.metrics.Metric]] = {
        name: list(target.of_task.in_training) for name, target in outputs.items()
    }
    if is_ensemble(network):
        losses = {name: LossOfMembers(loss) for name, loss in losses.items()}
        metrics = {
            name: [metric_of_mean(str(one), outputs[name].task) for one in some] for name, some in metrics.items()
        }
    one = len(outputs) == 1
    network.compile(
        optimizer,
        loss=next(iter(losses.values())) if one else losses,
        weighted_metrics=[],
        metrics=next(iter(metrics.values())) if one else metrics,
    )
    return float(optimizer.learning_rate)


def loss_of(learn: Learn, target: TargetSpec) -> keras.losses.Loss:
    """The loss of a target, as a Keras object.

    Raises:
        DataError: the recipe's is not for this task.
    """
    given, task = learn.loss, target.of_task
    name = next(iter(given)) if isinstance(given, dict) else given
    own = LOSSES.find(task.loss if name is None else name)
    fits = name is None or (own.name in (task.loss, *task.losses) if own else task.accepts(catalogue.snake(str(name))))
    if not fits:
        if task.form == "quantiles":
            raise DataError(f"{task.form} have a loss of their own, not {name!r}", cure="leave learn.loss out")
        raise DataError(f"the loss {name!r} is not for {task.name}", cure=f"write {task.loss}, or leave it out")
    return _made("losses", given or task.loss) if own is None else own.made(target)


def _made(section: str, given: str | Mapping[str, object]) -> keras.Optimizer | keras.losses.Loss:
    """An object of Keras from a name, or from a mapping of a name to its arguments."""
    name, arguments = next(iter(given.items())) if isinstance(given, Mapping) else (given, None)
    entry = catalogue.find(section, str(name))
    assert entry is not None, "the recipe has checked the name"
    full = arguments_of(entry, arguments)
    assert isinstance(full, dict), "the recipe has checked the arguments"
    numbers = {key for key, about in entry.arguments.items() if about.get("type") == "number"}
    full = {key: float(v) if key in numbers and type(v) is int else v for key, v in full.items()}  # Keras takes no 1
    return getattr(getattr(keras, section), entry.name)(**full)
