"""A person's own metric: a function of what is true and what is predicted, made a metric by `@protokit.metric`."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, getdoc, signature
from typing import TYPE_CHECKING, Any, TypeVar, overload

from protokit.core.errors import DataError, SpecError
from protokit.core.outside.caller import place_of
from protokit.core.suggest import one_of
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TASKS, task_of
from protokit.evaluate.metrics.metric import METRICS, Metric

if TYPE_CHECKING:
    import numpy as np

_TAKES = ("classes", "probabilities")
Function = Callable[..., Any]
Thing = TypeVar("Thing")
One = TypeVar("One", bound=Function)


class Own(Metric):
    """A metric that a function computes. See `metric`."""

    def __init__(
        self, function: Function, tasks: tuple[str, ...], greater_is_better: bool | None, takes: str, name: str
    ) -> None:
        self.function, self.tasks, self.greater_is_better, self.takes = function, tasks, greater_is_better, takes
        said = (getdoc(function) or "").split("\n\n")[0].replace("\n", " ").strip()
        self.name, self.about = name, said or f"A metric of {function.__module__}."
        self.__module__, self.__qualname__ = function.__module__, function.__qualname__
        self.needs_labels = any(not task_of(one).has_target for one in tasks)
        self.of_positive = takes == "probabilities" and any(task_of(one).has_positive for one in tasks)

    @classmethod
    def fault_of_class(cls) -> str | None:
        """See Metric: each has its own tasks, which `metric` has looked at."""
        return None

    @property
    def weighs(self) -> bool:
        """Whether the function takes `sample_weight`."""
        return "sample_weight" in signature(self.function).parameters

    def score(self, predictions: Predictions) -> float:
        """See Metric.

        Raises:
            DataError: the function fails, or gives something else than a number.
        """
        import numpy as np

        truth, said = given(predictions, self.takes)
        weights = predictions.weights
        options = {"sample_weight": np.ones(len(truth)) if weights is None else np.array(weights, float)}
        try:
            found = self.function(truth, said, **(options if self.weighs else {}))
        except Exception as error:  # a person's own code
            told = str(error).splitlines()[0] if str(error) else ""
            raise self._wrong(f"failed: {type(error).__name__}" + (f": {told}" if told else "")) from error
        try:
            if isinstance(found, (str, bytes, complex)) or found is None or np.size(found) != 1:
                raise TypeError
            return float(np.asarray(found).reshape(()))
        except (TypeError, ValueError):
            raise self._wrong(f"gives {str(found)[:60]!r}, and a metric is one number") from None

    def __call__(self, predictions: Predictions, rows: np.ndarray | None = None) -> float:
        """See Metric: NaN where the function fails on a few rows, such as those of one class."""
        if rows is None:
            return self.score(predictions)
        try:
            return super().__call__(predictions, rows)
        except DataError:
            return float("nan")

    def _wrong(self, what: str) -> DataError:
        cure = f"mend the function {self.__qualname__}, or take {self.name} out of evaluate.metrics"
        return DataError(f"the metric {self.name!r} {what}", cure=cure, place=place_of(self.function))


def given(p: Predictions, takes: str = "classes") -> tuple[np.ndarray, np.ndarray]:
    """What the function of a metric is given: see `metric`. Copies, which it may change."""
    import numpy as np

    target = p.target
    if target.has_classes and takes == "classes":
        classes = np.array(target.classes)
        return classes[p.truth], classes[p.labels]
    if target.has_positive:
        return p.is_positive.astype(int), p.positive_scores.copy()
    if target.form == "labels" and takes == "classes":
        return p.truth.copy(), p.labels.copy()
    if target.form == "clusters":
        assert p.reference is not None, "the recipe has checked that labels are named"
        known = np.array([label is not None for label in p.reference])
        return p.reference[known].astype(str), p.labels[known] + 1
    return p.truth.copy(), p.scores.copy()


@overload
def metric(thing: type[Thing], /) -> type[Thing]: ...


@overload
def metric(
    *,
    task: str | tuple[str, ...] | list[str],
    greater_is_better: bool | None = True,
    takes: str = "classes",
    name: str | None = None,
) -> Callable[[One], One]: ...


def metric(
    thing: Any = None,
    /,
    *,
    task: str | tuple[str, ...] | list[str] = (),
    greater_is_better: bool | None = True,
    takes: str = "classes",
    name: str | None = None,
) -> Any:
    """Make a function of truth and prediction a metric that `evaluate.metrics` can name; or add a class, a `Metric`.

    >>> @protokit.metric(task="regression", greater_is_better=False)
    ... def cost(truth, predicted):
    ...     '''What is missing costs three times what is left over.'''
    ...     return ((truth - predicted).clip(0) * 3 + (predicted - truth).clip(0)).mean()
    >>> protokit.check({"represent": {"target": "y"}, "evaluate": {"metrics": ["cost"]}}).evaluate.metrics
    ('cost',)

    The function is given two arrays, and the weight of each row if it takes `sample_weight`:

    - of `binary` and `multiclass` the classes as they are written in the data, (rows,) each; of `takes="probabilities"`
      whether a row is positive (1 or 0) with its probability, (rows,) each, or the places of the classes (rows,) with
      (rows, classes) probabilities;
    - of `multilabel` 0 and 1, or probabilities, (rows, labels);
    - of `regression` numbers (rows,), of `quantile` (rows, quantiles), of `forecasting` (rows, horizon, columns);
    - of `clustering` the labels that clusters are held against, and the clusters, (rows,) each.

    The task `classification` is `binary` and `multiclass`.

    It gives one number, NaN where it is undefined. Its name is that of the function, its docstring says what it is.

    Raises:
        SpecError: the task is none, or the function does not take two arrays.
    """
    if isinstance(thing, type):
        return METRICS.add(thing)
    if isinstance(thing, Metric):
        return METRICS.add(thing)
    cure = 'write @protokit.metric(task="regression", greater_is_better=False)'
    if thing is not None or not task:
        raise SpecError.one("a metric says what task it is for", cure)
    said = (task,) if isinstance(task, str) else tuple(task)
    written = {name: tuple(one.name for one in TASKS.house().values() if one.written == name) for name in said}
    tasks = tuple(one for name in said for one in written[name] or (name,))  # classification is two tasks
    if odd := next((one for one in tasks if one not in TASKS), None):
        raise SpecError.one(f"a metric is not for the task {odd!r}", one_of(list(TASKS)))
    if takes not in _TAKES:
        raise SpecError.one(f"a metric takes classes or probabilities, not {takes!r}", one_of(_TAKES))
    if greater_is_better not in (True, False, None):
        raise SpecError.one(f"greater_is_better is True, False or None, not {greater_is_better!r}", cure)

    def made(function: One) -> One:
        own = name if name is not None else getattr(function, "__name__", "")
        if not callable(function) or not own.isidentifier():
            raise SpecError.one(f"a metric is a function with a name, not {function!r}", "def it, or give name=...")
        if fault := _fault_of_arguments(function):
            raise SpecError.one(f"the metric {own!r} {fault}", f"def {own}(truth, predicted)")
        METRICS.add(Own(function, tasks, greater_is_better, takes, own))
        return function

    return made


def _fault_of_arguments(function: Function) -> str | None:
    """Why a function cannot be called with two arrays."""
    try:
        parameters = signature(function).parameters
    except (TypeError, ValueError):  # of C
        return None
    places = [one for one in parameters.values() if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    several = any(one.kind is Parameter.VAR_POSITIONAL for one in parameters.values())
    needed = [one.name for one in parameters.values() if one.default is one.empty and one.name != "sample_weight"]
    needed = [name for name in needed if parameters[name].kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)]
    if (len(places) < 2 and not several) or len(needed) > 2:
        return f"takes {', '.join(parameters) or 'nothing'}, and is given what is true and what is predicted"
    return None
