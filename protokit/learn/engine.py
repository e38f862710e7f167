"""What trains a network: the contract of an engine, and the registry of engines.

An engine is one class in one file: its name, a sentence on it, and `begin`, which gives the training of one network.
Where nothing heavy is imported at the top of the file, the class can be a `Training` itself, as a plug-in's may be.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, ClassVar, Protocol

from protokit.core.registry import Registry

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras, tf
    from protokit.core.values.arrays import Arrays
    from protokit.learn.plan import Plan, Progress

AfterEpoch = Callable[[dict[str, float]], bool]


class CannotCompile(Exception):
    """An engine has no program for this network; the message says what TensorFlow said."""


class NotFinite(Exception):
    """A loss or a weight was not finite; training stopped in that epoch."""


class Training(ABC):
    """The training of one compiled network, as often as it is asked for: what was compiled is kept.

    All state that has to survive a kill is in the variables of the network and its optimizer, and in `Progress`:
    a training that is resumed from them gives the same bits. So the order of the rows follows from the plan and the
    epoch alone, and random numbers are those of the network's own seed generators.
    """

    auto: ClassVar[str] = ""

    def __init__(self, network: keras.Model, reason: str) -> None:
        """`network` has its loss, optimizer and metrics. `reason` says in words why this engine was taken."""
        self._network, self._reason = network, reason
        self.callbacks: Sequence[keras.callbacks.Callback] = ()  # that see batches: for an engine that is Keras's `fit`

    @classmethod
    def begin(cls, network: keras.Model, plan: Plan, *, trainings: int, reason: str) -> Training:
        """See Engine."""
        return cls(network, reason)

    @property
    def how(self) -> str:
        """In words, how it trains this network."""
        return self._reason

    @property
    def traces(self) -> dict[str, int]:
        """How often each of its functions was compiled; empty where that is not its own doing."""
        return {}

    @property
    def weights(self) -> Sequence[tf.Tensor] | None:
        """The network's weights after the epoch that `after_epoch` is called for, where they are at hand already."""
        return None

    def recall(self, progress: Progress) -> None:
        """Take over what an earlier training showed of this network."""
        return

    def replan(self, plan: Plan) -> None:
        """Take up the plan of the training that comes now: each may have another."""
        return

    def retreat(self, progress: Progress) -> bool:
        """Choose a more careful way from now on, after values that were not finite; False where there is none."""
        return False

    def prepare(self, train: Arrays, validation: Arrays, plan: Plan) -> None:
        """Compile what training on such rows takes; the network stays as it is.

        Raises:
            CannotCompile: it cannot train this network.
        """
        return

    def judging(self) -> AbstractContextManager[None]:
        """Within it the weights are those that are judged and kept: validation rows are scored there.

        They differ from those that are trained where a recipe says `average`.
        """
        from protokit.learn.parts.average import judging

        return judging(self._network)

    @abstractmethod
    def train(
        self,
        train: Arrays,
        validation: Arrays,
        plan: Plan,
        progress: Progress,
        base_rate: float,
        after_epoch: AfterEpoch,
    ) -> None:
        """Run epochs from `progress` on until `after_epoch`, called with the epoch's scores, returns False.

        In each epoch the rows come in `plan.order(epoch, rows)`, the last batch being what is left, at
        `progress.learning_rate(base_rate, plan)`. The scores are the loss and the metrics by name, those of the
        validation rows, within `judging`, as `validation_NAME`; rows count as `plan.weights` and
        `plan.validation_weights` say.

        Raises:
            NotFinite: the loss of a batch was not finite.
        """

    @abstractmethod
    def steps(self, train: Arrays, plan: Plan, epoch: int, count: int | None = None) -> int | None:
        """Train on the first `count` batches of an epoch, or on all, to the bits that `train` gives.

        Returns:
            How many had a finite loss before the first that had not; all, where a weight is not finite at the end;
            None where all is finite.
        """


class Engine(Protocol):
    """What a recipe's `learn: {engine: NAME}` names.

    >>> from protokit import plugins
    >>> from protokit.learn.engines.keras_fit import KerasFit
    >>> @plugins.engine
    ... class Told(KerasFit):
    ...     name, about, auto = "told", "Keras's fit, which says when it begins", ""
    ...     @classmethod
    ...     def begin(cls, network, plan, *, trainings, reason):
    ...         print("begins")
    ...         return super().begin(network, plan, trainings=trainings, reason=reason)
    >>> protokit.check(recipe, set="learn.engine=told").learn.engine
    'told'
    """

    name: ClassVar[str]
    about: ClassVar[str]
    """What it is, in one sentence."""
    auto: ClassVar[str]
    """When `auto` takes it, in words; empty where it never does. Engines of other packages are taken by name only."""
    # `backends: ClassVar[tuple[str, ...]]` is what Keras may run on; TensorFlow alone where an engine says nothing

    @classmethod
    def begin(cls, network: keras.Model, plan: Plan, *, trainings: int, reason: str) -> Training:
        """The training of a network that has its loss, optimizer and metrics.

        `trainings` is how many there are to be on one plan: worth compiling more for. `reason` says in words why this
        engine was taken; empty where `auto` took its first choice.
        """


ENGINES: Registry[type[Engine]] = Registry("engine", "protokit.learn.engines", key="engine")


def automatic(backend: str = "tensorflow") -> tuple[type[Engine], ...]:
    """The engines that `auto` tries on a backend, in their order."""
    own = ENGINES.house().values()
    return tuple(engine for engine in own if engine.auto and trains_on(engine, backend))


def trains_on(engine: type[Engine], backend: str) -> bool:
    """Whether an engine trains where Keras runs on a backend."""
    return backend in getattr(engine, "backends", ("tensorflow",))
