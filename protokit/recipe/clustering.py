"""What cannot stand in a recipe that looks for clusters."""

from __future__ import annotations

from protokit.core.places import Fault
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.words import Evaluate
from protokit.learn.words import Learn
from protokit.represent.words import Represent


def of_clustering(represent: Represent, learn: Learn, evaluate: Evaluate) -> list[Fault]:
    """Faults of a recipe whose task is clustering."""
    found = []
    split, labels = represent.split, evaluate.labels
    if split.folds is not None:
        cure = "write a share: split: {test: 0.2}"
        rule = "the clusters of one fold are not those of another"
        found.append(Fault(rule, cure, ("represent", "split", "folds"), "key"))
    if split.by == "stratified":
        rule = "rows are stratified by the classes of a target, and clustering has none"
        found.append(Fault(rule, "write by: random", ("represent", "split", "by")))
    for key in ("class_weights", "sample_weights"):
        if getattr(learn, key) is not None:
            found.append(Fault(f"{key} are not for clustering", "remove it", ("learn", key), "key"))
    if labels is not None and represent.kind(labels) not in {None, "ignore"}:
        rule = f"{labels!r} is what clusters are held against, and cannot be learned from"
        found.append(Fault(rule, "remove it here, or under evaluate.labels", ("represent", "columns", labels), "key"))
    for i, name in enumerate(evaluate.metrics or ()):
        if METRICS[name].needs_labels and labels is None:
            rule = f"{name} holds clusters against labels, and none are named"
            found.append(Fault(rule, "write evaluate: {labels: COLUMN}", ("evaluate", "metrics", i)))
    return found
