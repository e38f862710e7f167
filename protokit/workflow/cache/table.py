"""A collected table in a folder of its own, as plain values and arrays: it is read without its sources."""

from __future__ import annotations

import json
from pathlib import Path

from protokit.core.errors import DataError
from protokit.core.files import write_json
from protokit.core.values.tables import Table
from protokit.workflow.cache.entries import Shelf, Uncacheable
from protokit.workflow.cache.values import as_plain, from_plain

_VALUE = "table.json"


def write_table(folder: Path, table: Table) -> None:
    """Keep a table in a folder, which is made. It is whole once `table.json` is there, which is written last.

    Raises:
        DataError: a column holds what is no text, number, truth value or date; or the disk refused.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        plain = as_plain(table, Shelf(folder))
    except Uncacheable as error:
        rule = f"the table cannot be kept for the workers of a search: it holds {error}"
        raise DataError(rule, cure="make texts or numbers of it under collect.clean") from None
    except OSError as error:
        raise DataError(f"the table cannot be written: {error.strerror}", place=str(folder)) from None
    write_json(folder / _VALUE, plain, indent=None)


def read_table(folder: Path) -> Table:
    """The table of `write_table`, equal to the bit.

    Raises:
        DataError: there is none, or it is damaged.
    """
    try:
        found = from_plain(json.loads((folder / _VALUE).read_text(encoding="utf-8")), Shelf(folder))
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise DataError(f"no table is here: {error}", place=str(folder), cure="begin the search anew") from None
    assert isinstance(found, Table)
    return found
