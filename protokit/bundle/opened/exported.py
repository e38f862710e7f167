"""A model's way out of protokit."""

from __future__ import annotations

from pathlib import Path

from protokit.bundle.exporter import EXPORTERS, Export, exporter_of
from protokit.bundle.opened.fitted import Fitted
from protokit.core.errors import SpecError
from protokit.core.runs import path_of


class Exported(Fitted):
    """What can be exported. See `Model`."""

    def export(
        self, path: str | Path, *, rows: object = None, tolerance: float | None = None, dtype: str = "float32"
    ) -> Export:
        """Write the model as a file that other programs run without protokit; its ending says the format.

        It takes the columns as they are after the recipe's steps of cleaning, and gives what `predict` gives: encoders,
        the mean of all networks, temperature and threshold are in it. Beside it, `PATH.json` is its contract: what
        each column's cells are, what a missing one is, which levels there are, what the outputs are called, and what
        stays outside. Before it is put in place it is held against this model, on the `rows` of a table, where one is
        given, and on rows that are drawn: with missing cells, unseen levels, numbers beyond those of training.

        >>> found = model.export("birds.keras", rows=birds)
        >>> found.outputs[1], found.differs <= found.tolerance
        ('species: text (Adelie, Gentoo)', True)

        Args:
            path: `NAME.onnx`, `NAME.keras`, `NAME.tflite`, `NAME.py` for a module of torch, or a folder for a
                SavedModel.
            rows: A table with the model's columns, such as that of the test rows. With int8 it calibrates, too.
            tolerance: How far what it says may be from what this model says, in probabilities, or standard deviations
                of the training rows' target: 1e-5 when not given, of float16 1e-3. Of int8 how many classes may be
                others, 0.005 when not given.
            dtype: What the weights are kept as; of `.tflite` also float16 and int8.

        Raises:
            SpecError: a column or a target cannot go into such a file, or its ending is of no format.
            DataError: what it says is too far away; there is no new file then, and an earlier one stays.
            MissingExtra: the format needs a package that is not installed, such as pip install 'protokit[export]'.
        """
        if tolerance is not None and not tolerance > 0:
            raise SpecError.one(f"a tolerance is a number above 0, not {tolerance!r}", "write tolerance=1e-4")
        place = path_of(path, "where a model is exported").absolute()
        way = exporter_of(place)
        if dtype not in way.dtypes:
            able = [one for one in EXPORTERS.all().values() if dtype in one.dtypes]
            rule = f"{way.name} keeps weights as {' or '.join(way.dtypes)}, not as {dtype!r}"
            cure = f"end the name in {able[0].ending}" if able else f"write dtype={way.dtypes[-1]!r}"
            raise SpecError.one(rule, f"{cure}, or leave dtype (--as) out")
        cleaned = None if rows is None else self.rows(rows)[0]
        return way.export(self, place, cleaned, tolerance, dtype)
