"""An encoder as an earlier run had it, for the columns of another table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from protokit.core.errors import DataError
from protokit.core.values.inputs import embedding_width
from protokit.core.values.said import Notice
from protokit.represent.column.grown import Grown
from protokit.represent.encoder import ONE_HOT, Encoder
from protokit.represent.encoders.levels import Levels
from protokit.represent.encoding import Encoding
from protokit.represent.kind import CodeColumn, InputColumn, NumberColumn
from protokit.represent.kinds.category import Category
from protokit.represent.target import TargetEncoder

_CURE = "write learn: {from: {run: RUN, encoders: new}}"
_PATH = ("learn", "from")
_SHOWN = 5


def kept(old: Encoding, new: Encoder, folder: Path) -> tuple[Encoder, list[Notice]]:
    """What was learned of the columns in an earlier run, in place of what a table tells anew; and what is said of it.

    Levels that are new come behind those that were there, one-hot or embedded as these are. Columns that the earlier
    run did not have are as the table tells; so is a target that is another one. Paths in cells start at the folder.

    Raises:
        DataError: the numbers are other columns: they are scaled together.
    """
    if type(old) is not Encoder or type(new) is not Encoder:
        raise DataError("the encoders of forecasts, of clusters and of pairs are not kept", cure=_CURE, path=_PATH)
    before = {column.column: column for column in (*old.columns, *old.own)}
    notices: list[Notice] = []
    numbers, was = ([c for c in one.columns if isinstance(c, NumberColumn)] for one in (new, old))
    by_name = {column.column: column for column in was}
    if {c.column: (c.kind, c.names) for c in numbers} != {c.column: (c.kind, c.names) for c in was}:
        here, there = ({column.column for column in some} for some in (numbers, was))
        odd = sorted(here ^ there) or sorted(name for name in here if by_name[name].kind)
        kinds, before_kinds = new.kinds, old.kinds
        if changed := next((n for n in odd if n in kinds and kinds[n] != before_kinds.get(n, kinds[n])), None):
            was_kind = before_kinds[changed]
            rule = f"{changed!r} is {kinds[changed]} here, and was {was_kind} in the earlier run"
            cure = f"write represent: {{columns: {{{changed}: {was_kind}}}}}, or {_CURE.removeprefix('write ')}"
            raise DataError(rule, cure=cure, path=_PATH)
        rule = f"the earlier run scales other numbers together: {', '.join(odd[:_SHOWN])}"
        raise DataError(rule, cure=_CURE, path=_PATH)
    codes: list[CodeColumn] = []
    for column in new.columns:
        if isinstance(column, CodeColumn):
            earlier = before.get(column.column)
            if isinstance(earlier, CodeColumn) and earlier.kind == column.kind:
                column = _with_levels(earlier, column, notices)
            codes.append(column)
    own = tuple(_own(column, before.get(column.column), folder) for column in new.own)
    targets = tuple(_target(target, old, notices) for target in new.targets)
    order = [name for name in before if isinstance(before[name], CodeColumn)]
    codes.sort(key=lambda column: order.index(column.column) if column.column in order else len(order))
    whole = Encoder((*was, *codes), old.scaler, targets, own, new.grouping, old.knots, new.named)
    return replace(whole, grown=_grown(old, codes)), notices


def _grown(old: Encoder, codes: list[CodeColumn]) -> Grown:
    """What stays as the earlier network has it, where by the levels it would be otherwise."""
    was_hot = {c.column for c in old.columns if isinstance(c, CodeColumn) and len(c.levels) <= ONE_HOT}
    was_hot |= {*old.grown.hot}
    hot = tuple(c.column for c in codes if c.column in was_hot and len(c.levels) > ONE_HOT)
    width = next((spec.embedded for spec in old.signature.inputs if spec.name == "categories"), 0)
    rest = [c for c in codes if len(c.levels) > ONE_HOT and c.column not in hot]
    by_levels = embedding_width(sum(len(c.levels) + 1 for c in rest), len(rest)) if rest else 0
    return Grown(hot, width if rest and width != by_levels else 0)


def _with_levels(earlier: CodeColumn, new: CodeColumn, notices: list[Notice]) -> CodeColumn:
    known = Levels(earlier.levels)
    further = [level for level in new.levels if level not in known.levels]
    if not further:
        return earlier
    shown = ", ".join(map(str, further[:_SHOWN])) + (", ..." if len(further) > _SHOWN else "")
    name = earlier.column
    notices.append(Notice(f"{name!r}: new to the earlier run: {shown}; their weights begin anew", (name,)))
    found = replace(earlier, levels=(*earlier.levels, *further))
    if isinstance(found, Category) and found.rare is not None:
        rare = {*found.rare, *(getattr(new, "rare", None) or ())} - {*found.levels}
        found = replace(found, rare=tuple(sorted(rare)))
    return found


def _own(column: InputColumn, earlier: object, folder: Path) -> InputColumn:
    same = isinstance(earlier, InputColumn) and type(earlier) is type(column)
    return earlier.at(folder) if same and isinstance(earlier, InputColumn) else column


def _target(target: TargetEncoder, old: Encoder, notices: list[Notice]) -> TargetEncoder:
    """The target as the earlier run had it, with nothing that was chosen by its validation rows."""
    spec = target.spec
    was = next((one for one in old.targets if one.spec == spec), None)
    if was is None:
        if any(one.spec.name == spec.name for one in old.targets):
            rule = f"the target {spec.name!r} has other classes than in the earlier run: its head begins anew"
            notices.append(Notice(rule, (spec.name,)))
        return target
    as_new = replace(
        was.spec,
        threshold=spec.threshold,
        temperature=spec.temperature,
        positive=spec.positive,
        dispersion=spec.dispersion,
        spread=spec.spread,
    )
    return replace(was, spec=as_new, folder=target.folder)
