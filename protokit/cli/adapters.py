"""The things of kinds that have no registry: listed from the tables of names that there are."""

from __future__ import annotations

import importlib
import inspect

from protokit.cli.kinds import Entry, entry_of
from protokit.collect import cleaning, table_words
from protokit.core.registry import Registry
from protokit.evaluate import words as evaluate_words
from protokit.learn import words as learn_words
from protokit.menu.house import house
from protokit.represent import words as represent_words


def sources() -> list[Entry]:
    """Those of a table."""
    return [Entry(name, table_words.ABOUT[name]) for name in table_words.SOURCES]


def steps() -> list[Entry]:
    """Those of `collect.clean`, with what may be written."""
    says = cleaning.schema()["anyOf"][1]["properties"]
    return [Entry(name, "", f"- {name}: {cleaning._EXAMPLES[name]}", says[name]) for name in cleaning.STEPS]


def kinds() -> list[Entry]:
    """Those of `represent.columns`."""
    return [Entry(name, "") for name in represent_words.KINDS]


def splits() -> list[Entry]:
    """Those of `represent.split.by`."""
    said = {name: str(field.description) for name, field in represent_words.By.model_fields.items()}
    drawn = {"random": "rows drawn at random", "stratified": "each class drawn in its share"}
    return [Entry(name, about) for name, about in (drawn | said).items()]


def menus() -> list[Entry]:
    """Those of `learn.menu`."""
    return [Entry(name, about) for name, about in house.ABOUT.items()]


def engines() -> list[Entry]:
    """Those of `learn.engine`."""
    return [Entry(name, "") for name in learn_words.ENGINES if name != "auto"]


def metrics() -> list[Entry]:
    """Those of `evaluate.metrics`."""
    return [Entry(name, "", tasks=tasks) for name, tasks in evaluate_words.METRICS.items()]


def baselines() -> list[Entry]:
    """Those of `evaluate.baselines`."""
    return [Entry(name, "", tasks=tasks) for name, tasks in evaluate_words.BASELINES.items()]


def _registered(module: str, *names: str) -> list[Entry]:
    home = importlib.import_module(module)
    registries: list[Registry[object]] = [getattr(home, name) for name in names]
    return [entry_of(name, thing) for registry in registries for name, thing in registry.all().items()]


def checks() -> list[Entry]:
    """Those of the audit."""
    return _registered("protokit.evaluate.audit.audit", "CHECKS")


def series_checks() -> list[Entry]:
    """Those of the audit of series."""
    return _registered("protokit.evaluate.audit.audit", "SERIES_CHECKS")


def rules() -> list[Entry]:
    """Those of the doctor."""
    return _registered("protokit.evaluate.doctor.doctor", "RULES")


def plots() -> list[Entry]:
    """Those of `run.plot`."""
    known = importlib.import_module("protokit.workflow.look.plots").Plots
    named = {name: thing for name, thing in vars(known).items() if inspect.isfunction(thing) and name[0] != "_"}
    return [Entry(name, (inspect.getdoc(thing) or "").split(".")[0]) for name, thing in sorted(named.items())]
