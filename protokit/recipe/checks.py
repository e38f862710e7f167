"""What each value of a recipe must be: validators that say it in the words of the house."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of
from protokit.menu import catalogue
from protokit.menu.arguments import check_reference
from protokit.menu.menu import Menu
from protokit.recipe import vocabulary
from protokit.recipe.faults import refuse

_ENDINGS = {".csv": "csv", ".csv.gz": "csv", ".tsv": "csv", ".tsv.gz": "csv", ".parquet": "parquet"}
_LATER_ENDINGS = (".json", ".jsonl", ".xlsx", ".html", ".sqlite", ".db", ".arrow", ".zip")


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


def table_source(value: Any) -> Any:
    """A table: a path, or a mapping with exactly one source."""
    if isinstance(value, str):
        return {_by_ending(value): value}
    if not isinstance(value, dict):
        raise refuse(Fault(f"a table is a path or a mapping, not {value!r}", "write data/flights.csv"))
    options = ("missing", "encoding", "delimiter")
    for key in value:
        if key in vocabulary.LATER_SOURCES:
            raise refuse(Fault(f"the source {key!r} is not supported yet", one_of(vocabulary.SOURCES), (key,), "key"))
        if key not in vocabulary.SOURCES and key not in options:
            known = (*vocabulary.SOURCES, *options, *vocabulary.LATER_SOURCES)
            raise refuse(Fault(f"unknown key {key!r} of a table", did_you_mean(str(key), known), (key,), "key"))
    sources = [key for key in value if key in vocabulary.SOURCES]
    if len(sources) != 1:
        raise refuse(Fault(f"a table has one source, not {len(sources)}", one_of(vocabulary.SOURCES)))
    [source] = sources
    location = value[source]
    if not isinstance(location, str) or not location:
        raise refuse(Fault(f"{source} is a text, not {location!r}", None, (source,)))
    if source == "sklearn" and location not in vocabulary.SKLEARN_TABLES:
        cure = did_you_mean(location, vocabulary.SKLEARN_TABLES)
        raise refuse(Fault(f"scikit-learn ships no table {location!r}", cure, (source,)))
    if source != "csv":
        for key in options:
            if key in value:
                raise refuse(Fault(f"{key!r} is for csv, not {source}", "remove it", (key,), "key"))
    if isinstance(value.get("missing"), str):
        return {**value, "missing": (value["missing"],)}
    if isinstance(value.get("missing"), list):
        return {**value, "missing": tuple(value["missing"])}
    return value


def _by_ending(path: str) -> str:
    if re.match(r"[a-z0-9]+://", path):
        raise refuse(Fault("reading from the web is not supported yet", "download it, and name the file"))
    for ending, kind in _ENDINGS.items():
        if path.lower().endswith(ending):
            return kind
    if path.lower().endswith(_LATER_ENDINGS):
        raise refuse(Fault(f"files like {path!r} are not supported yet", one_of(_ENDINGS)))
    ending = "." + path.rsplit(".", 1)[-1] if "." in path else path
    cure = did_you_mean(ending, _ENDINGS) or "write {csv: " + path + "}"
    raise refuse(Fault(f"the ending of {path!r} says nothing of what it is", cure))


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
    """One column or several."""
    if isinstance(value, (list, tuple)):
        if not value or not all(isinstance(v, str) for v in value) or len(set(value)) < len(value):
            raise refuse(Fault(f"targets are different column names, not {value!r}"))
        return tuple(value)
    if value is None:
        raise refuse(Fault("no target (clustering) is not supported yet", "name the column to predict"))
    if not isinstance(value, str) or not value:
        raise refuse(Fault(f"a target is a column's name, not {value!r}", "put a name that is a number in quotes"))
    return value


def column_kind(value: Any) -> Any:
    """What a column is."""
    later = vocabulary.LATER_KINDS
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in later:
        raise refuse(Fault(f"column kind {next(iter(value))!r} is not supported yet", one_of(vocabulary.KINDS)))
    return choice("column kind", vocabulary.KINDS, later)(value)


def task(value: Any) -> Any:
    """The task, when it is not to be inferred."""
    return None if value is None else choice("task", vocabulary.TASKS, vocabulary.LATER_TASKS)(value)


def menu(value: Any) -> Any:
    """The network."""
    try:
        return Menu.parse(value)
    except SpecError as error:
        raise refuse(*error.faults) from None


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
    """The simple models to hold the network against; none is a choice too."""
    if value is None or value == []:
        return ()
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


def strict(value: Any) -> Any:
    """Whether audit findings stop the run."""
    if value is True:
        raise refuse(Fault("strict: true is not supported yet", "write false; notices are in the run's card"))
    return value
