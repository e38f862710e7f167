"""A callback: one of Keras's, protokit's, or a `keras.callbacks.Callback` of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath
from typing import Any, TypeVar, overload

from protokit.core.places import Fault
from protokit.core.registry import Registry
from protokit.grammar.faults import refuse
from protokit.learn.hooks.shelf import HookShelf
from protokit.learn.parts.part import Part, is_of_keras
from protokit.learn.parts.shelf import Reference

Thing = TypeVar("Thing", bound=Callable[..., Any])
_BASE = "Callback"
# what Keras's `fit` alone calls: the fused engine has no Python between its batches
OF_BATCHES = (
    "on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end", "on_test_begin", "on_test_end",
    "on_test_batch_begin", "on_test_batch_end",
)  # fmt: skip
_KEPT = "all that a training is at is kept in the run's folder, and `protokit run --resume` goes on from it"
# callbacks of Keras whose work is done here without them, or which no recipe can hold: why, and what to write
NOT_HERE = {
    "EarlyStopping": ("training stops by itself", "write stop: {patience: 20} under learn, and remove it here"),
    "ReduceLROnPlateau": ("the learning rate is the schedule's", "write schedule: plateau, and remove it here"),
    "LearningRateScheduler": (
        "the learning rate is the schedule's",
        "write schedule: cosine, {CosineDecay: {warmup_steps: 500}}, or your own by @protokit.schedule",
    ),
    "ModelCheckpoint": (
        "the weights of the best epoch are kept in the run's folder, as its model",
        "remove it; after_epoch: [SaveNetwork] keeps those of each epoch",
    ),
    "BackupAndRestore": (_KEPT, "remove it"),
    "OrbaxCheckpoint": (_KEPT, "remove it"),
    "TerminateOnNaN": ("a loss that is not finite ends the training, and is traced to its layer", "remove it"),
    "SwapEMAWeights": ("averages of weights are judged and kept", "write average: {decay: 0.99}, and remove it here"),
    "CSVLogger": ("the run's folder has history.csv", "remove it"),
    "History": ("the history of a run is run.history, and history.csv in its folder", "remove it"),
    "ProgbarLogger": ("progress is shown", "remove it"),
    "LambdaCallback": ("it is made of functions, which no recipe holds", "write a function with @protokit.after_epoch"),
    "RemoteMonitor": ("it sends to an address", "write a callback of your own, with @protokit.callback"),
}
CALLBACKS: Registry[CallbackPart] = Registry("callback", "protokit.learn.hooks.house.callbacks", key="callback")


class CallbackPart(Part):
    """A callback that is registered: a class of Keras's kind, or, of protokit's own, what makes one.

    Attributes:
        example: how a recipe names it, where protokit has it.
        extra: the package that it needs, and the extra of protokit that brings it.
        paths: its arguments that are paths in the run's folder.
    """

    def __init__(
        self,
        thing: Callable[..., Any],
        name: str,
        tasks: tuple[str, ...] = (),
        *,
        example: object = None,
        extra: tuple[str, str] | None = None,
        paths: tuple[str, ...] = (),
        types: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__("callback", thing, name, section="callbacks")
        self.example, self.extra, self.paths = example, extra, paths
        for argument, kind in (types or {}).items():
            self.entry.arguments[argument]["type"] = kind

    @property
    def of_batches(self) -> str | None:
        """The first of its methods that Keras's `fit` alone calls; None where it has none."""
        kinds = self.thing.__mro__ if isinstance(self.thing, type) else ()
        own = [kind for kind in kinds if not (kind.__name__ == _BASE and kind.__module__.startswith("keras."))]
        return next((name for name in OF_BATCHES if any(name in vars(kind) for kind in own)), None)

    def faults(self, arguments: Mapping[str, object]) -> list[Fault]:
        """What is wrong with the paths of a recipe: a run writes into its own folder."""
        found = []
        for name in self.paths:
            path = arguments.get(name, "x")
            if not isinstance(path, str) or not path.strip():
                found.append(Fault(f"{name} of {self.name} is a path, not {path!r}", f"write {name}: logs", (name,)))
            elif why := _outside(path):
                rule = f"{name} of {self.name} is a path in the run's folder, and {path!r} {why}"
                found.append(Fault(rule, f"write {name}: logs; below the folder of all runs each is found", (name,)))
        return found


def _outside(path: str) -> str | None:
    for kind in (PurePath(path), PureWindowsPath(path)):
        if kind.is_absolute() or kind.drive or "://" in path:
            return "leads elsewhere"
        if ".." in kind.parts:
            return "leads out of it"
    return None


@dataclass(frozen=True)
class _Callbacks(HookShelf):
    """Of those of Keras some are protokit's own work, which is said."""

    def unknown(self, name: object) -> Fault:
        """See Shelf."""
        if (told := NOT_HERE.get(str(name))) is not None:
            return Fault(f"{name} is not for a recipe: {told[0]}", told[1])
        return super().unknown(name)

    def faults(self, value: object) -> list[Fault]:
        """See Shelf."""
        if found := super().faults(value):
            return found
        name, given = next(iter(value.items())) if isinstance(value, dict) else (value, None)
        part = self.find(name)
        assert isinstance(part, CallbackPart), "it has no faults"
        first = part.entry.first
        arguments = given if isinstance(given, dict) else {} if given is None or first is None else {first: given}
        return [fault.under((str(name),)) for fault in part.faults(arguments)]

    def taken(self, thing: object) -> Reference:
        """See Shelf."""
        kind = thing if isinstance(thing, type) else type(thing)
        if kind.__module__.startswith("keras.") and is_of_keras(kind, _BASE):
            by_name = Fault(f"{kind.__name__} of Keras is named here", f"write {{{kind.__name__}: {{...}}}}")
            raise refuse(self.unknown(kind.__name__) if self.find(kind.__name__) is None else by_name)
        return super().taken(thing)


SHELF = _Callbacks("callback", "callbacks", CALLBACKS, _BASE, CallbackPart, names=tuple(NOT_HERE))


@overload
def callback(thing: Thing, /) -> Thing: ...


@overload
def callback(*, name: str | None = None) -> Callable[[Thing], Thing]: ...


def callback(thing: Any = None, /, *, name: str | None = None) -> Any:
    """Register a callback of your own under its name, for `learn.callbacks`: a `keras.callbacks.Callback`.

    >>> import keras
    >>> @protokit.callback
    ... class Beep(keras.callbacks.Callback):
    ...     '''Says when it is over.'''
    ...     def on_train_end(self, logs=None):
    ...         print("over")
    >>> protokit.check({"represent": {"target": "y"}, "learn": {"callbacks": ["Beep"]}}).learn.callbacks
    ('Beep',)

    Its methods for a training and for epochs are called by each engine; those for batches and for validation are
    `fit`'s, and take `engine: keras`. Scores have Keras's names (`loss`, `val_loss`). `self.model.stop_training = True`
    ends the training. What it keeps in plain attributes (numbers, texts, lists, mappings) is there again when a run
    that was killed goes on. Where it has a method `on_run_end(self, end)`, an object of it is made anew at the end of
    the run, and given a `protokit.plugins.RunEnd`: the scores of the test rows, and the recipe.

    Raises:
        SpecError: the thing is no callback, or its name is taken.
    """

    def made(thing: Thing) -> Thing:
        return SHELF.register(thing, name)

    return made if thing is None else made(thing)
