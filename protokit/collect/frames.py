"""Tables that are there already: what a person may pass from Python, as a plain pandas frame."""

from __future__ import annotations

import hashlib
import operator
import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from protokit.cells.halves import mend
from protokit.collect import text_cells
from protokit.collect.typed_cells import frame, with_gaps
from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Notice


def as_frame(table: Any, name: str = "table") -> pd.DataFrame:
    """A frame from what a person may pass: of pandas or polars, a PyArrow table, a DuckDB relation, a mapping of
    columns, or a list of records.

    Raises:
        DataError: it is none of these, is empty, or its columns have no or twice the same name.
    """
    if isinstance(table, pd.DataFrame):
        return checked(tidy(table.reset_index(drop=True)), name)
    # known by the name of their class: none of these libraries has to be there
    kind = f"{type(table).__module__.split('.')[0]}.{type(table).__name__}"
    if kind == "polars.LazyFrame":
        table, kind = table.collect(), "polars.DataFrame"
    if kind == "polars.DataFrame":
        return checked(_of_polars(table), name)
    if kind in {"pyarrow.Table", "pyarrow.RecordBatch"}:
        return checked(tidy(table.to_pandas(date_as_object=False, integer_object_nulls=True)), name)
    if kind in {"duckdb.DuckDBPyRelation", "_duckdb.DuckDBPyRelation"}:
        return checked(tidy(rows_of(table)), name)
    if isinstance(table, Mapping):
        return checked(tidy(_of_columns(table)), name)
    if isinstance(table, (list, tuple)) and table and all(isinstance(row, Mapping) for row in table):
        keys = dict.fromkeys(key for row in table for key in row)
        return checked(_typed({str(key): [mend(row.get(key)) for row in table] for key in keys}), name)
    cure = (
        "give a data frame (pandas, polars), a PyArrow table, a DuckDB relation, a dict of columns or a list of dicts"
    )
    raise DataError(f"a table is a data frame, not {type(table).__name__}", cure=cure)


def checked(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A frame that has rows, and columns whose names are different texts.

    Raises:
        DataError: it has not.
    """
    if frame.shape[0] == 0 or frame.shape[1] == 0:
        lacks = "no rows" if frame.shape[1] else "no columns"
        raise DataError(f"the table {name!r} is empty: it has {lacks}", cure="give a table with rows and columns")
    if frame.columns.nlevels > 1:
        cure = "join them: frame.columns = ['_'.join(map(str, names)) for names in frame.columns]"
        raise DataError(f"the columns of {name!r} have names of {frame.columns.nlevels} levels", cure=cure)
    frame = frame.rename(columns=str)
    doubled = frame.columns[frame.columns.duplicated()]
    if len(doubled):
        raise DataError(f"two columns of {name!r} are named {doubled[0]!r}", cure="rename one")
    return frame


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """The same frame without the types that only say how values are kept: categories become their values, nullable
    numbers float64 with NaN, decimals numbers, times with a zone those of UTC.

    Raises:
        DataError: a column holds complex numbers, which no kind of column is made of.
    """
    if imaginary := [name for name, kind in frame.dtypes.items() if getattr(kind, "kind", "") == "c"]:
        cure = "give its real and its imaginary part as columns"
        raise DataError(f"column {imaginary[0]!r} holds complex numbers", cure=cure)
    if not any(_is_odd(frame.dtypes.iloc[i]) for i in range(frame.shape[1])):
        return frame
    columns = [_plain(frame.iloc[:, i]) for i in range(frame.shape[1])]
    plain = pd.concat(columns, axis=1) if columns else frame
    plain.columns = frame.columns
    return plain


def rows_of(relation: Any) -> pd.DataFrame:
    """The rows of a relation of DuckDB; of whole numbers that float64 would lose, their texts."""
    kinds = {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}
    wide = [name for name, kind in kinds.items() if kind in _WIDE or re.fullmatch(r"DECIMAL\(\d+, ?0\)", kind)]
    if not wide or len(kinds) < len(relation.columns):
        return _fetched(relation)
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in kinds}
    asked = []
    for name in wide:
        # DuckDB gives a column without gaps as it is, if NumPy has its type
        gaps = f"count(*) > count({quoted[name]})" if kinds[name] in ("BIGINT", "UBIGINT") else "true"
        asked.append(f"coalesce(max(abs({quoted[name]}::HUGEINT)) > {1 << 53} AND {gaps}, false)")
    [large] = relation.aggregate(", ".join(asked)).fetchall()
    texts = {name for name, is_large in zip(wide, large, strict=True) if is_large}
    listed = [f"{quoted[name]}::VARCHAR AS {quoted[name]}" if name in texts else quoted[name] for name in kinds]
    found = _fetched(relation.project(", ".join(listed)) if texts else relation)
    for name in texts:
        found[name] = found[name].astype(object).where(found[name].notna(), None)
    return found


def _fetched(relation: Any) -> pd.DataFrame:
    """The rows as DuckDB gives them: of times with a zone it uses what pandas is to take out."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The inplace keyword")
        return pd.DataFrame(relation.df())


_WIDE = frozenset({"BIGINT", "UBIGINT", "HUGEINT"})


def columns_of(frame: pd.DataFrame) -> tuple[list[str], list[pd.Series]]:
    """The names and the columns of a frame, each with a plain type."""
    frame = tidy(frame)
    return [str(name) for name in frame.columns], [frame.iloc[:, i] for i in range(frame.shape[1])]


def as_frames(table: object, known: Sequence[str]) -> dict[str, pd.DataFrame]:
    """What was passed from Python, as frames by the names of the tables that they stand for: the `known` ones, if any.

    Raises:
        DataError: there is no such table, or one is none.
    """
    if table is None:
        return {}
    if (
        isinstance(table, Mapping)
        and table
        and all(isinstance(t, Mapping) or hasattr(t, "columns") for t in table.values())
    ):
        for name in table:
            if known and name not in known:
                raise DataError(f"the recipe has no table {name!r}", cure=did_you_mean(str(name), known))
        return {str(name): as_frame(part, str(name)) for name, part in table.items()}
    return {next(iter(known), "table"): as_frame(table)}


def told_of_zones(frame: pd.DataFrame) -> tuple[Notice, ...]:
    """What is said of columns whose type is a time with a zone, before they become plain."""
    return told_of(tuple(str(name) for name, kind in frame.dtypes.items() if isinstance(kind, pd.DatetimeTZDtype)))


def told_of(zoned: tuple[str, ...]) -> tuple[Notice, ...]:
    """What is said of columns whose times have a zone."""
    if not zoned:
        return ()
    return (Notice(f"{', '.join(map(repr, zoned))}: times with a zone, read as those of UTC", zoned),)


def fingerprint(frame: pd.DataFrame) -> str:
    """The SHA-256 of a frame's values and names."""
    digest = hashlib.sha256("\0".join(map(str, frame.columns)).encode())
    for i in range(frame.shape[1]):
        column = frame.iloc[:, i]
        digest.update(f"\0{column.dtype.kind}\0".encode())
        if column.dtype == object:
            for value in column:
                digest.update(_bytes(value))
        else:
            digest.update(pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def as_file(
    frame: pd.DataFrame, columns: Collection[str], reading: Mapping[str, Any], codes: Collection[str]
) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame whose texts are read by the rules of a file: blanks trimmed, marks of missing cells missing, and numbers.

    Only some `columns` are looked at; those of `codes` stay texts. `reading` are the options of the file. The notices
    say which cells are missing that had a text.
    """
    rules = {name: reading.get(name) for name in ("missing", "decimal", "thousands")}
    columns = [name for name in columns if name in frame.columns and _may_have_texts(frame[name])]
    cells: dict[str, list[str]] = {}
    odd: dict[str, np.ndarray] = {}  # of columns that hold other things beside texts: where their texts are
    for name in columns:
        listed = frame[name].tolist()
        is_text = [isinstance(cell, str) for cell in listed]
        if not any(is_text):
            continue
        if not all(is_text):
            gone = frame[name].isna().tolist()
            if not all(map(operator.or_, is_text, gone)):
                odd[name] = np.array(is_text)
            listed = [cell if said else "" for cell, said in zip(listed, is_text, strict=True)]
        cells[name] = listed
    if not cells:
        return frame, []
    texts = [name for name in cells if name in codes or name in odd]
    read, told = text_cells.frame(list(cells), list(cells.values()), **rules, texts=texts)
    read = read.set_axis(frame.index)
    for name, places in odd.items():
        read[name] = read[name].astype(object).where(places, frame[name])
    whole = frame.copy(deep=False)
    whole[list(cells)] = read
    whole.attrs |= read.attrs
    return whole, [notice for notice in told if "missing" in notice.rule or "decimal point" in notice.rule]


def _may_have_texts(column: pd.Series) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)


def _bytes(value: Any) -> bytes:
    """An object's content with its type and length, so that two objects give the same bytes only if they are alike."""
    if isinstance(value, bytes):
        content, kind = value, "bytes"
    elif hasattr(value, "tobytes") and hasattr(value, "shape") and value.shape:
        content, kind = value.tobytes(), f"{value.dtype} {value.shape}"
    else:
        content, kind = str(value).encode("utf-8", "surrogatepass"), type(value).__name__
    return f"{kind} {len(content)} ".encode() + content


def _of_polars(table: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for series in table.get_columns():
        plain = series.dtype.is_numeric() and not series.dtype.is_decimal() and series.null_count() == 0
        columns[series.name] = series.to_numpy() if plain else series.to_list()
    lists = {name: values for name, values in columns.items() if isinstance(values, list)}
    typed = _typed(lists) if lists else None
    return pd.DataFrame(
        {name: typed[name] if typed is not None and name in lists else values for name, values in columns.items()}
    )


def _of_columns(table: Mapping[Any, Any]) -> pd.DataFrame:
    lengths: dict[str, int] = {}
    # by position: pandas would match the rows of series by their index
    table = {name: v.reset_index(drop=True) if isinstance(v, pd.Series) else v for name, v in table.items()}
    for name, values in table.items():
        if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
            raise DataError(f"the column {name!r} is {values!r}", cure="give a list of values for each column")
        lengths[str(name)] = len(values)
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name!r} {length:,}" for name, length in lengths.items())
        raise DataError(f"columns of different lengths: {listed}", cure="give one value for each row")
    table = {name: mend(values) for name, values in table.items()}
    # lists of arrays (images) stay lists: pandas would want them in one dimension
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=object) if _nested(values) or np.ndim(values) > 1 else values
            for name, values in table.items()
        }
    )


def _nested(values: Any) -> bool:
    if not isinstance(values, (list, tuple)):
        return False
    return any(isinstance(value, (list, tuple)) or (hasattr(value, "ndim") and value.ndim) for value in values)


def _typed(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    return frame(list(columns), columns.values())[0]


def _is_odd(dtype: Any) -> bool:
    if isinstance(dtype, pd.StringDtype):
        return False
    return bool(pd.api.types.is_extension_array_dtype(dtype)) or dtype.kind == "O"


def _plain(column: pd.Series) -> pd.Series:
    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        kind = dtype.categories.dtype
        missing = bool(column.isna().any())
        if kind.kind in "iu" and missing:
            return with_gaps(column.astype(object))
        if isinstance(kind, pd.IntervalDtype) and missing:  # whole numbers have no missing ones
            ends = kind.subtype if kind.subtype is not None and kind.subtype.kind not in "iu" else "float64"
            return column.astype(pd.IntervalDtype(ends, kind.closed))
        return column.astype(object if kind.kind == "b" and missing else kind)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pd.Series(column.dt.tz_convert("UTC"))
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        present = column.dropna()
        kinds = set(map(type, present))
        if any(issubclass(one, PurePath) for one in kinds):
            return column.map(lambda cell: str(cell) if isinstance(cell, PurePath) else cell)
        if len(present) and (kinds == {Decimal} or (kinds == {int} and len(present) < len(column))):
            plain = column.astype(object).where(column.notna(), None)
            return _typed({"numbers": plain.tolist()})["numbers"].set_axis(column.index)
        if len(present) and all(isinstance(value, date) for value in present):
            plain = column.astype(object).where(column.notna(), None)
            return _typed({"dates": plain.tolist()})["dates"].set_axis(column.index)
        return column
    if pd.api.types.is_bool_dtype(dtype):
        return column.astype(object).where(column.notna(), None) if column.isna().any() else column.astype(bool)
    if pd.api.types.is_integer_dtype(dtype) and not column.isna().any():
        return column.astype("int64") if dtype.kind == "i" else column.astype("uint64")
    if pd.api.types.is_integer_dtype(dtype):
        return with_gaps(column)
    if str(dtype).startswith("decimal"):  # of PyArrow
        return _plain(column.astype(object))
    if pd.api.types.is_numeric_dtype(dtype):
        return column.astype("float64")
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return column.astype("datetime64[us]")
    return column.astype(object).where(column.notna(), None) if hasattr(dtype, "pyarrow_dtype") else column
