"""The contract of a source of tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd

from protokit.collect.source import SOURCES, Source
from protokit.core.errors import DataError, SpecError
from protokit.core.values.said import Notice
from protokit.grammar.document import Document
from protokit.testing.contract import contract


@contract
def check_source(source: type[Source], written: object = None, folder: Path | None = None) -> None:
    """Hold a source of tables to its contract.

    `written` is a table of it as a recipe has it, in `folder` (the current one if not given); it is read. Without it
    only what the source declares is held.

    Raises:
        AssertionError: it breaks the contract, in a sentence.
    """
    assert re.fullmatch(r"[a-z][a-z0-9_]*", source.name), f"the name {source.name!r} is letters, digits and '_'"
    assert SOURCES.find(source.name) is source, f"{source.name} is not registered: write @SOURCES.add above the class"
    assert source.about.strip() and "\n" not in source.about, f"{source.name}.about is one sentence"
    json.dumps([source.model_json_schema(), source.location_schema])
    for option in source.option_names():
        field = source.model_fields[option]
        assert field.default is None, f"the option {option!r} of {source.name} is None where it is not written"
        assert field.description, f"the option {option!r} of {source.name} has no description"
    for ending in source.endings:
        found = Source.parse(f"table{ending}").name
        assert found == source.name, f"paths that end in {ending} are of {found} already"
    for place in ("", " ", "https://me:secret@host/t", "${x"):
        assert _refusal({source.name: place}), f"{source.name} takes the place {place!r}"
    _check_written(source, Document.parse(source.example).data)
    if written is not None:
        _check_written(source, written)
        _check_table(Source.parse(written), folder or Path.cwd())
        _check_missing(source, written, folder or Path.cwd())


def _refusal(written: object) -> str | None:
    try:
        Source.parse(written)
    except SpecError as error:
        return str(error)
    return None


def _check_written(source: type[Source], written: object) -> None:
    refusal = _refusal(written)
    assert refusal is None, f"a table of {source.name} is refused: {refusal}"
    made = Source.parse(written)
    assert isinstance(made, source), f"{written!r} is read as a table of {made.name}"
    again = Source.parse(json.loads(json.dumps(made.model_dump())))
    assert again == made, f"a table of {source.name} is another one when it is written and read again"


def _check_table(made: Source, folder: Path) -> None:
    names = made.columns(folder)
    frame, digest, notices = made.read(folder)
    assert isinstance(frame, pd.DataFrame) and len(frame), f"{made.name}.read gives no rows"
    assert names in (None, list(frame.columns)), f"{made.name}.columns are not those of the table"
    assert all(isinstance(name, str) for name in frame.columns), f"{made.name}.read gives columns without a name"
    odd = [str(kind) for kind in frame.dtypes if kind.kind not in "fiubMO"]
    assert not odd, f"{made.name}.read gives columns of the type {odd[:1]}"
    assert re.fullmatch("[0-9a-f]{64}", digest), f"{made.name}.read gives no SHA-256"
    assert isinstance(notices, tuple) and all(isinstance(one, Notice) for one in notices), (
        f"{made.name}.read gives a tuple of notices"
    )
    again, same, _ = made.read(folder)
    assert same == digest and len(again) == len(frame), f"{made.name}.read gives another table another time"
    assert made.origin("t", folder, digest), f"{made.name}.origin gives no record"


def _check_missing(source: type[Source], written: object, folder: Path) -> None:
    place = "sqlite:///nowhere.db" if source.name == "sql" else "nowhere"
    given = {source.name: place, **Source.parse(written).options}
    if _refusal(given):
        return
    try:
        Source.parse(given).read(folder)
    except DataError as error:
        assert error.cure, f"{source.name}: an error without a cure: {error.rule}"
        return
    raise AssertionError(f"{source.name} reads a table from nowhere")
