from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import protokit
from protokit.core.errors import BundleError, SpecError


def people(rows: int = 160) -> pd.DataFrame:
    """Two groups, seen in numbers and a category; cells are missing."""
    rng = np.random.default_rng(0)
    of = rng.integers(0, 2, rows)
    return pd.DataFrame(
        {
            "height": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(5 * of, 1.0)),
            "weight": rng.normal(-5 * of, 1.0),
            "city": np.array(["Rome", "Oslo", "Lima"])[(of + (rng.random(rows) < 0.1)) % 3],
            "shop": np.array([f"s{i}" for i in range(12)])[rng.integers(0, 12, rows)],
            "group": np.array(["left", "right"])[of],
        }
    )


def recipe(**learn: Any) -> dict[str, Any]:
    more = {"task": "clustering", "epochs": 15, **learn}
    return {"name": "people", "learn": more, "evaluate": {"labels": "group"}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    return protokit.run(recipe(), people(), out=tmp_path_factory.mktemp("runs"))


def test_clusters_are_found_scored_and_written(run: protokit.Run) -> None:
    assert list(run.metrics) == ["adjusted_rand", "adjusted_mutual_info", "silhouette", "davies_bouldin"]
    assert run.metrics["adjusted_rand"] > 0.8
    assert set(run.results["metrics"]["scores"][0]["baselines"]) == {"kmeans", "gaussian_mixture"}
    assert "2 clusters have the best silhouette" in str(run) and "cluster" in str(run)
    import duckdb

    written = duckdb.read_parquet(str(run.path / "predictions.parquet")).df()
    assert list(written.filter(regex="^(?!point)")) == [
        "row", "label", "cluster", "distance", "cluster = 1", "cluster = 2"
    ]  # fmt: skip
    assert (people()["group"].iloc[written["row"]].to_numpy() == written["label"].to_numpy()).all()
    found = adjusted_rand_score(written["label"], written["cluster"])
    assert found == pytest.approx(run.metrics["adjusted_rand"])


def test_a_loaded_model_gives_the_same_bits(run: protokit.Run) -> None:
    table = people().drop(columns="group")
    inside, loaded = run.model.predict(table), protokit.load(run.path)
    pd.testing.assert_frame_equal(loaded.predict(table), inside, check_exact=True)
    assert set(inside["cluster"]) == {1, 2} and (inside["distance"] >= 0).all()
    assert "group" not in loaded.columns
    strange = table.assign(city="never seen", height=np.nan).head(3)
    with pytest.raises(protokit.DataError, match="none of its 3 cells was in the training rows"):
        loaded.predict(strange)
    with pytest.warns(protokit.PredictionNotice, match="3 of 3 cells were not in the training rows"):
        assert loaded.predict(strange, unseen="allow").notna().all().all()


def test_the_same_recipe_gives_the_same_bits_and_labels_are_never_learned_from(tmp_path: Path) -> None:
    learn = {"networks": 2, "cluster_by": "gaussian_mixture", "clusters": 2, "epochs": 4}
    table = people()
    first = protokit.run(recipe(**learn), table, out=tmp_path)
    turned = table.assign(group=table["group"].to_numpy()[::-1])
    second = protokit.run(recipe(**learn), turned, out=tmp_path)
    columns = table.drop(columns="group")
    found = first.model.predict(columns)
    pd.testing.assert_frame_equal(found, second.model.predict(columns), check_exact=True)
    pd.testing.assert_frame_equal(found, protokit.load(first.path).predict(columns), check_exact=True)
    assert list(found) == ["cluster", "probability"] and found["probability"].between(0.5, 1).all()
    assert first.model.networks == 2
    clusters = first.model.parts[0].clusters
    assert clusters is not None and clusters.centers.shape == (2, 20)  # the codes of both networks side by side


def test_a_menu_of_ones_own_needs_a_code(tmp_path: Path) -> None:
    own = [{"Dense": {"units": 8, "activation": "relu"}}, {"Dense": 3, "name": "code"}, {"Dense": 8}]
    run = protokit.run(recipe(menu=own, clusters=2, epochs=2), people(), out=tmp_path)
    clusters = run.model.parts[0].clusters
    assert clusters is not None and clusters.centers.shape == (2, 3)
    pd.testing.assert_frame_equal(protokit.load(run.path).predict(people()), run.model.predict(people()))
    with pytest.raises(SpecError, match=r"no item is named 'code'.*\n.*name: code"):
        protokit.run(recipe(menu=[{"Dense": 8}]), people(), out=tmp_path / "none")
    twice = [{"Dense": 3}, {"Dense": 3, "name": "code"}, {"share": "code"}]
    with pytest.raises(SpecError, match="no single layer"):
        protokit.run(recipe(menu=twice), people(), out=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_texts_have_a_place_in_the_embedding_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    topics = ["sun beach sea sand wave surf", "snow ski ice frost cold peak"]
    of = rng.integers(0, 2, 80)
    table = pd.DataFrame({"remark": [" ".join(rng.choice(topics[i].split(), 8)) for i in of], "group": of})
    data = recipe(clusters=2, epochs=8) | {"represent": {"columns": {"remark": {"text": {"form": "tfidf"}}}}}
    assert protokit.run(data, table, out=tmp_path).metrics["adjusted_rand"] > 0.8
    words = recipe(clusters=2, epochs=1) | {"represent": {"columns": {"remark": "text"}}}
    assert protokit.run(words, table, out=tmp_path).model.network.get_layer("code").output.shape == (None, 10)


@pytest.mark.some("by0")
@pytest.mark.parametrize(
    "by", [{"cluster_by": "spectral", "clusters": 2}, {"cluster_by": "agglomerative", "clusters": 2}]
)
def test_clusters_of_any_shape_are_written_and_give_the_same_bits(by: dict[str, Any], tmp_path: Path) -> None:
    run = protokit.run(recipe(**by, epochs=4), people(), out=tmp_path)
    found, loaded = run.model.predict(people()), protokit.load(run.path)
    pd.testing.assert_frame_equal(loaded.predict(people()), found, check_exact=True)
    assert list(found) == ["cluster", "distance"] and set(found["cluster"]) == {1, 2}
    assert run.metrics["adjusted_rand"] > 0.7


def test_the_baseline_kmeans_is_scikit_learns_three_lines(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    of = rng.choice(4, 300, p=[0.7, 0.1, 0.1, 0.1])
    places = np.array([[0, 0], [60, 60], [80, 80], [100, 100]])  # beyond three standard deviations, and apart
    table = pd.DataFrame(places[of] + rng.normal(size=(300, 2)), columns=["a", "b"]).assign(group=of.astype(str))
    run = protokit.run(recipe(clusters=4, epochs=2), table, out=tmp_path)
    import duckdb

    written = duckdb.read_parquet(str(run.path / "predictions.parquet")).df()
    test = written["row"].to_numpy()
    baseline = run.results["metrics"]["scores"][0]["baselines"]["kmeans"]["value"]
    parts = set(range(300)) - set(test.tolist())
    whole = table[["a", "b"]].to_numpy()
    theirs = make_pipeline(StandardScaler(), KMeans(4, n_init=10, random_state=0)).fit(whole[sorted(parts)])
    assert baseline == pytest.approx(adjusted_rand_score(table["group"].iloc[test], theirs.predict(whole[test])))
    assert baseline == 1.0


def test_a_damaged_bundle_is_refused(run: protokit.Run, tmp_path: Path) -> None:
    import json
    import shutil

    from protokit.core.files import sha256

    folder = tmp_path / "model"
    shutil.copytree(run.path / "model", folder)
    plain = json.loads((folder / "encoders.json").read_text())
    plain[0]["clusters"]["centers"] = [1.0]
    (folder / "encoders.json").write_text(json.dumps(plain))
    manifest = json.loads((folder / "manifest.json").read_text())
    file = folder / "encoders.json"
    manifest["files"]["encoders.json"] = {"bytes": file.stat().st_size, "sha256": sha256(file)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match="centers of clusters"):
        protokit.load(folder)


def test_the_recipe_runs_as_it_stands(root: Path, tmp_path: Path) -> None:
    run = protokit.run(root / "recipes" / "wine_clusters.yaml", out=tmp_path)
    assert run.metrics["adjusted_rand"] > 0.8 and "3 clusters have the best silhouette" in str(run)


@pytest.mark.some("penguins.csv-species-3-ignored0")
@pytest.mark.parametrize(
    ("file", "labels", "count", "ignored"),
    [("penguins.csv", "species", 3, {}), ("wholesale_customers.csv", "Channel", 2, {"Region": "ignore"})],
)
def test_real_groups_are_found_at_least_as_well_as_by_kmeans(
    shared: Path, tmp_path: Path, file: str, labels: str, count: int, ignored: dict[str, str]
) -> None:
    data = {
        "collect": {"tables": {"t": str(shared / file)}},
        "represent": {"columns": ignored},
        "learn": {"task": "clustering", "clusters": count},
        "evaluate": {"labels": labels},
    }
    run = protokit.run(data, out=tmp_path)
    score = run.results["metrics"]["scores"][0]
    assert score["network"]["value"] >= score["baselines"]["kmeans"]["value"]
    table = pd.read_csv(shared / file)
    numbers = table.drop(columns=[labels, *ignored]).select_dtypes("number")
    standard = StandardScaler().fit_transform(numbers.fillna(numbers.median()))
    simple = adjusted_rand_score(table[labels], KMeans(count, n_init=10, random_state=0).fit_predict(standard))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", protokit.PredictionNotice)  # of test rows beyond those of training
        found = run.model.predict(table)["cluster"]
    assert adjusted_rand_score(table[labels], found) >= simple
