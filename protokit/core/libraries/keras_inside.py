"""What protokit takes of Keras and TensorFlow beside their public names: all of it stands here.

A test says the versions that this was tried with, and holds that nothing else in the package names a thing that is not
public (tests/core/libraries/test_keras_inside.py).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias, cast

from protokit.core.libraries.backend import BACKEND, keras, tf

Functional: TypeAlias = Any  # keras.src.models.functional.Functional, which has no public name
FUNCTIONAL: Any = keras.src.models.functional.Functional
mask_of: Any = keras.src.backend.get_keras_mask
draw_seed: Any = keras.src.random.seed_generator.draw_seed
in_snake_case: Any = keras.src.utils.naming.to_snake_case
file_utils: Any = keras.src.utils.file_utils
saving: Any = keras.src.saving.saving_lib
raw_backend: Any = keras.src.backend
GLOBAL_SEEDS = "global_seed_generator"
ACTIVATIONS = "keras.src.activations.activations"
LAYERS = "keras.src.layers."
OF_APPLICATIONS = {
    "LayerScale": "keras.src.applications.convnext",
    "StochasticDepth": "keras.src.applications.convnext",
    "CustomScaleLayer": "keras.src.applications.inception_resnet_v2",
}


class Made(NamedTuple):
    """Where a symbolic tensor comes from: a layer or operation, which call of it, and which of that call's tensors."""

    operation: Any
    node_index: int
    tensor_index: int


def made_by(tensor: Any) -> Made:
    """Where a symbolic tensor comes from."""
    return Made(*tensor._keras_history)


def calls_of(operation: Any) -> Sequence[Any]:
    """The calls of a layer or operation, each with `input_tensors` and `output_tensors`."""
    return cast("Sequence[Any]", operation._inbound_nodes)


def nodes_by_depth(network: Any) -> Mapping[int, Sequence[Any]]:
    """The calls that a functional model is made of, by their distance from the outputs; nothing of another model."""
    return cast("Mapping[int, Sequence[Any]]", getattr(network, "_nodes_by_depth", {}))


def operations_of(network: Any) -> Sequence[Any]:
    """The layers and operations of a functional model, in the order in which they are called."""
    return cast("Sequence[Any]", getattr(network, "_operations", ()))


def inputs_of(network: Any) -> list[Any]:
    """The symbolic tensors that a functional model takes."""
    return cast("list[Any]", network._inputs)


def outputs_of(network: Any) -> list[Any]:
    """The symbolic tensors that a functional model gives."""
    return cast("list[Any]", network._outputs)


def structure_of_inputs(network: Any) -> Any:
    """The lists and mappings in which a functional model takes its tensors."""
    return network._inputs_struct


def structure_of_outputs(network: Any) -> Any:
    """The lists and mappings in which a functional model gives its tensors."""
    return network._outputs_struct


def operations_by_depth(network: Any) -> Mapping[int, Sequence[Any]]:
    """The layers and operations of a functional model by their distance from the outputs."""
    return cast("Mapping[int, Sequence[Any]]", network._operations_by_depth)


def run_through(network: Any, given: Any, called: Callable[[Any], object]) -> Any:
    """What a functional model gives where `called` says what stands in the place of each operation."""
    return network._run_through_graph(given, operation_fn=called)


def special_words(lookup: Any) -> Sequence[object]:
    """The words of a lookup that stand for what is masked or not known."""
    return cast("Sequence[object]", lookup._special_tokens() if hasattr(lookup, "_special_tokens") else ())


def load_state(layer: keras.Layer, store: Any, place: str) -> None:
    """Read the weights of a layer at a place of a store of weights."""
    saving._load_state(layer, store, None, place)


def rate_of(optimizer: keras.Optimizer) -> Any:
    """The variable of an optimizer's learning rate."""
    return optimizer._learning_rate


def set_rate(optimizer: keras.Optimizer, now: Callable[[], Any]) -> None:
    """Have an optimizer ask for its learning rate at each step."""
    optimizer._get_current_learning_rate = now


def trained_by(optimizer: keras.Optimizer) -> list[keras.Variable]:
    """The variables that an optimizer trains."""
    return list(optimizer._trainable_variables)


def moving_averages(optimizer: keras.Optimizer) -> list[tuple[keras.Variable, keras.Variable]]:
    """The variables that an optimizer trains, each with its moving average."""
    return list(zip(trained_by(optimizer), optimizer._model_variables_moving_average, strict=True))


def graphs_in(graph: Any) -> list[Any]:
    """A graph of TensorFlow, and those of the functions that it calls."""
    return [graph, *(one.graph for one in graph._functions.values() if hasattr(one, "graph"))]


def functional_in(model: Any) -> Functional | None:
    """The functional model that a sequential one is made of; None where it was not built yet."""
    return model._functional


def layers_in(layer: keras.Layer, *, itself: bool = False) -> list[keras.Layer]:
    """All layers inside a layer or model, at any depth."""
    return list(layer._flatten_layers(include_self=itself))


def operations_module(part: str) -> ModuleType:
    """The module of a family of Keras's operations, such as `numpy`."""
    return importlib.import_module(f"keras.src.ops.{part}")


def home() -> str:
    """Keras's own folder, in which it keeps weights."""
    return str(keras.src.backend.config.keras_home())


def global_seeds() -> Any:
    """The generator that layers draw from which have no seed of their own; None where there is none yet."""
    return keras.src.backend.common.global_state.get_global_attribute(GLOBAL_SEEDS)


def tensorflow_seed() -> int | None:
    """The seed that TensorFlow draws by, or what it gives where it has none."""
    return cast("int | None", tf.compat.v1.get_seed(1)[0])


def gpu_memory() -> int | None:
    """Bytes of the memory of the smallest GPU of TensorFlow, or None where there is none."""
    if BACKEND != "tensorflow" or not tf.config.list_physical_devices("GPU"):
        return None
    from tensorflow.python.client import device_lib  # slow to import

    limits = [int(device.memory_limit) for device in device_lib.list_local_devices() if device.device_type == "GPU"]
    return min(limits, default=None)
