"""The names that a recipe may use, known without the libraries behind them."""

from __future__ import annotations

# scikit-learn's scorer names (without `neg_`) and the tasks that each is for
METRICS: dict[str, tuple[str, ...]] = {
    "accuracy": ("binary", "multiclass", "multilabel"),
    "balanced_accuracy": ("binary", "multiclass"),
    "f1": ("binary",),
    "precision": ("binary",),
    "recall": ("binary",),
    "roc_auc": ("binary",),
    "average_precision": ("binary",),
    "brier_score": ("binary",),
    "log_loss": ("binary", "multiclass"),
    "f1_micro": ("multilabel",),
    "hamming_loss": ("multilabel",),
    "jaccard_samples": ("multilabel",),
    "matthews_corrcoef": ("binary", "multiclass"),
    "f1_macro": ("binary", "multiclass", "multilabel"),
    "f1_weighted": ("binary", "multiclass", "multilabel"),
    "precision_macro": ("binary", "multiclass", "multilabel"),
    "recall_macro": ("binary", "multiclass", "multilabel"),
    "roc_auc_macro": ("multilabel",),
    "average_precision_macro": ("multilabel",),
    "roc_auc_ovr": ("multiclass",),
    "r2": ("regression",),
    "mean_squared_error": ("regression", "forecasting"),
    "root_mean_squared_error": ("regression", "forecasting"),
    "mean_absolute_error": ("regression", "forecasting"),
    "median_absolute_error": ("regression",),
    "mean_absolute_percentage_error": ("regression",),
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
}
# the first is the one that the verdict is about
WITH_LABELS = ("adjusted_rand", "adjusted_mutual_info")
DEFAULT_METRICS: dict[str, tuple[str, ...]] = {
    "binary": ("roc_auc", "accuracy", "log_loss"),
    "multiclass": ("accuracy", "f1_macro", "log_loss"),
    "regression": ("root_mean_squared_error", "mean_absolute_error", "r2"),
    "multilabel": ("f1_macro", "accuracy", "roc_auc_macro"),
    "quantile": ("mean_pinball_loss", "coverage", "interval_width"),
    "forecasting": ("mase", "mean_absolute_error", "smape"),
    "clustering": ("silhouette", "davies_bouldin"),
}
# names and the tasks that each is for; the first ones of a task are its baselines by default
_ROWS = ("binary", "multiclass", "regression", "multilabel", "quantile")
BASELINES: dict[str, tuple[str, ...]] = {
    "dummy": _ROWS,
    "linear": (*_ROWS, "forecasting"),
    "boosting": _ROWS,
    "naive": ("forecasting",),
    "seasonal_naive": ("forecasting",),
    "kmeans": ("clustering",),
    "gaussian_mixture": ("clustering",),
}
KINDS = ("number", "category", "ordered", "boolean", "date", "text", "image", "ignore")
TEXT_FORMS = ("tokens", "tfidf")
SOURCES = (
    "csv", "json", "jsonl", "parquet", "arrow", "xlsx", "html", "sqlite", "sql", "images", "idx", "sklearn", "openml",
)  # fmt: skip
SCHEDULES = ("constant", "cosine", "plateau")
TASKS = ("classification", "regression", "multilabel", "quantile", "forecasting", "clustering")
CLUSTERINGS = ("kmeans", "gaussian_mixture")
# keys of `learn` that are for one task
FOR_TASK = {"quantiles": "quantile", "clusters": "clustering", "cluster_by": "clustering"}
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
LATER_PRECISIONS = ("float16", "bfloat16", "float64")
ENGINES = ("auto", "fused", "keras")
MONITORS = ("validation_loss", "loss")
SKLEARN_TABLES = ("wine", "breast_cancer", "diabetes", "digits", "iris", "linnerud")
# keys of the grammar that a later version reads
LATER_KEYS: dict[str, tuple[str, ...]] = {
    "": ("search",),
    "evaluate": ("slices",),
}
