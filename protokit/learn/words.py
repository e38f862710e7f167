"""What may be written under `learn`: the network, and how it is trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema, core_schema

from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.values import signature
from protokit.grammar.faults import refuse
from protokit.grammar.words import SHARE, Section, Varies, Word, as_plain, choice, definition, one_or_more
from protokit.learn.backends.backend import DEFAULT
from protokit.learn.backends.words import BACKEND, ENGINE
from protokit.learn.hooks.after_epoch import SHELF as HOOK
from protokit.learn.hooks.callback import SHELF as CALLBACK
from protokit.learn.hooks.words import AFTER_EPOCH_WORD, CALLBACKS_WORD
from protokit.learn.parts import sets as of_sets
from protokit.learn.parts.loss import SHELF as LOSS
from protokit.learn.parts.loss import ByTarget, LossWord
from protokit.learn.parts.optimizer import OPTIMIZER
from protokit.learn.parts.optimizer import SHELF as OPTIMIZER_SHELF
from protokit.learn.parts.part import Part
from protokit.learn.parts.schedule import HOUSE, SCHEDULE
from protokit.learn.parts.schedule import SHELF as SCHEDULE_SHELF
from protokit.learn.parts.shelf import Reference
from protokit.learn.parts.stop import Stop
from protokit.learn.parts.training_metric import SHELF as METRIC
from protokit.learn.parts.training_metric import MetricsWord
from protokit.learn.parts.weights import CLASS_WEIGHTS, LOSS_WEIGHTS
from protokit.learn.staging.words import FREEZE, FROM, From, Stage
from protokit.learn.steps.step import STEP, TRAINING_STEP
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.menu import Menu

TASKS = tuple(dict.fromkeys(task.written for task in signature.TASKS.all().values()))
CLUSTERINGS = ("kmeans", "gaussian_mixture", "hdbscan", "spectral", "agglomerative")
# keys that are for one task
FOR_TASK = {"quantiles": "quantile", "clusters": "clustering", "cluster_by": "clustering", "event": "survival"}
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
LATER_PRECISIONS = ("float16", "bfloat16", "float64")
STARTS = ("zero", "linear")
DEALS = ("validation",)
DEALT = 4  # networks, where the recipe deals and says no number
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


def _quantiles(value: object) -> object:
    """The quantiles to predict, ascending."""
    given = [value] if isinstance(value, float) else value
    found = list(given) if isinstance(given, (list, tuple)) else []
    if not found or not all(isinstance(q, float) and 0 < q < 1 for q in found) or len(set(found)) < len(found):
        raise refuse(Fault(f"quantiles are different numbers between 0 and 1, not {value!r}", "write [0.1, 0.5, 0.9]"))
    return tuple(sorted(found))


class Average(Section):
    """The mean of the weights over the steps, each of which counts less the longer ago it was."""

    decay: float = Field(0.99, gt=0, lt=1, description="the share of the mean that a step keeps", examples=[0.999])


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
    loss: Annotated[str | dict[str, object] | None, LossWord(), Varies()] = Field(
        None,
        description="a loss of Keras, of protokit's or your own, or one for each of several targets; that of the task "
        "when not given",
        examples=["Huber", {"price": "Huber", "churned": {"BinaryFocalCrossentropy": {"gamma": 2}}}],
    )
    loss_weights: Annotated[dict[str, float] | None, LOSS_WEIGHTS, Varies(names=True)] = Field(
        None,
        description="how much the loss of each of several targets counts; 1 when not given",
        examples=[{"price": 0.3}],
    )
    label_smoothing: Annotated[float, Field(ge=0, lt=1), Varies()] = Field(
        0.0, description="the share of each label that is spread over all classes", examples=[0.1]
    )
    metrics: Annotated[Any, MetricsWord()] = Field(
        (),
        description="metrics after each epoch, of Keras or your own, beside those of the task; of several targets by "
        "target",
        examples=[["AUC", {"Precision": {"thresholds": 0.7}}]],
    )
    training_step: Annotated[str | dict[str, Any] | None, TRAINING_STEP, Varies()] = Field(
        None, description="what a step of training does, in place of Keras's own", examples=[{"Mixup": {"alpha": 0.2}}]
    )
    optimizer: Annotated[str | dict[str, Any], OPTIMIZER, Varies()] = Field(
        default_factory=lambda: dict(_ADAMW),
        description="an optimizer of Keras, or your own, with its arguments",
        examples=[{"AdamW": {"learning_rate": 0.001}}],
    )
    schedule: Annotated[str | dict[str, Any], SCHEDULE, Varies()] = Field(
        "plateau",
        description="how the learning rate goes on: constant, cosine, plateau, a schedule of Keras, or your own",
        examples=["cosine", {"plateau": {"warmup_steps": 100}}, {"CosineDecay": {"warmup_steps": 100}}],
    )
    after_epoch: Annotated[tuple[Reference, ...], AFTER_EPOCH_WORD] = Field(
        (),
        description="hooks that are called after each epoch: your own by name, with arguments; or SaveNetwork",
        examples=[[{"SaveNetwork": {"every": 5}}]],
    )
    callbacks: Annotated[tuple[Reference, ...], CALLBACKS_WORD] = Field(
        (),
        description="callbacks of Keras: TensorBoard, MLflow, or your own by name, with arguments",
        examples=[[{"TensorBoard": {"log_dir": "logs"}}]],
    )
    average: Annotated[Average | None, Varies()] = Field(
        None,
        description="whether the mean of the weights over the last steps is judged and kept",
        examples=[{"decay": 0.99}],
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
    class_weights: Annotated[Any, CLASS_WEIGHTS, Varies(names=True)] = Field(
        None,
        description="how much a row of each class counts in the loss; of several targets by target",
        examples=["balanced", {"churned": "balanced"}],
    )
    freeze: Annotated[tuple[str, ...], FREEZE] = Field(
        (), description="items of the menu that stay as they are, by name or pattern", examples=["backbone"]
    )
    from_: Annotated[From | None, FROM] = Field(
        None, alias="from", description="an earlier run that the network begins at", examples=["runs/earlier"]
    )
    stages: Annotated[tuple[Stage, ...], Field(strict=False)] = Field(
        (),
        description="several trainings, one after the other; each may say other words than learn",
        examples=[[{"freeze": "backbone", "epochs": 5}, {"optimizer": {"AdamW": {"learning_rate": 0.00001}}}]],
    )
    sets: Annotated[Any, of_sets.SETS] = Field(
        None,
        description="how the sets of the recipe are trained on: auto, each, stacked, shared, sequence, or several ways",
        examples=["stacked", {"sequence": {"rehearse": 0.1}}],
    )
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
    engine: Annotated[str, ENGINE] = Field(
        "auto", description="what trains the network; auto is the fastest that can", examples=["keras"]
    )
    backend: Annotated[str, BACKEND] = Field(
        DEFAULT, description="what Keras runs on; torch and jax train through the keras engine", examples=["torch"]
    )
    devices: int | None = Field(
        None, ge=1, description="how many GPUs train each network together; 1 when not given", examples=[2]
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

    def loss_weight(self, target: str) -> float:
        """How much the loss of a target counts."""
        return (self.loss_weights or {}).get(target, 1.0)

    def parts(self) -> Iterator[Part]:
        """The parts that are neither Keras's nor protokit's own."""
        for loss in self.loss.values() if isinstance(self.loss, ByTarget) else (self.loss,):
            yield from LOSS.parts_in(loss)
        for some in self.metrics.values() if isinstance(self.metrics, ByTarget) else (self.metrics,):
            for metric in some:
                yield from METRIC.parts_in(metric)
        yield from OPTIMIZER_SHELF.parts_in(self.optimizer)
        yield from SCHEDULE_SHELF.parts_in(self.schedule)
        for hook in self.after_epoch:
            yield from HOOK.parts_in(hook)
        for callback in self.callbacks:
            yield from CALLBACK.parts_in(callback)
        yield from STEP.parts_in(self.training_step)

    @property
    def schedule_name(self) -> str:
        """The name of the schedule, without its arguments."""
        return self.schedule if isinstance(self.schedule, str) else next(iter(self.schedule))

    @property
    def by_step(self) -> bool:
        """Whether the learning rate changes within an epoch."""
        return self.schedule_name not in HOUSE or isinstance(self.schedule, dict)

    @property
    def compiled(self) -> dict[str, object]:
        """All that is compiled into a training, as plain data with a hash of each part's code.

        Learning rate and weight decay are read when it runs; but rates that a schedule has of its own are shares of
        the optimizer's, which is compiled in beside them.
        """
        words = ("loss", "loss_weights", "label_smoothing", "metrics", "optimizer", "average", "precision", "engine")
        found = {word: as_plain(getattr(self, word)) for word in (*words, "training_step")}
        if self.by_step:
            found["schedule"] = self.schedule
        elif isinstance(self.optimizer, dict):
            [(name, given)] = self.optimizer.items()
            rates = {key: 0 for key in ("learning_rate", "weight_decay") if isinstance(given, dict) and key in given}
            found["optimizer"] = {name: {**given, **rates} if isinstance(given, dict) else given}
        return {**found, "parts": {f"{part.noun} {part.name}": part.source for part in self.parts()}}

    def left_out(self) -> tuple[str, ...]:
        """What is for other tasks, and what is not said of stages."""
        keys = ("freeze", "from_", "stages", "after_epoch", "callbacks", "training_step", "sets")
        unsaid = [key for key in keys if not getattr(self, key)]
        return (*(key for key, task in FOR_TASK.items() if self.task != task), *unsaid)

    @property
    def in_stages(self) -> tuple[Learn, ...]:
        """What is said of each stage, as if it were alone; itself where there are none."""
        found = []
        for i, stage in enumerate(self.stages):
            own = {name: getattr(stage, name) for name in stage.model_fields_set}
            started = {} if i == 0 else {"start": "zero"}  # a later stage starts where the one before ended
            found.append(self.model_copy(update={**own, **started, "stages": ()}))
        return tuple(found) or (self,)
