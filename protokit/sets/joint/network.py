"""The networks of several sets, with the layers that they share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.networks import network_for

Layers = dict[str, Any]  # layers and operations by the names of the menu's items


@dataclass(frozen=True)
class Joint:
    """Networks by the set's name, whose shared layers are the same objects; `shared` and `own` are names in the menu.

    `own` are those that differ from set to set, or see columns that do; heads and what embeds categories are own, too.
    """

    networks: Mapping[str, keras.Model]
    signatures: Mapping[str, Signature]
    shared: tuple[str, ...]
    own: tuple[str, ...]

    @classmethod
    def of(cls, recipes: Mapping[str, Recipe], signatures: Mapping[str, Signature]) -> Joint:
        """The untrained networks. Layers are shared that have a name, a config and weights of the same shapes in all
        sets, but for those that see columns which are not the same.

        Raises:
            SpecError: a menu does not fit its data.
        """
        made: dict[str, tuple[keras.Model, Layers]] = {}
        for name, recipe in recipes.items():
            layers: Layers = {}
            made[name] = network_for(recipe, signatures[name], layers=layers), layers
        [first, *others] = made
        names = [name for name in made[first][1] if all(name in made[other][1] for other in others)]
        equal_inputs = len({signature.inputs for signature in signatures.values()}) == 1
        near = {name: set() if equal_inputs else _seeing_inputs(network) for name, (network, _) in made.items()}
        shared = [
            name
            for name in names
            if len({_kind(made[one][1][name]) for one in made}) == 1
            and not any(id(made[one][1][name]) in near[one] for one in made)
        ]
        if not any(getattr(made[first][1][name], "weights", ()) for name in shared):
            shared = []
        taken = {name: made[first][1][name] for name in shared}
        networks = {first: made[first][0]}
        for other in others if shared else ():
            networks[other] = network_for(recipes[other], signatures[other], layers=dict(taken))
        for other in others if not shared else ():
            networks[other] = made[other][0]
        with_weights = [name for name in made[first][1] if getattr(made[first][1][name], "weights", ())]
        _rename(list(networks.values()), {id(one) for one in taken.values()})
        kept = tuple(name for name in shared if name in with_weights)
        return cls(networks, dict(signatures), kept, tuple(name for name in with_weights if name not in kept))

    def model(self, names: Sequence[str]) -> keras.Model:
        """One model of some sets: inputs and outputs by `key`."""
        inputs: dict[str, keras.KerasTensor] = {}
        outputs: dict[str, keras.KerasTensor] = {}
        for name in names:
            network, signature = self.networks[name], self.signatures[name]
            given = network.input if isinstance(network.input, dict) else {signature.inputs[0].name: network.input}
            inputs |= {self.key(name, one): tensor for one, tensor in given.items()}
            made = network.output if isinstance(network.output, dict) else {signature.targets[0].key: network.output}
            own = self.signature([name])
            for target, renamed in zip(signature.targets, own.targets, strict=True):
                outputs[renamed.key] = made[target.key]
        ends = outputs if len(outputs) > 1 else next(iter(outputs.values()))
        return keras.Model(inputs, ends, name="sets")

    def signature(self, names: Sequence[str]) -> Signature:
        """The signature of `model`."""
        inputs = [
            replace(spec, name=self.key(name, spec.name)) for name in names for spec in self.signatures[name].inputs
        ]
        targets = [
            replace(target, name=target_of(name, target.name))
            for name in names
            for target in self.signatures[name].targets
        ]
        return Signature(tuple(inputs), tuple(targets))

    def key(self, name: str, part: str) -> str:
        """The name of an input of a set in `model`."""
        return _prefix(list(self.networks).index(name)) + part.replace("/", "_")


def target_of(name: str, target: str) -> str:
    """The name of a set's target beside those of other sets: sets' names have dots, and no slash.

    >>> target_of("a.b", "c") == target_of("a", "b.c")
    False
    """
    return f"{name}/{target}"


def _prefix(place: int) -> str:
    return f"set_{place + 1}."


def _kind(layer: Any) -> str:
    """What has to be equal where a layer is to be shared: class, config and the shapes of its weights."""
    config = layer.get_config() if hasattr(layer, "get_config") else {}
    shapes = [tuple(weight.shape) for weight in getattr(layer, "weights", ())]
    return json.dumps([type(layer).__module__, type(layer).__qualname__, config, shapes], sort_keys=True, default=repr)


def _seeing_inputs(network: keras.Model) -> set[int]:
    """The layers with weights that see an input as it is, or what is made of it without weights."""
    operations = {operation.name: operation for operation in network.operations}
    calls = [
        (one["name"], number, _taken(call))
        for one in network.get_config()["layers"]
        for number, call in enumerate(one["inbound_nodes"])
    ]
    near = {(one.name, 0) for one in network.operations if isinstance(one, keras.layers.InputLayer)}
    found: set[int] = set()
    while more := [call for call in calls if any(source in near for source in call[2])]:
        calls = [call for call in calls if call not in more]
        for name, number, _ in more:
            if getattr(operations[name], "weights", ()):
                found.add(id(operations[name]))
            else:
                near.add((name, number))
    return found


def _taken(plain: object) -> list[tuple[str, int]]:
    """The calls that give what a call takes, as the config of a network has them: layers by name, and which call."""
    if isinstance(plain, Mapping):
        if plain.get("class_name") == "__keras_tensor__":
            name, call, _ = plain["config"]["keras_history"]
            return [(name, call)]
        plain = list(plain.values())
    return [found for one in plain for found in _taken(one)] if isinstance(plain, (list, tuple)) else []


def _rename(networks: Sequence[keras.Model], shared: set[int]) -> None:
    """Give what is a set's own names that no other set has, as one model of all needs."""
    for i, network in enumerate(networks):
        for operation in network.operations:
            if id(operation) not in shared and not operation.name.startswith(_prefix(i)):
                operation.name = _prefix(i) + operation.name
        for tensor in network.inputs:
            tensor.name = _prefix(i) + tensor.name
