"""The metrics: scikit-learn's by its scorers' names, without `neg_`, and those of our own."""

from __future__ import annotations

from math import inf, nextafter

from protokit.evaluate.metrics.declared import Declared
from protokit.evaluate.metrics.metric import METRICS

_LABELS = ("multilabel",)
_TWO = ("binary",)
_MANY = ("multiclass",)
_CLASSES = ("binary", "multiclass")
_CALLED = (*_CLASSES, *_LABELS)
_NUMBERS = ("regression",)
_VALUES = ("regression", "forecasting")
_QUANTILES = ("quantile",)
_FORECASTS = ("forecasting",)
_ABOVE_0, _TO_1, _AROUND_0 = (0.0, inf), (-inf, 1.0), (-1.0, 1.0)

for _metric in (
    # of classes and labels as they are called
    Declared(
        "accuracy", "The share of rows whose class, or whose labels one and all, are right.", _CALLED,
        "labels", "accuracy_score", rows="correct", confusion="accuracy", chooses_threshold=True,
        default_for={"binary": 1, "multiclass": 0, "multilabel": 1},
    ),
    Declared(
        "balanced_accuracy", "The mean over the classes of the share of their rows that are found.", _CLASSES,
        "labels", "balanced_accuracy_score", confusion="balanced_accuracy", chooses_threshold=True, needs="two classes",
    ),
    Declared(
        "f1", "The harmonic mean of precision and recall of the positive class.", _TWO,
        "labels", "f1_score", average="binary", confusion="f1", chooses_threshold=True, needs="two classes",
    ),
    Declared(
        "precision", "Of the rows called positive, the share that is.", _TWO,
        "labels", "precision_score", average="binary", confusion="precision", needs="two classes",
    ),
    Declared(
        "recall", "Of the positive rows, the share that is called so.", _TWO,
        "labels", "recall_score", average="binary", confusion="recall", needs="two classes",
    ),
    # of probabilities
    Declared(
        "roc_auc", "How often a positive row has a higher probability than a negative one.", _TWO,
        "score", "roc_auc_score", resampled="roc_auc", needs="two classes", default_for={"binary": 0},
    ),
    Declared(
        "average_precision", "The mean of the precision over all thresholds, weighted by the gain in recall.", _CLASSES,
        "score", "average_precision_score", needs="every class", resampled="average_precision",
    ),
    Declared(
        "brier_score", "The mean squared error of the probability of the positive class; of many, their sum.",
        _CLASSES, "positive", greater_is_better=False, rows="squared_probability_error",
    ),
    Declared(
        "log_loss", "The mean negative logarithm of the probability of the true class.", _CLASSES,
        "probabilities", "log_loss", False, rows="log_loss", bounds=_ABOVE_0,
        default_for={"binary": 2, "multiclass": 2},
    ),
    Declared(
        "f1_micro", "The harmonic mean of precision and recall of all labels together; of classes the accuracy.",
        _CALLED, "labels", "f1_score", average="micro", confusion="f1",
    ),
    Declared(
        "hamming_loss", "The share of labels that are wrong.", _LABELS,
        "labels", "hamming_loss", False, rows="wrong_labels",
    ),
    Declared(
        "jaccard_samples", "Labels that are right by all that are true or called so, mean over the rows.", _LABELS,
        "labels", "jaccard_score", average="samples",
    ),
    Declared(
        "matthews_corrcoef", "The correlation of classes and predicted classes.", _CLASSES,
        "labels", "matthews_corrcoef", confusion="matthews_corrcoef", chooses_threshold=True, needs="two classes",
        bounds=_AROUND_0,
    ),
    Declared(
        "cohen_kappa", "How much oftener classes and predicted classes agree than by chance.", _CLASSES,
        "labels", "cohen_kappa_score", confusion="cohen_kappa", chooses_threshold=True, needs="two classes",
        bounds=_AROUND_0,
    ),
    Declared(
        "top_k_accuracy", "The share of rows whose class is one of the two likeliest.", _MANY,
        "likeliest", "top_k_accuracy_score", options={"k": 2}, rows="among_two_likeliest",
    ),
    Declared(
        "f1_macro", "The harmonic mean of precision and recall, mean over the classes or labels.", _CALLED,
        "labels", "f1_score", average="macro", confusion="f1", chooses_threshold=True,
        default_for={"multiclass": 1, "multilabel": 0},
    ),
    Declared(
        "f1_weighted", "The harmonic mean of precision and recall, mean over the classes by their rows.", _CALLED,
        "labels", "f1_score", average="weighted", confusion="f1", chooses_threshold=True,
    ),
    Declared(
        "precision_macro", "The precision, mean over the classes or labels.", _CALLED,
        "labels", "precision_score", average="macro", confusion="precision",
    ),
    Declared(
        "recall_macro", "The recall, mean over the classes or labels.", _CALLED,
        "labels", "recall_score", average="macro", confusion="recall",
    ),
    Declared(
        "precision_weighted", "The precision, mean over the classes or labels by their rows.", _CALLED,
        "labels", "precision_score", average="weighted", confusion="precision",
    ),
    Declared(
        "recall_weighted", "The recall, mean over the classes or labels by their rows.", _CALLED,
        "labels", "recall_score", average="weighted", confusion="recall",
    ),
    Declared(
        "precision_micro", "The precision of all labels together; of classes the accuracy.", _CALLED,
        "labels", "precision_score", average="micro", confusion="precision",
    ),
    Declared(
        "recall_micro", "The recall of all labels together; of classes the accuracy.", _CALLED,
        "labels", "recall_score", average="micro", confusion="recall",
    ),
    Declared(
        "roc_auc_macro", "The area under the ROC curve of each label, mean over the labels.", _LABELS,
        "score", "roc_auc_score", average="macro", needs="two classes", default_for={"multilabel": 2},
    ),
    Declared(
        "average_precision_macro", "The average precision of each label, mean over the labels.", _LABELS,
        "score", "average_precision_score", average="macro", needs="two classes",
    ),
    Declared(
        "roc_auc_ovr", "The area under the ROC curve of each class against the rest, mean over the classes.", _MANY,
        "score", "roc_auc_score", options={"multi_class": "ovr"}, needs="every class",
    ),
    Declared(
        "roc_auc_ovo", "The area under the ROC curve of each pair of classes, mean over the pairs.", _MANY,
        "score", "roc_auc_score", options={"multi_class": "ovo"}, needs="every class",
    ),
    Declared(
        "roc_auc_ovr_weighted", "The area under the ROC curve of each class, mean by their rows.", _MANY,
        "score", "roc_auc_score", average="weighted", options={"multi_class": "ovr"}, needs="every class",
    ),
    Declared(
        "roc_auc_ovo_weighted", "The area under the ROC curve of each pair of classes, mean by their rows.", _MANY,
        "score", "roc_auc_score", average="weighted", options={"multi_class": "ovo"}, needs="every class",
    ),
    Declared(
        "d2_log_loss", "The share of the log loss of the classes' shares that goes away.", _CLASSES,
        "probabilities", "d2_log_loss_score", needs="two classes", bounds=_TO_1,
    ),
    Declared(
        "d2_brier", "The share of the Brier score of the classes' shares that goes away.", _CLASSES,
        "probabilities", "d2_brier_score", needs="two classes", bounds=_TO_1,
    ),
    Declared(
        "jaccard", "Rows that are positive and called so, by those that are or are called so.", _TWO,
        "labels", "jaccard_score", average="binary", confusion="jaccard", chooses_threshold=True, needs="two classes",
    ),
    Declared(
        "jaccard_macro", "The Jaccard score, mean over the classes or labels.", _CALLED,
        "labels", "jaccard_score", average="macro", confusion="jaccard",
    ),
    Declared(
        "jaccard_weighted", "The Jaccard score, mean over the classes or labels by their rows.", _CALLED,
        "labels", "jaccard_score", average="weighted", confusion="jaccard",
    ),
    Declared(
        "jaccard_micro", "The Jaccard score of all classes or labels together.", _CALLED,
        "labels", "jaccard_score", average="micro",
    ),
    Declared(
        "positive_likelihood_ratio", "How much oftener positive rows are called so than negative ones.", _TWO,
        "labels", confusion="positive_likelihood_ratio", needs="two classes", bounds=_ABOVE_0,
    ),
    Declared(
        "negative_likelihood_ratio", "How much oftener positive rows are called negative than negative ones.", _TWO,
        "labels", greater_is_better=False, confusion="negative_likelihood_ratio", needs="two classes", bounds=_ABOVE_0,
    ),
    Declared(
        "f1_samples", "The harmonic mean of precision and recall of each row's labels, mean over the rows.", _LABELS,
        "labels", "f1_score", average="samples",
    ),
    Declared(
        "precision_samples", "Of the labels that a row is called, the share that is true, mean over the rows.", _LABELS,
        "labels", "precision_score", average="samples",
    ),
    Declared(
        "recall_samples", "Of the labels of a row, the share that it is called, mean over the rows.", _LABELS,
        "labels", "recall_score", average="samples",
    ),
    # of numbers
    Declared(
        "r2", "The share of the variance that the predictions explain.", _VALUES,
        "values", "r2_score", fewest=2, needs="different numbers", resampled="r2", default_for={"regression": 2},
        bounds=_TO_1,
    ),
    Declared(
        "mean_squared_error", "The mean of the squared errors.", _VALUES,
        "values", "mean_squared_error", False, rows="squared_error", bounds=_ABOVE_0,
    ),
    Declared(
        "root_mean_squared_error", "The root of the mean of the squared errors.", _VALUES,
        "values", "root_mean_squared_error", False, rows="squared_error", root=True, bounds=_ABOVE_0,
        default_for={"regression": 0},
    ),
    Declared(
        "mean_absolute_error", "The mean of the errors without their sign.", _VALUES,
        "values", "mean_absolute_error", False, rows="absolute_error", bounds=_ABOVE_0,
        default_for={"regression": 1, "forecasting": 1},
    ),
    Declared(
        "median_absolute_error", "The median of the errors without their sign.", _VALUES,
        "values", "median_absolute_error", False, bounds=_ABOVE_0,
    ),
    Declared(
        "mean_absolute_percentage_error", "The mean of the errors as shares of the truth.", _VALUES,
        "values", "mean_absolute_percentage_error", False, rows="relative_error",
        bounds=_ABOVE_0, needs="no zeros",
    ),
    Declared(
        "mean_squared_log_error", "The mean of the squared differences of logarithms of 1 more.", _NUMBERS,
        "values", "mean_squared_log_error", False, above=(-1, -1), rows="squared_log_error", bounds=_ABOVE_0,
    ),
    Declared(
        "root_mean_squared_log_error", "The root of the mean squared difference of logarithms of 1 more.", _NUMBERS,
        "values", "root_mean_squared_log_error", False, above=(-1, -1), rows="squared_log_error", root=True,
        bounds=_ABOVE_0,
    ),
    Declared(
        "mean_poisson_deviance", "The mean deviance of counts of a Poisson distribution.", _NUMBERS,
        "values", "mean_poisson_deviance", False, above=(nextafter(0, -1), 0), bounds=_ABOVE_0,
    ),
    Declared(
        "mean_gamma_deviance", "The mean deviance of numbers above 0 of a gamma distribution.", _NUMBERS,
        "values", "mean_gamma_deviance", False, above=(0, 0), bounds=_ABOVE_0,
    ),
    Declared(
        "d2_absolute_error", "The share of the absolute error of the median that goes away.", _NUMBERS,
        "values", "d2_absolute_error_score", fewest=2, needs="different numbers", bounds=_TO_1,
    ),
    Declared(
        "explained_variance", "The share of the variance that the predictions explain but for a constant.", _NUMBERS,
        "values", "explained_variance_score", fewest=2, needs="different numbers", bounds=_TO_1,
    ),
    Declared("max_error", "The largest error.", _NUMBERS, "values", "max_error", False, bounds=_ABOVE_0),
    # of quantiles and forecasts: ours
    Declared(
        "mean_pinball_loss", "What a quantile too low or too high costs, mean over the quantiles.", _QUANTILES,
        greater_is_better=False, rows="pinball", bounds=_ABOVE_0, default_for={"quantile": 0},
    ),
    Declared(
        "coverage", "The share of rows whose truth lies from the lowest to the highest quantile.", _QUANTILES,
        greater_is_better=None, rows="covered", default_for={"quantile": 1},
    ),
    Declared(
        "interval_width", "From the lowest to the highest quantile, in the target's unit.", _QUANTILES,
        greater_is_better=None, rows="width", bounds=(-inf, inf), default_for={"quantile": 2},
    ),
    Declared(
        "mase", "The error in what repeating the last row errs by, one row ahead, in the training rows.", _FORECASTS,
        greater_is_better=False, rows="scaled_error", bounds=_ABOVE_0, default_for={"forecasting": 0},
    ),
    Declared(
        "seasonal_mase", "The error in what repeating the last season errs by in the training rows.", _FORECASTS,
        greater_is_better=False, rows="seasonally_scaled_error", bounds=_ABOVE_0,
    ),
    Declared(
        "smape", "The error in percent of the mean of truth and forecast.", _FORECASTS,
        greater_is_better=False, rows="symmetric_error", bounds=(0.0, 200.0), default_for={"forecasting": 2},
    ),
    Declared(
        "scaled_mean_squared_error", "The squared error in standard deviations of the training rows.", _FORECASTS,
        greater_is_better=False, rows="standard_square", bounds=_ABOVE_0,
    ),
    Declared(
        "scaled_mean_absolute_error", "The error in standard deviations of the training rows.", _FORECASTS,
        greater_is_better=False, rows="standard_error", bounds=_ABOVE_0,
    ),
):  # fmt: skip
    METRICS.add(_metric)
