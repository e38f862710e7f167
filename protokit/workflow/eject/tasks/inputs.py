"""Scripts whose network gives its inputs back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.workflow.eject.code import listed, literal
from protokit.workflow.eject.tasks.form import Encoded, Form, Scored

if TYPE_CHECKING:
    from protokit.recipe.recipe import Recipe
    from protokit.represent.encoder import Encoder


class InputsForm(Form):
    """See Form."""

    takes_codes = True

    def needed(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        return []

    def has(self, target: TargetSpec) -> str:
        """See Form."""
        return ""

    def truth(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        return [listed("GIVEN = ", [literal(part.name) for part in target.parts])]

    def encoded(self, encoder: Encoder, target: TargetSpec) -> Encoded:
        """See Form."""
        lines = ["    center, spread = standard_of(numbers[train])"]
        standard, more = "(numbers - center) / spread", {"units": "(center, spread)"}
        if any(part.levels for part in target.parts):
            lines += [
                "    kinds = [(codes, levels) for codes, levels in kinds if levels]",
                "    places = [codes - 1.0 for codes, _ in kinds]",
                "    truth = np.column_stack([numbers, *places])",
                f"    targets = np.column_stack([{standard}, *places]).astype(np.float32)",
            ]
            more |= {"names": "[levels for _, levels in kinds]", "counts": "[len(levels) for _, levels in kinds]"}
        else:
            lines += ["    truth = numbers", f"    targets = ({standard}).astype(np.float32)"]
            more["counts"] = "[]"
        return Encoded(lines, {"truth": "truth", **more})

    def loss(self, recipe: Recipe, target: TargetSpec) -> str:
        """See Form."""
        levels = [len(part.levels) for part in target.parts if part.levels]
        return f"GivenBack({len(target.parts) - len(levels)}, {levels})"

    def meant(self, target: TargetSpec) -> tuple[str, str]:
        """See Form."""
        return "numbers in their own units, probabilities of levels.", "in_own_units(output, rows)"

    def scored(self, recipe: Recipe, target: TargetSpec, names: list[str]) -> Scored:
        """See Form."""
        numbers = sum(not part.levels for part in target.parts)
        lines = ['truth = encoded[0]["truth"][tested]', "errors = errors_of(truth, said, encoded[0])"]
        columns = [f"**{{name: truth[:, i] for i, name in enumerate(GIVEN[:{numbers}])}}"]
        back = [f'**{{f"{{name}} given back": said[:, i] for i, name in enumerate(GIVEN[:{numbers}])}}']
        if numbers < len(target.parts):
            lines += [
                'levels = encoded[0]["names"]',
                'unseen = "(not in training)"',
                f"places = truth[:, {numbers}:].astype(int).T",
                "texts = [[unseen if i < 0 else some[i] for i in at] for some, at in zip(levels, places, strict=True)]",
                f'titles = [f"{{name}} = {{one}}" for name, some in zip(GIVEN[{numbers}:], levels) for one in some]',
            ]
            columns.append(f"**dict(zip(GIVEN[{numbers}:], texts, strict=True))")
            back.append(f"**dict(zip(titles, said[:, {numbers}:].T, strict=True))")
        scores = {name: "errors.mean()" for name in names if name == "reconstruction_error"}
        return Scored(lines, [*columns, '"reconstruction error": errors', *back], scores)
