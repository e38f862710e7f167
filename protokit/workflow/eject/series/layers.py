"""What stands in the function that builds a network of series: the parts of its inputs, and its end."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.menu.fitting import KNOWN_UNITS
from protokit.workflow.eject.code import call, literal


def parts_of(signature: Signature) -> dict[str, str]:
    """What a menu takes of series beside the inputs themselves, by name: code of `series`. None of other data."""
    if signature.targets[0].form != "steps":
        return {}
    horizon, columns = signature.targets[0].shape
    found = {
        "history": f"series[:, :, :{columns}] - series[:, -1:, :{columns}]  # from the last value on",
        "last": f"keras.ops.repeat(series[:, -1:, :{columns}], {horizon}, axis=1)",
    }
    [series] = [spec for spec in signature.inputs if spec.kind == "series"]
    return found | ({"covariates": f"series[:, :, {columns}:]"} if series.shape[1] > columns else {})


def ended(network: keras.Model, signature: Signature, last: str, start: str) -> list[str]:
    """Lines that give `output` of what comes from the `last` layer and of the last known values, `start`.

    `network` is the one that was built.
    """
    horizon, columns = signature.targets[0].shape
    made = {layer.name for layer in network.layers}
    plain = ['kernel_initializer="zeros"', 'dtype="float32"']
    lines, parts = [], ["change", start]

    def add(name: str, kind: str, items: list[str], taken: str, layer: str) -> None:
        items = [*items, f"name={literal(layer)}"]
        lines.append(call(f"keras.layers.{kind}", items, 4, before=f"{name} = ", after=f"({taken})"))

    if "columns_last" in made:  # a map over time, that all columns share
        if "columns_for_output" in made:
            add("flat", "Dense", [str(columns)], last, "columns_for_output")
            last = "flat"
        add("change", "Permute", ["(2, 1)"], last, "time_last")
        add("change", "Dense", [str(horizon), *plain], "change", "output")
        add("change", "Permute", ["(2, 1)"], "change", "columns_last")
    else:
        if "flat_for_output" in made:
            add("flat", "Flatten", [], last, "flat_for_output")
            last = "flat"
        add("change", "Dense", [str(horizon * columns), *plain], last, "output")
        add("change", "Reshape", [f"({horizon}, {columns})"], "change", "steps")
    if "known_output" in made:
        add("ahead", "Dense", [str(KNOWN_UNITS), 'activation="relu"'], "known", "known_hidden")
        add("ahead", "Dense", [str(columns), *plain], "ahead", "known_output")
        parts.append("ahead")
    lines.append(f'    output = keras.layers.Add(name="forecast")([{", ".join(parts)}])')
    return lines
