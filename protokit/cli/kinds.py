"""The kinds of things that a recipe can name or a run makes use of, and where the things of each are registered.

The one table that `protokit list` and the reference page of the docs are made of. Where the things of a kind are is
text, imported when it is asked for.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from protokit.core import plugins
from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.registry import Registry
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar.writing import on_a_line
from protokit.learn.losses.loss import LOSSES
from protokit.learn.parts.optimizer import OPTIMIZERS
from protokit.learn.parts.part import Part
from protokit.learn.parts.schedule import HOUSE, SCHEDULES
from protokit.learn.parts.schedule import SHELF as SCHEDULE
from protokit.learn.parts.training_metric import TRAINING_METRICS
from protokit.learn.steps.step import STEPS
from protokit.menu import catalogue

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class Entry:
    """One thing: what it is in a sentence, how a person writes it, and the package it came with if not protokit."""

    name: str
    about: str
    example: str | None = None
    takes: Mapping[str, object] | None = None  # JSON Schema of what may be written
    arguments: Mapping[str, Mapping[str, object]] = field(default_factory=dict)  # default, type, about: what is known
    tasks: tuple[str, ...] = ()
    package: str | None = None

    def as_plain(self) -> dict[str, object]:
        """The entry for programs: what there is to say of it."""
        plain = {key: getattr(self, key) for key in ("name", "about", "example", "takes", "arguments", "package")}
        return {key: value for key, value in {**plain, "tasks": list(self.tasks)}.items() if value}


Things = Registry[object] | Callable[[], list[Entry]]


@dataclass(frozen=True)
class Kind:
    """One kind of thing: its name in the plural, what it is, and the registries that hold the things of it.

    `homes` are `module:REGISTRY`, or `module:function` for a function that lists them. The things of a kind that
    imports heavy libraries are counted by the files of `files`, the packages that they stand in.
    """

    name: str
    about: str
    homes: tuple[str, ...]
    files: tuple[str, ...] = ()
    write: str = "{example}"  # how an example is written, where it does not have the name of its thing

    def entries(self, *, plugins: bool = True) -> dict[str, Entry]:
        """The things of the kind by name; without `plugins` those of protokit alone."""
        found: dict[str, Entry] = {}
        for home in self.homes:
            module, _, name = home.partition(":")
            things: Things = getattr(importlib.import_module(module), name)
            if isinstance(things, Registry):
                named = things.all() if plugins else things.house()
                entries = [entry_of(name, thing, self.write) for name, thing in named.items()]
            else:
                entries = things()
            found |= {entry.name: entry for entry in entries if plugins or entry.package is None}
        return found

    def count(self) -> int:
        """How many there are; of a kind that imports heavy libraries, how many protokit has."""
        if not self.files:
            return len(self.entries())
        return sum(
            not module.ispkg
            for home in self.files
            for module in pkgutil.walk_packages(importlib.import_module(home).__path__, f"{home}.")
        )

    def unknown(self, name: str) -> SpecError:
        """The error of a name that no thing of the kind has."""
        names = list(self.entries())
        cure = did_you_mean(name, names) or (one_of(names) if len(names) <= 40 else f"`protokit list {self.name}`")
        return SpecError.one(f"there is no {name!r} among the {self.name}", plugins.or_failure(cure))


def entry_of(name: str, thing: object, write: str = "{example}") -> Entry:
    """A registered thing: its `about`, else the first sentence of its docstring, and its `example`.

    What may be written is its `schema`, or the fields of a section, such as the options of a source.
    """
    about = getattr(thing, "about", None) or inspect.getdoc(thing) or ""
    example, tasks = getattr(thing, "example", None), getattr(thing, "tasks", ())
    options = getattr(thing, "options", None)
    options = options if isinstance(options, type) or hasattr(options, "schema") else thing
    fields = getattr(options, "model_fields", None)
    takes = None if fields is not None else getattr(options, "schema", None)
    takes = takes() if callable(takes) else takes
    came = plugins.package_of(thing)
    if example is not None:
        example = write.format(name=name, example=example if isinstance(example, str) else on_a_line(example))
    return Entry(
        name,
        _sentence(str(about)),
        example,
        takes if isinstance(takes, Mapping) else None,
        thing.entry.arguments
        if isinstance(thing, Part)
        else {key: _option(field) for key, field in (fields or {}).items() if key != "location"},
        tuple(map(str, tasks)) if isinstance(tasks, (tuple, list, frozenset)) else (),
        came[0] if came else None,
    )


def _option(field: FieldInfo) -> dict[str, object]:
    """An option of a source or a kind of column: what it is, and its default."""
    default = (
        {} if field.is_required() else {"default": field.get_default(call_default_factory=True, validated_data={})}
    )
    return {**default, "about": field.description or ""}


def _sentence(text: str) -> str:
    return re.split(r"(?<=\.)\s|\n\n", text.strip(), maxsplit=1)[0].replace("\n", " ").rstrip(".")


def _of_keras(section: str) -> list[Entry]:
    """The classes of a section of the catalogue, with their arguments."""
    plugins.packages("layer")  # a layer of a package is in the catalogue once that is imported
    found = []
    for name in catalogue.names(section):
        entry = catalogue.find(section, name)
        if entry is not None:
            came = plugins.package_of(entry.own) if entry.own else None
            about = _sentence(entry.about)
            found.append(Entry(name, about, arguments=entry.arguments, package=came[0] if came else None))
    return found


def layers() -> list[Entry]:
    """Those of Keras, those of protokit, and those that were registered."""
    return _of_keras("layers")


def applications() -> list[Entry]:
    """Those of Keras."""
    return _of_keras("applications")


def losses() -> list[Entry]:
    """Those of Keras, protokit's own, and those that were registered."""
    return [*_of_keras("losses"), *(entry_of(name, loss) for name, loss in LOSSES.all().items())]


def optimizers() -> list[Entry]:
    """Those of Keras, and those that were registered."""
    return [*_of_keras("optimizers"), *(entry_of(name, one) for name, one in OPTIMIZERS.all().items())]


def schedules() -> list[Entry]:
    """Those of protokit, those of Keras, and those that were registered."""
    known = map(SCHEDULE.find, (*HOUSE, *catalogue.names("schedules")))
    found = [one for one in known if isinstance(one, catalogue.Entry)]
    entries = [Entry(one.name, _sentence(one.about), arguments=one.arguments) for one in found]
    return [*entries, *(entry_of(name, one) for name, one in SCHEDULES.all().items())]


def training_metrics() -> list[Entry]:
    """Those of Keras, and those that were registered."""
    return [*_of_keras("metrics"), *(entry_of(name, one) for name, one in TRAINING_METRICS.all().items())]


def training_steps() -> list[Entry]:
    """Those of protokit, and those that were registered."""
    found = {name: entry_of(name, one) for name, one in STEPS.all().items()}
    return [replace(one, arguments=STEPS[name].entry.arguments) for name, one in found.items()]


def initializers() -> list[Entry]:
    """Those of Keras."""
    return _of_keras("initializers")


def regularizers() -> list[Entry]:
    """Those of Keras."""
    return _of_keras("regularizers")


def constraints() -> list[Entry]:
    """Those of Keras."""
    return _of_keras("constraints")


def activations() -> list[Entry]:
    """Those of Keras, by name."""
    return [Entry(name, f"keras.activations.{name}") for name in catalogue.activations()]


_HERE = "protokit.cli.kinds"
KINDS = {
    kind.name: kind
    for kind in (
        Kind("sources", "where a table comes from", ("protokit.collect.source:SOURCES",)),
        Kind("steps", "steps of cleaning", ("protokit.collect.step:STEPS",), write="- {name}: {example}"),
        Kind("kinds", "what a column can be", ("protokit.represent.kind:KINDS",)),
        Kind(
            "splits",
            "ways to split the rows into training, validation and test rows",
            ("protokit.represent.split_way:SPLITS",),
        ),
        Kind("menus", "networks that protokit has by name", ("protokit.menu.house_menu:HOUSE_MENUS",)),
        Kind("layers", "layers of a menu", (f"{_HERE}:layers",)),
        Kind("applications", "networks that a Backbone can be", (f"{_HERE}:applications",)),
        Kind("activations", "activations of a layer", (f"{_HERE}:activations",)),
        Kind("initializers", "initializers of a layer's weights", (f"{_HERE}:initializers",)),
        Kind("regularizers", "regularizers of a layer's weights", (f"{_HERE}:regularizers",)),
        Kind("constraints", "constraints of a layer's weights", (f"{_HERE}:constraints",)),
        Kind("losses", "what training makes small", (f"{_HERE}:losses",)),
        Kind("training_metrics", "metrics after each epoch", (f"{_HERE}:training_metrics",)),
        Kind("optimizers", "how training changes the weights", (f"{_HERE}:optimizers",)),
        Kind("schedules", "how the learning rate goes on", (f"{_HERE}:schedules",)),
        Kind("after_epoch", "hooks after each epoch", ("protokit.learn.hooks.after_epoch:AFTER_EPOCH",)),
        Kind("callbacks", "callbacks of a training", ("protokit.learn.hooks.callback:CALLBACKS",)),
        Kind("training_steps", "what a step of training does", (f"{_HERE}:training_steps",)),
        Kind("tasks", "what can be learned of a target", ("protokit.core.values.signature:TASKS",)),
        Kind("engines", "what runs the training", ("protokit.learn.engine:ENGINES",)),
        Kind("metrics", "scores of the test rows", ("protokit.evaluate.metrics.metric:METRICS",)),
        Kind(
            "baselines",
            "simple models that the network is compared with",
            ("protokit.evaluate.baselines.baseline:BASELINES",),
        ),
        Kind(
            "checks",
            "what the audit looks for in the data, before training",
            ("protokit.evaluate.audit.check:CHECKS",),
            ("protokit.evaluate.audit.checks",),
        ),
        Kind(
            "series_checks",
            "what the audit looks for in series, before training",
            ("protokit.evaluate.audit.check:SERIES_CHECKS",),
            ("protokit.evaluate.audit.series.checks",),
        ),
        Kind(
            "rules",
            "what the doctor looks for in the training, after it",
            ("protokit.evaluate.doctor.rule:RULES",),
            ("protokit.evaluate.doctor.rules",),
        ),
        Kind("plots", "pictures of a run", ("protokit.workflow.look.plot:PLOTS",), ("protokit.workflow.look.plots",)),
    )
}


def kind_of(name: str) -> Kind:
    """The kind of a name.

    Raises:
        SpecError: there is none.
    """
    if name not in KINDS:
        known = [*KINDS, "plugins"]
        rule = f"there is no kind of thing named {name!r}"
        raise SpecError([Fault(rule, did_you_mean(name, known) or one_of(known))])
    return KINDS[name]
