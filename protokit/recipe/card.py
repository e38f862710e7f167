"""A recipe in short: what it learns from, what it predicts, with which network, and how that is judged."""

from __future__ import annotations

from protokit.collect.words import Collect
from protokit.core.names import counted
from protokit.evaluate.words import Evaluate
from protokit.learn.words import DEALT, Learn
from protokit.menu.menu import Menu
from protokit.represent.series.last import Last
from protokit.represent.words import Represent
from protokit.show.blocks import Grid
from protokit.show.card import Card


def card_of(name: str, collect: Collect, represent: Represent, learn: Learn, evaluate: Evaluate, network: Menu) -> Card:
    """The card of a recipe: the four steps, a line each for what a person chose or may want to know."""
    tables = (
        ", ".join(f"{name} ({table.kind})" for name, table in collect.tables.items()) or "the table passed to run()"
    )
    rows = [("collect", "tables", tables)]
    if collect.join:
        rows.append(("", "joined with", ", ".join(join.table for join in collect.join)))
    if collect.clean:
        steps = [next(iter(step.as_plain())) for step in collect.clean]
        rows.append(("", "cleaning", ", ".join(steps)))
    unsaid = "the inputs, given back" if represent.gives_back else f"none: {learn.task}"
    target = ", ".join(represent.targets) or unsaid
    rows.append(("represent", "target", target + (f" ({learn.task})" if learn.task and represent.targets else "")))
    if (pairs := represent.pairs) is not None:
        sides = (", ".join(represent.inputs[side]) for side in (pairs.left, pairs.right))
        rows.append(("", "pairs", " and ".join(sides) + ", through one network"))
    if represent.columns:
        rows.append(("", "columns", ", ".join(f"{one}: {represent.kind(one)}" for one in represent.columns)))
    if represent.series is not None:
        series = represent.series
        rows.append(("", "series", f"{series.horizon} steps ahead from the last {series.window}, by {series.time}"))
    if represent.sequence is not None:
        rows.append(("", "sequences", f"one for each {represent.sequence.by}"))
    rows.append(("", "split", _split(represent, learn)))
    rows.append(("learn", "network", _network(learn, network)))
    optimizer = learn.optimizer if isinstance(learn.optimizer, str) else next(iter(learn.optimizer))
    where = [f"on {learn.backend}"] if learn.backend != Learn().backend else []
    where += [f"on {learn.devices} devices"] if (learn.devices or 1) > 1 else []
    rows.append(("", "training", ", ".join([optimizer, *_length(learn), *where])))
    if called := [*learn.after_epoch, *learn.callbacks]:
        names = [one if isinstance(one, str) else next(iter(one)) for one in called]
        rows.append(("", "calls", ", ".join(names)))
    if (learn.networks or 1) > 1 or learn.deal:
        dealt = ", each with other validation rows" if learn.deal else ""
        rows.append(("", "networks", f"{learn.networks or DEALT}, averaged{dealt}"))
    rows.append(("evaluate", "metrics", ", ".join(evaluate.metrics or ()) or "those of the task"))
    rows.append(("", "baselines", "those of the task" if evaluate.baselines is None else _names(evaluate.baselines)))
    if evaluate.strict:
        rows.append(("", "strict", "a fatal finding of the audit stops the run"))
    return Card(name, (), (Grid("", ("", "", ""), tuple(rows)),))


def _length(learn: Learn) -> list[str]:
    """How long the training goes on, in words."""
    found = [f"at most {counted(learn.epochs, 'epoch')}"] if learn.epochs else []
    if learn.stop and learn.stop.patience is not None:
        after = f"after {learn.stop.patience} without" if learn.stop.patience != "auto" else "without"
        found.append(f"stop {after} a better {learn.stop.monitor.replace('_', ' ')}")
    return found


def _split(represent: Represent, learn: Learn) -> str:
    """How rows become training, validation and test rows."""
    split = represent.split
    of_classes = not represent.gives_back and (learn.of_task is None or learn.of_task.stratified)
    drawn = "stratified for classes, random for numbers" if of_classes else "random"
    by = split.way or ("by time" if represent.series is not None else drawn)
    if split.way_column is not None:
        by = f"by {split.way} {split.way_column}"
    if split.folds is not None:
        return f"{split.folds} folds, {by}"
    return f"{by}: {_share(split.validation)} for validation, {_share(split.test)} for the test"


def _share(part: float | str | Last) -> str:
    return f"{part:.0%}" if isinstance(part, float) and part < 1 else f"{part}"


def _network(learn: Learn, menu: Menu) -> str:
    if learn.menu == "auto":
        return "the house menu that fits the data"
    if menu.house:
        return f"the house menu {menu.house}"
    slots = len(menu.slots)
    return counted(len(menu.expand().nodes), "layer") + (f", {counted(slots, 'slot')}" if slots else "")


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
