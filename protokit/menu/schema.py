"""The JSON Schema of a menu, for editors: what its reader checks, as far as a schema can say it.

What an argument may be comes from `reading.argument_rules`, the table that the reader follows. What only the menu
itself defines (blocks, items that `from` names, hyperparameters) no schema can know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from protokit.grammar.words import slot_schema
from protokit.menu import catalogue
from protokit.menu.reading.argument_rules import Rule, rule_of
from protokit.menu.reading.reader import KEYS

JsonSchema: TypeAlias = dict[str, object]

_CHAIN: JsonSchema = {"$ref": "#/$defs/Chain"}
_CHAINS: JsonSchema = {"type": "object", "additionalProperties": _CHAIN, "minProperties": 1}
_TEXT: JsonSchema = {"type": "string"}
_NAMES: JsonSchema = {"pattern": "^[^\\W\\d]\\w*$"}  # of what expressions refer to
_LAYER: JsonSchema = {"$ref": "#/$defs/Layer"}
_EXPRESSION: JsonSchema = {"$ref": "#/$defs/Expression"}
_NULL: JsonSchema = {"type": "null"}
_SIZES: JsonSchema = {"type": ["integer", "null"], "minimum": 1}
_SLOT_KINDS = ("choice", "int", "float")
# classes that a value of a hyperparameter may name with its arguments
_TRAINING = ("optimizers", "losses", "metrics")  # what a recipe names beside its menu
_REFERENCED = ("initializers", "regularizers", "constraints")


def schema() -> JsonSchema:
    """JSON Schema (2020-12) of menu files."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "protokit menu",
        "$ref": "#/$defs/Menu",
        "$defs": _of_menus(),
    }


def definitions() -> JsonSchema:
    """What a recipe's menu, optimizer, losses and metrics are made of."""
    training = _Arguments(expressions=False)
    sections = {section.capitalize(): training.of_section(section) for section in _TRAINING}
    return {**_of_menus(), **sections, **training.definitions}


def _of_menus() -> JsonSchema:
    """What a menu is made of: every layer with its arguments, every composite, slots and expressions."""
    arguments = _Arguments()
    layers = {name: arguments.of_class(entry) for name, entry in _spelled("layers").items()}
    names: JsonSchema = {"enum": [name for name, entry in _spelled("layers").items() if not entry.required]}
    bare: JsonSchema = {"anyOf": [names, {"type": "string", "pattern": _OF_HUB}]}
    any_value: JsonSchema = {"$ref": "#/$defs/Value"}
    chain_or_block: JsonSchema = {"anyOf": [_CHAIN, _closed(_block(any_value), required=["layers"])]}
    shape: JsonSchema = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "array", "items": _SIZES}]}
    of_input: JsonSchema = {"shape": shape, "dtype": _TEXT, "batch_size": _SIZES}
    of_input |= {key: {"type": "boolean"} for key in ("sparse", "ragged", "optional")}
    with_dtype = _closed(of_input, required=["shape"])
    parts: JsonSchema = {
        "hyperparameters": _named(any_value),
        "blocks": _named(chain_or_block),
        "inputs": {**_named({"anyOf": [shape, with_dtype]}), "propertyNames": {"pattern": "^[^/]*[^/\\s][^/]*$"}},
        "takes": {
            "anyOf": [{"$ref": "#/$defs/Source"}, _NULL],
            "description": "how a Keras model of the menu is given its inputs, where not in a list of their order",
        },
        "layers": _CHAIN,
        "outputs": {"anyOf": [{"$ref": "#/$defs/Source"}, _NULL]},
    }
    sources: JsonSchema = {"$ref": "#/$defs/Source"}
    return {
        "Menu": {"anyOf": [_CHAIN, _closed({key: parts[key] for key in KEYS}, required=["layers"])]},
        "Chain": {"type": "array", "items": {"$ref": "#/$defs/MenuItem"}},
        "MenuItem": {"anyOf": [bare, _CHAIN, {"$ref": "#/$defs/LayerItem"}, *_composites(arguments)]},
        "LayerItem": {**_item(layers, beside={**_BESIDE, "call": _CALL}), "allOf": _calls(sources)},
        "Layer": {"anyOf": [bare, _item(layers, beside={"name": {"type": ["string", "null"]}})]},
        "Value": _value(arguments),
        "Slot": slot_schema({}, True),
        "Expression": {"type": "string", "pattern": "\\$"},
        "Source": {
            "anyOf": [
                _TEXT,
                {"type": "array", "items": sources, "minItems": 1},
                {"type": "object", "additionalProperties": sources, "minProperties": 1},
            ]
        },
        **arguments.definitions,
    }


class _Arguments:
    """Writes the schemas of arguments; those that are alike are written once, as definitions."""

    def __init__(self, *, expressions: bool = True) -> None:
        self.expressions = expressions  # which only a menu has: its hyperparameters are known there alone
        self.definitions: JsonSchema = {}

    def of_class(self, entry: catalogue.Entry) -> JsonSchema:
        """What may stand beside the name of a class: its arguments, or the first alone."""
        return self._defined(f"{entry.section}.{entry.name}", lambda: self._class(entry))

    def _defined(self, name: str, written: Callable[[], JsonSchema]) -> JsonSchema:
        name += "" if self.expressions else ".training"
        if name not in self.definitions:
            self.definitions[name] = {}  # it may be met again inside itself
            self.definitions[name] = written()
        return {"$ref": f"#/$defs/{name}"}

    def _class(self, entry: catalogue.Entry) -> JsonSchema:
        arguments = {name: self.of_rule(rule_of(entry, name)) for name in entry.arguments}
        if entry.name == catalogue.BACKBONE:
            one: JsonSchema = {**_closed(arguments), "minProperties": 1, "maxProperties": 1}
            return {"description": entry.about, "anyOf": [one, {"enum": list(arguments)}]}
        forms = [_closed(arguments, required=entry.required)]
        if set(entry.required) <= {entry.first}:
            forms += [_NULL] if not entry.required else []
            if entry.first is not None:
                rule = rule_of(entry, entry.first)
                forms.append(_LAYER if rule.layers else self._alone(rule))
        return {"description": entry.about, "anyOf": forms}

    def _alone(self, rule: Rule) -> JsonSchema:
        """The first argument without its name: no list, and a mapping only where it is a slot."""
        if rule.kind:
            return self.of_rule(rule)
        forms: list[JsonSchema] = [{"not": {"type": ["array", "object"]}}]
        forms += [{"required": [kind]} for kind in _SLOT_KINDS]
        return {"allOf": [self.of_rule(rule), {"not": {"type": "array"}}, {"anyOf": forms}]}

    def of_rule(self, rule: Rule) -> JsonSchema:
        """What an argument may be, as a reference to a definition."""
        return self._defined(_name_of(rule), lambda: self._written(rule))

    def _written(self, rule: Rule) -> JsonSchema:
        if rule.application and (entry := catalogue.find("applications", rule.application)):
            given = {name: self.of_rule(rule_of(entry, name)) for name in entry.arguments}
            given["weights"] = self.of_rule(Rule())
            return {"anyOf": [_closed(given), _NULL], "description": entry.about}
        if rule.layers:
            return {"anyOf": [_LAYER, {"type": "array", "items": _LAYER}, _NULL]}
        forms: list[JsonSchema] = []
        if rule.section == "activations":
            forms = [{"enum": list(rule.names)}, _LAYER]
        elif rule.section:
            forms = [self.of_section(rule.section)]
        elif rule.lists:
            forms = [{"type": "array"}]
        elif rule.kind:
            forms = [{"type": rule.kind, **_bounds(rule)}]
        elif rule.names:
            forms = [{"enum": list(rule.names)}, {"not": {"type": ["string", "object", "null"]}}]
        elif rule.low is not None:
            forms = [{"type": "number", **_bounds(rule)}, {"not": {"type": ["number", "object", "null"]}}]
        else:
            forms = [{"not": {"type": ["object", "null"]}}, _OTHER_MAPPING]
        plain: JsonSchema = forms[0] if len(forms) == 1 else {"anyOf": list(forms)}
        numbers = rule.kind != "boolean" and not (rule.names or rule.section or rule.lists)
        forms = forms + self._slots(plain, numbers)
        forms += [{"const": rule.default}] if rule.default is not None else []
        forms += [_NULL] if rule.null else []
        return forms[0] if len(forms) == 1 else {"anyOf": forms}

    def _slots(self, plain: JsonSchema, numbers: bool) -> list[JsonSchema]:
        slot: JsonSchema = slot_schema(_or_null(plain), numbers) if plain else {"$ref": "#/$defs/Slot"}
        return [slot, _EXPRESSION] if self.expressions else [slot]

    def of_section(self, section: str) -> JsonSchema:
        """A name of a section, or a mapping of one name to its arguments."""
        return self._defined(section, lambda: self._section(_spelled(section)))

    def _section(self, entries: Mapping[str, catalogue.Entry]) -> JsonSchema:
        bare = [name for name, entry in entries.items() if not entry.required]
        named = _closed({name: self.of_class(entry) for name, entry in entries.items()})
        return {"anyOf": [{"enum": bare}, {**named, "minProperties": 1, "maxProperties": 1}]}


# what no rule speaks of: a mapping that is no slot, nor like one
_OTHER_MAPPING: JsonSchema = {
    "type": "object",
    "propertyNames": {"not": {"enum": [*_SLOT_KINDS, "step", "log", "default"]}},
    "not": {"maxProperties": 1, "propertyNames": {"pattern": "^([Cc]h|[Ii]n|[Ff]l)"}},
}


def _spelled(section: str) -> dict[str, catalogue.Entry]:
    """Every way to write a name of a section."""
    found: dict[str, catalogue.Entry] = {}
    for name in (*catalogue.names(section), *catalogue.aliases(section)):
        if (entry := catalogue.find(section, name)) is not None:
            found[name] = entry
    return found


def _name_of(rule: Rule) -> str:
    """The name of the definition of a rule."""
    if rule.layers or rule.application:
        return "Layers" if rule.layers else f"applications.{rule.application}"
    words = [
        "list" if rule.lists else rule.section or rule.kind or ("_".join(rule.names) if rule.names else "anything")
    ]
    words += [f"{'above' if rule.above else 'from'}_{rule.low:g}"] if rule.low is not None else []
    words += [f"{'below' if rule.below else 'to'}_{rule.high:g}"] if rule.high is not None else []
    words += [f"or_{rule.default}"] if rule.default is not None else []
    words += ["or_null"] if rule.null else []
    return "_".join(words)


def _bounds(rule: Rule) -> JsonSchema:
    low, high = ("exclusiveMinimum" if rule.above else "minimum"), ("exclusiveMaximum" if rule.below else "maximum")
    bounds = {low: rule.low, high: rule.high}
    return {key: value for key, value in bounds.items() if value is not None}


def _closed(properties: Mapping[str, object], *, required: Iterable[str] = ()) -> JsonSchema:
    found: JsonSchema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**found, "required": needed} if (needed := list(required)) else found


def _named(values: JsonSchema) -> JsonSchema:
    """A mapping of names to values, or nothing."""
    return {"type": ["object", "null"], "additionalProperties": values, "propertyNames": _NAMES}


def _block(value: JsonSchema) -> JsonSchema:
    names: JsonSchema = {"type": ["array", "null"], "items": _TEXT}
    values: JsonSchema = {"type": ["object", "null"], "additionalProperties": value}
    return {"parameters": values, "inputs": names, "layers": _CHAIN}


_OF_HUB = "^hub\\.[\\w.]+$"
_BESIDE: JsonSchema = {
    "name": {"type": ["string", "null"], "pattern": "^[\\w-]+$"},
    "from": {"$ref": "#/$defs/Source"},
}
_CALL: JsonSchema = {
    "type": ["object", "null"],
    "description": "what the layer is called with beside tensors, as {training: false}",
}


def _item(heads: Mapping[str, object], *, beside: Mapping[str, object] = _BESIDE) -> JsonSchema:
    """A mapping of one of some heads, with what may stand beside it."""
    others = list(beside)
    counts: list[JsonSchema] = []
    for some in ([key for i, key in enumerate(others) if mask >> i & 1] for mask in range(1 << len(others))):
        absent = [{"required": [key]} for key in others if key not in some]
        count: JsonSchema = {"minProperties": len(some) + 1, "maxProperties": len(some) + 1}
        count |= {"required": some} if some else {}
        counts.append({**count, "not": {"anyOf": absent}} if absent else count)
    # what the arguments of KerasHub's layers may be is held when the menu is read
    return {**_closed({**heads, **beside}), "patternProperties": {_OF_HUB: {}}, "anyOf": counts}


def _calls(source: JsonSchema) -> list[JsonSchema]:
    """What a layer of several inputs is called on, where they are given by name."""
    found: list[JsonSchema] = []
    for name, entry in _spelled("layers").items():
        if len(entry.call) > 1:
            needed = [one for one, must in entry.call.items() if must and entry.kind is None]  # or under `call`
            by_name = _closed(dict.fromkeys(entry.call, source), required=needed)
            taken: JsonSchema = {"anyOf": [{"not": {"type": "object"}}, by_name]}
            found.append({"if": {"required": [name]}, "then": {"properties": {"from": taken}}})
    return found


def _composites(arguments: _Arguments) -> list[JsonSchema]:
    whole = arguments.of_rule(Rule("integer", low=0, null=False))
    members = arguments.of_rule(Rule("integer", low=1, null=False))
    block: JsonSchema = {"anyOf": [_TEXT, {"type": "object", "minProperties": 1, "maxProperties": 1}]}
    heads: dict[str, tuple[JsonSchema, JsonSchema]] = {
        "use": ({**block, "description": "a block, with new weights"}, {}),
        "share": (
            {**block, "description": "a block or a named layer, with the same weights each time"},
            {"call": _CALL},
        ),
        "repeat": (_closed({"times": whole, "layers": _CHAIN}, required=["times", "layers"]), {}),
        "ensemble": (
            {
                **_closed({"members": members, "layers": _CHAIN}, required=["members", "layers"]),
                "description": "members in one network, as the last item: their losses and predictions are averaged",
            },
            {},
        ),
        "residual": ({**_CHAIN, "description": "x + f(x), projected where shapes differ"}, {}),
        "branch": ({**_CHAINS, "description": "the input to each, then merged"}, {"merge": _LAYER}),
        "choose": (
            {**_CHAINS, "minProperties": 2, "description": "one of these: a slot of structure"},
            {"default": _TEXT},
        ),
        "when": ({**_CHAINS, "description": "only where the condition holds"}, {}),
        "layers": (_CHAIN, {}),
    }
    return [_closed({head: body, **more, **_BESIDE}, required=[head]) for head, (body, more) in heads.items()]


def _value(arguments: _Arguments) -> JsonSchema:
    """The value of a hyperparameter or of a block's parameter: a mapping is a slot, or names a class."""
    known = [arguments.of_section(section) for section in _REFERENCED]
    several: JsonSchema = {**_OTHER_MAPPING, "minProperties": 2}
    return {"anyOf": [{"not": {"type": "object"}}, {"$ref": "#/$defs/Slot"}, _LAYER, *known, several]}


def _or_null(schema: JsonSchema) -> JsonSchema:
    return {"anyOf": [schema, _NULL]}
