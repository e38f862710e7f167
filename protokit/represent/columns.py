"""The encoders of a table's columns: of what kind each column is, and what was learned of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from protokit.core.errors import DataError, SpecError
from protokit.core.names import as_text
from protokit.core.plugins import guarded
from protokit.core.values.said import Notice
from protokit.core.values.signature import form_written
from protokit.represent.column.made import made_in
from protokit.represent.encoders import inference
from protokit.represent.encoders.cells import missing_texts, without
from protokit.represent.encoders.codes import CodeHunt
from protokit.represent.encoders.readings import hold_alike, reading_of
from protokit.represent.encoders.sequences import COLUMN, SequenceColumn
from protokit.represent.examples import Examples
from protokit.represent.kind import KINDS, CodeColumn, FitContext, InputColumn, Kind, NumberColumn
from protokit.represent.kinds.image import Image
from protokit.represent.kinds.number import Number
from protokit.represent.represented import Setting
from protokit.represent.splitting import way_of
from protokit.represent.words import Represent

RESERVED = (
    "numbers",
    "categories",
    "category_numbers",
    "inputs",
    "output",
    "columns",
    COLUMN,
)  # names that the network's inputs have


@dataclass(frozen=True)
class FittedColumns:
    """Columns of the table of numbers and codes, columns that are an input of their own, and what there is to say."""

    table: list[NumberColumn | CodeColumn] = field(default_factory=list)
    own: list[InputColumn] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def fit_columns(spec: Represent, examples: Examples, train: pd.DataFrame, setting: Setting) -> FittedColumns:
    """Fit every column that is learned from on the training rows.

    Raises:
        SpecError: a column that the recipe names has nothing in its training rows.
        DataError: cells are not what their column is.
    """
    way = way_of(spec.split)
    used = {setting.event, setting.sample_weights, setting.labels}
    if way is not None and not way.column_is_learned_from:
        used.add(spec.split.way_column)
    found = FittedColumns()
    hunt = CodeHunt(train, spec.targets, setting.task, setting.seed)
    made = made_in(spec)
    parts = {part for some in made.values() for part in some if spec.kind(part) is None}
    found.notices.extend(_told_of_made(name, some, parts) for name, some in made.items() if parts & {*some})
    for name in train.columns:
        said = spec.kind(name)
        if name in spec.targets or said == "ignore" or (said is None and name in used | parts):
            continue
        if name == COLUMN and examples.grouping and spec.sequence:
            sequences = SequenceColumn.fit(train[name], examples.grouping.channels, spec.sequence.length)
            found.own.append(sequences)
            found.notices.extend(sequences.notices(examples.frame[name], examples.grouping))
            continue
        _fit(found, spec, examples.frame[name], train[name], setting, len(train.columns))
        if said is None and found.table and found.table[-1].column == name and found.table[-1].kind == Number.name:
            found.notices.extend(one for one in (hunt.notice(train[name]),) if one)
    unsaid = [column.column for column in found.table if spec.kind(column.column) is None]
    for kind in KINDS.house().values():
        found.notices.extend(kind.noticed(train[unsaid]))
    return found


def _told_of_made(name: str, parts: Sequence[str], alone: Collection[str]) -> Notice:
    few = [part for part in parts if part in alone]
    rule = f"{name!r} is made of {' and '.join(map(repr, parts))}: {' and '.join(map(repr, few))} beside it"
    rule += f" {'is' if len(few) == 1 else 'are'} not learned from"
    cure = f"columns: {{{', '.join(f'{part}: number' for part in few)}}}"
    return Notice(rule, (name, *few), f"to learn from each too, {cure}")


def _fit(
    found: FittedColumns, spec: Represent, whole: pd.Series, column: pd.Series, setting: Setting, columns: int
) -> None:
    """Fit one column, or say why it is left out. `whole` has all rows, `column` those of training."""
    name = str(column.name)
    said, own_menu = spec.kind(name), False
    missing = missing_texts(whole) if said is None or KINDS[said].unreadable_cells_are_missing else ()
    if said is None:
        guess = inference.infer(without(column, missing), without(whole, missing))
        if guess.odd and name in setting.derived:
            guess = replace(guess, cure=inference.cure_of_derived(name, guess.odd))
        found.notices.extend(notice for notice in inference.failures(guess) if notice not in found.notices)
        if guess.kind is None:
            found.notices.append(inference.left_out(name, guess))
            return
        kind = KINDS[guess.kind]
        found.notices.extend(inference.told(name, guess, kind))
        own_menu = setting.own_menu and columns > len(spec.targets) + 1
        own_menu = own_menu and not (kind is Image and form_written(setting.task) == "mask")  # which is of an image
        if own_menu and kind.own_input and not kind.of_lists:
            found.notices.append(_not_taken(name, kind))
            return
    else:
        kind = KINDS[said]
        if column.isna().all():
            where = ("represent", "columns", name)
            raise SpecError.one(f"{name!r} is missing in every training row", "remove it", where)
    if kind.own_input and name in RESERVED:
        raise _reserved(name, kind)
    missing = missing if kind.unreadable_cells_are_missing else ()
    if missing:
        found.notices.append(_notice_of_missing(name, kind, whole, missing))
    reading: tuple[str, ...] = ()
    if kind is Number:
        reading, told = reading_of(whole, missing, spec.options(name))
        found.notices.extend(told)
        if not reading:
            hold_alike(without(whole, missing))
    with guarded("the column kind", kind):
        context = FitContext(missing, setting.folder, reading, whole, found.notices.append)
        fitted = kind.fit(column, spec.options(name), context)
    if fitted.left_out:
        found.notices.append(Notice(f"{name!r} is left out: {fitted.left_out}", (name,)))
    elif isinstance(fitted, InputColumn) and own_menu and not fitted.spec.joins_columns:
        found.notices.append(_not_taken(name, kind))
    elif isinstance(fitted, InputColumn) and name in RESERVED:
        raise _reserved(name, kind)
    elif isinstance(fitted, InputColumn):
        found.own.append(fitted)
    else:
        assert isinstance(fitted, (NumberColumn, CodeColumn)), f"{kind.name} gives a {type(fitted).__name__}"
        found.table.append(fitted)


def _reserved(name: str, kind: type[Kind]) -> DataError:
    """A column whose input would have the name of one that each network has."""
    rule = f"a {kind.name} column cannot be named {name!r}, as the network's own input"
    return DataError(rule, cure=f"rename it: collect: {{clean: [{{rename: {{{name}: {name}_1}}}}]}}")


def _not_taken(name: str, kind: type[Kind]) -> Notice:
    """What is said of an input of its own that nobody has named, and that the recipe's network knows nothing of."""
    many = kind.plural or kind.name
    cure = f"columns: {{{name}: {kind.name}}}, and from: {name} in the menu"
    return Notice(f"{name!r} is left out: {many}, which this menu does not take", (name,), cure, of_menu=many)


def _notice_of_missing(name: str, kind: type[Kind], whole: pd.Series, missing: tuple[str, ...]) -> Notice:
    count = int(whole.map(as_text, na_action="ignore").isin(missing).sum())
    rule = f"{name!r}: cells that are no {kind.name} are read as missing ({count:,}, e.g. {missing[0]!r})"
    return Notice(rule, (name,), f"or make it a category: columns: {{{name}: category}}")
