"""A network with the training step of a recipe, tried on two rows before anything is trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from protokit.core.errors import DataError, ProtokitError
from protokit.core.libraries.backend import keras, tf
from protokit.core.libraries.keras_inside import global_seeds, graphs_in, layers_in, trained_by
from protokit.core.libraries.keras_state import computing_in, seeded
from protokit.core.outside.caller import place_of
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays
from protokit.learn.plan import Plan
from protokit.learn.snapshot import assign, optimizers, values, variables
from protokit.learn.steps.step import STEPS, HouseStep, named
from protokit.learn.training.data_feed import Batch, batch_of
from protokit.learn.training.failures import first_line
from protokit.learn.words import Learn
from protokit.menu.reading.arguments import arguments_of

_RETURN = "end it with: return {metric.name: metric.result() for metric in self.metrics}"
_SEED = "make self.draws = keras.random.SeedGenerator() in __init__, and pass it on: seed=self.draws"
# operations of TensorFlow whose state is in no variable
_DRAWS = ("RandomUniform", "RandomUniformInt", "RandomStandardNormal", "TruncatedNormal", "RandomShuffle",
          "Multinomial", "RandomGamma", "RandomPoissonV2", "ParameterizedTruncatedNormal")  # fmt: skip


def stepping(network: keras.Model, learn: Learn, seed: int) -> keras.Model:
    """A model of the network's own layers with the recipe's training step; the network itself where it names none.

    What the step has beside the network (further layers, draws) begins at the seed.

    Raises:
        DataError: the class cannot be made of the network, at its file and line.
    """
    if learn.training_step is None:
        return network
    kind, arguments = kind_of(learn.training_step)
    given = {"inputs": network.input, "outputs": network.output, "name": network.name}
    with seeded(derive(seed, "training step"), tensorflow=False), computing_in(learn.precision):
        try:
            made = kind(**given, **arguments)
        except ProtokitError:
            raise
        except Exception as error:  # of somebody else
            raise _failed(kind, f"cannot be made: {type(error).__name__}: {first_line(error)}", error=error) from error
    own = {id(variable) for variable in made.variables}
    if not made.built or any(id(variable) not in own for variable in network.variables):
        rule = "does not take over the network's layers"
        raise _failed(kind, rule, "def __init__(self, *args, **kwargs): super().__init__(*args, **kwargs)")
    if bare := next((layer for layer in layers_in(made, itself=True) if not layer.built), None):
        rule = f"has a layer without weights yet, {bare.name!r}: a killed run would not find them again"
        raise _failed(kind, rule, "build it in __init__, such as keras.Sequential([keras.Input((8,)), ...])")
    return made


def kind_of(given: object) -> tuple[type[keras.Model], dict[str, Any]]:
    """The class of a training step, and its arguments."""
    name, arguments = named(given)
    found = STEPS.find(name)
    assert found is not None, "the recipe has checked the name"
    full = arguments_of(found.entry, arguments)
    assert isinstance(full, dict), "the recipe has checked the arguments"
    kind = found.kind() if isinstance(found, HouseStep) else found.thing
    assert isinstance(kind, type), "a step is a class"
    return kind, full


def begin(step: keras.Model, network: keras.Model, learn: Learn, seed: int) -> None:
    """Have what a step has beside the network begin at a seed."""
    fresh, own = stepping(network, learn, seed), {id(variable) for variable in network.variables}
    further = [[one for one in some.variables if id(one) not in own] for some in (step, fresh)]
    assign(further[0], tuple(map(values, further[1])))


def examine(step: keras.Model, train: Arrays, plan: Plan) -> tuple[str, ...]:
    """Try a step on two rows of the data; all is as it was afterwards, but that its further optimizers are built.

    Returns:
        The metrics that validation rows have no value of: `test_step` leaves them as they are.

    Raises:
        DataError: it fails, does not return its losses, does not update what it returns, trains nothing, or draws
            random numbers that a run that goes on would draw otherwise; at the file and line of the class.
    """
    batch = batch_of(train, plan.weights, np.arange(2) % train.rows)
    kept, before = variables(step), tuple(map(values, variables(step)))
    unbuilt = [one for one in optimizers(step) if not one.built]
    try:
        with seeded(0, tensorflow=False):
            _symbolic(step, batch)
            return _tried(step, batch)
    finally:
        assign(kept, before)
        for one in unbuilt:
            if one.built:
                twin = type(one).from_config(one.get_config())
                twin.build(trained_by(one))
                assign(one.variables, tuple(map(values, twin.variables)))
        step.reset_metrics()


def _symbolic(step: keras.Model, batch: Batch) -> None:
    """Have losses and metrics know the shapes, as Keras's `fit` does first; what needs Python cannot be traced."""
    try:
        step._symbolic_build(data_batch=batch)
    except Exception:  # it is run on the rows, and told then
        return


def _tried(step: keras.Model, batch: Batch) -> tuple[str, ...]:
    kind, rows = type(step), tf.nest.map_structure(tf.constant, batch)
    loss = next(iter(step.metrics), None)
    if loss is None or loss.name != "loss" or not hasattr(loss, "total"):
        said = "has no metrics" if loss is None else f"has {loss.name!r} as the first of its metrics"
        cure = 'let the first be the loss that it goes by, keras.metrics.Mean(name="loss"), or leave `metrics` to Keras'
        raise _failed(kind, f"{said}, and training goes by the first", cure)
    steps, draws = _iterations(step), _global_draws()
    _one(step, step.train_step, rows, "train_step")
    if _iterations(step) == steps and "float16" not in str(step.dtype_policy.name):
        cure = "self.optimizer.apply(gradients, self.trainable_variables)"
        raise _failed(kind, "changes no weight: no optimizer was given gradients", cure)
    silent = _one(step, step.test_step, rows, "test_step")
    if _global_draws() != draws:
        raise _failed(kind, "draws random numbers by no seed of its own: a killed run would go on to others", _SEED)
    if not kind.__module__.startswith("protokit.") and (drawn := _stateful(step, rows)):
        raise _failed(kind, f"draws by {drawn} of TensorFlow: a killed run would go on to other numbers", _SEED)
    return silent


def _one(step: keras.Model, call: Callable[[Any], Any], rows: Any, name: str) -> tuple[str, ...]:
    """Hold that a step returns its metrics by name, and has updated each; of validation rows the loss alone.

    Returns:
        Those that it has not updated.
    """
    kind = type(step)
    step.reset_metrics()
    blank = [[values(variable) for variable in metric.variables] for metric in step.metrics]
    try:
        given = call(rows)
    except ProtokitError:
        raise
    except Exception as error:
        told = f"{name} fails on two rows: {type(error).__name__}: {first_line(error)}"
        cure = "x, y, weights = keras.utils.unpack_x_y_sample_weight(data)" if "unpack" in str(error) else None
        raise _failed(kind, told, cure, error=error) from error
    if not isinstance(given, Mapping) or not given:
        rule = f"{name} returns {type(given).__name__ if given is not None else 'None'}, and not its losses by name"
        raise _failed(kind, rule, _RETURN)
    known = step.get_metrics_result()
    if "loss" not in given:
        raise _failed(kind, f"{name} does not return its loss: it returns {', '.join(map(str, given))}", _RETURN)
    if extra := next((key for key in given if key not in known), None):
        cure = f'make self.{extra} = keras.metrics.Mean(name="{extra}") in __init__, and update it'
        raise _failed(kind, f"{name} returns {extra!r}, which no metric of its own keeps over an epoch", cure)
    if lacks := next((key for key in known if key not in given), None):
        raise _failed(kind, f"{name} does not return {lacks!r}, which is among its metrics", _RETURN)
    if odd := next((key for key, value in given.items() if np.shape(values(tf.convert_to_tensor(value)))), None):
        raise _failed(kind, f"{name} returns {odd!r} as {np.shape(given[odd])}, and a loss is one number", "its mean")
    silent = list[str]()
    for metric, was in zip(step.metrics, blank, strict=False):
        now, is_loss = [values(variable) for variable in metric.variables], metric is step.metrics[0]
        if not now or len(now) != len(was) or not all(map(np.array_equal, now, was)):
            continue
        if is_loss or name == "train_step":
            own = "its loss" if is_loss else f"its metric {metric.name!r}"
            cure = "self.metrics[0].update_state(loss)" if is_loss else f"update_state of {metric.name!r}"
            raise _failed(kind, f"{name} does not update {own}", cure)
        found = metric.result()
        silent += found if isinstance(found, dict) else [metric.name]
    return tuple(silent)


def _iterations(step: keras.Model) -> list[int]:
    every = [step.optimizer, *optimizers(step)]
    return [int(values(one.iterations)) if one.built else 0 for one in every]


def _global_draws() -> object:
    """How far Keras's own generator of seeds has come, which all of the process share."""
    found = global_seeds()
    return None if found is None else values(found.state).tolist()


def _stateful(step: keras.Model, rows: Any) -> str | None:
    """An operation in a step whose draws depend on what was drawn before it in the process."""
    try:
        graph = tf.function(step.train_step, autograph=False).get_concrete_function(rows).graph
    except Exception:  # it needs Python: engines say so
        return None
    found = (operation.type for one in graphs_in(graph) for operation in one.get_operations())
    return next((kind for kind in found if kind in _DRAWS), None)


def _failed(
    kind: type[keras.Model], what: str, cure: str | None = None, *, error: Exception | None = None
) -> DataError:
    """What is wrong with a step, at the line of its file that failed, or at that of the class."""
    rule = f"the training step {kind.__name__!r} {what}"
    return DataError(rule, place=place_of(kind, error), cure=cure or f"mend {kind.__qualname__}")
