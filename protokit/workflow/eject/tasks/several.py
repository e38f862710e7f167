"""Scripts whose network predicts several targets: a head for each, and the sum of their losses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.core.places import Fault
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.metric import METRICS
from protokit.workflow.eject.code import call, closed, listed, literal, titled
from protokit.workflow.eject.script import INSTEAD
from protokit.workflow.eject.tasks.form import Encoded, Form, Scored
from protokit.workflow.eject.tasks.losses import loss_call
from protokit.workflow.eject.tasks.metrics import Names, metric_call

if TYPE_CHECKING:
    from protokit.recipe.recipe import Recipe
    from protokit.represent.encoder import Encoder

TASKS = ("binary", "multiclass", "regression")


@dataclass(frozen=True)
class SeveralForm(Form):
    """See Form: `targets` are all of them, in place of the one that its functions are given."""

    targets: tuple[TargetSpec, ...]

    def refused(self, recipe: Recipe) -> Iterator[Fault]:
        """See Form."""
        evaluate, learn = recipe.evaluate, recipe.learn
        for target in self.targets:
            if target.task not in TASKS:
                rule = f"{target.name!r}, of the task {target.of_task.written}, has no script beside other targets"
                yield Fault(rule, INSTEAD, ("represent", "target"))
        said = {"calibrate": evaluate.calibrate, "threshold": isinstance(evaluate.threshold, str)}
        for word, value in said.items():
            if value:
                yield Fault(f"evaluate.{word} has no script for several targets", INSTEAD, ("evaluate", word))
        of_learn = {"class_weights": learn.class_weights, "start": learn.start == "linear"}
        for word, value in of_learn.items():
            if value:
                yield Fault(f"learn.{word} has no script for several targets", INSTEAD, ("learn", word))

    def needed(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        return [one.name for one in self.targets]

    def has(self, target: TargetSpec) -> str:
        """See Form."""
        return f"table[{literal([one.name for one in self.targets])}].notna().all(axis=1)"

    def truth(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        lines, parts = [], []
        named = {one.name: [str(name) for name in one.classes] for one in self.targets if one.has_classes}
        if named:
            own = [listed(f"{literal(name)}: ", map(literal, some), 4).strip() for name, some in named.items()]
            lines.append(_mapping("CLASSES = ", own))
        for one in self.targets:
            name = literal(one.name)
            code = f"numbers_of(table[{name}])[:, 0]"
            if one.has_classes:
                code = f"np.array([CLASSES[{name}].index(text) for text in texts_of(table[{name}])])"
            parts.append(f"{name}: {code}")
        return [*lines, _mapping("truth = ", parts)]

    def encoded(self, encoder: Encoder, target: TargetSpec) -> Encoded:
        """See Form."""
        units, targets = [], []
        for one in self.targets:
            name = literal(one.name)
            code = f"truth[{name}].astype({'np.int32' if one.of_task.coded else 'np.float32'})[:, None]"
            if not one.has_classes:
                units.append(f"{name}: units_of_target(truth[{name}][train])")
                code = f"in_units_of_target(truth[{name}], units[{name}])"
            targets.append(f"{literal(one.key)}: {code}")
        lines = [_mapping("units = ", units, 4)] if units else []
        return Encoded([*lines, _mapping("targets = ", targets, 4)], {"units": "units"} if units else {})

    def ended(self, target: TargetSpec, last: str) -> list[str]:
        """See Form."""
        heads = list[str]()
        for i, one in enumerate(self.targets):
            items = [
                str(one.units), 'kernel_initializer="zeros"', f"activation={literal(one.of_task.activation)}",
                'dtype="float32"', f'name="output_{i + 1}"',
            ]  # fmt: skip
            code = call("keras.layers.Dense", items, 8, before=f"{literal(one.key)}: ", after=f"({last})")
            heads += [line[4:] for line in f"{code},".splitlines()]  # the function's own indent comes later
        return ["output = {", *heads, "}"]

    def loss(self, recipe: Recipe, target: TargetSpec) -> str:
        """See Form."""
        each = [f"{literal(one.key)}: {loss_call(recipe, one)}" for one in self.targets]
        return _mapping("loss = ", each, 4).strip().removeprefix("loss = ")

    def meant(self, target: TargetSpec) -> tuple[str, str]:
        """See Form."""
        parts = []
        for one in self.targets:
            name, output = literal(one.name), f"output[{literal(one.key)}]"
            code = f"in_own_unit({output}, rows['units'][{name}])".replace("'", '"')
            parts.append(f"{name}: {f'probabilities_of({output})' if one.has_classes else code}")
        code = _mapping("return ", parts, 4).strip().removeprefix("return ")
        return "the probabilities of classes, numbers in their own unit.", code

    def together(self, recipe: Recipe) -> list[str]:
        """See Form."""
        return ["mean = {name: np.mean([one[name] for one in said], axis=0) for name in truth}"]

    def gathered(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        return [
            "said = {name: np.concatenate([one[name] for one in predicted_by]) for name in truth}",
            "truth = {name: values[tested] for name, values in truth.items()}",
        ]

    def scored(self, recipe: Recipe, target: TargetSpec, names: list[str]) -> Scored:
        """See Form."""
        called, columns, scores = [], list[str](), dict[str, str]()
        for one in self.targets:
            name = literal(one.name)
            of = Names(*(f"{what}[{name}]" for what in ("truth", "said", "called", "CLASSES")))
            if one.has_classes:
                called.append(f"{name}: {_called(one, of.said)}")
                columns.append(f"{name}: np.array({of.classes})[{of.truth}]")
                columns.append(f"{literal(f'{one.name} predicted')}: np.array({of.classes})[{of.called}]")
                title = titled(f"{one.name} = ", "{one}")
                columns.append(f"**{{{title}: {of.said}[:, i] for i, one in enumerate({of.classes})}}")
            else:
                columns += [f"{name}: {of.truth}", f"{literal(f'{one.name} predicted')}: {of.said}"]
            for metric in recipe.evaluate.metrics or one.of_task.metrics:
                fits = one.of_task.is_one_of(METRICS[metric].tasks)
                if metric in names and fits and (code := metric_call(metric, one, of)):
                    scores[f"{metric} of {one.name}"] = code
        return Scored([_mapping("called = ", called)] if called else [], columns, scores)


def _called(target: TargetSpec, said: str) -> str:
    """The class of each row."""
    if not target.has_positive:
        return f"{said}.argmax(axis=1)"
    above = f"{said}[:, {target.positive}] > {target.threshold!r}"
    return f"({above}).astype(int)" if target.positive else f"(~({above})).astype(int)"


def _mapping(start: str, items: list[str], indent: int = 0) -> str:
    return closed(f"{start}{{", items, "}", indent)
