"""What no script is written of: all of it at once, each by its name."""

from __future__ import annotations

from collections.abc import Iterator

from protokit.core.places import Fault
from protokit.menu.network.heads import has_own_end
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoding import Encoding
from protokit.represent.kinds.number import NumberOptions
from protokit.workflow.eject.evaluating import of_labels
from protokit.workflow.eject.inputs.own import refused_of
from protokit.workflow.eject.script import INSTEAD

TASKS = ("binary", "multiclass", "regression", "quantile", "survival", "clustering", "reconstruction")
SCHEDULES = ("constant", "plateau", "cosine")


def refused(recipe: Recipe) -> Iterator[Fault]:
    """What of a recipe has no plain code, before its data is read."""
    learn, represent, evaluate = recipe.learn, recipe.represent, recipe.evaluate
    if recipe.sets:
        yield Fault("several sets have no one script", "eject the experiment: a script for each set", ("sets",))
    if not recipe.collect.tables:
        rule = "the table was a data frame: no script knows where its rows are"
        yield Fault(rule, "write it to a file, name that under collect.tables and run again", ("collect", "tables"))
    if represent.series is not None or represent.sequence is not None:
        word = "series" if represent.series is not None else "sequence"
        yield Fault(f"{word} has no script: rows are examples there", INSTEAD, ("represent", word))
    if len(represent.targets) > 1:
        rule = f"{len(represent.targets)} targets: a script has one target column"
        yield Fault(rule, INSTEAD, ("represent", "target"))
    for word in ("inputs", "pairs"):
        if getattr(represent, word, None):
            yield Fault(f"{word} have no script", INSTEAD, ("represent", word))
    if learn.task == "generation":
        rule = "generation has no script: a network that draws rows learns by a training step of its own"
        yield Fault(rule, "use its trained model: protokit.load(RUN).sample(TABLE)", ("learn", "task"))
    if learn.backend != "tensorflow":
        yield Fault(
            f"a script trains on TensorFlow, and this run did on {learn.backend}", INSTEAD, ("learn", "backend")
        )
    if learn.schedule_name not in SCHEDULES or not isinstance(learn.schedule, str):
        yield Fault(f"the schedule {learn.schedule_name} has no script", f"one of {SCHEDULES}", ("learn", "schedule"))
    plain = {
        "training_step": learn.training_step, "metrics": learn.metrics,
        "after_epoch": learn.after_epoch, "callbacks": learn.callbacks, "average": learn.average,
        "freeze": learn.freeze, "from": learn.from_, "stages": learn.stages, "devices": learn.devices,
        "sample_weights": learn.sample_weights,
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
    if isinstance(evaluate.threshold, str) and not of_labels(evaluate.threshold):
        rule = f"a threshold that is chosen by {evaluate.threshold} has no script: scikit-learn has not the metric"
        yield Fault(rule, "write a number", ("evaluate", "threshold"))


def unfit(recipe: Recipe, encoder: Encoding) -> Iterator[Fault]:
    """What of the data, as the recipe sees it, has no plain code."""
    if not isinstance(encoder, Encoder):
        yield Fault("pairs have no script", INSTEAD, ("represent",))
        return
    signature = encoder.signature
    target = signature.targets[0]
    if target.task not in TASKS:
        yield Fault(f"the task {target.of_task.written} has no script", INSTEAD, ("learn", "task"))
    options = recipe.represent.options(target.name)
    if not target.has_classes and isinstance(options, NumberOptions) and options.as_is:
        rule = f"{target.name!r} is learned as it is, not in standard units: no script"
        yield Fault(rule, INSTEAD, ("represent", "columns", target.name))
    yield from refused_of(encoder.own)
    if target.task in TASKS and not [*refused_of(encoder.own)] and has_own_end(recipe.network, signature):
        yield Fault("a menu with its own output has no script", "let the output be made", ("learn", "menu"))
