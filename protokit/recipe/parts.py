"""The four parts of a recipe, and what they are made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from protokit.recipe import checks, cleaning, vocabulary
from protokit.recipe.joins import Join, joins
from protokit.recipe.tables import TableSource

Share = Annotated[float, Field(gt=0, lt=1)]


class Part(BaseModel):
    """What all parts of a recipe share: frozen, strict, and unknown keys fail."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


class Collect(Part):
    """Step 1: the tables, joined and cleaned.

    The first table holds the rows; others are joined to it, or are the test or validation rows of a split.
    """

    tables: dict[str, TableSource] = Field(default_factory=dict)
    join: Annotated[tuple[Join, ...], BeforeValidator(joins)] = Field((), description="tables joined, in order")
    clean: Annotated[tuple[cleaning.Clean, ...], BeforeValidator(cleaning.steps)] = Field(
        (), description="steps of cleaning, in order"
    )


class By(Part):
    """Rows split by a column: all rows of a group together, the latest for the test, or as the column says."""

    group: str | None = None
    time: str | None = None
    column: str | None = None


class Split(Part):
    """Shares of the rows, or names of tables, for test and validation, and how rows are drawn."""

    test: Annotated[Share | str, BeforeValidator(checks.share_or_table)] = 0.2
    validation: Annotated[Share | str, BeforeValidator(checks.share_or_table)] = Field(
        0.2, description="share of the rows that are not test rows"
    )
    by: Annotated[Literal["random", "stratified"] | By | None, BeforeValidator(checks.by)] = Field(
        None, description="stratified for classes, random for numbers, when not given"
    )
    folds: int | None = Field(
        None, ge=2, le=100, description="cross-validation: each part of the rows is the test once; in place of test"
    )


_TEXT_FORM = BeforeValidator(checks.choice("form", vocabulary.TEXT_FORMS))


class Text(Part):
    """How a text is read: as the codes of its words, or as how telling each word is in it."""

    form: Annotated[str, _TEXT_FORM] = "tokens"
    vocabulary: int | None = Field(None, ge=1, description="words; 20,000 as tokens, 5,000 as tfidf")
    length: int | None = Field(None, ge=1, description="words; so many that 95 of 100 training texts are not cut")


class TextColumn(Part):
    """`{text: {...}}`: a column of text."""

    text: Text


class Image(Part):
    """How an image is read."""

    size: Annotated[tuple[int, int] | None, BeforeValidator(checks.size)] = Field(
        None, description="height and width; that of all training images, or 64 x 64 where they differ"
    )
    channels: Literal[1, 3] | None = Field(None, description="1 for grey, 3 for colours; as the training images are")


class ImageColumn(Part):
    """`{image: {...}}`: a column of paths, bytes or arrays of images."""

    image: Image


class OrderedColumn(Part):
    """`{ordered: [low, middle, high]}`: categories that have an order."""

    ordered: Annotated[tuple[str, ...], BeforeValidator(checks.levels)]


class Sequence(Part):
    """Rows of a long table that make one example: those of one value of `by`, in the order of `time`."""

    by: str
    time: str | None = Field(None, description="as the rows come when not given")
    length: int | None = Field(None, ge=1, description="steps; those of the longest training sequence, up to 1,000")


class Series(Part):
    """Windows of series in place of rows: what came before, and what is to be forecast."""

    time: str
    by: Annotated[tuple[str, ...], BeforeValidator(checks.names)] = Field((), description="columns that tell series")
    window: int = Field(ge=1, description="steps that the network sees")
    horizon: int = Field(ge=1, description="steps that it forecasts")
    known: Annotated[tuple[str, ...], BeforeValidator(checks.names)] = Field(
        (), description="columns whose future is known when the forecast is made"
    )
    season: int | None = Field(None, ge=1, description="steps; by how far apart rows are when not given")


ColumnKind = Annotated[
    Annotated[str, Tag("word")]
    | Annotated[TextColumn, Tag("text")]
    | Annotated[ImageColumn, Tag("image")]
    | Annotated[OrderedColumn, Tag("ordered")],
    Discriminator(checks.kind_of_column),
]


class Represent(Part):
    """Step 2: what is predicted, what each column is, and which rows are kept for the test."""

    target: Annotated[str | tuple[str, ...] | None, BeforeValidator(checks.target)] = None
    columns: dict[str, Annotated[ColumnKind, BeforeValidator(checks.column_kind)]] = Field(default_factory=dict)
    sequence: Sequence | None = None
    series: Series | None = None
    split: Split = Split()

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


class Stop(Part):
    """When training ends before its last epoch. `patience` is in epochs without a better value."""

    patience: int | None = Field(None, ge=1, description="20, more where an epoch is of less than 10 batches")
    monitor: Annotated[str, BeforeValidator(checks.choice("monitor", vocabulary.MONITORS))] = "validation_loss"


class Learn(Part):
    """Step 3: the network and how it is trained."""

    task: Annotated[str | None, BeforeValidator(checks.task)] = None
    menu: Annotated[Any, BeforeValidator(checks.menu)] = Field("auto", validate_default=True)
    loss: Annotated[str | dict[str, Any] | None, BeforeValidator(checks.reference("losses"))] = None
    optimizer: Annotated[str | dict[str, Any], BeforeValidator(checks.reference("optimizers"))] = Field(
        default_factory=lambda: {"AdamW": {"learning_rate": 1e-3, "weight_decay": 1e-2}}
    )
    schedule: Annotated[str, BeforeValidator(checks.choice("schedule", vocabulary.SCHEDULES))] = "plateau"
    epochs: int | None = Field(None, ge=1, description="200, more where an epoch is of less than 10 batches")
    batch_size: int | None = Field(None, ge=1, description="from 32 to 256 by the number of rows")
    stop: Stop | None = Stop()
    class_weights: Annotated[Literal["balanced"] | dict[Any, float] | None, BeforeValidator(checks.weights)] = None
    sample_weights: str | None = Field(None, description="a column with how much each row counts in the loss")
    quantiles: Annotated[tuple[float, ...], BeforeValidator(checks.quantiles)] = (0.1, 0.5, 0.9)
    clusters: int | None = Field(None, ge=2, description="found on the training rows when not given")
    cluster_by: Annotated[str, BeforeValidator(checks.choice("cluster_by", vocabulary.CLUSTERINGS))] = "kmeans"
    seeds: int = Field(1, ge=1, le=100, description="networks that differ in their seed and are averaged")
    precision: Annotated[
        str, BeforeValidator(checks.choice("precision", vocabulary.PRECISIONS, vocabulary.LATER_PRECISIONS))
    ] = "float32"
    engine: Annotated[str, BeforeValidator(checks.choice("engine", vocabulary.ENGINES))] = "auto"


class Evaluate(Part):
    """Step 4: the scores, and the simple models that the network is held against."""

    metrics: Annotated[tuple[str, ...] | None, BeforeValidator(checks.metrics)] = None
    baselines: Annotated[tuple[str, ...] | None, BeforeValidator(checks.baselines)] = None
    slices: Annotated[tuple[str, ...], BeforeValidator(checks.slices)] = Field(
        (), description="columns; the main metric is shown for the test rows of each level"
    )
    threshold: Annotated[float | str, BeforeValidator(checks.threshold)] = Field(
        0.5,
        description="above which probability a row is called positive; or a metric: the best one on validation rows",
    )
    calibrate: Annotated[str | None, BeforeValidator(checks.calibrate)] = Field(
        None, description="probabilities brought to what validation rows show: temperature"
    )
    labels: str | None = Field(None, description="a column that clusters are held against; never learned from")
    strict: bool = Field(False, description="true: a fatal finding of the audit stops the run before training")
