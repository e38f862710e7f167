"""The names that a recipe may use, known without the libraries behind them."""

from __future__ import annotations

# scikit-learn's scorer names (without `neg_`) and the tasks that each is for
METRICS: dict[str, tuple[str, ...]] = {
    "accuracy": ("binary", "multiclass"),
    "balanced_accuracy": ("binary", "multiclass"),
    "f1": ("binary",),
    "precision": ("binary",),
    "recall": ("binary",),
    "roc_auc": ("binary",),
    "average_precision": ("binary",),
    "brier_score": ("binary",),
    "log_loss": ("binary", "multiclass"),
    "matthews_corrcoef": ("binary", "multiclass"),
    "f1_macro": ("binary", "multiclass"),
    "f1_weighted": ("binary", "multiclass"),
    "precision_macro": ("binary", "multiclass"),
    "recall_macro": ("binary", "multiclass"),
    "roc_auc_ovr": ("multiclass",),
    "r2": ("regression",),
    "mean_squared_error": ("regression",),
    "root_mean_squared_error": ("regression",),
    "mean_absolute_error": ("regression",),
    "median_absolute_error": ("regression",),
    "mean_absolute_percentage_error": ("regression",),
    "explained_variance": ("regression",),
    "max_error": ("regression",),
}
# the first is the one that the verdict is about
DEFAULT_METRICS: dict[str, tuple[str, ...]] = {
    "binary": ("roc_auc", "accuracy", "log_loss"),
    "multiclass": ("accuracy", "f1_macro", "log_loss"),
    "regression": ("root_mean_squared_error", "mean_absolute_error", "r2"),
}
BASELINES = ("dummy", "linear", "boosting")
KINDS = ("number", "category", "boolean", "date", "ignore")
LATER_KINDS = ("text", "image")
SOURCES = ("csv", "parquet", "sklearn")
LATER_SOURCES = ("json", "jsonl", "xlsx", "html", "sqlite", "arrow", "sql", "openml")
SCHEDULES = ("constant", "cosine", "plateau")
TASKS = ("classification", "regression")
LATER_TASKS = ("forecasting", "clustering", "multilabel", "quantile")
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
LATER_PRECISIONS = ("float16", "bfloat16", "float64")
ENGINES = ("auto", "fused", "keras")
MONITORS = ("validation_loss", "loss")
SKLEARN_TABLES = ("wine", "breast_cancer", "diabetes", "digits", "iris", "linnerud")
# keys of the grammar that a later version reads
LATER_KEYS: dict[str, tuple[str, ...]] = {
    "": ("search",),
    "collect": ("join", "clean"),
    "represent": ("series",),
    "evaluate": ("slices",),
}
