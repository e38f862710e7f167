"""What a search found, in words: whether anything was gained, how sure that is, and which values did it."""

from __future__ import annotations

import math

from protokit.core.names import counted
from protokit.core.plain import PlainInterval
from protokit.search.look.view import SearchView, called, differing, score, signed, value_of
from protokit.show.blocks import Grid, Picture, Sentence, Tone
from protokit.show.card import Card

_MOST_VALUES = 20
_MOST_FAULTS = 5


def card_of(view: SearchView, pictures: tuple[Picture, ...] = ()) -> Card:
    """The card of a search."""
    grids = [grid for grid in (values_grid(view), finalists_grid(view)) if grid is not None]
    notes = (*counts(view), *faults(view)[:_MOST_FAULTS], *view.figures.get("notices", ()))
    return Card(f"{view.name}: search", sentences(view), tuple(grids), notes, (), pictures)


def sentences(view: SearchView) -> tuple[Sentence, ...]:
    """The answer: what was gained, how much of what was shown is only the choosing, and what was compared."""
    figures = view.figures
    if not figures:
        return (_so_far(view),)
    tone: Tone = "better" if figures.get("gained") else "cannot tell apart"
    told = [Sentence(figures.get("sentence") or _gained(view), tone)]
    if (optimism := _optimism(view)) is not None:
        told.append(Sentence(optimism))
    told += [Sentence(one["sentence"], one["outcome"]) for one in figures.get("paired", ())]
    return tuple(told)


def _so_far(view: SearchView) -> Sentence:
    """Of a search that has not come to its end."""
    over = len(view.of_state("complete", "pruned", "failed"))
    of = f" of {view.wanted:,}" if view.wanted else ""
    start = f"The search has not come to its end: {over:,}{of} trials are over"
    best, defaults = view.best, view.defaults
    if best is None:
        return Sentence(f"{start}, and none of them has a value yet.")
    value = score(view.own(best.value))
    text = f"{start}, the best is trial {best.number} with {view.metric} {value} on the validation rows"
    if defaults is not None and defaults.value is not None and best.number != 0:
        text += f", the defaults have {score(view.own(defaults.value))}"
    return Sentence(text + ". Whether that is a gain is known only when the finalists are trained again on other rows.")


def _gained(view: SearchView) -> str:
    winner = view.figures.get("winner", 0)
    if view.figures.get("gained"):
        return f"The search gained: trial {winner} is better than the defaults."
    return "Nothing was gained that can be told from chance: keep the defaults."


def _optimism(view: SearchView) -> str | None:
    """How much of the shown gain is only the choosing."""
    shown, optimism = view.figures.get("shown_gain"), view.figures.get("expected_optimism")
    if shown is None or optimism is None or optimism["value"] is None:
        return None
    lead = f"{signed(shown)} of {view.metric} ahead of" if shown > 0 else f"{signed(-shown)} of {view.metric} behind"
    lead = lead if shown else "level with"
    rows = "on the validation rows that chose it"
    if len({one.split for one in view.trials}) > 1:
        rows = "each trial on rows of its own, so that the luck of their rows is in that lead"
    text = (
        f"In the search its best trial was {lead} the defaults, {rows}. "
        f"Expected optimism of that lead: {signed(optimism['value'])}{_bounds(optimism)}, which is "
        "what the finalists lost of theirs when they were trained again on other splits and seeds"
    )
    if (gain := view.figures.get("gain")) is not None and gain["value"] is not None:
        text += f"; there the best of them is {signed(gain['value'])}{_bounds(gain)} ahead"
    return text + ". A plus is better, whichever way the metric goes."


def _bounds(interval: PlainInterval) -> str:
    if interval["low"] is None or interval["high"] is None:
        return ""
    return f" ({signed(interval['low'])} to {signed(interval['high'])})"


def values_grid(view: SearchView) -> Grid | None:
    """The slots of the winner and of the defaults; first those that differ."""
    best, defaults = view.best, view.defaults
    if best is None:
        return None
    if defaults is None or best.number == defaults.number:
        own = tuple((name, value_of(best, name)) for name in dict.fromkeys((*view.slots, *best.values)))
        return Grid("the defaults are the best", ("slot", "value"), own).folded(_MOST_VALUES, "report.html")
    changed = differing(best, defaults, tuple(view.slots))
    same = [name for name in dict.fromkeys((*view.slots, *best.values, *defaults.values)) if name not in changed]
    kind = "winner" if view.figures else "best so far"
    rows = tuple((name, value_of(best, name), value_of(defaults, name)) for name in (*changed, *same))
    title = f"values: {len(changed)} of {counted(len(rows), 'slot', 'are')} not at their defaults"
    return Grid(title, ("slot", f"{kind} (trial {best.number})", "defaults"), rows).folded(_MOST_VALUES, "report.html")


def finalists_grid(view: SearchView) -> Grid | None:
    """The finalists by what they reached when they were trained again."""
    found = view.figures.get("finalists")
    if not found:
        return None
    way = -1 if view.greater_is_better else 1
    early = {trial.number for trial in view.of_state("pruned")}
    ranked = sorted(found, key=lambda one: (one["value"]["value"] is None, way * (one["value"]["value"] or 0.0)))
    rows = tuple(
        (
            called(view, one["trial"]),
            _with_bounds(one["value"]),
            score(one["searched"]) + " (pruned)" * (one["trial"] in early),
            f"{sum(value is not None for value in one['trained'])} of {len(one['trained'])}",
        )
        for one in ranked
    )
    header = ("", f"{view.arrow} trained again", "in the search", "trainings")
    return Grid("finalists, on other splits and seeds, with 95% intervals", header, rows)


def _with_bounds(interval: PlainInterval) -> str:
    if interval["low"] is None or interval["high"] is None:
        return score(interval["value"])
    return f"{score(interval['value'])} ({score(interval['low'])} to {score(interval['high'])})"


def counts(view: SearchView) -> tuple[str, ...]:
    """How many trials there are of each state, and what they took."""
    of = {state: len(view.of_state(state)) for state in ("complete", "pruned", "failed", "running", "waiting")}
    said = ", ".join(f"{count:,} {state}" for state, count in of.items() if count)
    epochs = sum(one.epochs or 0 for one in view.trials)
    known = sum(one.result.get("known") is True for one in view.trials)
    figures = view.figures
    lines = [f"{counted(len(view.trials), 'trial')}" + (f": {said}" if said else "")]
    if epochs:
        lines[0] += f"; {epochs:,} epochs, {known:,} of known architectures"
    if "sampler" in figures:
        lines.append(f"sampler {figures['sampler']}, pruner {figures.get('pruner') or 'none'}")
    if (seconds := figures.get("seconds")) is not None and math.isfinite(seconds):
        cpu = f", {figures['cpu']:,.0f} of the CPU" if figures.get("cpu") else ""
        lines.append(f"{seconds:,.0f} seconds{cpu}")
    if looks := figures.get("looks"):
        times = "once" if looks == 1 else f"{looks} times"
        lines.append(f"the test rows were looked at {times}, for the winner and the defaults")
    return tuple(lines)


def faults(view: SearchView) -> tuple[str, ...]:
    """Why trials failed: a line for each reason, with how many there are of it."""
    reasons: dict[str, list[int]] = {}
    for one in view.of_state("failed"):
        reasons.setdefault(" ".join((one.reason or "no reason is known").split()), []).append(one.number)
    lines = []
    for reason, numbers in sorted(reasons.items(), key=lambda one: -len(one[1])):
        places = ", ".join(map(str, numbers[:5])) + (", …" if len(numbers) > 5 else "")
        lines.append(f"{counted(len(numbers), 'trial')} failed ({places}): {reason[:200]}")
    return tuple(lines)
