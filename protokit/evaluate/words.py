"""What may be written under `evaluate`: the scores, and the simple models that the network is held against."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar.faults import refuse
from protokit.grammar.words import COLUMNS, SHARE, Section, Word, choice, column_names

# scikit-learn's scorer names (without `neg_`) and the tasks that each is for
METRICS: dict[str, tuple[str, ...]] = {
    "accuracy": ("binary", "multiclass", "multilabel"),
    "balanced_accuracy": ("binary", "multiclass"),
    "f1": ("binary",),
    "precision": ("binary",),
    "recall": ("binary",),
    "roc_auc": ("binary",),
    "average_precision": ("binary", "multiclass"),
    "brier_score": ("binary",),
    "log_loss": ("binary", "multiclass"),
    "f1_micro": ("multilabel",),
    "hamming_loss": ("multilabel",),
    "jaccard_samples": ("multilabel",),
    "matthews_corrcoef": ("binary", "multiclass"),
    "cohen_kappa": ("binary", "multiclass"),
    "top_k_accuracy": ("multiclass",),  # of the two likeliest classes
    "f1_macro": ("binary", "multiclass", "multilabel"),
    "f1_weighted": ("binary", "multiclass", "multilabel"),
    "precision_macro": ("binary", "multiclass", "multilabel"),
    "recall_macro": ("binary", "multiclass", "multilabel"),
    "precision_weighted": ("binary", "multiclass", "multilabel"),
    "recall_weighted": ("binary", "multiclass", "multilabel"),
    "precision_micro": ("multilabel",),
    "recall_micro": ("multilabel",),
    "roc_auc_macro": ("multilabel",),
    "average_precision_macro": ("multilabel",),
    "roc_auc_ovr": ("multiclass",),
    "roc_auc_ovo": ("multiclass",),
    "r2": ("regression", "forecasting"),
    "mean_squared_error": ("regression", "forecasting"),
    "root_mean_squared_error": ("regression", "forecasting"),
    "mean_absolute_error": ("regression", "forecasting"),
    "median_absolute_error": ("regression", "forecasting"),
    "mean_absolute_percentage_error": ("regression", "forecasting"),
    "mean_squared_log_error": ("regression",),
    "root_mean_squared_log_error": ("regression",),
    "mean_poisson_deviance": ("regression",),
    "mean_gamma_deviance": ("regression",),
    "d2_absolute_error": ("regression",),
    "explained_variance": ("regression",),
    "max_error": ("regression",),
    "mean_pinball_loss": ("quantile",),
    "coverage": ("quantile",),
    "interval_width": ("quantile",),
    "mase": ("forecasting",),
    "smape": ("forecasting",),
    "scaled_mean_squared_error": ("forecasting",),
    "scaled_mean_absolute_error": ("forecasting",),
    "silhouette": ("clustering",),
    "calinski_harabasz": ("clustering",),
    "davies_bouldin": ("clustering",),
    "adjusted_rand": ("clustering",),
    "adjusted_mutual_info": ("clustering",),
    "normalized_mutual_info": ("clustering",),
    "rand": ("clustering",),
    "fowlkes_mallows": ("clustering",),
    "homogeneity": ("clustering",),
    "completeness": ("clustering",),
    "v_measure": ("clustering",),
}
# the first is the one that the verdict is about
WITH_LABELS = ("adjusted_rand", "adjusted_mutual_info")
AGAINST_LABELS = (
    *WITH_LABELS, "normalized_mutual_info", "rand", "fowlkes_mallows", "homogeneity", "completeness", "v_measure",
)  # fmt: skip
DEFAULT_METRICS: dict[str, tuple[str, ...]] = {
    "binary": ("roc_auc", "accuracy", "log_loss"),
    "multiclass": ("accuracy", "f1_macro", "log_loss"),
    "regression": ("root_mean_squared_error", "mean_absolute_error", "r2"),
    "multilabel": ("f1_macro", "accuracy", "roc_auc_macro"),
    "quantile": ("mean_pinball_loss", "coverage", "interval_width"),
    "forecasting": ("mase", "mean_absolute_error", "smape"),
    "clustering": ("silhouette", "davies_bouldin"),
}
# metrics that a threshold can be chosen by: at the best of precision or recall all rows are of one class
THRESHOLDS = ("f1", "balanced_accuracy", "accuracy", "matthews_corrcoef", "cohen_kappa", "f1_macro", "f1_weighted")
CALIBRATIONS = ("temperature",)
# names and the tasks that each is for: those of its task are a target's by default, neighbors where that is cheap
_ROWS = ("binary", "multiclass", "regression", "multilabel", "quantile")
BASELINES: dict[str, tuple[str, ...]] = {
    "dummy": _ROWS,
    "linear": (*_ROWS, "forecasting"),
    "boosting": _ROWS,
    "neighbors": _ROWS,
    "naive": ("forecasting",),
    "seasonal_naive": ("forecasting",),
    "kmeans": ("clustering",),
    "gaussian_mixture": ("clustering",),
}


def _metrics(value: Any) -> object:
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
        plain = plain if plain in METRICS else plain.removesuffix("_score")
        if plain not in METRICS:
            short = {"rmse": "root_mean_squared_error", "mse": "mean_squared_error", "mae": "mean_absolute_error"}
            known = short.get(plain.lower())
            cure = f"did you mean {known!r}?" if known else did_you_mean(str(given), METRICS)
            faults.append(Fault(f"unknown metric {given!r}", cure or "names are scikit-learn's", (i,)))
        elif plain not in found:
            found.append(plain)
    if faults:
        raise refuse(*faults)
    return tuple(found)


def _baselines(value: Any) -> object:
    """The simple models to hold the network against; none is a choice too, and left out they follow from the task."""
    if value is None:
        return None
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise refuse(Fault(f"baselines are a list of names, not {value!r}", one_of(BASELINES)))
    faults = [
        Fault(f"unknown baseline {given!r}", did_you_mean(str(given), BASELINES), (i,))
        for i, given in enumerate(value)
        if given not in BASELINES
    ]
    if faults:
        raise refuse(*faults)
    return tuple(dict.fromkeys(value))


def _slices(value: Any) -> object:
    """The columns by which scores are split, each once."""
    found = column_names(value)
    given = [value] if isinstance(value, str) else value or ()
    for i, name in enumerate(given):
        if name in given[:i]:
            raise refuse(Fault(f"{name!r} is there twice", "remove one", (i,)))
    return found


def _threshold(value: Any) -> object:
    """Above which probability a row is called positive: a number, or the metric that it is chosen by."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if 0 < value < 1:
            return float(value)
        raise refuse(Fault(f"a threshold is between 0 and 1, not {value!r}", "write 0.5, or a metric such as f1"))
    if value in {"precision", "recall"}:
        rule = f"{value} by itself is best where all rows are called one class"
        raise refuse(Fault(rule, f"choose by {one_of(THRESHOLDS)}"))
    return choice("metric for a threshold", THRESHOLDS).read(value)


def _names(names: dict[str, tuple[str, ...]], *, fewest: int) -> dict[str, Any]:
    listed = {"type": "array", "items": {"enum": list(names)}, "minItems": fewest}
    return {"anyOf": [{"enum": [*names, None]}, listed]}


class Evaluate(Section):
    """Step 4: the scores, and the simple models that the network is held against."""

    metrics: Annotated[tuple[str, ...] | None, Word(_metrics, lambda: _names(METRICS, fewest=1))] = Field(
        None,
        description="scikit-learn's names; the first decides the verdict; those of the task when not given",
        examples=[["roc_auc", "accuracy"]],
    )
    baselines: Annotated[tuple[str, ...] | None, Word(_baselines, lambda: _names(BASELINES, fewest=0))] = Field(
        None,
        description="trained and scored on the same rows; those of the task when not given",
        examples=[["dummy", "linear", "boosting"]],
    )
    slices: Annotated[tuple[str, ...], Word(_slices, COLUMNS)] = Field(
        (),
        description="columns; the main metric is shown for the test rows of each level",
        examples=[["city"]],
    )
    threshold: Annotated[float | str, Word(_threshold, lambda: {"anyOf": [SHARE, {"enum": list(THRESHOLDS)}]})] = Field(
        0.5,
        description="above which probability a row is called positive; or a metric: the best one on validation rows",
        examples=[0.5, "f1"],
    )
    calibrate: Annotated[str | None, choice("calibration", CALIBRATIONS, null=True)] = Field(
        None, description="probabilities brought to what validation rows show: temperature", examples=["temperature"]
    )
    labels: str | None = Field(
        None, description="a column that clusters are held against; never learned from", examples=["species"]
    )
    strict: bool = Field(
        False, description="true: a fatal finding of the audit stops the run before training", examples=[True]
    )
