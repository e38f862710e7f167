"""Sets whose rows are unlike those of the others, and sets whose rows are alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import norm
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

from protokit.core.seeds import derive
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit.edits import listed
from protokit.evaluate.audit.learners import BOOSTING, equal_rows, folds
from protokit.evaluate.audit.skills import roc_auc
from protokit.sets.audit.conversions import distance
from protokit.sets.audit.data import SetData
from protokit.sets.audit.edits import EACH
from protokit.sets.audit.pooled import Pooled

_FEWEST = 30  # rows of a set
_ENOUGH = 1000  # rows for boosting
_AUC, _APART = 0.6, 0.9  # from which on a set is unlike the others; of another world
_ALIKE = 0.55  # up to which sets are alike
_CHANCE = 0.005  # of all sets together, that one is blamed that is like the others
_COLUMN = 0.2  # the distance from which on a column is worth naming
_NAMED = 5


def drift(sets: Sequence[SetData], explained: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """A classifier that learns which set a row is of, judged on other rows; target columns are not among its inputs.

    `explained` are columns of which something else has been said.
    """
    sets = [one for one in sets if len(one.fitting) >= _FEWEST]
    pooled = Pooled.of(sets, "drift") if len(sets) > 1 else None
    if pooled is None:
        return
    keep = [i for i, name in enumerate(pooled.names) if name not in explained]
    keep = [i for i in keep if not _names_the_set(pooled.values[:, i], pooled.which)]
    if not keep:
        return
    aucs = _aucs(pooled.values[:, keep], pooled.which, sets[0].seed)
    sizes = np.bincount(pooled.which)
    sway = norm.isf(_CHANCE / len(sets)) * np.sqrt((1 / sizes + 1 / (len(pooled.which) - sizes)) / 12)
    low, high = aucs - sway, aucs + sway
    for apart in (True, False):
        named = np.flatnonzero((low >= _AUC) & ((low >= _APART) == apart))
        if len(named):
            yield _finding(sets, pooled, keep, aucs, named[np.argsort(-aucs[named], kind="stable")], apart)
    if high.max() < _AUC and aucs.max() <= _ALIKE:
        rule = (
            f"the rows of the {len(sets):,} sets are alike: a classifier does not tell them apart "
            f"(AUC {aucs.max():.2f} at most), so that one network for all has more rows to learn from"
        )
        yield Finding("alike_sets", "note", (), rule, {"roc_auc": round(float(aucs.max()), 4), "sets": len(sets)})


def _finding(
    sets: Sequence[SetData], pooled: Pooled, keep: Sequence[int], aucs: np.ndarray, named: np.ndarray, apart: bool
) -> Finding:
    by_column: dict[str, float] = {}
    for i in keep:
        far = [_far(pooled, i, j) for j in named[:_NAMED]]
        by_column[pooled.names[i]] = max(far)
    ranked = sorted(by_column, key=lambda name: -by_column[name])
    columns = [name for name in ranked if by_column[name] >= _COLUMN][:_NAMED] or ranked[:1]
    some = ", ".join(f"{sets[j].name!r} (AUC {aucs[j]:.2f})" for j in named[:_NAMED])
    more = f" and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
    who = f"the rows of {some}{more} can be told from those of the other sets, most of all by {listed(columns)}"
    so = "they share hardly any rows" if apart else "whether sharing helps them is shown by their own networks"
    rule = f"{who}: {so}"
    evidence: dict[str, float | int | str] = {"sets": len(named)}
    evidence |= {f"roc_auc of {sets[j].name}": round(float(aucs[j]), 4) for j in named[:20]}
    evidence |= {f"distance of {name}": round(by_column[name], 4) for name in columns}
    return Finding("set_drift", "warning" if apart else "note", tuple(columns), rule, evidence, EACH)


def _aucs(values: np.ndarray, which: np.ndarray, seed: int) -> np.ndarray:
    """How well each set's rows are told from all others, by models that have not seen them.

    Shapes: (rows, columns), (rows,) -> (sets,).
    """
    count = int(which.max()) + 1
    part = TargetSpec("set", "multiclass", tuple(range(count)))
    fold = folds(which, part, seed, 2, equal_rows(values))
    found = np.zeros((len(which), count))
    random = derive(seed, "sets", "audit", "drift")
    for i in range(2):
        learn, say = fold != i, fold == i
        x = values[:, np.isfinite(values[learn]).any(axis=0)]
        if not x.shape[1] or not say.any() or len(np.unique(which[learn])) < 2:
            continue
        model: HistGradientBoostingClassifier | ExtraTreesClassifier
        if count == 2 and len(which) >= _ENOUGH:
            model = HistGradientBoostingClassifier(**BOOSTING, random_state=random)
        else:
            model = ExtraTreesClassifier(
                40, min_samples_leaf=2, max_features=max(1, x.shape[1] // 2), random_state=random
            )
        model.fit(x[learn], which[learn])
        found[np.ix_(say, model.classes_)] = model.predict_proba(x[say])
    return np.array([roc_auc((which == j).astype(int), found[:, j]) for j in range(count)])


def _names_the_set(values: np.ndarray, which: np.ndarray) -> bool:
    """Whether a column has one value in each set: it is the set's own name."""
    for i in np.unique(which):
        own = values[which == i]
        if len(np.unique(own[np.isfinite(own)])) > 1:
            return False
    return True


def _far(pooled: Pooled, i: int, j: int) -> float:
    """How far a column of a set is from that of the others, from 0 to 1: of numbers by Kolmogorov and Smirnov, of
    categories by the total variation."""
    own, others = (pooled.values[rows, i] for rows in (pooled.which == j, pooled.which != j))
    if pooled.levels[i]:
        shares = [np.bincount(x.astype(int), minlength=pooled.levels[i]) / len(x) for x in (own, others)]
        return float(np.abs(shares[0] - shares[1]).sum() / 2)
    own, others = np.sort(own[np.isfinite(own)]), np.sort(others[np.isfinite(others)])
    return distance(own, others) if len(own) and len(others) else 0.0
