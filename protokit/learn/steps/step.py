"""A training step: a `keras.Model` with its own `train_step`, which trains the layers of a recipe's network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from protokit.core import plugins
from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.registry import Registry
from protokit.core.suggest import did_you_mean
from protokit.grammar.faults import refuse
from protokit.grammar.words import Word, closed
from protokit.learn.parts.part import Part, is_of_keras
from protokit.learn.parts.shelf import Reference, Shelf
from protokit.menu import catalogue
from protokit.menu.catalogue import Argument
from protokit.menu.reading.arguments import arguments_of

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras

Thing = TypeVar("Thing", bound=Callable[..., Any])
_SECTION = "training_steps"
_GIVEN = ("inputs", "outputs", "trainable", "dtype")  # of Keras: no recipe writes them
_OWN = ("train_step", "compute_loss")  # one of them has to be the class's own


class HouseStep(ABC):
    """A training step of protokit's own: a class in a file of `protokit.learn.steps.house`.

    Attributes:
        name: as a recipe writes it.
        about: what it is, in a sentence.
        example: what a person writes.
        options: its arguments.
        tasks: those that it is for; any where there are none.
        own_loss: whether it learns by losses of its own, and not by the recipe's.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    example: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]] = ()
    own_loss: ClassVar[bool] = False
    options: ClassVar[Mapping[str, Argument]] = {}

    @property
    def entry(self) -> catalogue.Entry:
        """Its arguments, as a recipe may write them."""
        return catalogue.Entry(_SECTION, self.name, self.about, dict(self.options))

    def faults(self, arguments: Mapping[str, Any]) -> list[Fault]:
        """What is wrong with arguments whose names and types are right; paths are relative to them."""
        return []

    @abstractmethod
    def kind(self) -> type[keras.Model]:
        """The class that trains."""


class StepPart(Part):
    """A training step that a person or a package registered."""

    def __init__(self, thing: Callable[..., Any], name: str, tasks: tuple[str, ...] = ()) -> None:
        super().__init__("training step", thing, name, section=_SECTION)
        assert isinstance(thing, type), "its shelf has asked"
        if fault := _fault(thing, name):
            raise SpecError([fault])
        kept = {key: one for key, one in self.entry.arguments.items() if key not in _GIVEN}
        self.entry = replace(self.entry, arguments=kept)


def _fault(model: type, name: str) -> Fault | None:
    """Why a class of a model cannot train."""
    own = {key for kind in model.__mro__ if kind.__module__.split(".")[0] != "keras" for key in vars(kind)}
    if not own.intersection(_OWN):
        return Fault(f"the training step {name!r} has no train_step of its own", "def train_step(self, data): ...")
    if "compile" in own:
        rule = f"the training step {name!r} has a compile of its own, and protokit calls Keras's"
        return Fault(rule, "make further optimizers and losses in __init__")
    return None


STEPS: Registry[HouseStep | StepPart] = Registry("training step", "protokit.learn.steps.house", key="training_step")


class _Steps(Shelf):
    """Those of protokit have arguments too."""

    def find(self, name: object) -> Part | catalogue.Entry | None:
        """See Shelf."""
        own = STEPS.house().get(name) if isinstance(name, str) else None
        if own is not None:
            return own.entry
        try:
            return super().find(name)
        except SpecError:  # a model that is registered with Keras, and is no step
            return None

    def unknown(self, name: object) -> Fault:
        """See Shelf."""
        cure = did_you_mean(str(name), list(STEPS.all()))
        own = f"see protokit list {_SECTION}; register your own with @protokit.training_step"
        return Fault(f"unknown training step {name!r}", plugins.or_failure(cure or own, STEPS.key))

    def faults(self, value: object) -> list[Fault]:
        """See Shelf."""
        if found := super().faults(value):
            return found
        name, arguments = named(value)
        house = STEPS.house().get(name)
        if not isinstance(house, HouseStep):
            return []
        given = arguments_of(house.entry, arguments)
        assert isinstance(given, dict), "it has no faults"
        path = (name,) if isinstance(value, dict) else ()
        return [fault.under(path) for fault in house.faults(given)]

    def taken(self, thing: object) -> Reference:
        """See Shelf."""
        kind = thing if isinstance(thing, type) else type(thing)
        if is_of_keras(kind, "Model") and (fault := _fault(kind, kind.__name__)):
            raise refuse(fault)
        if kind is not thing and is_of_keras(kind, "Model"):  # it can only be made of the network
            rule = f"a training step is a class, not an object of {kind.__name__}"
            raise refuse(Fault(rule, f"write {kind.__name__}, or {{'{kind.__name__}': {{ARGUMENT: ...}}}}"))
        return super().taken(thing)

    def schema(self) -> dict[str, object]:
        """See Shelf."""
        known = STEPS.all()
        bare = [name for name, one in known.items() if not one.entry.required]
        each: dict[str, object] = {name: {} for name in known}
        return {"anyOf": [{"enum": bare}, {**closed(each, most=1), "minProperties": 1}, {"type": "null"}]}


STEP = _Steps("training step", "", STEPS, "Model", StepPart)


def named(given: object) -> tuple[str, object]:
    """The name of a step, and its arguments."""
    if isinstance(given, dict):
        [(name, arguments)] = given.items()
        return str(name), arguments
    return str(given), None


def _read(value: object) -> Reference | None:
    return None if value is None else STEP.read(value)


TRAINING_STEP = Word(_read, STEP.schema)


@overload
def training_step(thing: Thing, /) -> Thing: ...


@overload
def training_step(*, name: str | None = None) -> Callable[[Thing], Thing]: ...


def training_step(thing: Any = None, /, *, name: str | None = None) -> Any:
    """Register a training step of your own under its name, for `learn.training_step`: a `keras.Model` subclass.

    >>> import keras, tensorflow as tf
    >>> @protokit.training_step
    ... class Gentle(keras.Model):
    ...     '''Gradients no larger than `most`.'''
    ...     def __init__(self, *args, most: float = 1.0, **kwargs):
    ...         super().__init__(*args, **kwargs)
    ...         self.most = most
    ...     def train_step(self, data):
    ...         x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
    ...         with tf.GradientTape() as tape:
    ...             y_pred = self(x, training=True)
    ...             loss = self.compute_loss(x, y, y_pred, weights)
    ...             scaled = self.optimizer.scale_loss(loss)
    ...         gradients = tape.gradient(scaled, self.trainable_variables)
    ...         gradients = [keras.ops.clip(g, -self.most, self.most) for g in gradients]
    ...         self.optimizer.apply(gradients, self.trainable_variables)
    ...         self.metrics[0].update_state(loss)
    ...         return self.compute_metrics(x, y, y_pred, weights)
    >>> protokit.check(recipe, set={"learn.training_step": {"Gentle": {"most": 0.1}}}).learn.training_step
    {'Gentle': {'most': 0.1}}

    It is made with the inputs and outputs of the recipe's network, whose layers are its own then, and with what the
    recipe gives it (`training_step: {Gentle: {most: 0.1}}`); the recipe's loss, optimizer and metrics are compiled
    into it. `train_step` returns its metrics by name, among them `loss`, the first of `self.metrics`. Further losses
    are further trackers, `keras.metrics.Mean(name="kl")`, made in `__init__`; so are further layers (built there) and
    optimizers. Random numbers are drawn by a `keras.random.SeedGenerator` that is made there, too. A class that writes
    `compute_loss` alone has Keras's own step with another loss.

    Raises:
        SpecError: the thing is no such class, or its name is taken.
    """

    def made(thing: Thing) -> Thing:
        return STEP.register(thing, name)

    return made if thing is None else made(thing)
