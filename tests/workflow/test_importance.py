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


@pytest.mark.some("dear-price")
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


def test_of_very_many_columns_those_are_measured_that_move_the_predictions_most(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    numbers = rng.normal(size=(1200, 400))
    frame = pd.DataFrame(numbers, columns=[f"x{i}" for i in range(400)])
    frame = frame.assign(y=4 * numbers[:, 7] + 2 * numbers[:, 300] + rng.normal(size=1200) * 0.3)
    learn = {"menu": [{"Dense": {"units": 8}}], "epochs": 15, "optimizer": {"Adam": {"learning_rate": 0.01}}}
    recipe = {"represent": {"target": "y"}, "learn": learn, "evaluate": {"baselines": ["dummy"]}}
    run = protokit.run(recipe, frame, out=tmp_path)
    found = run.results["metrics"]["importance"]["y"]
    assert [one["column"] for one in found[:2]] == ["x7", "x300"] and 2 < len(found) < 400
    [said] = [one["rule"] for one in run.results["notices"] if one["rule"].startswith("importance:")]
    assert f"of 400 columns the {len(found)} were shuffled" in said


def test_each_column_is_shuffled_where_it_stands_among_the_inputs(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({
        "number": np.where(rng.random(300) < 0.1, np.nan, rng.normal(size=300)),
        "yes": rng.choice(["yes", "no"], 300),
        "few": rng.choice(["a", "b", "c"], 300),
        "many": rng.choice([f"l{i:02}" for i in range(20)], 300),
        "day": pd.date_range("2024-01-01", periods=300),
        "remark": [" ".join(rng.choice(["one", "two", "three", "four"], 6)) for _ in range(300)],
        "y": rng.normal(size=300),
    })  # fmt: skip
    recipe = {"represent": {"target": "y", "columns": {"remark": "text"}}, "learn": {"epochs": 1}}
    model = protokit.run(recipe, frame, out=tmp_path).model
    encoder, before = model.encoder, model.encoder.arrays(frame).inputs
    for column, places in encoder.places.items():
        changed = encoder.arrays(frame.assign(**{column: frame[column].to_numpy()[::-1]})).inputs
        for name, values in before.items():
            expected = values.copy()
            for _, at in (one for one in places if one[0] == name):
                if at is None:
                    expected = values[::-1]
                else:
                    expected[:, at] = values[::-1][:, at]
            np.testing.assert_array_equal(changed[name], expected, err_msg=f"{column} in {name}")


@pytest.mark.parametrize("same", [False, True])
def test_of_sequences_each_column_is_shuffled_among_the_steps(same: bool, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = []
    for case in range(200):
        state = 0
        for t in range(8 if same else int(rng.integers(5, 9))):
            state = state if rng.random() < 0.7 else 1 - state
            rows.append((case, t, 3 * state + rng.normal(), rng.normal(), "ab"[state]))
    frame = pd.DataFrame(rows, columns=["case", "t", "tells", "noise", "does"])
    near = {"Conv1D": {"filters": 8, "kernel_size": 3, "padding": "same", "activation": "relu"}}
    recipe = {
        "represent": {"target": "does", "sequence": {"by": "case", "time": "t"}},
        "learn": {"task": "tagging", **NETWORK, "menu": [near], "epochs": 15},
        "evaluate": {"baselines": ["dummy"]},
    }
    run = protokit.run(recipe, frame, out=tmp_path)
    [found] = run.results["metrics"]["importance"].values()
    assert [(one["column"], one["metric"]) for one in found] == [
        ("tells", "step_accuracy"),
        ("noise", "step_accuracy"),
    ]
    assert found[0]["drop"]["low"] > 0.1 > found[1]["drop"]["value"]
    assert "relies most on tells" in str(run)
