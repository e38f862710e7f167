"""What a model in a folder wants of a table, and what it learned of columns, read without TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.bundle.digest import digest_of
from protokit.bundle.files.checked import encoding_of, hold_that_it_encodes
from protokit.bundle.files.model_files import folder_of, verified, written_in
from protokit.bundle.input_schema import InputSchema, lacking
from protokit.bundle.migrations import Written
from protokit.bundle.predicting.kept import hold_names
from protokit.collect.collect import source_of
from protokit.collect.headers import names_in
from protokit.core.errors import ProtokitError
from protokit.core.outside import access
from protokit.core.runs import path_of
from protokit.menu.menu import Menu
from protokit.represent.encoding import Encoding


@dataclass(frozen=True)
class Intake:
    """How a table is read, what was learned of its columns, and the rest of what is written in the folder."""

    folder: Path
    schema: InputSchema
    encoders: tuple[Encoding, ...]
    written: Written

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that the encoders take once a table is cleaned."""
        return tuple(dict.fromkeys(name for one in self.encoders for name in one.needed))

    @property
    def digest(self) -> str:
        """See `digest_of`.

        Raises:
            ProtokitError: the menu is none.
        """
        about = self.written.menu
        with access.named_by("bundle"):
            menu = Menu.parse(about["menu"], columns=self.encoders[0].signature.names)
        return digest_of(menu, about["precision"], self.encoders, self.written.tensors)

    def check(self, place: str, table: str | None = None, keep: Sequence[str] = ()) -> None:
        """Hold that a table that a person names can be predicted, by its header alone.

        Raises:
            SpecError: the place says nothing of what it is, or a column that is to be kept is not there.
            DataError: there is no such table, or columns are missing: all of them are named.
        """
        there = names_in(source_of(place, table, self.schema.reading), Path.cwd())
        if there is not None:
            self.hold(there)
            hold_names(keep, there)

    def hold(self, there: Sequence[str]) -> None:
        """Hold that a table has all columns, by its header.

        Raises:
            DataError: some are missing: all of them are named.
        """
        # a key of records is a column once they are read
        missing = [n for n in self.schema.columns if n not in there and n.split(".")[0] not in there]
        cleaned = self.schema.clean and all(name in there for name in self.needed)
        if missing and not cleaned:
            raise lacking(missing, there, self.schema.columns, joined=self.schema.joined)


def intake_of(path: str | Path) -> Intake | None:
    """That of a model, of a run or of `runs/NAME`; None where `load` has to say what is wrong with it.

    Raises:
        BundleError: there is no model, or a file is damaged.
    """
    folder = folder_of(path_of(path, "a model's folder"))
    written = written_in(folder, of=verified(folder))
    try:
        with access.named_by("bundle"):
            encoders = tuple(encoding_of(plain) for plain in written.encoders)
            schema = InputSchema.from_plain(written.menu["intake"])
            hold_that_it_encodes(encoders)
    except (ProtokitError, KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None
    return Intake(folder, schema, encoders, written)
