"""What a form of targets writes into the parts of a script."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from protokit.core.places import Fault
from protokit.core.values.signature import TargetSpec
from protokit.workflow.eject.code import literal

if TYPE_CHECKING:
    from protokit.recipe.recipe import Recipe
    from protokit.represent.encoder import Encoder


@dataclass(frozen=True)
class Encoded:
    """Lines of the function that encodes rows, which give `targets`, and what else it gives, by its name."""

    lines: list[str]
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scored:
    """Lines behind `said` and `truth` of the test rows, the columns of predictions, and calls that give metrics."""

    lines: list[str]
    columns: list[str]
    metrics: dict[str, str]


class Form(ABC):
    """Code for targets of one form.

    Attributes:
        takes_codes: whether `encoded` needs `kinds`, the codes of each category with its levels.
    """

    takes_codes: ClassVar[bool] = False

    def refused(self, recipe: Recipe) -> Iterator[Fault]:
        """What of such a recipe has no script."""
        return iter(())

    def needed(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """The columns of the table beside those that the network takes."""
        return [*target.columns]

    def has(self, target: TargetSpec) -> str:
        """Code that says which rows can be learned from; empty where all can."""
        return f"table[{literal([*target.columns])}].notna().all(axis=1)"

    @abstractmethod
    def truth(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """Lines that stand before the rows are encoded."""

    @abstractmethod
    def encoded(self, encoder: Encoder, target: TargetSpec) -> Encoded:
        """See Encoded."""

    def ended(self, target: TargetSpec, last: str) -> list[str]:
        """Lines that give `output` of what comes from the `last` layer; none where one layer does."""
        return []

    @abstractmethod
    def loss(self, recipe: Recipe, target: TargetSpec) -> str:
        """The loss as code; empty where it is Keras's."""

    @abstractmethod
    def meant(self, target: TargetSpec) -> tuple[str, str]:
        """What the output of a network means, in words and as code of `output` and `rows`."""

    def each(self, recipe: Recipe) -> str:
        """What is kept of each network of a fold: code of `network`, `rows` and `parts`."""
        return 'meant(predicted(network, rows, parts["test"]), rows)'

    def together(self, recipe: Recipe) -> list[str]:
        """Lines that make `mean` of what was `said` of all networks of a fold."""
        return ["mean = np.mean(said, axis=0)"]

    @abstractmethod
    def scored(self, recipe: Recipe, target: TargetSpec, names: list[str]) -> Scored:
        """See Scored; of the metrics of these names those that have code."""
