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
KINDS = ("number", "category", "ordered", "boolean", "date", "text", "image", "ignore")
TEXT_FORMS = ("tokens", "tfidf")
SOURCES = (
    "csv", "json", "jsonl", "parquet", "arrow", "xlsx", "html", "sqlite", "sql", "images", "idx", "sklearn", "openml",
)  # fmt: skip
# losses of Keras that are least at the truth where numbers are standardised, and so also below 0
LOSSES_OF_NUMBERS = ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "Pinball")
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
LATER_KEYS: dict[str, tuple[str, ...]] = {"": ("search",)}
