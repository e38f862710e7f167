"""A column says which row is for what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.represent.split.random import Random
from protokit.represent.split.stratified import Stratified
from protokit.represent.split_way import SPLITS, SplitTable, SplitWay

if TYPE_CHECKING:
    import numpy as np

NAMES = {"train": "train", "training": "train", "test": "test", "testing": "test"}
NAMES |= dict.fromkeys(("validation", "valid", "val", "dev"), "validation")
# in Chinese, French, German, Italian, Japanese, Portuguese and Spanish
NAMES |= dict.fromkeys(
    ("训练", "训练集", "学習", "entraînement", "entrainement", "addestramento", "treino", "entrenamiento"), "train"
)
NAMES |= dict.fromkeys(("测试", "测试集", "テスト", "teste", "prueba"), "test")
NAMES |= dict.fromkeys(
    ("验证", "验证集", "検証", "validierung", "validazione", "validação", "validacao", "validación", "validacion"),
    "validation",
)
_COLUMNS = {"split", "splits", "fold", "folds", "part", "parts", "partition", "subset", "set", "dataset", "datasplit",
            "phase", "usage"}  # fmt: skip


def named_so(column: str) -> bool:
    """Whether a column is named for the parts of a table: `split`, `data_split`, `Fold`.

    >>> named_so("data_split"), named_so("splitting")
    (True, False)
    """
    return bool(_COLUMNS & set(re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])", column.casefold() + " " + column)))


def parts_in(column: str, texts: Iterable[str]) -> frozenset[str]:
    """The parts that the cells of a column so named say, train, validation and test; none where one says another.

    A column of one part tells nothing.
    """
    if not named_so(column):
        return frozenset()
    said = [NAMES.get(text.strip().casefold()) for text in texts]
    found = frozenset(part for part in said if part is not None)
    return found if len(found) > 1 and None not in said else frozenset()


def filled(column: str) -> str:
    """The step that leaves out the rows of which the column says no part."""
    name = column if column.isidentifier() else f'\\"{column}\\"'
    return f'collect: {{clean: [{{filter: "{name} is not null"}}]}}'


@SPLITS.add
class Column(SplitWay):
    """Each cell says train, validation or test; where none says validation, its rows are drawn."""

    name = "column"
    about = "a column says train, validation or test for each row"
    example = "{column: part}"
    rank = 5
    by_column = True
    deals = True  # where it says no validation rows
    draws_test = False
    has_folds = False

    @classmethod
    def sample(cls, rows: int) -> list[object]:
        """See SplitWay."""
        return ["test" if i % 4 == 0 else "train" for i in range(rows)]

    @classmethod
    def given(cls, table: SplitTable) -> np.ndarray | None:
        """The part of each row."""
        import numpy as np

        from protokit.represent.encoders.distinct import distinct

        one = distinct(table.cells)
        said = [NAMES.get(text.strip().casefold()) for text in one.texts]
        odd = next((text for text, part in zip(one.texts, said, strict=True) if part is None), None)
        if odd is not None:
            raise DataError(f"the split column {table.column!r} holds {odd!r}", cure="use train, validation and test")
        if missing := int((one.codes < 0).sum()):
            rule = f"the split column {table.column!r} has {missing:,} missing cells"
            raise DataError(
                rule, cure=f"write train, validation or test there, or drop the rows: {filled(str(table.column))}"
            )
        found = np.array(said, object)
        if "test" not in found:
            raise DataError(f"the split column {table.column!r} names no test rows", cure="write test in some rows")
        return one.spread(found, missing=None)

    @classmethod
    def take(cls, table: SplitTable, rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows for validation, where the column names none."""
        way = Random if table.classes is None else Stratified
        return way.take(table, rows, share, seed)
