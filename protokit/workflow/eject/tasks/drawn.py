"""Scripts whose network draws rows: a generator or a decoder, with what it learns by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from protokit.core.places import Fault
from protokit.core.values.signature import TargetSpec
from protokit.learn.steps.step import STEPS, named
from protokit.menu.reading.arguments import arguments_of
from protokit.workflow.eject.code import closed, listed, literal
from protokit.workflow.eject.script import INSTEAD
from protokit.workflow.eject.tasks.form import Encoded, Form, Scored

if TYPE_CHECKING:
    from protokit.recipe.recipe import Recipe
    from protokit.represent.encoder import Encoder

_STEPS = {"VAE": ("Variational", "encoder"), "GAN": ("Adversarial", "discriminator")}
_METRICS = ("energy_distance", "marginal_distance", "two_sample_accuracy")


class DrawnForm(Form):
    """See Form."""

    learns_numbers = True

    def refused(self, recipe: Recipe) -> Iterator[Fault]:
        """See Form."""
        if len(recipe.represent.targets) < 2:
            rule = "rows that are drawn as lists in one column have no script"
            yield Fault(rule, INSTEAD, ("represent", "target"))
        name, _ = named(recipe.learn.training_step)
        if name not in _STEPS:
            rule = f"the training step {name} has no script"
            yield Fault(rule, INSTEAD, ("learn", "training_step"))

    def truth(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        drawn = listed("DRAWN = ", map(literal, target.columns))
        return [drawn, "truth = np.concatenate([numbers_of(table[name]) for name in DRAWN], axis=1)"]

    def encoded(self, encoder: Encoder, target: TargetSpec) -> Encoded:
        """See Form."""
        lines = [
            "    center, spread = truth[train].mean(axis=0), truth[train].std(axis=0)",
            "    spread = np.where(spread > 0, spread, 1.0)",
            "    targets = ((truth - center) / spread).astype(np.float32)",
        ]
        return Encoded(lines, {"units": "(center, spread)"})

    def second(self, recipe: Recipe) -> tuple[str, list[Any]]:
        """See Form."""
        _, key = _STEPS[named(recipe.learn.training_step)[0]]
        return key, list(_given(recipe)[key])

    def loss(self, recipe: Recipe, target: TargetSpec) -> str:
        """See Form."""
        return ""

    def network(self, recipe: Recipe) -> list[str]:
        """See Form."""
        kind, key = _STEPS[named(recipe.learn.training_step)[0]]
        numbers = [f"{name}={float(value)!r}" for name, value in _given(recipe).items() if name != key]
        return [
            "network = build(rows)",
            'random.seed(derived(seed, "training step"))',
            closed(f"network = compiled({kind}(", ["network", key, *numbers], "))", 0),
        ]

    def meant(self, target: TargetSpec) -> tuple[str, str]:
        """See Form."""
        code = 'np.asarray(output, np.float64) * rows["units"][1] + rows["units"][0]'
        return "numbers in their own units.", code

    def scored(self, recipe: Recipe, target: TargetSpec, names: list[str]) -> Scored:
        """See Form."""
        columns = ["**{name: truth[:, i] for i, name in enumerate(DRAWN)}"]
        columns.append('**{f"{name} predicted": said[:, i] for i, name in enumerate(DRAWN)}')
        return Scored([], columns, {name: f"{name}(truth, said)" for name in names if name in _METRICS})


def _given(recipe: Recipe) -> dict[str, Any]:
    """The arguments of the recipe's training step, with their defaults."""
    name, given = named(recipe.learn.training_step)
    step = STEPS.find(name)
    assert step is not None, "the recipe has checked the name"
    found = arguments_of(step.entry, given)
    assert isinstance(found, dict), "the recipe has checked the arguments"
    defaults = {key: about["default"] for key, about in step.entry.arguments.items()}
    return {**defaults, **found}
