"""What has to fit between the parts of a training and the targets that they are for."""

from __future__ import annotations

from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.learn.backends.words import faults_between
from protokit.learn.parts.loss import ByTarget
from protokit.learn.words import Learn
from protokit.represent.words import Represent


def faults_of_parts(represent: Represent, learn: Learn) -> list[Fault]:
    """Losses, weights and metrics of what is no target; labels smoothed where there are none; what trains on what."""
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
    if learn.label_smoothing and learn.form not in (None, "classes", "labels", "tags", "mask"):
        rule = f"label smoothing is for classes, and the task is {learn.task}"
        found.append(Fault(rule, "remove it", ("learn", "label_smoothing"), "key"))
    sizes: dict[Path, int | None] = {("learn", "batch_size"): learn.batch_size}
    sizes |= {("learn", "stages", i, "batch_size"): stage.batch_size for i, stage in enumerate(learn.stages)}
    return [*found, *faults_between(learn.engine, learn.backend, learn.devices, sizes)]
