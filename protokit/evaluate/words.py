"""What may be written under `evaluate`: the scores, and the simple models that the network is held against."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from pydantic import Field

from protokit.core.places import Fault
from protokit.core.suggest import one_of
from protokit.evaluate.baselines.baseline import BASELINES
from protokit.evaluate.metrics.metric import METRICS
from protokit.grammar.faults import refuse
from protokit.grammar.words import COLUMNS, SHARE, JsonSchema, Section, Word, choice, column_names

CALIBRATIONS = ("temperature",)
_SHORT = {"rmse": "root_mean_squared_error", "mse": "mean_squared_error", "mae": "mean_absolute_error"}


def _metrics(value: object) -> object:
    """Metrics by scikit-learn's names; `neg_` and `_score` are taken off."""
    if value is None:
        return None
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)) or not value:
        raise refuse(Fault(f"metrics are a list of names, not {value!r}", "write [accuracy]"))
    faults, found = [], []
    for i, given in enumerate(value):
        name = _metric(str(given))
        if name is None:
            known, fault = (
                _SHORT.get(str(given).removeprefix("neg_").removesuffix("_score").lower()),
                METRICS.unknown(given),
            )
            cure = f"did you mean {known!r}?" if known else fault.cure
            faults.append(Fault(fault.rule, cure or "names are scikit-learn's", (i,)))
        elif name not in found:
            found.append(name)
    if faults:
        raise refuse(*faults)
    return tuple(found)


def _metric(given: str) -> str | None:
    """The metric of a name as scikit-learn writes it, one of protokit's own first; None where there is none."""
    plain = given.removeprefix("neg_")
    names = (plain, plain.removesuffix("_score"))
    own = METRICS.house()
    return next((name for name in names if name in own), None) or next((n for n in names if METRICS.find(n)), None)


def _baselines(value: object) -> object:
    """The simple models to hold the network against; none is a choice too, and left out they follow from the task."""
    if value is None:
        return None
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise refuse(Fault(f"baselines are a list of names, not {value!r}", one_of(BASELINES)))
    faults = []
    for i, given in enumerate(value):
        if not isinstance(given, str) or BASELINES.find(given) is None:
            fault = BASELINES.unknown(given)
            faults.append(Fault(fault.rule, fault.cure, (i,)))
    if faults:
        raise refuse(*faults)
    return tuple(dict.fromkeys(value))


def _slices(value: object) -> object:
    """The columns by which scores are split, each once."""
    found = column_names(value)
    given = [value] if isinstance(value, str) else list(value) if isinstance(value, (list, tuple)) else []
    for i, name in enumerate(given):
        if name in given[:i]:
            raise refuse(Fault(f"{name!r} is there twice", "remove one", (i,)))
    return found


def _threshold(value: object) -> object:
    """Above which probability a row is called positive: a number, or the metric that it is chosen by."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if 0 < value < 1:
            return float(value)
        raise refuse(Fault(f"a threshold is between 0 and 1, not {value!r}", "write 0.5, or a metric such as f1"))
    if value in ("precision", "recall"):
        rule = f"{value} by itself is best where all rows are called one class"
        raise refuse(Fault(rule, f"choose by {one_of(thresholds())}"))
    found = METRICS.find(value) if isinstance(value, str) else None
    return value if found and found.chooses_threshold else choice("metric for a threshold", thresholds).read(value)


def thresholds() -> list[str]:
    """The metrics that a threshold can be chosen by: of precision or recall alone all rows are best of one class."""
    return [name for name, metric in METRICS.all().items() if metric.chooses_threshold]


def _names(names: Collection[str]) -> JsonSchema:
    listed = {"type": "array", "items": {"enum": list(names)}}
    return {"anyOf": [{"enum": [*names, None]}, listed]}


def _metric_names() -> JsonSchema:
    """The names, and these with `neg_` and `_score`, which an editor need not propose."""
    names = list(METRICS.all())
    one = {"anyOf": [{"enum": names}, {"type": "string", "pattern": f"^(neg_)?({'|'.join(names)})(_score)?$"}]}
    return {"anyOf": [one, {"type": "null"}, {"type": "array", "items": one, "minItems": 1}]}


class Evaluate(Section):
    """Step 4: the scores, and the simple models that the network is held against."""

    metrics: Annotated[tuple[str, ...] | None, Word(_metrics, _metric_names)] = Field(
        None,
        description="scikit-learn's names; the first decides the verdict; those of the task when not given",
        examples=[["roc_auc", "accuracy"]],
    )
    baselines: Annotated[tuple[str, ...] | None, Word(_baselines, lambda: _names(BASELINES.all()))] = Field(
        None,
        description="trained and scored on the same rows; those of the task when not given",
        examples=[["dummy", "linear", "boosting"]],
    )
    slices: Annotated[tuple[str, ...], Word(_slices, COLUMNS)] = Field(
        (),
        description="columns; the main metric is shown for the test rows of each level",
        examples=[["city"]],
    )
    threshold: Annotated[float | str, Word(_threshold, lambda: {"anyOf": [SHARE, {"enum": thresholds()}]})] = Field(
        0.5,
        description="above which probability a row is called positive; or a metric: the best one on validation rows",
        examples=[0.5, "f1"],
    )
    calibrate: Annotated[str | None, choice("calibration", CALIBRATIONS, null=True)] = Field(
        None, description="probabilities brought to what validation rows show: temperature", examples=["temperature"]
    )
    explain: int = Field(
        0,
        ge=0,
        le=50,
        description="test rows of which the report tells how much each column added to what was said of them",
        examples=[6],
    )
    labels: str | None = Field(
        None, description="a column that clusters are held against; never learned from", examples=["species"]
    )
    strict: bool = Field(
        False, description="true: a fatal finding of the audit stops the run before training", examples=[True]
    )
