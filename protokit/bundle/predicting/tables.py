"""Predictions as a file, which is there whole or not at all, or as text; part by part."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from protokit.bundle.predicting.kept import KEPT
from protokit.collect.database.warehouse import Warehouse
from protokit.core.errors import SpecError
from protokit.core.files import write_parts, write_with
from protokit.grammar.expressions import quote

PARQUET = ".parquet"
_OTHERS = {".xlsx", ".xls", ".ods", ".feather", ".arrow", ".html", ".htm", ".sqlite", ".db", ".yaml", ".npz"}
_MEMORY = "512MB"
_TYPES = {"b": "BOOLEAN", "i": "BIGINT", "u": "UBIGINT", "M": "TIMESTAMP", "m": "INTERVAL"}


def hold_form(out: Path | None, *, as_json: bool) -> None:
    """Hold that a file can have what is asked for.

    Raises:
        SpecError: Parquet is not JSON, or the name is that of another form.
    """
    if out is not None and (ending := out.suffix.lower()) in _OTHERS:
        rule = f"predictions are written as CSV, Parquet or JSON, and {out} is called as none of these"
        raise SpecError.one(rule, f"-o {out.stem}.csv, or -o {out.stem}.parquet")
    if out is not None and ending == ".json" and not as_json:
        raise SpecError.one(f"{out} would hold CSV", f"add --json, or write -o {out.stem}.csv")
    if out is not None and as_json and out.suffix.lower() == PARQUET:
        raise SpecError.one(f"{out} is Parquet, and --json writes JSON", f"-o {out.stem}.json, or leave --json out")


def write_table(out: Path, parts: Iterable[pd.DataFrame], *, as_json: bool) -> None:
    """Write the parts of a table, one below the other: CSV, JSON, or Parquet where the name ends so.

    Raises:
        DataError: the disk refused; what was there before is unchanged.
    """
    if out.suffix.lower() == PARQUET:
        write_with(out, lambda temporary: _write_parquet(temporary, parts))
    else:
        write_parts(out, texts_of(parts, as_json=as_json))


def texts_of(parts: Iterable[pd.DataFrame], *, as_json: bool) -> Iterator[str]:
    """The parts as pieces of one text, with a newline at its end."""
    start = True
    for part in parts:
        # of times pandas leaves the hours out where all of a part are at midnight
        times = [name for name in part.attrs.get(KEPT, ()) if part[name].dtype.kind == "M"]
        if times:
            part = part.assign(**{name: part[name].map(str, na_action="ignore").astype(object) for name in times})
        if as_json:
            listed = json.dumps(part.to_dict(orient="records"), ensure_ascii=False, default=str)[1:-1]
            yield ("[" if start else ", ") + listed
        else:
            yield part.to_csv(index=False, header=start, lineterminator="\n")
        start = False
    if as_json:
        yield "[]\n" if start else "]\n"


def _write_parquet(path: Path, parts: Iterable[pd.DataFrame]) -> None:
    """A file of Parquet, with types by the first part; what does not fit into memory is on the disk until then.

    Raises:
        OSError: the disk refused.
    """
    with Warehouse(memory=_MEMORY, on_disk=True) as warehouse:
        table, kinds = warehouse.fresh("t"), dict[str, str]()
        for part in parts:
            try:
                if not kinds:
                    kinds = {str(name): _kind(cells) for name, cells in part.items()}
                    listed = ", ".join(f"{_quoted(name)} {kind}" for name, kind in kinds.items())
                    warehouse.before_lock(f"CREATE TABLE {table} ({listed})")
                warehouse.append(table, _plain(part, kinds))
            except duckdb.Error as error:
                raise OSError(str(error).splitlines()[0]) from error
        try:
            warehouse.before_lock(f"COPY {table} TO {quote(str(path))} (FORMAT parquet, USE_TMP_FILE false)")
        except duckdb.Error as error:
            raise OSError(str(error).splitlines()[0]) from error


def _kind(cells: pd.Series) -> str:
    """DuckDB's type for a column, by its first cells."""
    dtype = cells.dtype
    if isinstance(dtype, pd.DatetimeTZDtype):
        return "TIMESTAMP WITH TIME ZONE"
    if dtype.kind == "f":
        return "FLOAT" if dtype == np.float32 else "DOUBLE"
    if dtype.kind in _TYPES:
        return _TYPES[dtype.kind]
    present = cells.dropna()
    for kind, name in ((bool, "BOOLEAN"), (int, "BIGINT"), (float, "DOUBLE")):
        if len(present) and all(type(cell) is kind for cell in present):
            return name
    return "VARCHAR"


def _plain(part: pd.DataFrame, kinds: dict[str, str]) -> pd.DataFrame:
    """A part whose texts are texts: other cells than these are written out."""
    texts = {}
    for name, kind in kinds.items():
        if kind == "VARCHAR":
            cells = part[name]
            written = [None if gone else str(cell) for cell, gone in zip(cells, cells.isna(), strict=True)]
            texts[name] = pd.Series(written, cells.index, dtype=object)
    return part.assign(**texts)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
