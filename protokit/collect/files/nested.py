"""Columns whose cells are records (structs, JSON objects): a column for each of their keys, `place.city`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from protokit.cells.halves import without_halves
from protokit.cells.literals import literal
from protokit.core.names import counted
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import pandas as pd

    from protokit.collect.words import Collect

_LOOKED_AT = 20  # first cells, which show that a column is none of records
_FEW = 50  # keys of a record that are columns, however few rows have them
_OFTEN = 0.1  # of the cells have a key on average, where there are more
_DEEPEST = 8  # records in records
KEPT = "kept as JSON text"  # what is said of lists and mappings by those who read them


def flattened(frame: pd.DataFrame, whole: Callable[[str], bool]) -> tuple[pd.DataFrame, list[Notice]]:
    """The frame with a column for each key in place of those that hold records, and what is said of it.

    A column stays where its name is to be found `whole`, and where its keys are rather values of their own.
    """
    import pandas as pd

    frame = without_halves(frame)
    notices: list[Notice] = []
    columns: dict[str, pd.Series] = {}
    for name in map(str, frame.columns):
        cells = frame[name]
        records = None if whole(name) else _records(cells)
        if records is None:
            columns[name] = cells
            continue
        made = _columns(name, records)
        if clash := next((one for one in made if one in frame.columns), None):
            notices.append(Notice(f"{name!r} holds records, and stays as it is: there is a column {clash!r}", (name,)))
            columns[name] = cells
        elif not made or _are_values(name, records, made):
            keys = counted(len(made), "different key")
            rule = f"{name!r} holds records of {keys}, and stays as it is"
            notices.append(Notice(rule, (name,), f"columns: {{{name}: ignore}}, or take what tells: {_derived(name)}"))
            columns[name] = cells
        else:
            shown = ", ".join(map(repr, [*made][:3])) + (f" and {len(made) - 3} more" if len(made) > 3 else "")
            rule = f"{name!r} holds records, whose keys are the columns {shown}"
            notices.append(Notice(rule, (name,), f"columns: {{{name}: ignore}} leaves them out"))
            columns |= {one: _typed(one, values, frame) for one, values in made.items()}
    if not notices:
        return frame, []
    found = pd.DataFrame(columns, index=frame.index)
    found.attrs |= frame.attrs
    return found, notices


def filled(frame: pd.DataFrame, wanted: Iterable[str]) -> pd.DataFrame:
    """A later frame with the wanted columns that are keys of records in it; a key that no record has is missing."""
    frame = without_halves(frame)
    missing = [name for name in wanted if name not in frame.columns and "." in name]
    for name in [name for name in map(str, frame.columns) if any(one.startswith(f"{name}.") for one in missing)]:
        records = _records(frame[name]) if frame[name].notna().any() else [None] * len(frame)
        if records is None:
            continue
        made = _columns(name, records)
        own = [one for one in missing if one.startswith(f"{name}.")]
        frame = frame.assign(**{one: _typed(one, made.get(one, [None] * len(frame)), frame) for one in own})
    return frame


def names_below(name: str, values: Sequence[object]) -> list[str]:
    """The names that the columns of a column of records have; none where it holds something else."""
    present = [value for value in values if value is not None]
    if not present or not all(isinstance(value, dict) for value in present):
        return []
    return [*_columns(name, [value if isinstance(value, dict) else None for value in values])]


def named_in(spec: Collect) -> Callable[[str], bool]:
    """Whether the joins or steps of a recipe name a column: such a one stays whole."""
    plain = [*(join.as_plain() for join in spec.join), *(step.as_plain() for step in spec.clean)]
    text = json.dumps(plain, ensure_ascii=False, default=str)
    return lambda name: bool(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", text))


def without_told(notices: Sequence[Notice], flat: Collection[Notice]) -> list[Notice]:
    """What was said in reading, but that columns are kept as texts which are flattened now."""
    names = {notice.columns for notice in flat}
    return [one for one in notices if not (one.columns in names and one.rule.endswith(KEPT))]


def _records(cells: pd.Series) -> list[dict[str, Any] | None] | None:
    """Each cell as a record, None where missing; None where one is something else."""
    import pandas as pd

    if cells.dtype != object and not pd.api.types.is_string_dtype(cells.dtype):
        return None
    gone = [
        missing or (isinstance(cell, str) and not cell.strip())
        for cell, missing in zip(cells, cells.isna(), strict=True)
    ]
    found: list[dict[str, Any] | None] = []
    looked_at = 0
    for cell, is_gone in zip(cells, gone, strict=True):
        record = None if is_gone else _record(cell)
        if record is None and not is_gone:
            return None
        looked_at += not is_gone
        found.append(record)
    return found if looked_at else None


def _record(cell: object) -> dict[str, Any] | None:
    if isinstance(cell, dict):
        return {str(key): value for key, value in cell.items()}
    if not isinstance(cell, str) or not cell.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        found = literal(cell)
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else None


def _columns(name: str, records: Sequence[dict[str, Any] | None], depth: int = 1) -> dict[str, list[Any]]:
    """The values of each key, by the name of its column; those of records in records, too."""
    found: dict[str, list[Any]] = {}
    keys = dict.fromkeys(str(key) for record in records if record for key in record)
    for key in keys:
        values = [_plain(record.get(key)) if record else None for record in records]
        present = [value for value in values if value is not None]
        inner = [value if isinstance(value, dict) else None for value in values]
        if present and depth < _DEEPEST and all(isinstance(value, dict) for value in present) and any(present):
            found |= _columns(f"{name}.{key}", inner, depth + 1)
        else:
            found[f"{name}.{key}"] = values
    return found


def _plain(value: Any) -> Any:
    """A value of NumPy as Python's; a missing one as None."""
    value = value.tolist() if hasattr(value, "tolist") and hasattr(value, "dtype") else value
    return None if isinstance(value, float) and value != value else value


def _are_values(name: str, records: Sequence[dict[str, Any] | None], made: dict[str, list[Any]]) -> bool:
    """Whether keys are values of the row, such as {"u173": 2}, and no columns: many, each in few rows."""
    if len(made) <= _FEW:
        return False
    there = sum(value is not None for values in made.values() for value in values)
    return there < _OFTEN * len(made) * sum(record is not None for record in records)


def _derived(name: str) -> str:
    return f"derive: {{NEW: \"json_extract_string({name}, '$.KEY')\"}}"


def _typed(name: str, values: list[Any], frame: pd.DataFrame) -> pd.Series:
    from protokit.collect.typed_cells import column

    return column(values, name, []).set_axis(frame.index)
