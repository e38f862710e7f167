"""What is asked of a target before its rows are looked at: whether it is a vector, its separator, its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.values.said import Notice
from protokit.core.values.signature import form_written, task_of
from protokit.represent.encoders.cells import row_of
from protokit.represent.encoders.labels import separator_of
from protokit.represent.encoders.lists.cells import holds_lists, lists_of
from protokit.represent.encoders.lists.inference import size_of
from protokit.represent.represented import Setting
from protokit.represent.words import Represent

VECTOR = "vector"  # the task of several numbers as one target
_OF_LISTS = frozenset({"labels", "vector", "drawn", "mask"})  # forms of targets whose cells can hold several values
_SEVERAL = (list, tuple, set, frozenset, dict, np.ndarray)


def with_vector(spec: Represent, frame: pd.DataFrame, setting: Setting) -> tuple[Setting, list[Notice]]:
    """The same, with the task of several numbers as one target, and what is told of a column of lists."""
    if setting.task is not None or len(spec.targets) == 0:
        return setting, []
    if isinstance(spec.target, dict):
        return replace(setting, task=VECTOR), []
    name = spec.targets[0]
    if len(spec.targets) > 1 or name not in frame or not holds_lists(frame[name]):
        return setting, []
    lists = lists_of(frame[name].dropna()) or []
    size = size_of(lists)
    if size is None or any(isinstance(one, list) for some in lists for one in some):
        return setting, []
    told = Notice(f"the target {name!r} holds {size}: it is learned as a vector", (name,), "learn: {task: multilabel}")
    return replace(setting, task=VECTOR), [told]


def hold_no_lists(spec: Represent, frame: pd.DataFrame, task: str | None) -> None:
    """Hold that a target is one value a row, where the task is of such.

    Raises:
        DataError: one holds lists, with the first.
    """
    if task is not None and form_written(task) in _OF_LISTS:
        return
    for name in spec.targets:
        if name not in frame or frame[name].dtype != object:
            continue
        odd = next((i for i, cell in enumerate(frame[name]) if isinstance(cell, _SEVERAL)), None)
        if odd is None:
            continue
        rule = f"the target {name!r} holds several values in a row, as in row {row_of(frame[name], odd)}"
        lists = lists_of(frame[name].dropna())
        deep = any(isinstance(value, list) for some in lists or () for value in some)
        fits = "segmentation" if deep else VECTOR if size_of(lists) is not None else "multilabel"
        cure = f"write learn: {{task: {fits}}}"
        if len(spec.targets) > 1:
            cure = f"{cure}, with target: {name} alone"
        raise DataError(rule, cure=cure)


def found_separator(
    spec: Represent, frame: pd.DataFrame, tasks: Mapping[str, str]
) -> tuple[str | None, Sequence[Notice]]:
    """What parts the labels of the one column that a target of labels is, as it is written or found."""
    if len(tasks) > 1 or all(task_of(task).form != "labels" for task in tasks.values()):
        return None, ()
    if spec.separator is not None:
        return spec.separator, ()
    return separator_of(frame[next(iter(tasks))], "represent: {separator: SEPARATOR}")


def written_order(spec: Represent, target: str) -> tuple[str, ...]:
    """The order of a target's classes, as it is written; empty where none is."""
    said = spec.options(target)
    return tuple(map(str, said)) if spec.kind(target) == "ordered" and isinstance(said, tuple) else ()
