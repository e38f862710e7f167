"""A table that a person names, on its way through a model: in parts where that says the same, whole where it does not.

Parts are cut where `keras.Model.predict` would cut, and their cells are those of the whole table: how a column is
read is decided once, over all of its rows.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from protokit.bundle.input_schema import lacking
from protokit.bundle.notices import notices_of
from protokit.bundle.opened.learned import Learned
from protokit.bundle.predicting.kept import beside, hold_names
from protokit.bundle.predicting.rows import Rows
from protokit.cells.missing import Marks
from protokit.collect.collect import read_source, source_of
from protokit.collect.disk.streamed import AsFile, Streamed, is_about, streamed
from protokit.collect.files.nested import filled
from protokit.collect.frames import told_of_zones
from protokit.collect.source import Source
from protokit.collect.text_cells import Rules
from protokit.core.errors import DataError, PredictionNotice, SpecError
from protokit.core.values.prediction_batch import predicted_at_once
from protokit.core.values.said import Notice
from protokit.represent.column.merging import merged
from protokit.represent.encoder import Encoder
from protokit.represent.kind import Unusual

CELLS = 2_000_000  # rows times columns from which on a table goes through the model in parts
ROWS = 65_536  # about as many in a part
_WHOLE_FORMS = ("mask", "tokens", "tags", "inputs", "drawn")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Later:
    """A table to be predicted: a file or an address, `table` being one of several in it.

    The columns in `keep` stand before what is predicted, as they are written. See `Model.predict` of the rest.
    """

    place: str
    table: str | None = None
    keep: tuple[str, ...] = ()
    unseen: Literal["refuse", "allow"] = "refuse"
    samples: int | None = None
    seed: int = 0

    def predicted(self, model: Learned, say: Say) -> Iterator[pd.DataFrame]:
        """What a model says of the table, in parts, one below the other; `say` takes what there is to tell, once.

        Raises:
            SpecError: a column that is to be kept is not there, or cannot be.
            DataError: as `Model.predict`, of the rows of all parts together: then what came before is of no use.
        """
        source = source_of(self.place, self.table, model.input_schema.reading if model.input_schema else None)
        if self.keep and not model.parts[0].encoder.one_for_each_row:
            rule = "columns are kept beside rows, and this model does not give one for each row of the table"
            raise SpecError.one(rule, "leave --keep out")
        with ExitStack() as stack:
            found = self._opened(model, source, stack, say)
            if found is None:
                yield self._whole(model, source, say)
            else:
                yield from self._in_parts(model, found, say)

    @property
    def _folder(self) -> Path | None:
        return Path(self.place).parent if Path(self.place).is_file() else None

    def _opened(self, model: Learned, source: Source, stack: ExitStack, say: Say) -> Streamed | None:
        """The table on the disk, where it is large and its rows are predicted one by one."""
        if not is_about(source, CELLS, Path.cwd()):
            return None
        schema = model.input_schema
        if why := why_whole(model, source, self.samples):
            say(f"the table is taken whole, not in parts: {why}")
            return None
        try:
            written = schema.as_written if schema else ()
            found = stack.enter_context(streamed(source, Path.cwd(), written, self.keep, _as_file(model, source)))
        except DataError as error:
            say(f"the table is taken whole, not in parts: {error.rule}")
            return None
        hold_names(self.keep, (*found.columns, *found.odd))
        there = (*found.columns, *found.odd)
        if missing := [name for name in model.columns if name not in there and name.split(".")[0] not in there]:
            raise lacking(missing, there, joined=schema is not None and schema.joined)
        if odd := [name for name in (*model.columns, *self.keep) if name not in found.columns]:
            say(f"the table is taken whole, not in parts: the cells of {odd[0]!r} are no plain values")
            return None
        return found

    def _whole(self, model: Learned, source: Source, say: Say) -> pd.DataFrame:
        told: list[Notice] = []
        schema = model.input_schema
        frame = self._read(source, schema.as_written if schema else (), told)
        hold_names(self.keep, frame.columns)
        of_model = [one for one in told if not one.columns or {*one.columns} & {*model.columns}]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PredictionNotice)  # they are said here
            predicted = model.predict(
                frame, folder=self._folder, unseen=self.unseen, samples=self.samples, seed=self.seed
            )
        for text in dict.fromkeys((*map(str, of_model), *predicted.attrs.get("notices", ()))):
            say(text)
        kept = frame[list(self.keep)]
        numbers = [name for name in self.keep if frame[name].dtype.kind in "iuf"]
        if numbers and source.texts_may_be_numbers:
            written = self._read(source, numbers, [])
            kept = kept.assign(**{name: written[name] for name in numbers})
        texts = [name for name in self.keep if isinstance(kept[name].dtype, pd.StringDtype)]
        kept = kept.assign(**{name: kept[name].astype(object).where(kept[name].notna(), None) for name in texts})
        return beside(kept, predicted)

    def _read(self, source: Source, texts: Collection[str], told: list[Notice]) -> pd.DataFrame:
        frame, _, notices = read_source("data", source, Path.cwd(), texts, "person")
        told += notices
        frame.attrs.pop("notations", None)
        return frame

    def _in_parts(self, model: Learned, table: Streamed, say: Say) -> Iterator[pd.DataFrame]:
        names = model.columns
        told = [one for one in table.notices if not one.columns or {*one.columns} & {*names}]
        size = predicted_at_once(model.signature)
        size *= max(1, ROWS // size)
        unusual: list[list[Mapping[str, Unusual]]] = [[] for _ in model.parts]
        for frame, kept in table.batches(names, self.keep, size):
            told += [one for one in told_of_zones(frame) if one not in told]
            if model.input_schema is not None:
                frame = model.input_schema.typed_cells(frame)
            rows = Rows.of(model, filled(frame, names), self._folder)
            for of_part, own in zip(unusual, rows.unusual, strict=True):
                of_part.append(own)
            yield beside(kept, rows.predicted())
        of_parts = [{name: merged([one[name] for one in of_part]) for name in of_part[0]} for of_part in unusual]
        for text in dict.fromkeys(map(str, (*told, *notices_of(of_parts, allow=self.unseen == "allow")))):
            say(text)


def _as_file(model: Learned, source: Source) -> AsFile | None:
    """How texts are read that do not come from a file of texts, where the model learned from one."""
    schema = model.input_schema
    if schema is None or not schema.as_file or source.kind == "csv":
        return None
    missing = schema.reading.get("missing")
    rules = Rules(Marks.of(missing if isinstance(missing, list) else None))
    return AsFile({*schema.columns, *model.kinds}, rules, schema.codes(model.kinds))


def why_whole(model: Learned, source: Source, samples: int | None) -> str:
    """Why a table goes through a model whole; nothing where parts of it say the same, to the bit."""
    schema, encoders = model.input_schema, [part.encoder for part in model.parts]
    if samples is not None:
        return "what is drawn with --samples follows from all rows"
    if not all(isinstance(one, Encoder) for one in encoders):
        return "forecasts take the rows of each series together"
    if any(isinstance(one, Encoder) and one.grouping is not None for one in encoders):
        return "sequences are made of several rows"
    if model.parts[0].clusters is not None:
        return "clusters are found in the embeddings of all rows"
    for target in model.signature.targets:
        if target.form in _WHOLE_FORMS:
            return f"{target.task} is said of all rows together"
    if len({predicted_at_once(one.signature) for one in encoders}) > 1:
        return "its folds take batches of different sizes"
    if schema is not None and (schema.reading.get("decimal", ".") != "." or "thousands" in schema.reading):
        return "its numbers have the marks of its table, which are met in whole columns"
    if schema is not None and schema.clean:
        return "the recipe's steps of cleaning are taken with all rows at once"
    marks = schema is not None and isinstance(schema.reading.get("missing"), list)
    if marks and schema is not None and (source.kind != "csv" or schema.found or schema.notations or schema.typed):
        return "its marks of missing cells are met in the notation of whole columns"
    return ""
