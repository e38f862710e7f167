"""From the recipe's step `collect` to one table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.cells.missing import UNSAID, Notations, blanked, met
from protokit.collect.column_flow import readings_after, said_of_casts
from protokit.collect.database.as_written import AsWritten, doubtful_marks
from protokit.collect.files.nested import flattened, named_in, without_told
from protokit.collect.frames import as_file, as_frames, checked, fingerprint, told_of_zones
from protokit.collect.gather import gathered
from protokit.collect.headers import reading
from protokit.collect.readers.csv import Csv
from protokit.collect.readers.sql import Sql
from protokit.collect.remote import stores
from protokit.collect.sheets.columns import as_texts
from protokit.collect.source import Source
from protokit.collect.stacking import Readings, alike, is_texts
from protokit.collect.words import TIMELESS, Collect, Times
from protokit.core.errors import DataError, SpecError
from protokit.core.names import counted
from protokit.core.outside import access
from protokit.core.rows import SourceRows, joined, rows_read
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Notice, Step
from protokit.core.values.tables import Table

_LISTED = 5  # files of a folder that are named


def collect(
    spec: Collect,
    folder: Path,
    table: object = None,
    *,
    stacked: Sequence[str] = (),
    texts: Collection[str] = (),
    apart: Collection[str] = (),
    notations: Notations = UNSAID,
    times: Times = TIMELESS,
    there: bool = True,
) -> Table:
    """The rows of the tables, joined and cleaned. Paths start at `folder`.

    A frame given from Python stands for the first table; a mapping of names to frames for the tables of these
    names. Rows of the tables that are `stacked`, which hold the test or validation rows of the split, are put below
    those of the first, before anything is joined. Where all tables are of one PostgreSQL database, it joins and cleans
    them itself, as far as it can, unless `there` is false; the rows are the same.

    The collected columns in `texts` keep their cells as they are written, where the source knows that; joins and
    expressions see numbers where all cells are. Those in `apart` do where two different texts would be one number.
    Of columns of texts in `notations` a mark of missing cells is met as the number that it is.
    No order of day and month is guessed for the `times` by which the recipe goes. Columns of records become one for
    each key, but for those in `texts` and `apart`, and those that a join or step names.

    Raises:
        SpecError: a step of joining or cleaning does not fit the columns.
        DataError: a table cannot be read, is empty, lacks a column of the first, or is not what a step says.
    """
    spec = spec.with_times(times)
    given = as_frames(table, list(spec.tables))
    if not given and not spec.tables:
        cure = "name one under collect.tables, or pass a data frame to run()"
        raise SpecError.one("no table to collect", cure, ("collect",))
    first = next(iter(spec.tables), None) or next(iter(given))
    spec = said_of_casts(spec, notations)
    said: tuple[Notice, ...] = ()
    of_sql = not given and all(isinstance(source, Sql) for source in spec.tables.values())
    if there and of_sql and not set(stacked) - {first}:
        from protokit.collect.postgres.collected import collected_there  # which needs sqlglot

        found, said = collected_there(spec, folder)
        if found is not None:
            return found
    names = list(dict.fromkeys([first, *spec.tables, *given]))
    several = [name for name in names if name == first or name in stacked]
    frames: dict[str, pd.DataFrame] = {}
    rows_of: dict[str, SourceRows] = {}
    origins: dict[str, str] = {}
    notices = list[Notice](said)
    steps: list[Step] = []
    written = AsWritten.of(spec, first, stacked, texts, apart, notations)
    read_as: dict[str, Readings] = {}
    is_named = named_in(spec)
    for name in names:
        if name in given:
            frame = given[name]
            origins[name] = fingerprint(frame)
            notices += told_of_zones(frame)
            if isinstance(source := spec.tables.get(name), Csv):
                rules = source.options
                # which texts are numbers is read off their column, unless they are not written as computers do
                codes = () if {"decimal", "thousands"} & {*rules} else frame.columns
                frame, told = as_file(frame, list(frame.columns), rules, {*codes, *written.cast.get(name, ())})
                notices += told
            read_as[name] = frame.attrs.pop("notations", {})
            # the table's marks are of the data, whoever reads it
            frame = blanked(frame, getattr(source, "missing", None), written.texts.get(name, ()))
        else:
            texts_of = written.of_table(name, spec.tables[name])
            frame, record, decided = read_source(name, spec.tables[name], folder, texts_of)
            if spec.tables[name].typed_cells:
                frame = as_texts(frame, written.texts_of_table(name, spec.tables[name]))
            read_as[name] = frame.attrs.pop("notations", {})
            origins |= record
            notices += decided
        frame, told = flattened(frame, lambda one: one in texts or one in apart or is_named(one))
        notices = [*without_told(notices, told), *told]
        notices += doubtful_marks(spec, name, written.notations)
        frame = met(frame, getattr(spec.tables.get(name), "missing", None), written.notations.get(name, {}))
        if name == first or name in stacked:
            rows_of[name] = rows_read(frame, name if len(several) > 1 else None)
        frames[name] = _matched(frame, frames[first], name) if name in stacked and name != first else frame
        word = "read " if name not in given or len(given) > 1 else ""
        detail = counted(frame.shape[1], "column")
        if name not in given and type(spec.tables[name]).content_version is Source.content_version:
            detail += f", read anew in each run: {spec.tables[name].kind} has no version"
        steps.append(Step(f"{word}{name}", len(frame), len(frame), detail))
    frames = written.settled(spec, frames, given)
    if len(several) > 1:
        of_split = {name: frames[name] for name in several}
        again, known = partial(_as_texts, spec, folder, given), written.notations.get(first, {})
        marks, names_of = _marks_of(spec.tables.get(first)), written.texts_of(first) - {*known}
        frames |= alike(of_split, read_as, again, marks, names_of, known, notices)
    parts = None
    if spec.tables or len(given) > 1:
        parts = np.repeat(np.array(several), [len(frames[name]) for name in several])
        if len(several) > 1:
            frames[first] = pd.concat([frames[name] for name in several], ignore_index=True)
    whole, clean, rows = frames[first], spec.clean, joined([rows_of[name] for name in several])
    if spec.join or spec.clean:
        _hold_joined(spec, frames)
        whole, found_in = gathered(spec, frames, rows, written.as_numbers)
        places = whole.index.to_numpy()
        parts, rows = None if parts is None else parts[places], rows.take(places)
        whole = whole.reset_index(drop=True)
        steps += found_in.steps
        notices += found_in.notices
        clean = found_in.clean
    all_told, numbers = tuple(dict.fromkeys(notices)), readings_after(spec, read_as)
    return Table(whole, parts, origins, all_told, tuple(steps), rows, clean, numbers)


def _as_texts(
    spec: Collect, folder: Path, given: Mapping[str, pd.DataFrame], table: str, names: Sequence[str]
) -> tuple[pd.DataFrame, Sequence[Notice]] | None:
    """Some columns of a table as they are written, as far as they are texts; None where its source has no texts."""
    source = spec.tables.get(table)
    if source is None or not source.texts_may_be_numbers:
        return None
    again, said = pd.DataFrame(), tuple[Notice, ...]()
    if table not in given:
        again, _, said = read_source(table, source, folder, names)
    elif isinstance(source, Csv):
        again, told = as_file(given[table], names, source.options, names)
        said = tuple(told)
    own = [name for name in names if name in again and is_texts(again[name])]
    return met(again[own], getattr(source, "missing", None), dict.fromkeys(own, _marks_of(source))), said


def _marks_of(source: Source | None) -> tuple[str | None, str | None]:
    return getattr(source, "decimal", None), getattr(source, "thousands", None)


def cleaned(
    frame: pd.DataFrame,
    steps: Sequence[object],
    texts: Collection[str] = (),
    say: Callable[[Notice], None] = lambda _: None,
) -> pd.DataFrame:
    """A later table after some steps of cleaning, as a recipe has them; of `texts` see `collect`.

    `say` takes what the steps decided.

    Raises:
        SpecError: one is no step, or does not fit the columns.
        DataError: a cell is not what a step says.
    """
    table = collect(Collect.of(clean=list(steps)).again(), Path(), frame, texts=texts)
    for notice in table.notices:
        if notice not in told_of_zones(frame):  # which is of all columns, and of no step
            say(notice)
    return table.frame


def read_source(
    name: str, source: Source, folder: Path, texts: Collection[str] = (), by: access.Namer = "recipe"
) -> tuple[pd.DataFrame, dict[str, str], tuple[Notice, ...]]:
    """One table: its rows, the digests of what was read by place, and what was decided in reading.

    The columns in `texts` are read as they are written. It was named `by` a recipe, or by a person.

    Raises:
        DataError: at the table's path, where the file itself has no better place.
    """
    with reading(name, source, by):
        frame, digest, found = source.read(folder, texts)
        return checked(frame, name), source.origin(name, folder, digest), found


def read_table(
    place: str | Path,
    table: str | None = None,
    reading: Mapping[str, object] | None = None,
    texts: Collection[str] = (),
    say: Callable[[Notice], None] = lambda _: None,
) -> pd.DataFrame:
    """One table from a file, a folder or a web address, by its ending; `reading` has options of csv files.

    The columns in `texts` are read as they are written. `say` takes what was decided in reading.

    Raises:
        SpecError: the ending says nothing, or `reading` holds something else than options.
        DataError: the table cannot be read.
    """
    source = source_of(place, table, reading)
    frame, _, notices = read_source("data", source, Path.cwd(), texts, "person")
    for notice in (*of_folder(place, source), *notices):
        say(notice)
    frame.attrs.pop("notations", None)
    return frame


def of_folder(place: str | Path, source: Source) -> list[Notice]:
    """Which files of a folder are the rows of a table, and which are none; nothing where the place is none."""
    folder = Path(place)
    if source.kind != "parquet" or not folder.is_dir():
        return []
    with access.named_by("person"):
        names = [path.relative_to(folder).as_posix() for path in access.inside(folder)]
    own = [name for name in names if stores.in_data_set(name, ".parquet")]
    others = [name for name in names if name not in {*own} and not Path(name).name.startswith((".", "_"))]
    rule = f"{folder}: {counted(len(own), 'file')} read as one table, {_some(own)}"
    rule += f"; not read: {_some(others)}" if others else ""
    return [Notice(rule, (), "name one file, or a pattern such as FOLDER/*.parquet, for others")]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")


def source_of(place: str | Path, table: str | None = None, reading: Mapping[str, object] | None = None) -> Source:
    """The source of one table that a person names; see `read_table`.

    Raises:
        SpecError: the ending says nothing, or `reading` holds something else than options.
    """
    source = Source.parse(as_written(place, table))
    for key in reading or {}:  # rules come from a model's folder: they never name what is read
        if key not in Csv.option_names():
            raise SpecError.one(f"{key!r} is no rule of reading", did_you_mean(key, Csv.option_names()))
    if reading and isinstance(source, Csv):
        source = Source.parse({**reading, "csv": source.location})
    return source


def as_written(place: str | Path, table: str | None = None) -> str | dict[str, str | int]:
    """A place as a recipe has it: a folder with `/` at its end; `table` is one of a database or page, or a sheet.

    A folder of Parquet files, or of a Delta table, is written as such: by its ending it would be one of images.

    Raises:
        SpecError: the ending says nothing.
    """
    if str(place) == "-" or Path(place).is_fifo() or Path(place).is_char_device():
        rule = f"{str(place)!r} is a stream, and a table is read more than once"
        raise SpecError.one(rule, "write it into a file first: cat > rows.csv")
    text = str(place) + ("/" if Path(place).is_dir() and not str(place).endswith("/") else "")
    if text.endswith("/") and Path(place).is_dir() and table is None:
        if (Path(place) / "_delta_log").is_dir():
            return {"delta": text.rstrip("/")}
        if any(path.suffix == ".parquet" for path in access.inside(Path(place))):
            return {"parquet": text}
    if table is None:
        return text
    source = Source.parse(text)
    return {source.name: text, **source.of_several(table)}


def _hold_joined(spec: Collect, frames: Mapping[str, pd.DataFrame]) -> None:
    """Hold that every joined table is among the frames."""
    for i, join in enumerate(spec.join):
        if join.table not in frames:
            cure = did_you_mean(join.table, list(frames)) or "pass it: run(recipe, table={NAME: frame, ...})"
            raise SpecError.one(f"there is no table {join.table!r}", cure, ("collect", "join", i, "with"))


def _matched(frame: pd.DataFrame, first: pd.DataFrame, name: str) -> pd.DataFrame:
    """A further table with the columns of the first, in its order."""
    missing = [column for column in first.columns if column not in frame.columns]
    if missing:
        raise DataError(
            f"the table {name!r} lacks the column {missing[0]!r} of the first table",
            cure=did_you_mean(missing[0], list(frame.columns)),
        )
    return frame[list(first.columns)]
