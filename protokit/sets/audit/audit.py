"""Runs all that is looked for across sets, and gathers what is found."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import chain

from threadpoolctl import threadpool_limits

from protokit.core.values.said import Finding
from protokit.sets.audit.data import SetData, families
from protokit.sets.audit.drift import drift
from protokit.sets.audit.meaning import other_meanings
from protokit.sets.audit.reversed import reversed_targets
from protokit.sets.audit.rows import same_rows

_GRAVITY = {"fatal": 0, "warning": 1, "note": 2}


def across(sets: Sequence[SetData]) -> list[Finding]:
    """What is found across sets, the gravest first: equal sets, rows that one set is tested on and another learns from,
    columns of one name and another meaning, a target that runs against the others', drift.

    The same data and seed give the same findings. The set that a finding is of is in its evidence, under `set`. Models
    are fitted on rows for training and validation only.
    """
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)  # classes of a row or two
        found = [*same_rows(sets), *other_meanings(sets)]
        explained = frozenset(chain.from_iterable(one.columns for one in found if one.check in _OF_COLUMNS))
        for family in families(sets):
            found += [*reversed_targets(family), *drift(family, explained)]
    return sorted(found, key=lambda finding: _GRAVITY[finding.severity])


_OF_COLUMNS = ("set_units", "set_levels")
