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
NAMES |= dict.fromkeys(("publictest", "privatetest", "public test", "private test"), "test")  # of competitions
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

_FLAGS = {"istest": "test", "intest": "test", "istrain": "train", "istraining": "train", "intrain": "train"}
_MAYBE_FLAGS = {"test": "test", "train": "train"}  # which a medical test or a journey is called, too


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


def flag_named(column: str) -> tuple[str, bool] | None:
    """The part that a column of two values is named for, and whether it could be nothing else; None where it is not.

    >>> flag_named("is_test"), flag_named("isTraining"), flag_named("Test"), flag_named("protest")
    (('test', True), ('train', True), ('test', False), None)
    """
    plain = re.sub(r"[\W_]+", "", column.casefold())
    found = _FLAGS.get(plain) or _MAYBE_FLAGS.get(plain)
    return (found, plain in _FLAGS) if found else None


def filled(column: str) -> str:
    """What leaves out the rows of which the column says no part."""
    return f"collect: {{clean: [{_with_part(column)}]}}"


def from_flag(column: str, part: str, true: str | None, *, holes: bool) -> str:
    """What makes a column of parts of one that says yes or no, and splits by it; `true` is its yes, None a bool's."""
    name, made = _in_sql(column), f"{re.sub(r'[^0-9A-Za-z_]', '_', column)}_part"
    other = "train" if part == "test" else "test"
    case = f"case when {name}{'' if true is None else f' = {true}'} then '{part}' else '{other}' end"
    steps = [_with_part(column)] * holes + [f'{{derive: {{{made}: "{case}"}}}}', f"{{drop: [{column}]}}"]
    return f"collect: {{clean: [{', '.join(steps)}]}} and split: {{by: {{column: {made}}}}}"


def _with_part(column: str) -> str:
    return f'{{filter: "{_in_sql(column)} is not null"}}'


def _in_sql(column: str) -> str:
    return column if column.isidentifier() else f'\\"{column}\\"'


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
