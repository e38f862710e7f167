"""The contract of a step of cleaning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from protokit.collect.collect import collect
from protokit.collect.step import STEPS, Step, reporting
from protokit.collect.words import Collect
from protokit.core.errors import ProtokitError
from protokit.core.places import Fault
from protokit.core.values.tables import Table
from protokit.grammar.document import Document
from protokit.testing.contract import contract

_CELLS: tuple[Sequence[object], ...] = (
    [3.25, 12.5, None, 12.5],
    [" a", "b", None, "b"],
    ["2024-12-31", "2024-01-02", None, "2024-01-02"],
    ["31/12/2024", "02/01/2024", None, "02/01/2024"],
)
_ODD: tuple[object, ...] = (None, "", 1.5, True, [], {}, [[]], {"": None}, {1: 2}, {"a": object()}, "(" * 500)
_OTHER = "another column"


@contract
def check_step(step: type[Step[object]], table: Mapping[str, Sequence[object]] | None = None) -> None:
    """Hold a step of cleaning to its contract.

    `table` has columns that its `example` can be run on; without it numbers, texts and dates are tried.

    Raises:
        AssertionError: it breaks the contract, in a sentence.
    """
    assert re.fullmatch(r"[a-z][a-z0-9_]*", step.name), f"the name {step.name!r} is letters, digits and '_'"
    assert STEPS.find(step.name) is step, f"{step.name} is not registered: write @STEPS.add above the class"
    assert step.about.strip() and "\n" not in step.about, f"{step.name}.about is one sentence"
    json.dumps(step.schema())
    for given in _ODD:
        _read(step, given)  # reports, and never raises
    written, faults = _read(step, Document.parse(step.example).data)
    assert not faults, f"{step.name}.example is refused: {faults[0]}"
    made = step(written)
    _check_plain(step, made)
    if step.bare:
        assert step(None).as_plain() == step.name, f"{step.name} alone is written as its name"
    names = _columns(made, table)
    _check_names(made, names)
    _check_rows(made, names, table)


def _read(step: type[Step[object]], given: object) -> tuple[object, list[Fault]]:
    faults: list[Fault] = []
    return step.read(given, reporting(faults, ())), faults


def _check_plain(step: type[Step[object]], made: Step[object]) -> None:
    plain = made.as_plain()
    assert isinstance(plain, dict) and list(plain) == [step.name], f"{step.name}.as_plain gives {{name: what}}"
    [again] = Collect.of(clean=[json.loads(json.dumps(plain))]).clean
    assert again == made, f"{step.name} is another one when it is written and read again"
    try:
        made.written = None  # type: ignore[misc]
    except AttributeError:
        return
    raise AssertionError(f"{step.name} can be changed: a step is frozen")


def _columns(made: Step[object], table: Mapping[str, Sequence[object]] | None) -> list[str]:
    """Columns that the step can be taken on."""
    if table is not None:
        return [*table]
    named = made.written if isinstance(made.written, (Mapping, tuple)) else ()
    return [*dict.fromkeys([*(made.mentioned() or ()), *map(str, named), _OTHER])]


def _check_names(made: Step[object], names: list[str]) -> None:
    faults: list[Fault] = []
    after = made.columns_after([*names], reporting(faults, ()))
    assert not faults, f"{made.name}.columns_after refuses columns that are there: {faults[0]}"
    assert len(set(after)) == len(after) > 0, f"{made.name}.columns_after gives a name twice, or none"
    mentioned = made.mentioned()
    assert mentioned is None or isinstance(mentioned, frozenset), f"{made.name}.mentioned gives a frozenset or None"
    if mentioned:
        made.columns_after([_OTHER], reporting(faults, ()))
        assert faults, f"{made.name}.columns_after does not report columns that are not there"
    for wanted in (frozenset[str](), frozenset(after)):
        again, before = made.replayed(wanted)
        assert again is None or isinstance(again, type(made)), f"{made.name}.replayed gives such a step, or None"
        assert isinstance(before, frozenset), f"{made.name}.replayed gives the wanted columns as a frozenset"
        assert before <= {*names}, f"{made.name}.replayed wants columns that it does not need: {before - {*names}}"


def _check_rows(made: Step[object], names: list[str], table: Mapping[str, Sequence[object]] | None) -> None:
    tables = [table] if table is not None else [{**dict.fromkeys(names, c), _OTHER: range(4)} for c in _CELLS]
    refusals = []
    for cells in tables:
        frame = pd.DataFrame({name: list(values) for name, values in cells.items()})
        try:
            taken = _taken(made, frame)
        except ProtokitError as error:
            refusals.append(str(error))
            continue
        after = made.columns_after(list(frame.columns), reporting([], ()))
        assert list(taken.frame.columns) == after, f"{made.name}.run gives other columns than columns_after"
        done = taken.steps[-1]
        assert done.rows_in == len(frame) and done.rows_out == len(taken.frame), f"{made.name}: rows are miscounted"
        went = sum(done.dropped.values())
        assert done.rows_in == done.rows_out + went, f"{made.name}.run does not say why each row went"
        assert _taken(made, frame).frame.equals(taken.frame), f"{made.name}.run gives other rows another time"
        if _OTHER in after and _OTHER in frame.columns:
            assert taken.frame[_OTHER].is_monotonic_increasing, f"{made.name}.run changes the order of the rows"
        return
    raise AssertionError(f"{made.name}.example runs on no table: {refusals[-1]}; pass one that it can run on")


def _taken(made: Step[object], frame: pd.DataFrame) -> Table:
    return collect(Collect(clean=(made,)), Path(), frame)
