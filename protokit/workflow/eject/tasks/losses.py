"""Losses and optimizers as code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protokit.core.errors import SpecError
from protokit.core.values.signature import TargetSpec
from protokit.learn.deviances import LEAST
from protokit.learn.parts.loss import loss_for
from protokit.menu import catalogue
from protokit.menu.reading.arguments import arguments_of
from protokit.workflow.eject.code import literal
from protokit.workflow.eject.script import INSTEAD

if TYPE_CHECKING:
    from protokit.recipe.recipe import Recipe

RATES = "rates"  # the coding of counts and of numbers above 0
_DEVIANCES = {
    "poisson_deviance": "PoissonDeviance()",
    "negative_binomial": "NegativeBinomialDeviance({!r})",
    "gamma_deviance": "GammaDeviance()",
}


def loss_call(recipe: Recipe, target: TargetSpec) -> str:
    """The loss of a target.

    Raises:
        SpecError: it is not Keras's, nor among those that a script has.
    """
    learn = recipe.learn
    loss = loss_for(learn.loss, target.name) or target.of_task.loss
    if target.form == "quantiles":
        return f"Pinball({literal(target.quantiles)})"
    if target.of_task.coding == RATES and str(loss) in _DEVIANCES:
        return _DEVIANCES[str(loss)].format(max(target.dispersion, LEAST))
    [(kind, arguments)] = loss.items() if isinstance(loss, dict) else [(loss, None)]
    if learn.label_smoothing and target.has_classes:
        return _smoothed(str(kind), arguments, learn.label_smoothing)
    return object_call("losses", str(kind), arguments, ("learn", "loss"))


def object_call(section: str, name: str, given: Any, path: tuple[str, ...]) -> str:
    """An object of Keras, with its arguments.

    Raises:
        SpecError: it is not Keras's.
    """
    entry = catalogue.find(section, name)
    if entry is None or entry.own is not None:
        raise SpecError.one(f"the {path[-1]} {name} is not Keras's: it has no script", INSTEAD, path)
    arguments = arguments_of(entry, given)
    assert isinstance(arguments, dict), "the recipe has checked it"
    numbers = {key for key, about in entry.arguments.items() if about.get("type") == "number"}
    full = {key: float(v) if key in numbers and type(v) is int else v for key, v in arguments.items()}
    if odd := next((key for key, value in full.items() if isinstance(value, (dict, list, tuple))), None):
        raise SpecError.one(f"{odd} of {name} has no script", INSTEAD, (*path, name, odd))
    return f"keras.{section}.{entry.name}({', '.join(f'{key}={literal(value)}' for key, value in full.items())})"


def _smoothed(kind: str, arguments: Any, share: float) -> str:
    """A loss whose labels are smoothed.

    Raises:
        SpecError: Keras's has no such argument.
    """
    entry = catalogue.find("losses", kind)
    if entry is not None and entry.name == "SparseCategoricalCrossentropy" and not arguments:
        return f"SmoothedCrossentropy({share!r})"
    if entry is None or "label_smoothing" not in entry.arguments:
        rule = f"labels that are smoothed for the loss {kind} have no script"
        raise SpecError.one(rule, INSTEAD, ("learn", "label_smoothing"))
    return object_call("losses", kind, {**(arguments or {}), "label_smoothing": share}, ("learn", "loss"))
