"""Rows of one customer, patient or the like in training and test: the network knows them already."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from protokit.core.plain import Severity
from protokit.core.seeds import derive
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.column_name_hints import is_entity, is_key
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.edits import sequence, split_by

_CODE = re.compile(r"[A-Za-z]{0,4}[-_# ]?\d{2,}[A-Za-z]?")
_FEWEST, _FEWEST_PURE = 10, 4  # groups; of those whose rows all have one target
_PURE = 0.999  # likeness of these
_LARGEST = 50  # rows of a group on average; of larger ones the test's groups are known to whoever predicts
_OVERLAP = 0.2  # of the test rows
# how alike, beyond chance, the targets in a group have to be: to stop a run, and to be worth a word. What only looks
# like a key may be a place or the like, which honestly tells much
_STOP = {"entity": 0.3, "key": 0.8, "code": 0.95}
_WORTH = {"entity": 0.2, "key": 0.2, "code": 0.6}
_Z = 5.0
_STEPS = 5  # rows of a group on average that may be a sequence
_COUNTED = 0.95  # of the groups
_SHUFFLES = 20


@CHECKS.add
class Groups(Check):
    """Keys of entities whose rows are in training and test, and share their target much more than by chance."""

    name = "groups"
    about = "rows of one patient, customer or other key in training and test, whose targets are alike"
    rank = 40
    explains = True

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        for name in (*data.kinds, *data.left_out):
            if name in {data.group, data.time}:
                continue
            kind = _kind(data.frame[name], name, data.kinds.get(name, ""))
            if kind is None:
                continue
            codes = _codes(data.frame[name])
            known = codes >= 0
            count = len(np.unique(codes[known]))
            if count < _FEWEST_PURE or known.sum() < 1.5 * count or known.mean() < 0.5:
                continue
            overlap = float(np.isin(codes[data.split.test], codes[data.fitting][codes[data.fitting] >= 0]).mean())
            if overlap < _OVERLAP:
                continue
            for target in data.targets:
                alike, z = likeness(codes[known], data.truth[target.name][known], target, data.seed)
                pure = alike >= _PURE
                if alike < _WORTH[kind] or z < _Z or (count < _FEWEST and not pure):
                    continue
                small = pure or known.sum() <= _LARGEST * count  # of groups with one answer any size is a fault
                fatal = data.exchangeable and small and alike >= _STOP[kind]
                severity: Severity = "fatal" if fatal else "warning" if small else "note"
                share = (
                    f"all rows of one {name!r} have the same {target.name!r}"
                    if pure
                    else f"rows of one {name!r} share their {target.name!r} ({alike:.2f} beyond chance)"
                )
                rule = (
                    f"{overlap:.0%} of the test rows are of a {name!r} that training rows have too, and {share}: "
                    "the test is of known ones"
                )
                evidence = {
                    "groups": count,
                    "overlap": round(overlap, 4),
                    "likeness": round(alike, 4),
                    "z": round(z, 1),
                }
                steps = _steps(data, codes, {name, target.name}) if pure else None
                edit = split_by("group", name) if steps is None else sequence(name, steps)
                yield Finding("groups", severity, (name,), rule, evidence, edit)
                break


def _kind(series: pd.Series, name: str, kind: str) -> str | None:
    """Whether a column is the key of an entity, another key, or holds what looks like codes."""
    if series.dtype.kind == "f" and not _are_whole(series.to_numpy(float, na_value=np.nan)):
        return None
    if series.dtype.kind in "bMmc" or kind in {"date", "boolean", "image", "text"}:
        return None
    if is_entity(name):
        return "entity"
    if is_key(name):
        return "key"
    if series.dtype.kind in "iuf":
        return None
    few = series.dropna().head(200)
    return "code" if len(few) and few.map(lambda cell: bool(_CODE.fullmatch(str(cell)))).mean() > 0.9 else None


def _are_whole(values: np.ndarray) -> bool:
    first = values[:_LARGEST]  # tells most columns of measurements
    with np.errstate(invalid="ignore"):  # infinite ones are not whole
        return all(bool((part[~np.isnan(part)] % 1 == 0).all()) for part in (first, values))


def _steps(data: AuditData, codes: np.ndarray, apart: set[str]) -> str | None:
    """A column that counts the rows of each group from the same number on, as the steps of a sequence do.

    None where there is none, or where groups have fewer than five rows on average.
    """
    known = codes >= 0
    groups, sizes = np.unique(codes[known], return_counts=True)
    if sizes.mean() < _STEPS:
        return None
    for name in (*data.kinds, *data.left_out):
        column = data.frame[name]
        if name in apart or column.dtype.kind not in "iu":
            continue
        by_group = pd.Series(column.to_numpy()[known]).groupby(codes[known])
        first, last, different = by_group.min(), by_group.max(), by_group.nunique()
        counts = (different == sizes) & (last - first + 1 == sizes) & (first == first.iloc[0])
        if len(groups) and counts.mean() >= _COUNTED:
            return name
    return None


def _codes(series: pd.Series) -> np.ndarray:
    plain = series if series.dtype.kind in "iuf" else series.map(str, na_action="ignore")
    return np.asarray(pd.factorize(plain)[0])


def likeness(group: np.ndarray, truth: np.ndarray, target: TargetSpec, seed: int) -> tuple[float, float]:
    """How alike targets within a group are, from 0 (chance) to 1, and how many standard deviations off chance.

    Of classes: how often another row of the group has the same one (Cohen's kappa of such pairs); of numbers: the
    intraclass correlation. Source: Shrout and Fleiss, Intraclass correlations, Psychol. Bull. 86, 1979.
    """
    _, codes, sizes = np.unique(group, return_inverse=True, return_counts=True)
    values, measure = truth, _agreement
    if not target.has_classes:
        low, high = np.quantile(truth, [0.005, 0.995])
        values, measure = np.clip(truth, low, high) if low < high else truth, _intraclass
    own = measure(codes, sizes, values)
    generator = np.random.Generator(np.random.PCG64(derive(seed, "audit", "groups")))
    chance = [measure(codes, sizes, generator.permutation(values)) for _ in range(_SHUFFLES)]
    return own, (own - float(np.mean(chance))) / max(1e-9, float(np.std(chance)))


def _agreement(codes: np.ndarray, sizes: np.ndarray, values: np.ndarray) -> float:
    classes = int(values.max()) + 1
    pairs, counts = np.unique(codes * classes + values, return_counts=True)
    of = sizes[pairs // classes]
    several = of > 1
    same = (counts[several] * (counts[several] - 1) / (of[several] - 1)).sum() / max(1, sizes[sizes > 1].sum())
    shares = np.bincount(values) / len(values)
    chance = (shares**2).sum()
    return float((same - chance) / max(1e-9, 1 - chance))


def _intraclass(codes: np.ndarray, sizes: np.ndarray, values: np.ndarray) -> float:
    count, rows = len(sizes), len(values)
    means = np.bincount(codes, values) / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / max(1, count - 1)
    within = ((values - means[codes]) ** 2).sum() / max(1, rows - count)
    usual = (rows - (sizes**2).sum() / rows) / max(1, count - 1)
    return float((between - within) / max(1e-300, between + (usual - 1) * within))
