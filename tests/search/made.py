"""Searches made up for tests: slots, trials, finalists, figures, and the log that a driver would have written."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from protokit.menu.slots import Slot, choice, integer, real
from protokit.search.look.view import SearchView
from protokit.search.table import Final, PlainSearch, Trial

LONG = "a text that somebody wrote in full, <b>with</b> $signs$ and שלום, longer than any axis has room for"


def slots(count: int = 6) -> dict[str, Slot]:
    """So many slots of every kind; `deep.units` is met with `body = deep` alone."""
    some: dict[str, Slot] = {
        "learning_rate": real(1e-4, 1e-1, log=True),
        "body": choice("shallow", "deep", "wide"),
        "deep.units": integer(8, 256, log=True),
        "batch_size": choice(32, 64, 128),
        "schedule": choice(None, {"CosineDecay": {"warmup_steps": 500, "alpha": 0.1}}, LONG),
        "rate": real(0.0, 0.5),
        "residual": choice(True, False),
        "limit": choice(1.0, math.inf, math.nan),
        "layers": integer(1, 4),
        "sizes": choice([64, 32], [128], [32, 32, 32, 32, 32, 32, 32]),
    }
    named = list(some.items()) + [(f"further_{i}", real(0.0, 1.0)) for i in range(max(0, count - len(some)))]
    return {name: replace(slot, name=name) for name, slot in named[:count]}


def drawn(known: Mapping[str, Slot], rng: np.random.Generator) -> dict[str, object]:
    """Values of the slots that are met."""
    values: dict[str, object] = {}
    for name, slot in known.items():
        if name == "deep.units" and values.get("body") != "deep":
            continue
        values[name] = _value(slot, rng)
    return values


def _value(slot: Slot, rng: np.random.Generator) -> object:
    if slot.kind == "choice":
        value = slot.options[int(rng.integers(len(slot.options)))]
        return list(value) if isinstance(value, tuple) else value
    low, high = slot.options
    number = math.exp(rng.uniform(math.log(low), math.log(high))) if slot.log else rng.uniform(low, high)
    return round(number) if slot.kind == "int" else float(number)


def loss_of(values: Mapping[str, Any], rng: np.random.Generator, noise: float = 0.01) -> float:
    """A loss that the learning rate decides most, then the body."""
    rate = abs(math.log10(values.get("learning_rate", 1e-2)) + 2.5)
    body = {"shallow": 0.05, "deep": 0.0, "wide": 0.03}.get(values.get("body", "wide"), 0.0)
    return 0.3 + 0.06 * rate + body + float(rng.normal(0, noise))


def trials(
    known: Mapping[str, Slot],
    count: int,
    *,
    greater: bool = False,
    seed: int = 0,
    failing: float = 0.06,
    running: int = 0,
) -> tuple[Trial, ...]:
    """Trials of a search with halving; the first is that of the defaults."""
    rng = np.random.default_rng(seed)
    found: list[Trial] = []
    for number in range(count):
        values = drawn(known, rng)
        if number == 0:
            values = {n: list(s.default) if isinstance(s.default, tuple) else s.default for n, s in known.items()}
            if values.get("body") != "deep":
                values.pop("deep.units", None)
        loss = loss_of(values, rng)
        value = -(1 - loss) if greater else loss
        reports = tuple((epoch, value + 0.3 / epoch) for epoch in (3, 9))
        began = 1.7e9 + 2.0 * number
        common: dict[str, Any] = {"seed": 7, "worker": f"worker-{number % 2}", "began": began}
        result = {
            "value": value, "loss": loss, "scores": {"roc_auc": 1 - loss, "log_loss": loss}, "epochs": 30,
            "best_epoch": 22, "parameters": 1000 + 10 * (number % 7), "architecture": f"a{number % 7}",
            "known": number >= 7, "seconds": {"train": 0.5}, "cpu": 0.6,
        }  # fmt: skip
        if number >= count - running:
            found.append(Trial(number, values, "running", None, reports[:1], None, None, **common))
        elif number and rng.random() < failing:
            reason = ["the loss was not finite in epoch 2", "out of memory: 3.2 GB were asked for"][number % 2]
            found.append(Trial(number, values, "failed", None, (), None, 0.3, reason=reason, **common))
        elif number and reports[0][1] > 0.47 - greater:
            early = {**result, "epochs": 3, "value": reports[0][1]}
            why = "behind the others after epoch 3"
            found.append(
                Trial(number, values, "pruned", reports[0][1], reports[:1], 3, 0.2, reason=why, result=early, **common)
            )
        else:
            found.append(Trial(number, values, "complete", value, reports, 30, 0.9, result=result, **common))
    return tuple(found)


def finals(found: Sequence[Trial], entries: int = 5, seeds: int = 3, seed: int = 1) -> tuple[Final, ...]:
    """The best trials and the defaults, each trained again."""
    rng = np.random.default_rng(seed)
    complete = sorted((one for one in found if one.state == "complete"), key=lambda one: one.value or 0.0)
    chosen = [*complete[:entries], *(one for one in found[:1] if one not in complete[:entries])]
    return tuple(
        Final(
            entry, one.number, split, 100 + split, "complete", (one.value or 0.0) + 0.012 + float(rng.normal(0, 0.006))
        )
        for entry, one in enumerate(chosen)
        for split in range(1, seeds + 1)
    )


def figures(
    found: Sequence[Trial], trained: Sequence[Final], *, greater: bool = False, gained: bool = True
) -> PlainSearch:
    """What `search.json` would say."""
    sign = -1.0 if greater else 1.0
    known = {one.number: one for one in found}
    groups: dict[int, list[float]] = {}
    for final in trained:
        groups.setdefault(final.trial, []).append(sign * (final.value or 0.0))
    finalists: list[Any] = [
        {
            "entry": i, "trial": trial, "searched": sign * (known[trial].value or 0.0), "trained": values,
            "value": {"value": float(np.mean(values)), "low": min(values) - 0.004, "high": max(values) + 0.004},
        }
        for i, (trial, values) in enumerate(groups.items())
    ]  # fmt: skip
    ranked = sorted((one for one in finalists if one["trial"]), key=lambda one: sign * one["value"]["value"])
    winner = int(ranked[0]["trial"]) if ranked and gained else 0
    metric = "roc_auc" if greater else "loss"
    said = "the winner is better than the defaults" if gained else "winner and defaults cannot be told apart"
    return {
        "metric": metric, "greater_is_better": greater, "target": "late", "trials": len(found), "sampler": "tpe",
        "pruner": "halving", "winner": winner, "values": dict(known[winner].values), "gained": gained,
        "sentence": (
            f"The search gained: trial {winner} is better than the defaults, by 0.021 (0.008 to 0.034) of {metric} on "
            "the same rows." if gained else
            "Nothing was gained that can be told from chance: keep the defaults, or give the search more rows."
        ),
        "shown_gain": 0.034, "expected_optimism": {"value": 0.013, "low": 0.006, "high": 0.02},
        "gain": {"value": 0.021 if gained else 0.002, "low": 0.008 if gained else -0.01, "high": 0.034},
        "finalists": finalists,
        "paired": [
            {"against": "defaults", "metric": metric, "outcome": "better" if gained else "cannot tell apart",
             "difference": {"value": 0.02, "low": 0.01, "high": 0.03}, "p": 0.004,
             "sentence": f"On the test rows {said}: a difference in {metric} of 0.02 (0.01 to 0.03)."},
            {"against": "boosting", "metric": metric, "outcome": "worse",
             "difference": {"value": -0.01, "low": -0.02, "high": -0.001}, "p": 0.03,
             "sentence": f"The winner is worse than boosting: a difference in {metric} of -0.01 (-0.02 to -0.001)."},
        ],
        "runs": {"best": "../20260101T120000-aa11", "defaults": "../20260101T120100-aa22"},
        "seconds": 61.5, "cpu": 83.0, "looks": 1, "notices": ["sampler: tpe, as the recipe does not say another"],
    }  # type: ignore[typeddict-item]  # fmt: skip


def search(
    count: int = 50, slot_count: int = 6, *, greater: bool = True, finished: bool = True, gained: bool = True,
    seed: int = 0, menus: Any = None,
) -> SearchView:  # fmt: skip
    """A whole search as its page sees it."""
    known = slots(slot_count)
    found = trials(known, count, greater=greater, seed=seed, running=0 if finished else min(2, count - 1))
    trained = finals(found) if finished else ()
    said = figures(found, trained, greater=greater, gained=gained) if finished else PlainSearch()
    metric = "roc_auc" if greater else "loss"
    folder = Path("runs/flights/search-20260101T120000-ab12")
    return SearchView(
        "flights", found, known, metric, greater, trained, said, count, folder, "recipes/flights.yaml", menus
    )


def write_log(path: Path, view: SearchView) -> None:
    """The log that the driver of such a search would have written."""
    lines: list[dict[str, Any]] = [
        {"event": "begin", "version": 1, "key": "ab12", "seed": 7, "metric": view.metric, "at": 1.7e9}
    ]
    lines.append(
        {
            "event": "round",
            "round": 0,
            "trials": [
                {"trial": one.number, "values": _json(one.values), "split": one.split, "seed": one.seed}
                for one in view.trials
            ],
        }
    )
    for one in view.trials:
        lines.append({"event": "began", "trial": one.number, "worker": one.worker, "at": one.began})
        lines += [
            {"event": "report", "trial": one.number, "epoch": epoch, "value": value, "go_on": one.state == "complete"}
            for epoch, value in one.reports
        ]
        if one.state in ("complete", "pruned", "failed"):
            lines.append(
                {
                    "event": "end", "trial": one.number, "state": one.state, "value": one.value, "reason": one.reason,
                    "result": dict(one.result), "seconds": one.seconds, "at": (one.began or 0.0) + 1,
                }
            )  # fmt: skip
    for final in view.finals:
        lines.append(
            {
                "event": "final", "entry": final.entry, "trial": final.trial, "split": final.split, "seed": final.seed,
                "state": final.state, "value": final.value, "result": {},
            }
        )  # fmt: skip
    if view.figures:
        lines.append({"event": "done"})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _json(values: Mapping[str, object]) -> dict[str, object]:
    """Values as JSON can have them: numbers that are not finite are null there."""
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in values.items()}
