"""What each value of a recipe must be: validators that say it in the words of the house."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationInfo

from protokit.core.errors import SpecError
from protokit.core.names import as_text
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of
from protokit.menu import catalogue
from protokit.menu.arguments import check_reference
from protokit.menu.menu import Menu
from protokit.recipe import vocabulary
from protokit.recipe.faults import refuse


def choice(what: str, names: tuple[str, ...], later: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """A value that is one of some names."""

    def check(value: Any) -> Any:
        if value in later:
            raise refuse(Fault(f"{what} {value!r} is not supported yet", one_of(names)))
        if not isinstance(value, str) or value not in names:
            raise refuse(Fault(f"unknown {what} {value!r}", did_you_mean(str(value), [*names, *later])))
        return value

    return check


def version(value: Any) -> Any:
    """The format of the file."""
    if value != 1 or isinstance(value, bool):
        raise refuse(Fault(f"this version reads format 1, not {value!r}", "write protokit: 1"))
    return value


def name(value: Any) -> Any:
    """The recipe's name, which is also a folder's."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", value):
        raise refuse(Fault(f"a name is letters, digits, '-', '_' and '.', not {value!r}"))
    return value


def share_or_table(value: Any) -> Any:
    """A share between 0 and 1, or the name of a table."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise refuse(Fault(f"a share of the rows is between 0 and 1, not {value!r}", "write 0.2, or a table's name"))
    return float(value)


def by(value: Any) -> Any:
    """How rows are drawn."""
    ways, columns = ("random", "stratified"), ("group", "time", "column")
    if value is None or value in ways:
        return value
    if isinstance(value, dict):
        for key in value:
            if key == "folds":
                beside = f"write split: {{folds: {value[key]}}}; by says how rows are dealt into them"
                raise refuse(Fault("folds stand beside `by`, not in it", beside, (key,), "key"))
            if key not in columns:
                cure = did_you_mean(str(key), columns)
                raise refuse(Fault(f"unknown key {key!r} of represent.split.by", cure, (key,), "key"))
            if not isinstance(value[key], str):
                raise refuse(Fault(f"{key} is a column's name, not {value[key]!r}", None, (key,)))
        if len(value) == 1:
            return value
        raise refuse(Fault("rows are split by one of group, time and column", one_of(columns)))
    if isinstance(value, str) and value in columns:
        raise refuse(Fault(f"{value} needs a column", f"write by: {{{value}: COLUMN}}"))
    raise refuse(Fault(f"unknown way to split {value!r}", did_you_mean(str(value), (*ways, *columns))))


def target(value: Any) -> Any:
    """One column, several, or none."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        if not value or not all(isinstance(v, str) for v in value) or len(set(value)) < len(value):
            raise refuse(Fault(f"targets are different column names, not {value!r}"))
        return tuple(value)
    if not isinstance(value, str) or not value:
        raise refuse(Fault(f"a target is a column's name, not {value!r}", "put a name that is a number in quotes"))
    return value


def column_kind(value: Any) -> Any:
    """What a column is: a word, or a mapping of the word to what else there is to say."""
    own = ("text", "image", "ordered")
    if value == "ordered":
        raise refuse(Fault("an ordered column needs its order", "write {ordered: [low, middle, high]}"))
    if isinstance(value, dict):
        if len(value) != 1 or next(iter(value)) not in own:
            key = next((str(key) for key in value if key not in own), "")
            cure = did_you_mean(key, own) or "such as {text: {length: 60}}"
            raise refuse(Fault(f"a column is of one kind, not {value!r}", cure))
        [(kind, given)] = value.items()
        return {kind: {}} if given is None and kind != "ordered" else value
    if kind_of_column(value) != "word":
        return value
    return choice("column kind", vocabulary.KINDS)(value)


def kind_of_column(value: Any) -> str:
    """Which form the kind of a column is written in: a word, or more."""
    own = ("text", "image", "ordered")
    return next((key for key in own if hasattr(value, key) or (isinstance(value, dict) and key in value)), "word")


def levels(value: Any) -> Any:
    """The levels of an ordered category, from the lowest."""
    if not isinstance(value, (list, tuple)) or len(value) < 2:
        raise refuse(Fault(f"an order is a list of two or more levels, not {value!r}", "write [low, middle, high]"))
    texts = tuple(as_text(level) for level in value)
    if len(set(texts)) < len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        raise refuse(Fault(f"the level {twice!r} stands twice in the order", "remove one"))
    return texts


def size(value: Any) -> Any:
    """Height and width of images."""
    if value is None:
        return None
    given = [value, value] if isinstance(value, int) and not isinstance(value, bool) else value
    whole = isinstance(given, (list, tuple)) and len(given) == 2
    if not whole or not all(isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= 4096 for n in given):
        raise refuse(Fault(f"a size is height and width in pixels, not {value!r}", "write [64, 64]"))
    return tuple(given)


def names(value: Any) -> Any:
    """One column's name or several."""
    given = [value] if isinstance(value, str) else value
    if given is None:
        return ()
    if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) and name for name in given):
        raise refuse(Fault(f"a column's name, or a list of them, not {value!r}"))
    return tuple(dict.fromkeys(given))


def slices(value: Any) -> Any:
    """The columns by which scores are split, each once."""
    found = names(value)
    given = [value] if isinstance(value, str) else value or ()
    for i, name in enumerate(given):
        if name in given[:i]:
            raise refuse(Fault(f"{name!r} is there twice", "remove one", (i,)))
    return found


def quantiles(value: Any) -> Any:
    """The quantiles to predict, ascending."""
    given = [value] if isinstance(value, float) else value
    fits = isinstance(given, (list, tuple)) and given
    if not fits or not all(isinstance(q, float) and 0 < q < 1 for q in given) or len(set(given)) < len(given):
        raise refuse(Fault(f"quantiles are different numbers between 0 and 1, not {value!r}", "write [0.1, 0.5, 0.9]"))
    return tuple(sorted(given))


def task(value: Any) -> Any:
    """The task, when it is not to be inferred."""
    return None if value is None else choice("task", vocabulary.TASKS)(value)


def menu(value: Any, info: ValidationInfo) -> Any:
    """The network; `auto` is the house menu that fits the data."""
    if value == "auto":
        return value
    try:
        return Menu.parse(value, columns=(info.context or {}).get("columns", ()))
    except SpecError as error:
        raise refuse(*error.faults) from None


def named_inputs(data: Mapping[Any, Any]) -> tuple[str, ...]:
    """What a menu may name in `from` beside numbers and categories: columns that the recipe says the kind of."""
    represent = data.get("represent")
    represent = represent if isinstance(represent, Mapping) else {}
    columns = represent.get("columns")
    declared = [str(name) for name in columns] if isinstance(columns, Mapping) else []
    shapes = [name for name in ("sequence", "series") if represent.get(name)]
    return (*declared, *(f"{name}_codes" for name in declared), *shapes, *(["known"] if "series" in shapes else []))


def reference(section: str) -> Callable[[Any], Any]:
    """An optimizer or loss of Keras by name, or a mapping of the name to its arguments."""
    noun = {"losses": "loss", "optimizers": "optimizer"}[section]

    def check(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, str) and catalogue.find(section, value) is None:
            raise refuse(Fault(f"unknown {noun} {value!r}", catalogue.unknown(section, value).cure))
        slots = {"choice", "int", "float"}
        if isinstance(value, dict):
            for key, arguments in value.items():
                for name, given in arguments.items() if isinstance(arguments, dict) else ():
                    if isinstance(given, dict) and slots & set(given):
                        raise refuse(Fault("a slot is not supported yet", "write one value", (key, name)))
        faults = check_reference(section, value, noun)
        if faults:
            raise refuse(*faults)
        return value

    return check


def metrics(value: Any) -> Any:
    """Metrics by scikit-learn's names; `neg_` and `_score` are taken off."""
    if value is None:
        return None
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)) or not value:
        raise refuse(Fault(f"metrics are a list of names, not {value!r}", "write [accuracy]"))
    faults, found = [], []
    for i, given in enumerate(value):
        plain = str(given).removeprefix("neg_")
        plain = plain if plain in vocabulary.METRICS else plain.removesuffix("_score")
        if plain not in vocabulary.METRICS:
            short = {"rmse": "root_mean_squared_error", "mse": "mean_squared_error", "mae": "mean_absolute_error"}
            known = short.get(plain.lower())
            cure = f"did you mean {known!r}?" if known else did_you_mean(str(given), vocabulary.METRICS)
            faults.append(Fault(f"unknown metric {given!r}", cure or "names are scikit-learn's", (i,)))
        elif plain not in found:
            found.append(plain)
    if faults:
        raise refuse(*faults)
    return tuple(found)


def baselines(value: Any) -> Any:
    """The simple models to hold the network against; none is a choice too, and left out they follow from the task."""
    if value is None:
        return None
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise refuse(Fault(f"baselines are a list of names, not {value!r}", one_of(vocabulary.BASELINES)))
    faults = [
        Fault(f"unknown baseline {given!r}", did_you_mean(str(given), vocabulary.BASELINES), (i,))
        for i, given in enumerate(value)
        if given not in vocabulary.BASELINES
    ]
    if faults:
        raise refuse(*faults)
    return tuple(dict.fromkeys(value))


def threshold(value: Any) -> Any:
    """Above which probability a row is called positive: a number, or the metric that it is chosen by."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if 0 < value < 1:
            return float(value)
        raise refuse(Fault(f"a threshold is between 0 and 1, not {value!r}", "write 0.5, or a metric such as f1"))
    if value in {"precision", "recall"}:
        rule = f"{value} by itself is best where all rows are called one class"
        raise refuse(Fault(rule, f"choose by {one_of(vocabulary.THRESHOLDS)}"))
    return choice("metric for a threshold", vocabulary.THRESHOLDS)(value)


def calibrate(value: Any) -> Any:
    """How probabilities are calibrated, if at all."""
    return None if value is None else choice("calibration", vocabulary.CALIBRATIONS)(value)


def weights(value: Any) -> Any:
    """Class weights."""
    if value is None or value == "balanced":
        return value
    if isinstance(value, dict) and value:
        for key, weight in value.items():
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or weight < 0:
                raise refuse(Fault(f"a class weight is a number from 0, not {weight!r}", None, (key,)))
        return {key: float(weight) for key, weight in value.items()}
    raise refuse(Fault(f"unknown class weights {value!r}", did_you_mean(str(value), ("balanced",))))
