"""The contract of scikit-learn, of each estimator: a part in every run, all of it among the proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from protokit.estimators.classifier import Classifier
from protokit.estimators.clusterer import Clusterer
from protokit.estimators.embedder import Embedder
from protokit.estimators.forecaster import Forecaster
from protokit.estimators.multi_label_classifier import MultiLabelClassifier
from protokit.estimators.network import Network
from protokit.estimators.quantile_regressor import QuantileRegressor
from protokit.estimators.regressor import Regressor

SMALL: dict[str, Any] = {"menu": [{"Dense": 16}, "ReLU"], "epochs": 30, "networks": 1, "learning_rate": 0.02}
WEIGHED = "a weight scales what a row adds to a batch's loss; a row that is there twice is in two batches"
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": WEIGHED,
    "check_sample_weight_equivalence_on_sparse_data": WEIGHED,
}
NEXT = "what comes next is a row for each step of the horizon, whichever rows come with the call"
OF_ROWS = {"check_methods_subset_invariance": NEXT, "check_methods_sample_order_invariance": NEXT}
CODED = {**SMALL, "menu": [{"Dense": 8}, "ReLU", {"Dense": 3, "name": "code"}]}
ESTIMATORS: list[Network] = [
    Classifier(**SMALL),
    Regressor(**SMALL),
    MultiLabelClassifier(**SMALL),
    QuantileRegressor(**SMALL),
    Clusterer(**CODED),
    Embedder(**CODED),
    Forecaster(**{**SMALL, "window": 3, "epochs": 3}),
]
QUICK = {  # of which no training is long, and those that failed while this was built
    "check_do_not_raise_errors_in_init_or_set_param",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_estimators_nan_inf",
    "check_estimators_unfitted",
    "check_fit2d_1sample",
    "check_methods_subset_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_supervised_y_no_nan",
    "check_valid_tag_types",
}
SKIPPED = {"check_array_api_input"}  # it needs a variable of SciPy


def cases() -> Iterator[Any]:
    for estimator in ESTIMATORS:
        count: dict[str, int] = {}
        for one, check in estimator_checks_generator(estimator):
            name = check.func.__name__ if hasattr(check, "func") else check.__name__
            if name in SKIPPED:
                continue
            count[name] = count.get(name, 0) + 1
            reason = (OF_ROWS if isinstance(estimator, Forecaster) else EXPECTED).get(name)
            raises = (AssertionError, IndexError)
            marks = [pytest.mark.xfail(reason=reason, raises=raises, strict=True)] if reason else []
            proof = [] if name in QUICK else [pytest.mark.proof]
            yield pytest.param(one, check, marks=[*marks, *proof], id=f"{type(one).__name__}-{name}-{count[name]}")


@pytest.mark.filterwarnings("ignore")  # scikit-learn's checks warn of themselves
@pytest.mark.parametrize(("estimator", "check"), list(cases()))
def test_the_contract_holds(estimator: Network, check: Callable[[Network], None]) -> None:
    check(estimator)
