"""What has to be there, or must not be, for targets that are no class and no number of a row."""

from __future__ import annotations

from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.words import Evaluate
from protokit.learn.words import Learn
from protokit.represent.column.made import made_in
from protokit.represent.kinds.text import TextOptions
from protokit.represent.words import Represent


def of_vector(represent: Represent, learn: Learn) -> list[Fault]:
    """Several columns as one target are a vector, and a vector is one target."""
    named, together = isinstance(represent.target, dict), learn.form in ("vector", "drawn")
    if named and learn.form is not None and not together:
        rule = f"several columns under one name are learned as a vector, and the task is {learn.task}"
        cure = f"write target: [{', '.join(represent.targets)}], or task: vector"
        return [Fault(rule, cure, ("learn", "task"))]
    if together and not named and len(represent.targets) > 1:
        rule = "a vector is one target, and has a name of its own"
        cure = f"write target: {{NAME: [{', '.join(represent.targets)}]}}"
        return [Fault(rule, cure, ("represent", "target"))]
    if (named or together) and represent.series is not None:
        return [
            Fault("series are forecast as a list of columns", "write target: [NAME, NAME]", ("represent", "target"))
        ]
    return []


def of_tagging(represent: Represent) -> list[Fault]:
    """Labels of steps are those of sequences, and each fold would have another number of them."""
    if represent.sequence is None:
        cure = "write represent: {sequence: {by: COLUMN, time: COLUMN}}"
        return [
            Fault("tagging gives each step of a sequence a class, and there is no sequence", cure, ("learn", "task"))
        ]
    if represent.split.folds is not None and represent.sequence.length is None:
        rule = "the longest training sequence of each fold is another"
        return [Fault(rule, "write represent: {sequence: {length: 100}}", ("represent", "split", "folds"))]
    return []


def of_survival(represent: Represent, learn: Learn) -> list[Fault]:
    """What has to be there, or must not be, where the target is the time until an event."""
    found, event = [], learn.event
    if event is None:
        cure = "write learn: {event: COLUMN}, of cells such as 1 (seen) and 0 (lost sight of before it)"
        found.append(Fault("survival needs the column that says whether the event was seen", cure, ("learn",)))
    elif event in represent.targets or event == learn.sample_weights:
        rule = f"{event!r} is {'the target' if event in represent.targets else 'the weight of each row'}"
        found.append(Fault(f"{rule}, and cannot say the event", "name another column", ("learn", "event")))
    elif represent.kind(event) not in {None, "ignore"}:
        rule = f"{event!r} says the event, and cannot be learned from"
        found.append(Fault(rule, "remove it here", ("represent", "columns", event), "key"))
    if len(represent.targets) > 1:
        rule = "survival has one target, the time"
        found.append(Fault(rule, f"write target: {represent.targets[0]}", ("represent", "target")))
    return found


def of_clustering(represent: Represent, learn: Learn, evaluate: Evaluate) -> list[Fault]:
    """What cannot stand in a recipe that looks for clusters."""
    found = []
    split, labels = represent.split, evaluate.labels
    if split.folds is not None:
        cure = "write a share: split: {test: 0.2}"
        rule = "the clusters of one fold are not those of another"
        found.append(Fault(rule, cure, ("represent", "split", "folds"), "key"))
    if split.by == "stratified":
        rule = "rows are stratified by the classes of a target, and clustering has none"
        found.append(Fault(rule, "write by: random", ("represent", "split", "by")))
    if learn.cluster_by == "hdbscan" and learn.clusters is not None:
        cure = "remove it, or write cluster_by: agglomerative"
        found.append(Fault("hdbscan itself finds how many clusters there are", cure, ("learn", "clusters"), "key"))
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


def of_pairs(represent: Represent, learn: Learn) -> list[Fault]:
    """Both sides are inputs of like columns, of which none is the target."""
    pairs, inputs = represent.pairs, represent.inputs
    if pairs is None:
        return []
    found: list[Fault] = []
    at: Path = ("represent", "pairs")
    for side in ("left", "right"):
        if (name := getattr(pairs, side)) not in inputs:
            cure = did_you_mean(name, inputs) or f"write represent: {{inputs: {{{name}: [COLUMN, COLUMN]}}}}"
            found.append(Fault(f"no input is named {name!r}", cure, (*at, side)))
    if not found and pairs.left == pairs.right:
        found.append(Fault("both sides are one input", "name two", (*at, "right")))
    if found:
        return found
    left, right = inputs[pairs.left], inputs[pairs.right]
    if spare := next((name for name in inputs if name not in (pairs.left, pairs.right)), None):
        rule = f"a pair has two inputs, and {spare!r} is neither"
        found.append(Fault(rule, "remove it", ("represent", "inputs", spare)))
    if len(left) != len(right):
        rule = f"both sides have like columns in one order: {pairs.left} has {len(left)}, {pairs.right} {len(right)}"
        found.append(Fault(rule, f"{pairs.left}: {', '.join(left)}; {pairs.right}: {', '.join(right)}", at, "key"))
    for name, columns in inputs.items():
        for i, column in enumerate(columns):
            where: Path = ("represent", "inputs", name, i)
            if column in represent.targets:
                found.append(Fault(f"{column!r} is the target", "name another column", where))
            elif name == pairs.right and column in left:
                found.append(Fault(f"{column!r} is on both sides", "name another column", where))
    for one, other in zip(left, right, strict=False):
        kinds = {represent.kind(one), represent.kind(other)}
        if None not in kinds and len(kinds) > 1:
            rule = f"{one!r} and {other!r} are the same of both sides, and of one kind"
            found.append(Fault(rule, f"write {other}: {represent.kind(one)}", ("represent", "columns", other)))
    if represent.series or represent.sequence or represent.gives_back or learn.form == "clusters":
        found.append(Fault("pairs are rows of a table with a target", "remove it", at, "key"))
    made = "is made of several columns, and pairs take each by itself"
    found += [Fault(f"{n!r} {made}", "remove it", ("represent", "columns", n), "key") for n in made_in(represent)]
    return found


def of_similarity(represent: Represent, learn: Learn) -> list[Fault]:
    """One column tells which rows are alike, and one network where they are."""
    if learn.form != "embedding":
        return []
    found: list[Fault] = []
    if len(represent.targets) > 1:
        rule = "one column says which rows are alike"
        found.append(Fault(rule, f"write target: {represent.targets[0]}", ("represent", "target")))
    if (learn.networks or 1) > 1 or learn.deal:
        key = "networks" if learn.networks else "deal"
        rule = "the points of one network are not those of another"
        found.append(Fault(rule, "remove it", ("learn", key), "key"))
    if represent.split.folds is not None:
        rule = "the points of one fold are not those of another"
        found.append(Fault(rule, "write a share: split: {test: 0.2}", ("represent", "split", "folds"), "key"))
    if represent.series or represent.pairs:
        key = "series" if represent.series else "pairs"
        rule = "rows of a table are near each other or not"
        found.append(Fault(rule, "remove it", ("represent", key), "key"))
    return found


def of_translation(represent: Represent, learn: Learn) -> list[Fault]:
    """One target that is a text of tokens, which one network says."""
    if learn.form != "tokens":
        return []
    found: list[Fault] = []
    name = represent.targets[0] if represent.targets else ""
    if len(represent.targets) > 1:
        rule = "one text is said token by token"
        found.append(Fault(rule, f"write target: {name}", ("represent", "target")))
    elif name and represent.kind(name) != "text":
        rule = f"the target {name!r} is said token by token, and has to be read as a text"
        found.append(
            Fault(rule, f"write columns: {{{name}: text}}, or {{text: {{tokens: words}}}}", ("represent", "target"))
        )
    elif isinstance(said := represent.options(name), TextOptions):
        at: Path = ("represent", "columns", name, "text")
        if said.form != "tokens" or said.vectors is not None:
            key = "vectors" if said.vectors is not None else "form"
            found.append(
                Fault("a text that is to be said has codes of its tokens alone", "remove it", (*at, key), "key")
            )
        if said.tokens not in (None, "words", "characters"):
            found.append(
                Fault(f"{said.tokens} cannot be put together again", "write characters, or words", (*at, "tokens"))
            )
    if (learn.networks or 1) > 1 or learn.deal:
        key = "networks" if learn.networks else "deal"
        found.append(Fault("texts of several networks have no mean", "remove it", ("learn", key), "key"))
    if represent.split.folds is not None:
        rule = "the tokens of one fold are not those of another"
        found.append(Fault(rule, "write a share: split: {test: 0.2}", ("represent", "split", "folds"), "key"))
    if represent.series or represent.pairs:
        key = "series" if represent.series else "pairs"
        found.append(Fault("a text is said of a row, or of a sequence", "remove it", ("represent", key), "key"))
    return found


def of_reconstruction(represent: Represent, learn: Learn) -> list[Fault]:
    """The inputs as the target: the task is theirs, and no other has them."""
    found: list[Fault] = []
    if not represent.gives_back:
        if learn.form == "inputs":
            cure = "write represent: {target: inputs}"
            found.append(Fault("a reconstruction gives back its inputs, which are the target", cure, ("learn", "task")))
        return found
    if learn.form not in (None, "inputs", "clusters"):
        rule = f"the inputs are the target, and the task is {learn.task}"
        found.append(Fault(rule, "remove it, or name a column as the target", ("learn", "task")))
    if represent.series is not None:
        rule = "a series is forecast, and its inputs are not given back"
        found.append(Fault(rule, "name the column to forecast", ("represent", "target")))
    if represent.split.by == "stratified":
        rule = "rows are stratified by the classes of a target, and the inputs are the target"
        found.append(Fault(rule, "write by: random", ("represent", "split", "by")))
    if represent.positive is not None:
        rule = "positive is for a target of two classes, and the inputs are the target"
        found.append(Fault(rule, "remove it", ("represent", "positive"), "key"))
    if learn.class_weights is not None:
        rule = "class_weights are for a target of classes, and the inputs are the target"
        found.append(Fault(rule, "remove it", ("learn", "class_weights"), "key"))
    return found
