from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit

NETWORK = {
    "menu": [{"Dense": {"units": 16, "activation": "relu"}}],
    "epochs": 40,
    "optimizer": {"Adam": {"learning_rate": 0.01}},
}


def planted(rows: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"strong": rng.normal(size=rows), "weak": rng.normal(size=rows), "noise": rng.normal(size=rows)}
    )
    frame["city"] = rng.choice(["a", "b", "c"], rows)
    score = 3 * frame["strong"] + frame["weak"] + rng.normal(size=rows) * 0.5
    return frame.assign(price=score, dear=np.where(score > 0, "yes", "no"))


@pytest.mark.parametrize(("target", "other"), [("price", "dear"), ("dear", "price")])
def test_columns_are_ranked_by_what_the_network_loses_without_them(target: str, other: str, tmp_path: Path) -> None:
    frame = planted().drop(columns=other)
    recipe = {"represent": {"target": target}, "learn": NETWORK, "evaluate": {"baselines": ["dummy"]}}
    run = protokit.run(recipe, frame, out=tmp_path)
    [found] = run.results["metrics"]["importance"].values()
    assert [one["column"] for one in found[:2]] == ["strong", "weak"]
    drops = {one["column"]: one["drop"] for one in found}
    assert drops["strong"]["low"] > drops["weak"]["value"] > 0 and drops["weak"]["low"] > 0
    assert drops["noise"]["low"] <= abs(drops["strong"]["value"]) / 20
    assert all(drop["low"] <= drop["value"] <= drop["high"] for drop in drops.values())
    assert "relies most on strong, weak" in str(run)


def test_importance_is_of_validation_rows_only(tmp_path: Path) -> None:
    frame = planted(400).drop(columns="price").assign(part=["train"] * 200 + ["validation"] * 100 + ["test"] * 100)
    recipe = {
        "represent": {"target": "dear", "split": {"by": {"column": "part"}}},
        "learn": {**NETWORK, "epochs": 3},
        "evaluate": {"baselines": []},
    }
    first = protokit.run(recipe, frame, out=tmp_path).results["metrics"]["importance"]
    changed = frame.copy()
    changed.loc[changed["part"] == "test", ["strong", "weak", "noise"]] += 7.0
    assert protokit.run(recipe, changed, out=tmp_path).results["metrics"]["importance"] == first


def test_where_no_column_can_be_shuffled_there_is_none(tmp_path: Path) -> None:
    frame = planted(200)[["strong", "dear"]]
    run = protokit.run({"represent": {"target": "dear"}, "learn": {**NETWORK, "epochs": 2}}, frame, out=tmp_path)
    assert run.results["metrics"]["importance"] == {} and "relies" not in str(run)
    with pytest.raises(protokit.SpecError, match="no importance"):
        run.plot.importance()


def test_rows_are_put_where_the_network_puts_them(tmp_path: Path) -> None:
    frame = planted(300).drop(columns="price")
    run = protokit.run({"represent": {"target": "dear"}, "learn": NETWORK}, frame, out=tmp_path)
    from protokit.workflow.look.embedding import embedded

    found = embedded(run.model, frame)
    assert found.points.shape == (300, 2) and found.names == ("no", "yes") and found.groups is not None
    assert 0.3 < found.shares[0] <= 1 and found.shares[0] >= found.shares[1]
    predicted = run.model.predict(frame)["dear"]
    assert [found.names[i] for i in found.groups] == list(predicted)
    assert run.plot.embeddings(frame).axes
    # the first direction tells the classes apart, as the head needs it to
    first = found.points[:, 0]
    assert abs(np.corrcoef(first, found.groups)[0, 1]) > 0.5


def test_columns_may_have_any_name(tmp_path: Path) -> None:
    """`DataFrame.assign` takes none called self."""
    frame = planted(300).drop(columns="price")
    frame = frame.assign(**{"day": pd.date_range("2024-01-01", periods=300)}).rename(columns={"day": "self"})
    recipe = {"represent": {"target": "dear"}, "learn": {**NETWORK, "epochs": 1}, "evaluate": {"baselines": ["dummy"]}}
    run = protokit.run(recipe, frame, out=tmp_path)
    assert "self" in {one["column"] for one in run.results["metrics"]["importance"]["dear"]}
    for part in (1, 2):
        frame.drop(columns="self").to_csv(tmp_path / f"part{part}.csv", index=False)
    files = {"csv": str(tmp_path / "part*.csv"), "file_column": "self"}
    read = protokit.table({"collect": {"tables": {"parts": files}}, "represent": {"target": "dear"}})
    assert set(read.frame["self"]) == {"part1.csv", "part2.csv"}
