"""What an experiment on several sets says first: which sets won and lost by what, in a sentence, then the matrix."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.core.names import counted, number
from protokit.core.values.said import Finding
from protokit.evaluate.certainty.comparison import Outcome
from protokit.sets.contents import PlainCell, PlainSets
from protokit.sets.look.since import of_changes, score_text, since
from protokit.show.blocks import Grid, Remark, Sentence
from protokit.show.card import Card

_MARKS = {"better": " +", "worse": " −", "cannot tell apart": "", "not compared": " ?"}
_FEW = 6
_MOST = 60


def card_of(results: PlainSets) -> Card:
    """The card."""
    remarks = tuple(_remark(one) for one in results["findings"])
    grids = (matrix(results), *(grid for grid in (course(results), since(results)) if grid is not None))
    notes = told(results)
    return Card(f"{results['name']}: {counted(len(results['sets']), 'set')}", sentences(results), grids, notes, remarks)


def sentences(results: PlainSets) -> tuple[Sentence, ...]:
    """One for each way beside `each`, then one of the own networks against their baselines."""
    found = [_of_way(results, way) for way in results["ways"] if way != "each"]
    found += of_changes(results)
    own = [cell for cell in results["cells"] if cell["way"] == "each"]
    better = [cell for cell in own if cell["against_baseline"].get("outcome") == "better"]
    worse = [cell for cell in own if cell["against_baseline"].get("outcome") == "worse"]
    text = f"The own networks are better than their baselines for {len(better)} of {_several(results, own)}"
    text += f", worse for {_names(worse)}." if worse else ", worse for none."
    tone: Outcome = "better" if len(better) == len(own) else "worse" if worse else "cannot tell apart"
    steps = results["steps"]
    if steps is not None and steps["backward_transfer"] is not None:
        lost = {name: value for name, value in steps["forgetting"].items() if value > 0}
        most = max(lost, key=lambda name: lost[name], default=None)
        said = f"Backward transfer of the sequence is {number(steps['backward_transfer'], sign=True)}"
        said += (
            f"; {most} forgot most, {number(lost[most])} of {steps['metrics'][most]}."
            if most
            else "; nothing was forgotten."
        )
        found.append(Sentence(said))
    return (*found, Sentence(text, tone))


def _of_way(results: PlainSets, way: str) -> Sentence:
    own = [cell for cell in results["cells"] if cell["way"] == way]
    better = [cell for cell in own if cell["against_own"].get("outcome") == "better"]
    worse = [cell for cell in own if cell["against_own"].get("outcome") == "worse"]
    open_ = len(own) - len(better) - len(worse)
    title = {"stacked": "One network on all rows", "shared": "Shared layers", "sequence": "Set after set"}[way]
    parts = []
    if better:
        parts.append(f"better than its own network for {_names(better)}")
    if worse:
        parts.append(f"worse for {_names(worse)}" if better else f"worse than its own network for {_names(worse)}")
    if not parts:
        return Sentence(
            f"{title} ({way}) cannot be told apart from a network each, for any of {_several(results, own)}."
        )
    rest = f"; of {open_} it cannot be told" if open_ else ""
    tone: Outcome = "better" if better and not worse else "worse" if worse and not better else "cannot tell apart"
    return Sentence(f"{title} ({way}) is {', '.join(parts)}{rest}.", tone)


def _several(results: PlainSets, cells: Sequence[PlainCell]) -> str:
    return counted(len(cells), "set" if len(cells) == len(results["sets"]) else "target")


def _names(cells: Sequence[PlainCell]) -> str:
    names = list(dict.fromkeys(cell["set"] for cell in cells))
    if len(names) > _FEW:
        return f"{len(names)} sets ({', '.join(names[:_FEW])} ...)"
    return ", ".join(names)


def matrix(results: PlainSets) -> Grid:
    """Sets by ways, each with its interval, and a mark where it is better (+) or worse (−) than the own network."""
    several = len({cell["target"] for cell in results["cells"]}) > 1
    by: dict[tuple[str, str], dict[str, PlainCell]] = {}
    for cell in results["cells"]:
        by.setdefault((cell["set"], cell["target"]), {})[cell["way"]] = cell
    rows = []
    for (name, target), cells in list(by.items())[:_MOST]:
        first = next(iter(cells.values()))
        arrow = "↑" if first["greater_is_better"] else "↓"
        scores = [
            score_text(cells[way]["score"]) + _MARKS.get(cells[way]["against_own"].get("outcome", ""), "")
            for way in results["ways"]
        ]
        best = str(first["against_baseline"].get("baseline") or "-")
        train = results["rows"].get(name, {}).get("train", 0)
        rows.append(
            (f"{name}.{target}" if several else name, f"{train:,}", f"{first['metric']} {arrow}", *scores, best)
        )
    left = len(by) - len(rows)
    about = f"{left} more in sets.json" if left > 0 else ""
    header = ("set", "rows", "metric", *results["ways"], "best baseline")
    return Grid("test rows: + better, − worse than the set's own network", header, tuple(rows), about)


def course(results: PlainSets) -> Grid | None:
    """Sets by steps of a sequence."""
    steps = results["steps"]
    if steps is None:
        return None
    rows = []
    for name in list(dict.fromkeys(steps["order"]))[:_MOST]:
        cells = [score_text(one[name]) if name in one else "" for one in steps["scores"]]
        rows.append((name, steps["metrics"][name], *cells, number(steps["forgetting"][name])))
    header = ("set", "metric", *(f"after {name}" for name in steps["order"]), "forgotten")
    return Grid("the sequence: each set's test rows after each step", header, tuple(rows))


def told(results: PlainSets) -> tuple[str, ...]:
    """What was decided, a line each."""
    return tuple(one["rule"] + (f" ({one['cure']})" if one.get("cure") else "") for one in results["notices"])


def _remark(plain: object) -> Remark:
    finding = Finding.from_plain(plain)  # type: ignore[arg-type]
    return Remark(finding.severity, finding.rule, finding.edit)
