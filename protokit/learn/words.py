"""What may be written under `learn`: the network, and how it is trained."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema, core_schema

from protokit.core import plugins
from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean
from protokit.core.values import signature
from protokit.grammar.faults import refuse
from protokit.grammar.words import SHARE, Section, Varies, Word, choice, definition, one_or_more
from protokit.learn.engine import ENGINES
from protokit.learn.losses.loss import LOSSES
from protokit.menu import catalogue
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.menu import Menu
from protokit.menu.reading.arguments import check_reference

SCHEDULES = ("constant", "cosine", "plateau")
TASKS = tuple(dict.fromkeys(task.written for task in signature.TASKS.all().values()))
CLUSTERINGS = ("kmeans", "gaussian_mixture", "hdbscan", "spectral", "agglomerative")
# keys that are for one task
FOR_TASK = {"quantiles": "quantile", "clusters": "clustering", "cluster_by": "clustering", "event": "survival"}
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
LATER_PRECISIONS = ("float16", "bfloat16", "float64")
STARTS = ("zero", "linear")
DEALS = ("validation",)
DEALT = 4  # networks, where the recipe deals and says no number
MONITORS = ("validation_loss", "loss")
_ADAMW: dict[str, Any] = {"AdamW": {"learning_rate": 1e-3, "weight_decay": 1e-2}}


class _Network:
    """The network: a menu, the name of a house menu, or `auto`, the house menu that fits the data."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return {"anyOf": [{"enum": ["auto", *HOUSE_MENUS.all()]}, definition("Menu")]}

    @staticmethod
    def _read(value: object, info: ValidationInfo) -> object:
        if value == "auto":
            return value
        try:
            return Menu.parse(value, columns=(info.context or {}).get("columns", ()))
        except SpecError as error:
            raise refuse(*error.faults) from None


def _reference(section: str) -> Word:
    """An optimizer or loss of Keras by name, or a mapping of the name to its arguments."""
    noun = {"losses": "loss", "optimizers": "optimizer"}[section]
    own = LOSSES.all() if section == "losses" else ()

    def read(value: object) -> object:
        if value is None:
            return None
        if section == "losses" and isinstance(value, str) and value in LOSSES:
            return value
        if isinstance(value, str) and catalogue.find(section, value) is None:
            raise refuse(Fault(f"unknown {noun} {value!r}", catalogue.unknown(section, value, also=own).cure))
        faults = check_reference(section, value, noun)
        if faults:
            raise refuse(*faults)
        return value

    named = definition(section.capitalize())
    losses = {"anyOf": [named, {"enum": [*LOSSES.all(), None]}]}
    return Word(read, losses if section == "losses" else named)


def _engine(value: object) -> object:
    """What trains the network."""
    if value == "auto" or (isinstance(value, str) and value in ENGINES):
        return value
    cure = did_you_mean(str(value), ["auto", *ENGINES.all()])
    raise refuse(Fault(f"unknown engine {value!r}", plugins.or_failure(cure, "engine")))


def _weights(value: object) -> object:
    """Class weights."""
    if value is None or value == "balanced":
        return value
    if isinstance(value, dict) and value:
        for key, weight in value.items():
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1e300:
                raise refuse(Fault(f"a class weight is a number from 0, not {weight!r}", None, (key,)))
        return {key: float(weight) for key, weight in value.items()}
    raise refuse(Fault(f"unknown class weights {value!r}", did_you_mean(str(value), ("balanced",))))


_WEIGHTS = {
    "anyOf": [
        {"enum": ["balanced", None]},
        {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}, "minProperties": 1},
    ]
}


def _quantiles(value: object) -> object:
    """The quantiles to predict, ascending."""
    given = [value] if isinstance(value, float) else value
    found = list(given) if isinstance(given, (list, tuple)) else []
    if not found or not all(isinstance(q, float) and 0 < q < 1 for q in found) or len(set(found)) < len(found):
        raise refuse(Fault(f"quantiles are different numbers between 0 and 1, not {value!r}", "write [0.1, 0.5, 0.9]"))
    return tuple(sorted(found))


class Stop(Section):
    """When training ends before its last epoch."""

    patience: Annotated[int | None, Field(ge=1), Varies()] = Field(
        None,
        description="epochs without a better value; 20, more where an epoch is of less than 10 batches",
        examples=[20],
    )
    monitor: Annotated[str, choice("monitor", MONITORS), Varies()] = Field(
        "validation_loss", description="the value that is to get better", examples=["loss"]
    )


class Learn(Section):
    """Step 3: the network and how it is trained."""

    task: Annotated[str | None, choice("task", TASKS, null=True)] = Field(
        None, description="what is learned; inferred from the target when not given", examples=["regression"]
    )
    menu: Annotated[Any, _Network()] = Field(
        "auto",
        validate_default=True,
        description="the network: layers, or the name of a house menu; auto is the one that fits the data",
        examples=["tabular", [{"Dense": {"units": 64, "activation": "relu"}}, {"Dropout": 0.3}]],
    )
    loss: Annotated[str | dict[str, object] | None, _reference("losses"), Varies()] = Field(
        None, description="a loss of Keras, or of protokit's own; that of the task when not given", examples=["Huber"]
    )
    optimizer: Annotated[str | dict[str, Any], _reference("optimizers"), Varies()] = Field(
        default_factory=lambda: dict(_ADAMW),
        description="an optimizer of Keras with its arguments",
        examples=[{"AdamW": {"learning_rate": 0.001}}],
    )
    schedule: Annotated[str, choice("schedule", SCHEDULES), Varies()] = Field(
        "plateau", description="how the learning rate goes on", examples=["cosine"]
    )
    epochs: Annotated[int | None, Field(ge=1), Varies()] = Field(
        None, description="at most; 200, more where an epoch is of less than 10 batches", examples=[50]
    )
    batch_size: Annotated[int | None, Field(ge=1), Varies()] = Field(
        None, description="rows of a batch; from 32 to 256 by the number of rows", examples=[128]
    )
    stop: Annotated[Stop | None, Varies()] = Field(
        Stop(), description="when training ends early; null: never", examples=[{"patience": 20}]
    )
    class_weights: Annotated[
        Literal["balanced"] | dict[object, float] | None, Word(_weights, _WEIGHTS), Varies(names=True)
    ] = Field(None, description="how much a row of each class counts in the loss", examples=["balanced"])
    sample_weights: str | None = Field(
        None, description="a column with how much each row counts in the loss", examples=["weight"]
    )
    quantiles: Annotated[tuple[float, ...], Word(_quantiles, one_or_more(SHARE))] = Field(
        (0.1, 0.5, 0.9), description="the quantiles to predict", examples=[[0.1, 0.5, 0.9]]
    )
    event: str | None = Field(
        None,
        description="the column that says whether the event was seen at the time that the target says, 1, or the row "
        "was lost sight of, 0",
        examples=["died"],
    )
    clusters: int | None = Field(
        None,
        ge=2,
        description="how many; found on the training rows when not given, and always by hdbscan",
        examples=[3],
    )
    cluster_by: Annotated[str, choice("cluster_by", CLUSTERINGS)] = Field(
        "kmeans", description="how clusters are found in the embedding", examples=["gaussian_mixture", "hdbscan"]
    )
    networks: int | None = Field(
        None,
        ge=1,
        le=100,
        description="how many are averaged; 1, or 4 that are dealt where rows are few: of a table under 1,000",
        examples=[5],
    )
    deal: Annotated[str | None, choice("deal", DEALS, null=True)] = Field(
        None,
        description="in what the networks differ beside their seeds: each has other validation rows",
        examples=["validation"],
    )
    start: Annotated[str, choice("start", STARTS), Varies()] = Field(
        "zero",
        description="where the last layer starts: at zero, or at a ridge regression of the inputs that come to it as "
        "they are; linear for numbers to predict where rows are few: of a table under 1,000",
        examples=["linear"],
    )
    precision: Annotated[str, choice("precision", PRECISIONS, later=LATER_PRECISIONS), Varies()] = Field(
        "float32", description="in which numbers the network computes", examples=["mixed_bfloat16"]
    )
    engine: Annotated[str, Word(_engine, lambda: {"enum": ["auto", *ENGINES.all()]})] = Field(
        "auto", description="what trains the network; auto is the fastest that can", examples=["keras"]
    )

    renamed: ClassVar[dict[str, str]] = {"seeds": "networks"}

    @model_validator(mode="before")
    @classmethod
    def _as_called_now(cls, data: object) -> object:
        """Recipes of earlier versions, those in the folders of runs too, with today's names."""
        if not isinstance(data, dict):
            return data
        old = {was: now for was, now in cls.renamed.items() if was in data and now not in data}
        return {old.get(key, key): value for key, value in data.items()} if old else data

    @property
    def of_task(self) -> signature.Task | None:
        """The task that is said; of classes that of any number."""
        return next(iter(signature.of_word(self.task)), None)

    @property
    def form(self) -> signature.Form | None:
        """What is predicted of a row, where the task is said."""
        return signature.form_written(self.task)

    def left_out(self) -> tuple[str, ...]:
        """What is for other tasks."""
        return tuple(key for key, task in FOR_TASK.items() if self.task != task)
