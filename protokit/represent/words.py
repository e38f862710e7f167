"""What may be written under `represent`: the target, what each column is, and which rows are for what."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from protokit.core.names import as_text
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar.faults import refuse
from protokit.grammar.words import SHARE, TEXT, Columns, Section, Word, choice, closed, or_null

KINDS = ("number", "category", "ordered", "boolean", "date", "text", "image", "ignore")
TEXT_FORMS = ("tokens", "tfidf")
_WITH_MORE = ("text", "image", "ordered")


def _share_or_table(value: Any) -> object:
    """A share between 0 and 1, or the name of a table."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise refuse(Fault(f"a share of the rows is between 0 and 1, not {value!r}", "write 0.2, or a table's name"))
    return float(value)


_BY_COLUMN = ("group", "time", "column")
_BY = {
    "anyOf": [
        {"enum": ["random", "stratified", None]},
        {**closed(dict.fromkeys(_BY_COLUMN, TEXT), most=1), "minProperties": 1},
    ]
}


def _by(value: Any) -> object:
    """How rows are drawn."""
    ways, columns = ("random", "stratified"), _BY_COLUMN
    if value is None or value in ways:
        return value
    if isinstance(value, dict):
        for key in value:
            if key == "folds":
                beside = f"write split: {{folds: {value[key]}}}; by says how rows are dealt into them"
                raise refuse(Fault("folds stand beside `by`, not in it", beside, (key,), "key"))
            if key not in columns:
                cure = did_you_mean(str(key), columns)
                raise refuse(Fault(f"unknown key {key!r} of represent.split.by", cure, (key,), "key"))
            if not isinstance(value[key], str):
                raise refuse(Fault(f"{key} is a column's name, not {value[key]!r}", None, (key,)))
        if len(value) == 1:
            return value
        raise refuse(Fault("rows are split by one of group, time and column", one_of(columns)))
    if isinstance(value, str) and value in columns:
        raise refuse(Fault(f"{value} needs a column", f"write by: {{{value}: COLUMN}}"))
    raise refuse(Fault(f"unknown way to split {value!r}", did_you_mean(str(value), (*ways, *columns))))


class By(Section):
    """Rows split by a column: all rows of a group together, the latest for the test, or as the column says."""

    group: str | None = Field(None, description="rows with the same value stay together", examples=["customer"])
    time: str | None = Field(None, description="the latest rows are the test", examples=["date"])
    column: str | None = Field(None, description="says train, validation or test for each row", examples=["part"])

    def left_out(self) -> tuple[str, ...]:
        """Two of the three: rows are split by one column."""
        return tuple(key for key in _BY_COLUMN if getattr(self, key) is None)


class Split(Section):
    """Shares of the rows, or names of tables, for test and validation, and how rows are drawn."""

    test: Annotated[float | str, Word(_share_or_table, {"anyOf": [SHARE, TEXT]})] = Field(
        0.2, description="share of the rows, or the name of a table that holds the test rows", examples=[0.2, "later"]
    )
    validation: Annotated[float | str, Word(_share_or_table, {"anyOf": [SHARE, TEXT]})] = Field(
        0.2, description="share of the rows that are not test rows, or the name of a table", examples=[0.2]
    )
    by: Annotated[Literal["random", "stratified"] | By | None, Word(_by, _BY)] = Field(
        None,
        description="how rows are drawn; stratified for classes, random for numbers, when not given",
        examples=["stratified", {"group": "customer"}],
    )
    folds: int | None = Field(
        None,
        ge=2,
        le=100,
        description="cross-validation: each part of the rows is the test once; in place of test",
        examples=[5],
    )

    def left_out(self) -> tuple[str, ...]:
        """The test rows, where every row is a test row once."""
        return ("test",) if self.folds is not None else ()


class Text(Section):
    """How a text is read: as the codes of its words, or as how telling each word is in it."""

    form: Annotated[str, choice("form", TEXT_FORMS)] = Field(
        "tokens", description="the codes of the words in their order, or how telling each word is", examples=["tfidf"]
    )
    vocabulary: int | None = Field(None, ge=1, description="words; 20,000 as tokens, 5,000 as tfidf", examples=[20000])
    length: int | None = Field(
        None, ge=1, description="words; so many that 95 of 100 training texts are not cut", examples=[60]
    )


class TextColumn(Section):
    """`{text: {...}}`: a column of text."""

    text: Text = Field(description="a column of text", examples=[{"length": 60}])


def _size(value: Any) -> object:
    """Height and width of images."""
    if value is None:
        return None
    given = [value, value] if isinstance(value, int) and not isinstance(value, bool) else value
    whole = isinstance(given, (list, tuple)) and len(given) == 2
    if not whole or not all(isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= 4096 for n in given):
        raise refuse(Fault(f"a size is height and width in pixels, not {value!r}", "write [64, 64]"))
    return tuple(given)


_PIXELS = {"type": "integer", "minimum": 1, "maximum": 4096}
_SIZE = {"anyOf": [_PIXELS, {"type": "array", "items": _PIXELS, "minItems": 2, "maxItems": 2}, {"type": "null"}]}


class Image(Section):
    """How an image is read."""

    size: Annotated[tuple[int, int] | None, Word(_size, _SIZE)] = Field(
        None,
        description="height and width; that of all training images, or 64 x 64 where they differ",
        examples=[[64, 64]],
    )
    channels: Literal[1, 3] | None = Field(
        None, description="1 for grey, 3 for colours; as the training images are", examples=[3]
    )


class ImageColumn(Section):
    """`{image: {...}}`: a column of paths, bytes or arrays of images."""

    image: Image = Field(description="a column of images", examples=[{"size": [64, 64]}])


def _levels(value: Any) -> object:
    """The levels of an ordered category, from the lowest."""
    if not isinstance(value, (list, tuple)) or len(value) < 2:
        raise refuse(Fault(f"an order is a list of two or more levels, not {value!r}", "write [low, middle, high]"))
    texts = tuple(as_text(level) for level in value)
    if len(set(texts)) < len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        raise refuse(Fault(f"the level {twice!r} stands twice in the order", "remove one"))
    return texts


_LEVELS = {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 2}


class OrderedColumn(Section):
    """`{ordered: [low, middle, high]}`: categories that have an order."""

    ordered: Annotated[tuple[str, ...], Word(_levels, _LEVELS)] = Field(
        description="the levels, from the lowest", examples=[["low", "middle", "high"]]
    )


class Sequence(Section):
    """Rows of a long table that make one example: those of one value of `by`, in the order of `time`."""

    by: str = Field(description="the column that tells the sequences", examples=["case"])
    time: str | None = Field(
        None, description="the column of their order; as the rows come when not given", examples=["t"]
    )
    length: int | None = Field(
        None, ge=1, description="steps; those of the longest training sequence, up to 1,000", examples=[200]
    )


class Series(Section):
    """Windows of series in place of rows: what came before, and what is to be forecast."""

    time: str = Field(description="the column of times", examples=["date"])
    by: Columns = Field((), description="columns that tell series", examples=["store"])
    window: int = Field(ge=1, description="steps that the network sees", examples=[96])
    horizon: int = Field(ge=1, description="steps that it forecasts", examples=[24])
    known: Columns = Field(
        (), description="columns whose future is known when the forecast is made", examples=[["promotion"]]
    )
    season: int | None = Field(None, ge=1, description="steps; by how far apart rows are when not given", examples=[7])


def _column_kind(value: Any) -> object:
    """What a column is: a word, or a mapping of the word to what else there is to say."""
    own = _WITH_MORE
    if value == "ordered":
        raise refuse(Fault("an ordered column needs its order", "write {ordered: [low, middle, high]}"))
    if isinstance(value, dict):
        if len(value) != 1 or next(iter(value)) not in own:
            key = next((str(key) for key in value if key not in own), "")
            cure = did_you_mean(key, own) or "such as {text: {length: 60}}"
            raise refuse(Fault(f"a column is of one kind, not {value!r}", cure))
        [(kind, given)] = value.items()
        return {kind: {}} if given is None and kind != "ordered" else value
    if _form_of_kind(value) != "word":
        return value
    return choice("column kind", KINDS).read(value)


def _form_of_kind(value: Any) -> str:
    """Which form the kind of a column is written in: a word, or more."""
    return next(
        (key for key in _WITH_MORE if hasattr(value, key) or (isinstance(value, dict) and key in value)), "word"
    )


ColumnKind = Annotated[
    Annotated[str, Tag("word")]
    | Annotated[TextColumn, Tag("text")]
    | Annotated[ImageColumn, Tag("image")]
    | Annotated[OrderedColumn, Tag("ordered")],
    Discriminator(_form_of_kind),
]


def _target(value: Any) -> object:
    """One column, several, or none."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        if not value or not all(isinstance(v, str) for v in value) or len(set(value)) < len(value):
            raise refuse(Fault(f"targets are different column names, not {value!r}"))
        return tuple(value)
    if not isinstance(value, str) or not value:
        raise refuse(Fault(f"a target is a column's name, not {value!r}", "put a name that is a number in quotes"))
    return value


_TARGET = or_null({"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True}]})


class Represent(Section):
    """Step 2: what is predicted, what each column is, and which rows are kept for the test."""

    target: Annotated[str | tuple[str, ...] | None, Word(_target, _TARGET)] = Field(
        None, description="the column to predict, a list of them, or none for clustering", examples=["late"]
    )
    columns: dict[str, Annotated[ColumnKind, BeforeValidator(_column_kind)]] = Field(
        default_factory=dict,
        description="what a column is; what is left out is inferred, and shown",
        examples=[{"carrier": "category"}],
    )
    sequence: Sequence | None = Field(
        None, description="rows of a long table made into sequences", examples=[{"by": "case", "time": "t"}]
    )
    series: Series | None = Field(
        None,
        description="windows of series, for forecasts",
        examples=[{"time": "date", "window": 96, "horizon": 24}],
    )
    split: Split = Field(Split(), description="which rows are for what", examples=[{"test": 0.2}])

    def left_out(self) -> tuple[str, ...]:
        """What most tables are not."""
        return tuple(key for key in ("sequence", "series") if getattr(self, key) is None)

    @property
    def targets(self) -> tuple[str, ...]:
        """The target columns; none where there is nothing to predict."""
        if self.target is None:
            return ()
        return (self.target,) if isinstance(self.target, str) else self.target

    def kind(self, column: str) -> str | None:
        """What the recipe says a column is, in one word."""
        said = self.columns.get(column)
        return said if said is None or isinstance(said, str) else next(iter(type(said).model_fields))
