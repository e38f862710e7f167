"""A metric after each epoch: Keras's own by name, or one of one's own, a function or a `keras.metrics.Metric`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, overload

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from protokit.core.places import Fault
from protokit.core.registry import Registry
from protokit.grammar.faults import refuse
from protokit.learn.parts.loss import ByTarget
from protokit.learn.parts.part import Part, tasks_of
from protokit.learn.parts.shelf import Shelf

Thing = TypeVar("Thing", bound=Callable[..., Any])
_GIVEN = ("y_true", "y_pred")
# of Keras: no metrics of truth and prediction
_NONE = {"Mean": "it is given no truth", "Sum": "it is given no truth", "MeanMetricWrapper": "it runs a function"}
TRAINING_METRICS: Registry[MetricPart] = Registry("training metric", key="training_metric")


class MetricPart(Part):
    """A training metric that a person or a package registered. For no tasks: for any."""

    def __init__(self, thing: Callable[..., Any], name: str, tasks: tuple[str, ...] = ()) -> None:
        super().__init__("training metric", thing, name, section="training_metrics", tasks=tasks, given=_GIVEN)


SHELF = Shelf("training metric", "metrics", TRAINING_METRICS, "Metric", MetricPart, _GIVEN, listed="training_metrics")


@overload
def training_metric(thing: Thing, /) -> Thing: ...


@overload
def training_metric(*, task: str | Iterable[str] = (), name: str | None = None) -> Callable[[Thing], Thing]: ...


def training_metric(thing: Any = None, /, *, task: str | Iterable[str] = (), name: str | None = None) -> Any:
    """Register a metric of your own under its name, for `learn.metrics`: it stands in the history after each epoch.

    >>> import keras
    >>> @protokit.training_metric(task="regression")
    ... def within_one(y_true, y_pred):
    ...     '''The share of rows within a standard deviation.'''
    ...     return keras.ops.cast(keras.ops.abs(y_pred - y_true) < 1, "float32")
    >>> protokit.check({"represent": {"target": "y"}, "learn": {"metrics": ["within_one"]}}).learn.metrics
    ('within_one',)

    A function gives a number for each row, whose mean is taken; a class derives from `keras.metrics.Metric`. Both are
    given what a loss is given (`protokit.loss`). Without a task it is for any. The scores of a run, of its test rows,
    are `protokit.metric`.

    Raises:
        SpecError: the task is none, or the thing is no metric.
    """
    tasks = tasks_of(task, "training metric")

    def made(thing: Thing) -> Thing:
        return SHELF.register(thing, name, tasks)

    return made if thing is None else made(thing)


class MetricsWord:
    """Metrics for all targets that they fit, or a list for each of some targets."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        several: dict[str, object] = {"type": "array", "items": SHELF.schema()}
        return {"anyOf": [several, {"type": "object", "additionalProperties": several, "minProperties": 1}]}

    @classmethod
    def _read(cls, value: object) -> object:
        if isinstance(value, dict) and value:
            found, faults = ByTarget(), list[Fault]()
            for name, some in value.items():
                try:
                    found[str(name)] = cls._several(some)
                except PydanticCustomError as error:
                    faults += [fault.under((name,)) for fault in (error.context or {})["faults"]]
            if faults:
                raise refuse(*faults)
            return found
        return cls._several(value)

    @staticmethod
    def _several(value: object) -> tuple[object, ...]:
        if not isinstance(value, (list, tuple)):
            raise refuse(Fault(f"metrics are a list, not {value!r}", "write [AUC]"))
        found, faults = list[object](), list[Fault]()
        for i, one in enumerate(value):
            try:
                found.append(SHELF.read(one))
                name = next(iter(one)) if isinstance(one, dict) else one
                if why := _NONE.get(name) if isinstance(name, str) else None:
                    faults.append(Fault(f"{name} is no metric of a training: {why}", None, (i,)))
            except PydanticCustomError as error:
                faults += [fault.under((i,)) for fault in (error.context or {})["faults"]]
        if faults:
            raise refuse(*faults)
        return tuple(found)
