"""A recipe: a whole experiment as data, in the four steps of machine learning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from protokit.core.errors import SpecError
from protokit.core.places import Fault, Path
from protokit.menu.document import Document
from protokit.menu.menu import Menu
from protokit.recipe import checks, overrides, vocabulary
from protokit.recipe.faults import faults_of

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

    precision: Annotated[str, BeforeValidator(checks.only("precision", "float32", vocabulary.LATER_PRECISIONS))] = (
        "float32"
    )
    engine: Annotated[str, BeforeValidator(checks.only("engine", "auto", ("fused",), also=("keras",)))] = "auto"


class Evaluate(Part):
    """Step 4: the scores, and the simple models that the network is held against."""

    metrics: Annotated[tuple[str, ...] | None, BeforeValidator(checks.metrics)] = None
    baselines: Annotated[tuple[str, ...], BeforeValidator(checks.baselines)] = vocabulary.BASELINES
    strict: Annotated[bool, BeforeValidator(checks.strict)] = False


class Recipe(Part):
    """A whole experiment. An invalid one cannot exist.

    >>> Recipe.parse({"represent": {"target": "species"}}).learn.epochs
    200
    """

    protokit: Annotated[int, BeforeValidator(checks.version)] = 1
    name: Annotated[str, BeforeValidator(checks.name)] = "recipe"
    seed: int = Field(0, ge=0, lt=2**32)
    collect: Collect = Collect()
    represent: Represent
    learn: Learn = Learn()
    evaluate: Evaluate = Evaluate()
    _document: Document = PrivateAttr(default_factory=lambda: Document.of(None))
    _folder: FilePath = PrivateAttr(default_factory=FilePath.cwd)

    @classmethod
    def read(cls, path: str | FilePath, *, set: Sequence[str] = ()) -> Recipe:
        """Read a recipe file. `set` holds overrides such as `learn.epochs=5`.

        Raises:
            SpecError: with every fault of the file at its line and column.
            DataError: the file cannot be read.
        """
        path = FilePath(path)
        if path.name.lower().endswith((".csv", ".tsv", ".gz", ".parquet")) and path.is_file():
            raise SpecError.one(f"{path}: this is data, not a recipe", f"`protokit new {path} TARGET` writes one")
        document = overrides.apply(Document.read(path), set)
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-.") or "recipe"
        return cls._of(document, path.resolve().parent, name)

    @classmethod
    def parse(cls, data: Any, *, set: Sequence[str] = ()) -> Recipe:
        """A recipe from a dict of the same shape as the file; paths in it start at the current folder."""
        return cls._of(overrides.apply(Document.of(data), set), FilePath.cwd(), "recipe")

    @classmethod
    def _of(cls, document: Document, folder: FilePath, name: str) -> Recipe:
        data = document.data
        if data is None:
            raise document.error([Fault("an empty recipe", "write at least represent: {target: NAME}")])
        if (data and isinstance(data, list)) or (
            isinstance(data, dict) and "layers" in data and "represent" not in data
        ):
            rule, cure = "this is a menu, not a recipe", "put it under learn.menu of a recipe"
            raise document.error([Fault(rule, cure)])
        if not isinstance(data, dict):
            raise document.error([Fault("a recipe is a mapping", "write at least represent: {target: NAME}")])
        try:
            recipe = cls.model_validate({"name": name, **data})
        except ValidationError as error:
            raise document.error(faults_of(error, cls, data)) from None
        recipe._document, recipe._folder = document, folder
        faults = checks.across(recipe)
        if faults:
            raise document.error(faults)
        return recipe

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and self.as_plain() == other.as_plain()

    def __hash__(self) -> int:
        return hash(self.write())

    @property
    def folder(self) -> FilePath:
        """Where paths in the recipe start: the folder of its file, else the current one."""
        return self._folder

    @property
    def document(self) -> Document:
        """The text or data that the recipe was made of, for the places of faults."""
        return self._document

    @property
    def network(self) -> Menu:
        """The menu."""
        return Menu.parse(self.learn.menu)

    def error(self, path: Path, rule: str, cure: str | None = None) -> SpecError:
        """An error at a place of this recipe, for what only the data shows."""
        return self._document.error([Fault(rule, cure, path)])

    def as_plain(self) -> dict[str, Any]:
        """The recipe with every default filled in, as plain data that `parse` takes."""
        plain = self.model_dump(mode="python", exclude={"learn": {"menu"}})
        plain["learn"]["menu"] = self.network.as_plain()
        plain["collect"]["tables"] = {
            name: {key: value for key, value in table.items() if value is not None}
            for name, table in plain["collect"]["tables"].items()
        }
        by = plain["represent"]["split"]["by"]
        if isinstance(by, dict):
            plain["represent"]["split"]["by"] = {key: value for key, value in by.items() if value}
        whole: dict[str, Any] = _lists(plain)
        return whole

    def write(self) -> str:
        """The recipe with every default filled in, as YAML."""
        from io import StringIO

        from ruamel.yaml import YAML

        yaml = YAML(typ="safe", pure=True)
        yaml.default_flow_style = None
        yaml.sort_base_mapping_type_on_output = False
        yaml.width = 110
        out = StringIO()
        yaml.dump(self.as_plain(), out)
        return out.getvalue()


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(part) for key, part in value.items()}
    return [_lists(part) for part in value] if isinstance(value, (list, tuple)) else value
