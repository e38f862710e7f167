"""The four parts of a recipe, and what they are made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from protokit.recipe import checks, vocabulary

Share = Annotated[float, Field(gt=0, lt=1)]


class Part(BaseModel):
    """What all parts of a recipe share: frozen, strict, and unknown keys fail."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


class TableSource(Part):
    """Where one table comes from: exactly one of `csv`, `parquet` and `sklearn`."""

    csv: str | None = None
    parquet: str | None = None
    sklearn: str | None = None
    missing: tuple[str, ...] | None = Field(None, description="cells that mean: no value (csv)")
    encoding: str | None = Field(None, description="of a csv file; UTF-8 when not given")
    delimiter: str | None = Field(None, description="of a csv file; found by itself when not given")

    @property
    def kind(self) -> str:
        """The source that reads it."""
        return next(kind for kind in vocabulary.SOURCES if getattr(self, kind) is not None)

    @property
    def location(self) -> str:
        """The path or name of the table in its source."""
        return str(getattr(self, self.kind))


class Collect(Part):
    """Step 1: the tables. The first one holds the rows; others are the test or validation rows of a split."""

    tables: dict[str, Annotated[TableSource, BeforeValidator(checks.table_source)]] = Field(default_factory=dict)


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


class Represent(Part):
    """Step 2: what is predicted, what each column is, and which rows are kept for the test."""

    target: Annotated[str | tuple[str, ...], BeforeValidator(checks.target)]
    columns: dict[str, Annotated[str, BeforeValidator(checks.column_kind)]] = Field(default_factory=dict)
    split: Split = Split()

    @property
    def targets(self) -> tuple[str, ...]:
        """The target columns."""
        return (self.target,) if isinstance(self.target, str) else self.target


class Stop(Part):
    """When training ends before its last epoch. `patience` is in epochs without a better value."""

    patience: int = Field(20, ge=1)
    monitor: Annotated[str, BeforeValidator(checks.choice("monitor", vocabulary.MONITORS))] = "validation_loss"


class Learn(Part):
    """Step 3: the network and how it is trained."""

    task: Annotated[str | None, BeforeValidator(checks.task)] = None
    menu: Annotated[Any, BeforeValidator(checks.menu)] = Field("tabular", validate_default=True)
    loss: Annotated[str | dict[str, Any] | None, BeforeValidator(checks.reference("losses"))] = None
    optimizer: Annotated[str | dict[str, Any], BeforeValidator(checks.reference("optimizers"))] = Field(
        default_factory=lambda: {"AdamW": {"learning_rate": 1e-3, "weight_decay": 1e-2}}
    )
    schedule: Annotated[str, BeforeValidator(checks.choice("schedule", vocabulary.SCHEDULES))] = "plateau"
    epochs: int = Field(200, ge=1)
    batch_size: int | None = Field(None, ge=1, description="from 32 to 256 by the number of rows")
    stop: Stop | None = Stop()
    class_weights: Annotated[Literal["balanced"] | dict[Any, float] | None, BeforeValidator(checks.weights)] = None
    sample_weights: str | None = Field(None, description="a column with how much each row counts in the loss")
    seeds: int = Field(1, ge=1, le=100, description="networks that differ in their seed and are averaged")
    precision: Annotated[
        str, BeforeValidator(checks.choice("precision", vocabulary.PRECISIONS, vocabulary.LATER_PRECISIONS))
    ] = "float32"
    engine: Annotated[str, BeforeValidator(checks.choice("engine", vocabulary.ENGINES))] = "auto"


class Evaluate(Part):
    """Step 4: the scores, and the simple models that the network is held against."""

    metrics: Annotated[tuple[str, ...] | None, BeforeValidator(checks.metrics)] = None
    baselines: Annotated[tuple[str, ...], BeforeValidator(checks.baselines)] = vocabulary.BASELINES
    strict: Annotated[bool, BeforeValidator(checks.strict)] = False
