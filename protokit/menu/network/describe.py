"""Describes the installed Keras as plain data: the catalogue that menus are checked against.

`python -m protokit.menu.network.describe` writes `catalogue.json` anew; a test holds it against the installed Keras.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from protokit.core.files import write_text
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import OF_APPLICATIONS, operations_module
from protokit.menu.catalogue import REFUSED, SECTIONS, Argument, call_of, snake
from protokit.menu.network import noise, number_embeddings

# Abstract bases, and tools that are no layers of a network.
_NOT_OFFERED = {
    "Layer",
    "Wrapper",
    "InputLayer",
    "InputSpec",
    "Optimizer",
    "OptimizerMap",
    "MultiOptimizer",
    "LossScaleOptimizer",
    "Loss",
    "Metric",
    "Initializer",
    "Regularizer",
    "Constraint",
}
# Operations whose function is not named as their class.
_SPELLED = {
    "layer_norm": "layer_normalization", "batch_norm": "batch_normalization", "rmsnorm": "rms_normalization",
    "is_in": "isin", "search_sorted": "searchsorted", "all_close": "allclose",
    "ctcloss": "ctc_loss", "ctcdecode": "ctc_decode", "rgbto_grayscale": "rgb_to_grayscale",
    "rgbto_hsv": "rgb_to_hsv", "hsvto_rgb": "hsv_to_rgb",
}  # fmt: skip
# What takes a list too, although Keras's documentation names one number.
_LISTS_TOO = {"Rescaling": ("scale", "offset"), "RMSNormalization": ("axis",)}
# Operations that take a function, which is no data.
_OF_FUNCTIONS = {
    "Map", "Scan", "AssociativeScan", "WhileLoop", "ForiLoop", "Cond", "Switch", "VectorizedMap", "CallableOp",
    "Vectorize", "JVP", "PiecewiseFunction", "Piecewise", "ApplyAlongAxis",
}  # fmt: skip
# What a menu does not say of an application: it is a backbone, and its input is what comes to it.
_NOT_OF_BACKBONES = {
    "include_top", "input_tensor", "input_shape", "classes", "classifier_activation", "include_preprocessing", "name",
}  # fmt: skip
# Arguments that every layer takes through **kwargs.
_LAYER_ARGUMENTS = ("activity_regularizer", "trainable", "dtype")


def describe() -> dict[str, Any]:
    """The public classes of the installed Keras with their arguments, and the names of its activations."""
    catalogue: dict[str, Any] = {"keras": keras.__version__}
    for section in SECTIONS:
        catalogue[section] = _section(getattr(keras, section), section)
    for name, module in {**OF_APPLICATIONS, **own_layers()}.items():
        kind = getattr(importlib.import_module(module), name)
        catalogue["layers"][name] = {**class_entry(kind, "layers"), "home": module}
    catalogue["operations"] = operations()
    for name, arguments in _LISTS_TOO.items():
        for argument in arguments:
            catalogue["layers"][name]["arguments"][argument].pop("type")
    catalogue["applications"] = applications()
    catalogue["layers"]["Backbone"] = {
        "about": "A network of keras.applications without its classifier, and the preprocessing that belongs to it.",
        "arguments": {name: {"default": None} for name in catalogue["applications"]},
        "call": {"inputs": True},
        "home": "protokit.menu.network.backbones.backbone",
    }
    catalogue["schedules"] = _section(keras.optimizers.schedules, "schedules")
    catalogue["activations"] = sorted(
        name
        for name, value in vars(keras.activations).items()
        if callable(value) and name not in {"get", "serialize", "deserialize"}
    )
    return catalogue


def own_layers() -> dict[str, str]:
    """The layers that are not Keras's, with the module that each stands in."""
    found: dict[str, str] = {}
    homes = (number_embeddings, noise)
    modules = [m.name for home in homes for m in pkgutil.iter_modules(home.__path__, f"{home.__name__}.")]
    for module in modules:
        for name, kind in vars(importlib.import_module(module)).items():
            if inspect.isclass(kind) and keras.saving.get_registered_name(kind) == f"protokit>{name}":
                found[name] = module
    return found


def operations() -> dict[str, Any]:
    """The operations of keras.ops: what each is called on, its other arguments, and the class that does it."""
    found: dict[str, Any] = {}
    for part in ("core", "math", "linalg", "nn", "numpy", "image"):
        module = operations_module(part)
        for kind in list(vars(module).values()):
            if not (inspect.isclass(kind) and issubclass(kind, keras.Operation) and kind.__module__ == module.__name__):
                continue
            home, word = keras.ops, _SPELLED.get(snake(kind.__name__), snake(kind.__name__))
            if not hasattr(home, word) and hasattr(keras.ops.image, word):
                home, word = keras.ops.image, f"image.{word}"
            function = getattr(home, word.removeprefix("image."), None)
            if function is not None and kind.__name__ not in _OF_FUNCTIONS:
                entry = _operation(kind, function)
                found |= {} if entry is None else {word: entry}
    return dict(sorted(found.items()))


def _operation(kind: type, function: Callable[..., object]) -> dict[str, Any] | None:
    """An operation whose class takes what its function takes: tensors when it is called, the rest when it is made."""
    made = list(inspect.signature(kind.__init__).parameters.values())[1:]  # type: ignore[misc]
    called = list(inspect.signature(kind.call).parameters.values())[1:]  # type: ignore[attr-defined]
    text = inspect.getdoc(function) or ""
    documented = _documented(text)
    arguments = {p.name: _argument(p, documented.get(p.name, "")) for p in made if p.name not in {"name", "kwargs"}}
    call = {p.name: p.default is p.empty for p in called if p.kind is not p.VAR_KEYWORD}
    if kind.__name__ == "GetItem":  # a slice is no tensor
        arguments, call = {"key": {}}, {"x": True}
    taken = {p.name for p in inspect.signature(function).parameters.values() if p.kind is not p.VAR_KEYWORD}
    optional = {name for name, about in arguments.items() if "default" in about}
    if not call or not {*call, *arguments} - optional <= taken <= {*arguments, *call}:
        return None
    entry = {
        "about": text.split("\n\n")[0].replace("\n", " ").strip(),
        "arguments": arguments,
        "call": call,
        "home": kind.__module__,
        "kind": kind.__name__,
    }
    return {**entry, "many": True} if called[0].kind is inspect.Parameter.VAR_POSITIONAL else entry


def applications() -> dict[str, Any]:
    """The networks of keras.applications: their arguments, their module, and the smallest images that they take."""
    found: dict[str, Any] = {}
    for name, function in sorted(vars(keras.applications).items()):
        if not inspect.isfunction(function):
            continue
        arguments: dict[str, Argument] = {}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name not in _NOT_OF_BACKBONES:
                arguments[parameter.name] = {"default": parameter.default}
                if type(parameter.default) in {int, float}:
                    arguments[parameter.name]["type"] = "integer" if type(parameter.default) is int else "number"
        arguments["pooling"] = {"default": "avg"}
        arguments["trainable"] = {"default": True, "type": "boolean"}
        first = (inspect.getdoc(function) or "").split("\n")[0].rstrip(".")
        found[name] = {
            "about": first.removeprefix("Instantiates the ").removeprefix("Instantiates a "),
            "arguments": arguments,
            "home": function.__module__.rpartition(".")[2],
            "smallest": _smallest(function),
        }
    return found


def _smallest(application: Callable[..., object]) -> int:
    """Height and width of the smallest images, as the application says when it is given less."""
    try:
        application(include_top=False, weights=None, input_shape=(8, 8, 3))
    except ValueError as error:
        if found := re.search(r"at least (\d+)x\d+", str(error)):
            return int(found[1])
    return 32


def _section(module: ModuleType, section: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    aliases: dict[str, list[str]] = {}
    for name, value in sorted(vars(module).items()):
        if not inspect.isclass(value) or name in _NOT_OFFERED or not name[0].isupper():
            continue
        if value.__name__ != name and hasattr(module, value.__name__):
            aliases.setdefault(value.__name__, []).append(name)
            continue
        found[name] = class_entry(value, section)
    for name, others in aliases.items():
        found[name]["aliases"] = others
    return found


def class_entry(value: type, section: str) -> dict[str, Any]:
    """What the catalogue says of a class of Keras: what it is, its arguments, and of layers what they are called on."""
    text = inspect.getdoc(value) or ""
    entry: dict[str, Any] = {"about": text.split("\n\n")[0].replace("\n", " ").strip()}
    arguments: dict[str, Argument] = {}
    documented = _documented(text)
    takes_more = False
    for parameter in list(inspect.signature(value.__init__).parameters.values())[1:]:  # type: ignore[misc]
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_more = True
        elif parameter.kind is not parameter.VAR_POSITIONAL and parameter.name not in {"name", "kwargs"}:
            arguments[parameter.name] = _argument(parameter, documented.get(parameter.name, ""))
    if takes_more and section == "layers":
        for name in _LAYER_ARGUMENTS:
            arguments.setdefault(name, {"default": True if name == "trainable" else None})
    entry["arguments"] = arguments
    if section == "layers":
        entry["call"] = call_of(value)
        training = inspect.signature(value.call).parameters.get("training")  # type: ignore[attr-defined]
        if training is not None and training.default is True:
            entry["always"] = True
    return entry


def _argument(parameter: inspect.Parameter, text: str) -> Argument:
    entry: Argument = {}
    if parameter.default is not parameter.empty:
        try:
            json.dumps(parameter.default, allow_nan=False)
            entry["default"] = parameter.default
        except (TypeError, ValueError):
            entry["default"] = None
    if kind := _type(parameter, text):
        entry["type"] = kind
    return entry


def _type(parameter: inspect.Parameter, text: str) -> Literal["integer", "number", "boolean"] | None:
    """What the first words of Keras's documentation say of an argument, only where they are plain."""
    if isinstance(parameter.default, bool):
        return "boolean"
    # What follows a tuple, a callable or an alternative is more than one type: left to Keras.
    first = re.split(r"[.;\n]", text.strip().lower(), maxsplit=1)[0]
    if re.search(r"\b(tuple|list|or|callable|instance|string|array|tensor|schedule|learningrateschedule)\b", first):
        return None
    if re.match(r"(optional )?(a |an |the )?(positive |non-negative )?(int|integer|dimensionality)\b", first):
        return "integer"
    if re.match(r"(optional )?(a |an |the )?(positive |non-negative |python )?float\b", first):
        return "number"
    return None


def _documented(text: str) -> dict[str, str]:
    """What the section `Args:` of a docstring says of each argument."""
    block = re.search(r"^(?:Args|Arguments):\n(.*?)(?:^\S|\Z)", text, re.DOTALL | re.MULTILINE)
    if not block:
        return {}
    parts = re.split(r"^ {4}(\w+)\s*:\s*", block.group(1), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def stand_ins(catalogue: dict[str, Any]) -> str:
    """The stub file of `protokit.menu.layers`: a signature for each layer."""
    kinds = {"integer": "int", "number": "float", "boolean": "bool"}
    lines = [
        '"""Signatures of the stand-ins. Written by `python -m protokit.menu.network.describe`."""',
        "",
        "from collections.abc import Mapping, Sequence",
        "from typing import Any, TypeAlias",
        "",
        "from protokit.menu.expressions import Expression",
        "from protokit.menu.items import Layer",
        "from protokit.menu.slots import Slot",
        "",
        "_From: TypeAlias = str | Sequence[_From] | Mapping[str, _From]",
        "",
    ]
    for name, entry in catalogue["layers"].items():
        if name in REFUSED:
            continue
        parameters = []
        for argument, about in entry["arguments"].items():
            kind = kinds.get(about.get("type", ""), "")
            optional = " | None" if about.get("default", 0) is None else ""
            annotation = f"{kind}{optional} | Slot | Expression | str" if kind else "Any"
            parameters.append(f"{argument}: {annotation}" + (" = ..." if "default" in about else ""))
        more = ["*", "name: str | None = ...", "from_: _From | None = ..."]
        lines += [f"def {name}(", *(f"    {parameter}," for parameter in (*parameters, *more)), ") -> Layer: ..."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the catalogue and the stub of the stand-ins into the folder of menus."""
    catalogue = describe()
    here = Path(__file__).parent
    write_text(here.with_name("catalogue.json"), json.dumps(catalogue, indent=1, ensure_ascii=False) + "\n")
    write_text(here.with_name("layers.pyi"), stand_ins(catalogue))


if __name__ == "__main__":
    main()
