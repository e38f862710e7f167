"""The slots of a recipe taken out of its plain data before it is read, and what is wrong where one cannot stand."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from protokit.core.places import Fault, Path
from protokit.grammar.words import Varies
from protokit.learn.words import Learn
from protokit.menu.slots import Slot, label, of_lists
from protokit.recipe.slots.placed import COLUMNS, Slots, Taker, by_default

# why nothing varies in a place, and what to do; what a longer path says goes before
_ONE_TRAINING = ("it is for one training: no trial has it", "search without it, then run best.yaml with it")
CLOSED: dict[Path, tuple[str, str]] = {
    ("protokit",): ("it is the format of the file", "write protokit: 1"),
    ("name",): ("it names the folder of runs", "write one name"),
    ("seed",): ("the best of a search are trained again on other seeds anyway", "write search: {seeds: 3}"),
    ("collect",): (
        "other rows cannot be compared on the same validation rows",
        "write a recipe for each, and see `protokit compare`",
    ),
    ("represent",): ("trials are compared on the same validation rows", "write one value"),
    ("represent", "target"): ("it is the question, not an answer", "write a recipe for each target"),
    ("represent", "split"): (
        "trials are compared on the same validation rows",
        "write one split; search: {reshuffle: true} deals each trial its own",
    ),
    ("represent", "series"): ("windows of another shape are other validation rows", "write a recipe for each"),
    ("represent", "sequence"): ("sequences of another shape are other examples", "write a recipe for each"),
    ("represent", "inputs"): ("it names what the menu takes", "write one mapping; choose in the menu which is taken"),
    ("represent", "pairs"): ("it says what a row is", "write a recipe for each"),
    ("represent", "positive"): ("it says which scores are told, not what is learned", "write one class"),
    ("represent", "separator"): ("it says what the labels are", "write one"),
    ("learn", "task"): ("losses of different tasks cannot be compared", "write a recipe for each task"),
    ("learn", "sets"): ("ways are held against each other in one run", "write a list of ways"),
    ("learn", "sample_weights"): ("the scores of trials would be weighed differently", "write one column"),
    ("learn", "quantiles"): ("they are what is predicted", "write a list of numbers"),
    ("learn", "event"): ("it says what the target means", "write one column"),
    ("learn", "clusters"): ("they are found when the training is over", "leave it out: their number is found"),
    ("learn", "cluster_by"): ("clusters are found when the training is over", "write a recipe for each"),
    ("learn", "metrics"): ("they are looked at, and change nothing of what is learned", "write one list"),
    ("learn", "after_epoch"): ("hooks are called in runs, and in no trial of a search", "write one list"),
    ("learn", "callbacks"): ("callbacks are called in runs, and in no trial of a search", "write one list"),
    ("learn", "networks"): (
        "a trial is one network, so that trials with other numbers of them are the same",
        "write one number: what is averaged is trained when the best is run",
    ),
    ("learn", "deal"): (
        "networks of other deals have other validation rows",
        "write deal: validation, or leave it out",
    ),
    ("learn", "engine"): ("each engine trains the same network", "write engine: auto"),
    ("learn", "backend"): ("a search trains on TensorFlow", "leave it out; run the winner's recipe on another"),
    ("learn", "devices"): ("they are those of a machine", "write one number"),
    ("learn", "freeze"): _ONE_TRAINING,
    ("learn", "from_"): _ONE_TRAINING,
    ("learn", "stages"): _ONE_TRAINING,
    ("evaluate",): ("it judges what was learned, and changes nothing of it", "write one value"),
    ("sets",): ("a search is of one set of data", "search the recipe of one set, then write the values in"),
    ("search",): ("it says how slots are searched", "write one value"),
}
_NAME = re.compile(r"\$[A-Za-z_]\w*")


def taken(data: Mapping[str, object]) -> tuple[dict[str, object], Slots, list[Fault]]:
    """The data with each slot at its default, the slots, and what is wrong with them.

    The slots of the menu stay: a menu reads its own.
    """
    taker, found = Taker(), dict(data)
    represent, learn = data.get("represent"), data.get("learn")
    if isinstance(represent, Mapping) and isinstance(columns := represent.get("columns"), Mapping):
        read = {name: taker.take(kind, (*COLUMNS, name), (*COLUMNS, name)) for name, kind in columns.items()}
        found["represent"] = {**represent, "columns": read}
    if isinstance(learn, Mapping):
        values: dict[str, object] = {}
        for key, value in learn.items():
            now = Learn.renamed.get(key, key) if isinstance(key, str) else key
            mark = marker(now)
            path: Path = ("learn", now)
            values[key] = taker.take(value, path, ("learn", key), names=mark.names) if mark else value
        found["learn"] = values
    return found, Slots(data, tuple(taker.placed)), taker.faults


def marker(key: object) -> Varies | None:
    """What says that a word of `learn` may vary; None where it may not."""
    field = Learn.model_fields.get(str(key))
    return next((mark for mark in field.metadata if isinstance(mark, Varies)), None) if field else None


def told(faults: list[Fault], data: Mapping[str, object]) -> list[Fault]:
    """The faults of the data; where a slot stands that cannot, why it cannot."""
    return list(dict.fromkeys(_told(fault, data) for fault in faults))


def misplaced(data: Mapping[str, object]) -> list[Fault]:
    """Slots that would be read as something else."""
    found: list[Fault] = []
    represent, learn = data.get("represent"), data.get("learn")
    for key in ("target", "positive"):
        value = represent.get(key) if isinstance(represent, Mapping) else None
        if _is_slot(value):
            found.append(_refused(("represent", key), value))
    menu = learn.get("menu") if isinstance(learn, Mapping) else None
    if _is_slot(menu):
        options = menu.options if isinstance(menu, Slot) else menu.get("choice") if isinstance(menu, Mapping) else None
        names = [str(one) if isinstance(one, str) else f"menu_{i + 1}" for i, one in enumerate(options or ())][:2]
        chains = ", ".join(f"{one}: [{{use: {one}}}]" if "menu_" not in one else f"{one}: [...]" for one in names)
        rule = "a whole menu is no value of a slot: the slots of two menus would have the same names"
        found.append(
            Fault(rule, f"write menu: [{{choose: {{{chains or 'one: [...], other: [...]'}}}}}]", ("learn", "menu"))
        )
    return found


def _told(fault: Fault, data: object) -> Fault:
    value = data
    for length in range(len(fault.path) + 1):
        path = fault.path[:length]
        if path[:2] == ("learn", "menu"):
            return fault
        of_key = fault.part == "key" and length == len(fault.path)  # such as one that is not known
        if path[:2] != COLUMNS and not of_key and _is_slot(value):
            return _refused(path, value)
        if length == len(fault.path):
            break
        step = fault.path[length]
        if isinstance(value, Mapping):
            old = [was for was, now in Learn.renamed.items() if path == ("learn",) and now == step and was in value]
            value = value.get(step, value[old[0]] if old else None)
        else:
            value = value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None
    if isinstance(value, str) and _NAME.search(value) and fault.path[:1] in (("learn",), ("represent",)):
        cure = "write the value, or a slot, here"
        return Fault(f"{value!r}: hyperparameters are known in the menu alone", cure, fault.path, fault.part)
    return fault


def _is_slot(value: object) -> bool:
    return isinstance(value, Slot) or of_lists(value)


def _refused(path: Path, value: object) -> Fault:
    """A slot where nothing can vary."""
    named = (*path[:1], _field(path[1]), *path[2:]) if path[:1] == ("learn",) and len(path) > 1 else path
    found = (CLOSED[named[:n]] for n in range(len(named), 0, -1) if named[:n] in CLOSED)
    why, cure = next(found, ("it is no place of one value", "write one value"))
    options = value.options if isinstance(value, Slot) else value.get("choice") if isinstance(value, Mapping) else None
    first = (
        f", such as {label(options[0])}"
        if options and cure in ("write one value", "write one name", "write one column", "write one class")
        else ""
    )
    return Fault(f"no slot can stand here: {why}", cure + first, path)


def _field(key: str | int) -> str | int:
    """The field of `learn` that a word stands for."""
    return next((name for name, field in Learn.model_fields.items() if field.alias == key), key)


def at_slot(fault: Fault, slots: Slots) -> Fault:
    """A fault of the recipe on its defaults, where the slot stands whose default it is."""
    path, cure = slots.as_written(fault.path, by_default), fault.cure
    slot = next((one.slot for one in slots if one.written == path), None)
    if slot is not None and slot.kind == "float" and "whole number" in fault.rule:
        cure = f"write {{int: [{math.ceil(slot.options[0])}, {math.floor(slot.options[1])}]}}"
    return replace(fault, path=path, cure=cure)
