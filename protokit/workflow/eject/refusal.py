"""What no script is written of: all of it at once, each by its name."""

from __future__ import annotations

from collections.abc import Iterator

from protokit.core.places import Fault
from protokit.menu.network.heads import has_own_end
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoding import Encoding
from protokit.represent.kinds.number import NumberOptions
from protokit.represent.series.encoder import SeriesEncoder
from protokit.workflow.eject.inputs.own import refused_of
from protokit.workflow.eject.script import INSTEAD
from protokit.workflow.eject.tasks.forms import form_for
from protokit.workflow.eject.tasks.metrics import of_labels

TASKS = (
    "binary",
    "multiclass",
    "regression",
    "count",
    "positive",
    "quantile",
    "survival",
    "clustering",
    "reconstruction",
    "generation",
)
SCHEDULES = ("constant", "plateau", "cosine")


def refused(recipe: Recipe) -> Iterator[Fault]:
    """What of a recipe has no plain code, before its data is read."""
    learn, represent, evaluate = recipe.learn, recipe.represent, recipe.evaluate
    if recipe.sets:
        yield Fault("several sets have no one script", "eject the experiment: a script for each set", ("sets",))
    if not recipe.collect.tables:
        rule = "the table was a data frame: no script knows where its rows are"
        yield Fault(rule, "write it to a file, name that under collect.tables and run again", ("collect", "tables"))
    parts = (represent.split.test, represent.split.validation)
    if represent.sequence is not None and any(isinstance(part, str) for part in parts):
        rule = "sequences whose parts are tables of their own have no script"
        yield Fault(rule, "write one table, with a column that says the part", ("represent", "split"))
    if isinstance(represent.target, dict) and learn.task != "generation":
        yield Fault("a vector of several columns has no script", INSTEAD, ("represent", "target"))
    for word in ("inputs", "pairs"):
        if getattr(represent, word, None):
            yield Fault(f"{word} have no script", INSTEAD, ("represent", word))
    if learn.backend != "tensorflow":
        yield Fault(
            f"a script trains on TensorFlow, and this run did on {learn.backend}", INSTEAD, ("learn", "backend")
        )
    if learn.schedule_name not in SCHEDULES or not isinstance(learn.schedule, str):
        yield Fault(f"the schedule {learn.schedule_name} has no script", f"one of {SCHEDULES}", ("learn", "schedule"))
    plain = {
        "training_step": learn.task != "generation" and learn.training_step, "metrics": learn.metrics,
        "after_epoch": learn.after_epoch, "callbacks": learn.callbacks, "average": learn.average,
        "freeze": learn.freeze, "from": learn.from_, "stages": learn.stages, "devices": learn.devices,
    }  # fmt: skip
    for word, value in plain.items():
        if value:
            yield Fault(f"learn.{word} has no script", INSTEAD, ("learn", word))
    for part in learn.parts():
        yield Fault(f"the {part.noun} {part.name!r} is your own: protokit has no text of it", INSTEAD, ("learn",))
    if learn.precision != "float32":
        yield Fault(
            f"a script computes in float32, and this run did in {learn.precision}", INSTEAD, ("learn", "precision")
        )
    if learn.sample_weights and (evaluate.calibrate or isinstance(evaluate.threshold, str)):
        rule = "probabilities that are calibrated, or a threshold that is chosen, by weighted rows have no script"
        yield Fault(rule, "write a number as threshold, and no calibrate", ("learn", "sample_weights"))
    if isinstance(evaluate.threshold, str) and not of_labels(evaluate.threshold):
        rule = f"a threshold that is chosen by {evaluate.threshold} has no script: scikit-learn has not the metric"
        yield Fault(rule, "write a number", ("evaluate", "threshold"))


def unfit(recipe: Recipe, encoder: Encoding) -> Iterator[Fault]:
    """What of the data, as the recipe sees it, has no plain code."""
    if isinstance(encoder, SeriesEncoder):
        return
    if not isinstance(encoder, Encoder):
        yield Fault("pairs have no script", INSTEAD, ("represent",))
        return
    signature = encoder.signature
    for target in signature.targets:
        if target.task not in TASKS:
            yield Fault(f"the task {target.of_task.written} has no script", INSTEAD, ("learn", "task"))
        options = recipe.represent.options(target.name)
        if not target.has_classes and isinstance(options, NumberOptions) and options.as_is:
            rule = f"{target.name!r} is learned as it is, not in standard units: no script"
            yield Fault(rule, INSTEAD, ("represent", "columns", target.name))
    if recipe.learn.sample_weights and form_for(signature.targets) is not None:
        rule = "rows that are weighted have no script for such targets"
        yield Fault(rule, INSTEAD, ("learn", "sample_weights"))
    if own := [*refused_of(encoder.own)]:
        yield from own
    elif {target.task for target in signature.targets} <= {*TASKS} and has_own_end(recipe.network, signature):
        yield Fault("a menu with its own output has no script", "let the output be made", ("learn", "menu"))
