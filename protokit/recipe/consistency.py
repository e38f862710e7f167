"""What has to fit between the sections of a recipe: each is right by itself, and they contradict each other."""

from __future__ import annotations

from protokit.collect.words import Collect
from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values.signature import form_written, of_word
from protokit.evaluate.baselines.baseline import BASELINES
from protokit.evaluate.words import Evaluate
from protokit.learn.words import FOR_TASK, Learn
from protokit.recipe.parts import faults_of_parts
from protokit.recipe.tasks.targets import (
    of_clustering,
    of_pairs,
    of_reconstruction,
    of_similarity,
    of_survival,
    of_tagging,
    of_translation,
    of_vector,
)
from protokit.represent.column.made import made_in
from protokit.represent.kinds.number import NumberOptions
from protokit.represent.series.last import Last
from protokit.represent.split_way import SPLITS
from protokit.represent.words import By, Represent, Split


def faults_between(collect: Collect, represent: Represent, learn: Learn, evaluate: Evaluate) -> list[Fault]:
    """Faults between parts of a recipe that are each right by themselves, in the order in which they are told."""
    found = [*_of_task(represent, learn, evaluate), *_of_shape(represent, learn), *faults_of_parts(represent, learn)]
    if learn.form == "clusters":
        found += of_clustering(represent, learn, evaluate)
    if learn.deal and (rule := cannot_deal(represent, learn)):
        found.append(Fault(rule, "remove deal, or split by random, stratified or group", ("learn", "deal")))
    if learn.deal and learn.networks == 1:
        found.append(Fault("one network is dealt nothing", "write networks: 4", ("learn", "networks")))
    found += [Fault(rule, None, ("represent", "inputs"), "key") for rule in _of_inputs(represent, learn)]
    found += [*of_vector(represent, learn), *of_reconstruction(represent, learn), *of_pairs(represent, learn)]
    found += [*of_similarity(represent, learn), *of_translation(represent, learn)]
    if learn.form == "tags":
        found += of_tagging(represent)
    if learn.form == "survival":
        found += of_survival(represent, learn)
    found += _of_parts(represent.split)
    if represent.split.folds is not None:
        found += _of_folds(represent.split)
    return [*found, *_of_tables(collect, represent.split), *_of_targets(represent, learn), *_of_made(represent)]


def _of_inputs(represent: Represent, learn: Learn) -> list[str]:
    of_table = learn.form != "clusters" and not represent.series and not represent.sequence
    rule = f"inputs are named for {'a menu of your own' if of_table else 'tables with a target'}"
    if represent.pairs is not None:
        return []  # which say what the inputs are for
    return [rule] if represent.inputs and (learn.menu == "auto" or not of_table) else []


def cannot_deal(represent: Represent, learn: Learn) -> str | None:
    """Why networks cannot have different validation rows; None where they can."""
    split = represent.split
    if learn.form in ("clusters", "embedding", "tokens") or represent.series is not None or represent.gives_back:
        return "validation rows are dealt for classes and numbers of a table's rows"
    if isinstance(split.validation, str):
        return f"the validation rows are those of the table {split.validation!r}: they cannot be dealt"
    way = SPLITS[split.way] if split.way else None
    if way is not None and not way.deals:
        return f"rows are split by {way.name}, which says what the validation rows are: they cannot be dealt"
    return None


def _of_tables(collect: Collect, split: Split) -> list[Fault]:
    """The first table holds the rows; each other one is joined to it, or holds the rows of a part of the split."""
    found: list[Fault] = []
    tables, named = collect.tables, list[str]()
    for part in ("test", "validation"):
        value = getattr(split, part)
        if isinstance(value, str):
            path: Path = ("represent", "split", part)
            if tables and value not in tables:
                found.append(Fault(f"there is no table {value!r}", did_you_mean(value, tables), path))
            elif tables and value == next(iter(tables)):
                found.append(Fault(f"the first table, {value!r}, holds the training rows", None, path))
            elif value in named:
                found.append(Fault(f"{value!r} holds the test rows already", None, path))
            named.append(value)
    for i, join in enumerate(collect.join):
        at: Path = ("collect", "join", i, "with")
        if tables and join.table not in tables:
            found.append(Fault(f"there is no table {join.table!r}", did_you_mean(join.table, tables), at))
        elif tables and join.table == next(iter(tables)):
            cure = "write the rows' table first, or name the file twice"
            found.append(Fault(f"the first table, {join.table!r}, holds the rows", cure, at))
        elif join.table in named:
            found.append(Fault(f"{join.table!r} holds rows of the split", "join another table", at))
    joined = {join.table for join in collect.join}
    for spare in list(tables)[1:]:
        if spare not in named and spare not in joined:
            cure = "join it under collect.join, name it in represent.split.test, or remove it"
            found.append(Fault(f"the table {spare!r} is not used", cure, ("collect", "tables", spare), "key"))
    return found


def _of_targets(represent: Represent, learn: Learn) -> list[Fault]:
    """A target is nothing else besides."""
    found: list[Fault] = []
    for name in represent.targets:
        if name == learn.sample_weights:
            rule = f"{name!r} is the target, and cannot weigh the rows"
            found.append(Fault(rule, "name another column", ("learn", "sample_weights")))
        if name in represent.columns:
            path: Path = ("represent", "columns", name)
            if _of_target(represent, learn, name):
                continue
            beside = {"ordered": "ordinal", "text": "translation"}.get(str(represent.kind(name)))
            cure = f"write learn: {{task: {beside}}} beside it" if beside else "set learn.task instead"
            found.append(Fault(f"{name!r} is the target", cure, path, "key"))
    return found


def _of_target(represent: Represent, learn: Learn, name: str) -> bool:
    """Whether what is said of a target is for targets: its texts, the order of its classes, numbers as they are."""
    kind, options = represent.kind(name), represent.options(name)
    if kind == "ordered":
        return learn.form == "classes" or any(task.ordered for task in of_word(learn.task))
    as_is = isinstance(options, NumberOptions) and options.as_is
    return (kind == "text" and learn.form == "tokens") or (as_is and learn.form in (None, "number", "quantiles"))


def _of_made(represent: Represent) -> list[Fault]:
    """A column that is made of others stands beside them, in tables of one row an example."""
    found: list[Fault] = []
    for name, parts in made_in(represent).items():
        at: Path = ("represent", "columns", name)
        if target := next((part for part in parts if part in represent.targets), None):
            found.append(Fault(f"{target!r} is the target, and cannot make {name!r}", "name another column", at))
        if name in parts:
            found.append(Fault(f"{name!r} is made of itself", "give it a name of its own", at, "key"))
        if represent.series or represent.sequence:
            rule = f"{name!r} is made of several columns, which series and sequences do not take"
            found.append(Fault(rule, "remove it: they take each column by itself", at, "key"))
    return found


def _of_task(represent: Represent, learn: Learn, evaluate: Evaluate) -> list[Fault]:
    """What has to be there, or must not be, for the task."""
    found = []
    clustering = learn.form == "clusters"
    of = "forecasting" if represent.series is not None and learn.task is None else learn.task
    if represent.target is None and not clustering:
        cure = "name the column to predict: represent: {target: NAME}; or write learn: {task: clustering}"
        found.append(Fault("represent.target is missing", cure, ("represent",)))
    if clustering and represent.target is not None:
        labels = represent.targets[0] if represent.targets else "COLUMN"
        cure = f"remove it; evaluate: {{labels: {labels}}} holds the clusters against it"
        found.append(Fault("clustering has no target", cure, ("represent", "target"), "key"))
    if evaluate.labels is not None and not clustering:
        cure = "write learn: {task: clustering}, or remove it"
        found.append(Fault("labels are what clusters are held against", cure, ("evaluate", "labels"), "key"))
    for i, name in enumerate(evaluate.slices):
        if name in represent.targets:
            path: Path = ("evaluate", "slices", i) if len(evaluate.slices) > 1 else ("evaluate", "slices")
            rule = f"{name!r} is the target: each of its slices has one answer"
            found.append(Fault(rule, "name another column, or remove it", path))
    for key, task in FOR_TASK.items():
        if key in learn.model_fields_set and learn.task != task:
            verb = "are" if key.endswith("s") else "is"
            found.append(Fault(f"{key} {verb} for {task}", f"write task: {task}, or remove it", ("learn", key), "key"))
    if learn.start == "linear" and of is not None and not any(t.starts_linear for t in of_word(of)):
        rule = f"a linear start is for numbers, and the task is {of}"
        found.append(Fault(rule, "write zero, or leave it out", ("learn", "start")))
    if learn.form == "steps" and represent.series is None:
        cure = "write represent: {series: {time: TIME, window: 96, horizon: 24}}"
        found.append(Fault("forecasting needs a series", cure, ("learn", "task")))
    for key in ("threshold", "calibrate"):
        if getattr(evaluate, key) != getattr(Evaluate(), key) and form_written(of) not in (None, "classes"):
            found.append(Fault(f"{key} is for classes, and the task is {of}", "remove it", ("evaluate", key), "key"))
    of_rows = not (clustering or represent.series or represent.sequence)
    if evaluate.explain and not (of_rows and form_written(of) in (None, "classes", "number")):
        what = (
            f"the task is {of}" if form_written(of) not in (None, "classes", "number") else "there are no single rows"
        )
        rule = f"explained are the class or number of single rows, and {what}"
        found.append(Fault(rule, "remove it", ("evaluate", "explain"), "key"))
    for i, name in enumerate(evaluate.baselines or ()):
        tasks = of_word(of)
        if tasks and not any(task.is_one_of(BASELINES[name].tasks) for task in tasks):
            fitting = [n for n, one in BASELINES.all().items() if any(task.is_one_of(one.tasks) for task in tasks)]
            rule = f"the baseline {name!r} is not for {of}"
            found.append(Fault(rule, one_of(fitting), ("evaluate", "baselines", i)))
    return found


def _of_shape(represent: Represent, learn: Learn) -> list[Fault]:
    """What cannot stand beside a series, whose windows are dealt by time, or beside sequences."""
    found: list[Fault] = []
    series, sequence, split = represent.series, represent.sequence, represent.split
    if sequence is not None and represent.target is not None:
        for key in ("by", "time"):
            if getattr(sequence, key) in represent.targets:
                rule = f"{getattr(sequence, key)!r} is the target"
                found.append(Fault(rule, "name another column", ("represent", "sequence", key)))
    if series is None:
        return found + _of_last(split)
    if sequence is not None:
        cure = "keep sequence for one prediction of each, series for forecasts"
        found.append(Fault("a table is made into series or into sequences", cure, ("represent", "sequence"), "key"))
    if learn.form not in (None, "steps"):
        rule = f"a series is forecast, and the task is {learn.task}"
        found.append(Fault(rule, "write task: forecasting, or leave it out", ("learn", "task")))
    for key, names in (("time", (series.time,)), ("by", series.by), ("known", series.known)):
        if clash := next((name for name in names if name in represent.targets), None):
            found.append(Fault(f"{clash!r} is forecast", "name another column", ("represent", "series", key)))
    if split.by is not None and split.by != By(time=series.time):
        cure = f"write by: {{time: {series.time}}}, or leave it out"
        found.append(Fault("windows of a series are dealt by time", cure, ("represent", "split", "by")))
    for part in ("test", "validation"):
        if isinstance(getattr(split, part), str):
            rule = f"the {part} windows of a series are its latest"
            found.append(Fault(rule, "write a share, such as 0.2, or {last: 12}", ("represent", "split", part)))
        said = getattr(split, part)
        if isinstance(said, Last) and said.last < series.horizon:
            rule = f"the {part} rows are the last {said.last:,} of each series, and a forecast takes {series.horizon:,}"
            cure = f"write {part}: {{last: {series.horizon}}}, or lower represent.series.horizon"
            found.append(Fault(rule, cure, ("represent", "split", part)))
    if represent.positive is not None:
        rule = "positive is for a target of two classes, and a series is forecast"
        found.append(Fault(rule, "remove it", ("represent", "positive"), "key"))
    for key in ("class_weights", "sample_weights"):
        if getattr(learn, key) is not None:
            found.append(Fault(f"{key} are not for forecasts", "remove it", ("learn", key), "key"))
    return found


def _of_last(split: Split) -> list[Fault]:
    """Rows of each series, where there are none."""
    rule = "the last rows of each series are those of represent.series, and there is none"
    at = [("represent", "split", part) for part in ("test", "validation") if isinstance(getattr(split, part), Last)]
    return [Fault(rule, "write a share, such as 0.2", path) for path in at]


def _of_parts(split: Split) -> list[Fault]:
    """What cannot stand beside a column that says the part of each row."""
    if split.way is None or SPLITS[split.way].draws_test:
        return []
    found: list[Fault] = []
    rule = f"the column {split.way_column!r} names the test rows"
    for part in ("test", "validation"):
        path: Path = ("represent", "split", part)
        value = getattr(split, part)
        if isinstance(value, str):
            found.append(Fault(f"{rule}, and {part} names a table", f"remove {part}, or by", path))
        elif part == "test" and isinstance(value, float) and part in split.model_fields_set and split.folds is None:
            found.append(Fault(f"{rule}, and a share of the rows stands beside it", "remove test, or by", path, "key"))
    return found


def _of_folds(split: Split) -> list[Fault]:
    """What cannot stand beside folds, which make every row a test row once."""
    found = []
    at: Path = ("represent", "split")
    if "test" in split.model_fields_set:
        cure = "remove test, or folds"
        found.append(Fault("with folds every row is a test row once", cure, (*at, "test"), "key"))
    if not isinstance(split.validation, float):
        found.append(Fault("with folds the validation rows are a share", "write 0.2", (*at, "validation")))
    if split.way is not None and not SPLITS[split.way].has_folds:
        cure = f"remove folds, or write by: {{group: {split.way_column or 'COLUMN'}}}"
        rule = f"rows that are split by {split.way} are not dealt into folds"
        if split.way == "column":
            rule = "a column that says the parts leaves no folds to deal"
        found.append(Fault(rule, cure, (*at, "folds"), "key"))
    return found
