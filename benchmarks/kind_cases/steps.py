"""A label for each step of a sequence: who speaks when, and a planted table in which the step before tells."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kind_cases.case import Case, Given, Scores, add

UTTERANCES = 4  # that are joined to one recording
AROUND = 0.02  # of what is there to be found


def recordings(given: Given, seed: int) -> pd.DataFrame:
    """Utterances of the Japanese vowels one after the other, of speakers drawn for each part of the official split."""
    frame = pd.read_csv(given.data / "tsc_japanese_vowels.csv.gz")
    rng, found, number = np.random.default_rng(seed), [], 0
    for part in ("train", "test"):
        some = frame[frame["split"] == part]
        cases = rng.permutation(some["case_id"].unique())
        by_case = dict(list(some.groupby("case_id")))
        for start in range(0, len(cases), UTTERANCES):
            one = pd.concat([by_case[case] for case in cases[start : start + UTTERANCES]], ignore_index=True)
            found.append(one.assign(recording=number, step=np.arange(len(one)), speaker=one["label"].map("s{}".format)))
            number += 1
    return pd.concat(found, ignore_index=True).drop(columns=["case_id", "t", "label"])


def planted(seed: int, sequences: int = 400) -> pd.DataFrame:
    """A step is `on` where the number two steps ago was above 0, but for 5 of 100: its own number says nothing."""
    rng, found = np.random.default_rng(seed), []
    for case in range(sequences):
        steps = int(rng.integers(10, 25))
        x = rng.normal(size=steps)
        on = np.concatenate([rng.random(2) < 0.5, x[:-2] > 0]) ^ (rng.random(steps) < 0.05)
        found.append(pd.DataFrame({"case": case, "t": range(steps), "x": x, "on": np.where(on, "on", "off")}))
    return pd.concat(found, ignore_index=True)


def _measured(frame: pd.DataFrame, represent: Mapping[str, Any], seed: int) -> Scores:
    import protokit

    recipe = {"seed": seed, "represent": dict(represent), "learn": {"task": "tagging"}}
    with tempfile.TemporaryDirectory() as folder:
        scores = protokit.run(recipe, frame, out=folder).results["metrics"]["scores"]
    found: Scores = {"tagging": {s["metric"]: s["network"]["value"] for s in scores}}
    for name in scores[0]["baselines"]:
        found[name] = {s["metric"]: s["baselines"][name]["value"] for s in scores}
    return found


def of_speakers(given: Given, seed: int) -> Scores:
    """Who of nine speaks at each step."""
    by = {"sequence": {"by": "recording", "time": "step"}, "split": {"by": {"column": "split"}}}
    return _measured(recordings(given, seed), {"target": "speaker", **by}, seed)


def of_planted(given: Given, seed: int) -> Scores:
    """Whether each step is on."""
    return _measured(planted(seed), {"target": "on", "sequence": {"by": "case", "time": "t"}}, seed)


def shown_of_speakers(found: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    """What is claimed beside models of single steps."""
    claims = []
    for metric in ("step_accuracy", "span_f1"):
        best = max((name for name in found if name != "tagging"), key=lambda name: found[name][metric])
        own, other = found["tagging"][metric], found[best][metric]
        claims.append((f"{metric} {own:.4f}, the best of single steps, {best}, {other:.4f}", own > other))
    return claims


def shown_of_planted(found: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    """What is claimed: all that is there is found, and single steps do not have it."""
    there = 1 - 0.05 - 0.45 * 2 / 17  # the first two steps of a sequence, of 17 on average, are tossed
    own, boosting = found["tagging"]["step_accuracy"], found["boosting"]["step_accuracy"]
    return [
        (f"step_accuracy {own:.4f}, of {there:.3f} that are there (within {AROUND})", own >= there - AROUND),
        (f"boosting of single steps {boosting:.4f}, next to chance", boosting < 0.55),
    ]


add(Case("steps_vowels", "Who of nine speaks at each step (Japanese vowels, joined)", of_speakers, shown_of_speakers))
add(Case("steps_planted", "A planted table: the step two before tells", of_planted, shown_of_planted))
