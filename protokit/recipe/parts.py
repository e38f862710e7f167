"""What has to fit between the parts of a training and the targets that they are for."""

from __future__ import annotations

from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.learn.backends.words import faults_between
from protokit.learn.hooks.callback import SHELF as CALLBACK
from protokit.learn.hooks.callback import CallbackPart
from protokit.learn.parts.loss import ByTarget
from protokit.learn.steps.step import STEPS, HouseStep, named
from protokit.learn.words import Learn
from protokit.represent.words import Represent

_SEVERAL = "draws of several networks are not averaged: their mean is no row that could be"


def faults_of_parts(represent: Represent, learn: Learn) -> list[Fault]:
    """Losses, weights and metrics of what is no target; labels smoothed where there are none; steps of other tasks;
    batches that a callback does not see; what trains on what.
    """
    found: list[Fault] = []
    for key in ("loss", "loss_weights", "class_weights", "metrics"):
        given = getattr(learn, key)
        by_target = given if isinstance(given, ByTarget) or key == "loss_weights" else None
        for name in by_target or ():
            if represent.targets and name not in represent.targets:
                cure = did_you_mean(name, represent.targets) or f"write {represent.targets[0]}"
                found.append(Fault(f"{name!r} is no target", cure, ("learn", key, name), "key"))
        if key == "loss_weights" and by_target and len(represent.targets) == 1:
            rule = "one loss is weighed against nothing: there is one target"
            found.append(Fault(rule, "remove loss_weights", ("learn", key), "key"))
    for i, one in enumerate(learn.callbacks):
        for part in CALLBACK.parts_in(one):
            method = part.of_batches if isinstance(part, CallbackPart) else None
            if method is not None and learn.engine != "keras":
                rule = f"{part.name} has {method}, which Keras's fit alone calls: the fused engine has no Python there"
                found.append(Fault(rule, "write learn: {engine: keras}", ("learn", "callbacks", i)))
    if learn.label_smoothing and learn.form not in (None, "classes", "labels", "tags", "mask"):
        rule = f"label smoothing is for classes, and the task is {learn.task}"
        found.append(Fault(rule, "remove it", ("learn", "label_smoothing"), "key"))
    if learn.epochs == 0 and learn.stages:
        found.append(Fault("stages are trainings, and no epochs train nothing", "remove epochs", ("learn", "epochs")))
    sizes: dict[Path, int | None] = {("learn", "batch_size"): learn.batch_size}
    sizes |= {("learn", "stages", i, "batch_size"): stage.batch_size for i, stage in enumerate(learn.stages)}
    found += faults_between(learn.engine, learn.backend, learn.devices, sizes)
    return [*found, *_of_step(represent, learn)]


def _of_step(represent: Represent, learn: Learn) -> list[Fault]:
    """Faults of a training step that is for another task, and of a network that is to draw rows."""
    found = list[Fault]()
    at: Path = ("learn", "training_step")
    name = None if learn.training_step is None else named(learn.training_step)[0]
    step = STEPS.house().get(name) if name is not None else None
    if isinstance(step, HouseStep) and step.tasks and learn.task not in step.tasks:
        given = learn.task or "what the target is"
        cure = f"write learn: {{task: {step.tasks[0]}}}, with target: {{row: [COLUMN, COLUMN]}}"
        found.append(Fault(f"{name} is for {step.tasks[0]}, and the task is {given}", cure, at))
    if isinstance(step, HouseStep) and step.own_loss and learn.loss is not None:
        found.append(Fault(f"{name} has losses of its own", "remove it", ("learn", "loss"), "key"))
    if learn.form != "drawn":
        return found
    if name is None or name == "Mixup":
        rule = "a network that draws rows needs a training step that teaches it"
        found.append(Fault(rule, "write learn: {training_step: VAE}, GAN, or one of your own", at[:1]))
    if learn.menu == "auto" or learn.menu.house:
        cure = "write menu: [{Noise: 8}, {Dense: {units: 64, activation: relu}}]"
        found.append(Fault("there is no menu of protokit's own for a network that draws rows", cure, ("learn",)))
    if (learn.networks or 1) > 1:
        found.append(Fault(_SEVERAL, "write networks: 1", ("learn", "networks")))
    if represent.split.folds is not None:
        cure = "write a share: split: {test: 0.2}"
        found.append(Fault(_SEVERAL, cure, ("represent", "split", "folds"), "key"))
    return found
