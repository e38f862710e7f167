"""What an experiment that goes on says of the sets that were known before: gained, or forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.core.names import counted, number
from protokit.core.plain import PlainInterval
from protokit.evaluate.certainty.comparison import Outcome
from protokit.sets.contents import PlainChange, PlainSets
from protokit.show.blocks import Grid, Sentence

_FEW, _MOST = 4, 60


def of_changes(results: PlainSets) -> list[Sentence]:
    """How many sets and rows are new, and which sets are better or worse than before on the test rows of then."""
    earlier = results.get("earlier")
    if earlier is None:
        return []
    new = [name for name in results["sets"] if name not in earlier["sets"]]
    rows = {name: count for name, count in earlier["new_rows"].items() if name in earlier["sets"] and count}
    parts = [f"new: {', '.join(new[:_FEW])}{' ...' if len(new) > _FEW else ''}"] if new else []
    parts += [f"{counted(count, 'new row')} of {name}" for name, count in list(rows.items())[:_FEW]]
    first = Sentence(f"It goes on from {counted(len(earlier['sets']), 'set')} ({'; '.join(parts) or 'no row is new'}).")
    changes = results.get("changes") or []
    if not changes:
        return [first]
    said = []
    for outcome in ("worse", "better"):
        some = [one for one in changes if one["outcome"] == outcome]
        said.append(f"{outcome} than before: {_named(some)}" if some else f"none is {outcome} than before")
    tone: Outcome = "worse" if any(one["outcome"] == "worse" for one in changes) else "cannot tell apart"
    return [first, Sentence(f"On the test rows of then, {said[0]}; {said[1]}.", tone)]


def _named(changes: Sequence[PlainChange]) -> str:
    said = [f"{one['set']} by {one['way']} ({_value(one['before'])} to {_value(one['now'])})" for one in changes[:_FEW]]
    return ", ".join(said) + (f" and {len(changes) - _FEW} more" if len(changes) > _FEW else "")


def _value(score: PlainInterval) -> str:
    return "-" if score["value"] is None else number(score["value"])


def since(results: PlainSets) -> Grid | None:
    """Each set that was known before: its score on the test rows of then, before and now, and what changed."""
    changes = results.get("changes") or []
    if not changes:
        return None
    rows = []
    for one in changes[:_MOST]:
        arrow = "↑" if one["greater_is_better"] else "↓"
        gap = score_text(one["difference"], sign=True) if one["difference"] is not None else "-"
        scores = (score_text(one["before"]), score_text(one["now"]), gap)
        rows.append((one["set"], one["way"], f"{one['metric']} {arrow}", f"{one['rows']:,}", *scores, one["outcome"]))
    left = len(changes) - len(rows)
    header = ("set", "way", "metric", "rows", "before", "now", "change", "verdict")
    title = "sets that were known before: the test rows of then, scored again"
    return Grid(title, header, tuple(rows), f"{left} more in sets.json" if left > 0 else "")


def score_text(score: PlainInterval, *, sign: bool = False) -> str:
    """A score with its bounds."""
    value, low, high = score["value"], score["low"], score["high"]
    if value is None:
        return "-"
    bounds = "" if low is None or high is None else f" ({number(low, sign=sign)} to {number(high, sign=sign)})"
    return number(value, sign=sign) + bounds
