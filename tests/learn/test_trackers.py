"""TensorBoard and MLflow, read back with their own readers."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import protokit
from protokit.core.errors import MissingExtra, TrainingError
from protokit.learn import train as training

from .conftest import frame

RECIPE = """\
name: curves
represent: {target: c}
learn:
  menu: [{Dense: 4}, {Dropout: 0.1}]
  batch_size: 32
  epochs: 3
  stop: null
  callbacks:
    - {NAME: {ARGUMENTS}}
evaluate: {baselines: [], metrics: [accuracy]}
"""


class Killed(Exception):
    pass


def run(folder: Path, name: str, arguments: str, *, resume: bool = False, **words: object) -> protokit.Run:
    file = folder / "curves.yaml"
    file.write_text(RECIPE.replace("NAME", name).replace("ARGUMENTS", arguments))
    changed = [f"learn.{key}={value}" for key, value in words.items()]
    allow = (folder, "https://nowhere") if name == "MLflow" else ()  # its store lies beside the recipe
    rows = frame(150)[["x", "z", "c"]]
    return protokit.run(file, rows, out=folder / "runs", resume=resume, set=changed, allow=allow)


def killed_after_two(folder: Path, name: str, arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is killed once two epochs are kept."""
    monkeypatch.setattr(training, "_BETWEEN_SAVES", -1.0)
    finish = training.Progress.finish_epoch

    def kill(progress: Any, *given: Any) -> bool:
        if progress.epoch == 2:
            raise Killed
        return finish(progress, *given)

    with monkeypatch.context() as patched:
        patched.setattr(training.Progress, "finish_epoch", kill)
        with pytest.raises(Killed):
            run(folder, name, arguments)


@pytest.mark.parametrize(("name", "package"), [("TensorBoard", "tensorboard"), ("MLflow", "mlflow")])
def test_without_its_package_it_is_told_at_its_line(
    name: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.import_module

    def missing(wanted: str, *given: Any) -> ModuleType:
        if wanted.split(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {wanted!r}", name=wanted)
        return real(wanted, *given)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtra, match=f"this needs the package '{package}'") as caught:
        run(tmp_path, name, "")
    assert caught.value.cure == f"pip install 'protokit[{package}]'"
    assert str(caught.value.place).endswith("curves.yaml:9:7") and not (tmp_path / "runs").exists()


def curves(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """The scalars of a folder of events, by TensorBoard's own reader: the last of each step."""
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = accumulators.EventAccumulator(str(folder), size_guidance={"tensors": 0})
    found.Reload()
    util = importlib.import_module("tensorboard.util.tensor_util")
    tags = [tag for tag in found.Tags()["tensors"] if tag.startswith(("epoch_", "test_"))]
    return {tag: [(one.step, float(util.make_ndarray(one.tensor_proto))) for one in found.Tensors(tag)] for tag in tags}


@pytest.mark.some("fused")
@pytest.mark.parametrize("engine", ["fused", "keras"])
def test_tensorboard_reads_the_history_and_the_scores(engine: str, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    found = run(tmp_path, "TensorBoard", "log_dir: logs", engine=engine)
    for part, before in (("train", ""), ("validation", "validation_")):
        read = curves(found.path / "logs" / part)
        for name in ("loss", "accuracy"):
            written = [row[before + name] for row in found.results["history"]]
            assert [step for step, _ in read[f"epoch_{name}"]] == [0, 1, 2]
            assert [value for _, value in read[f"epoch_{name}"]] == pytest.approx(written, rel=1e-6)
    assert len(curves(found.path / "logs" / "train")["epoch_learning_rate"]) == 3
    [(_, accuracy)] = curves(found.path / "logs" / "test")["test_accuracy"]
    assert accuracy == pytest.approx(found.results["metrics"]["scores"][0]["network"]["value"], rel=1e-6)
    accumulators = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    events = accumulators.EventAccumulator(str(found.path / "logs" / "test"))
    events.Reload()
    [text] = events.Tensors("recipe")
    assert b"represent: {target: c}" in text.tensor_proto.string_val[0]


def test_a_killed_run_has_all_epochs_in_tensorboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tensorboard")
    killed_after_two(tmp_path, "TensorBoard", "histogram_freq: 1", monkeypatch)
    found = run(tmp_path, "TensorBoard", "histogram_freq: 1", resume=True)
    read = curves(found.path / "logs" / "train")["epoch_loss"]
    assert dict(read) == pytest.approx({i: row["loss"] for i, row in enumerate(found.results["history"])}, rel=1e-6)


def test_networks_have_folders_of_their_own(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    found = run(tmp_path, "TensorBoard", "", networks=2, epochs=1)
    for number, row in enumerate(found.results["history"], 1):
        [(_, loss)] = curves(found.path / f"network-1-{number}" / "logs" / "train")["epoch_loss"]
        assert loss == pytest.approx(row["loss"], rel=1e-6)
    assert "test_accuracy" in curves(found.path / "logs" / "test")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # of MLflow's own code
def test_mlflow_has_the_history_the_scores_and_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = pytest.importorskip("mlflow")
    arguments = "tracking_uri: 'STORE', run_name: first"
    store = f"sqlite:///{tmp_path}/mlflow.db"
    killed_after_two(tmp_path, "MLflow", arguments.replace("STORE", store), monkeypatch)
    found = run(tmp_path, "MLflow", arguments.replace("STORE", store), resume=True)
    client = mlflow.MlflowClient(tracking_uri=store)
    experiment = client.get_experiment_by_name("curves")
    [of] = client.search_runs([experiment.experiment_id])
    assert of.info.run_name == "first" and of.info.status == "FINISHED"
    for name, written in (("loss", "loss"), ("val_loss", "validation_loss"), ("learning_rate", "learning_rate")):
        read = {one.step: one.value for one in client.get_metric_history(of.info.run_id, name)}
        assert read == pytest.approx({int(row["epoch"]): row[written] for row in found.results["history"]})
    assert of.data.metrics["test_accuracy"] == found.results["metrics"]["scores"][0]["network"]["value"]
    assert of.data.params["learn.epochs"] == "3" and of.data.params["represent.target"] == "c"
    text = Path(client.download_artifacts(of.info.run_id, "recipe.yaml", str(tmp_path))).read_text()
    assert text == (found.path / "recipe.yaml").read_text()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    pytest.importorskip("mlflow")
    with pytest.raises(TrainingError, match="the callback 'MLflow' failed before the training: ") as caught:
        run(tmp_path, "MLflow", "tracking_uri: 'zebra://nowhere'")
    assert "--resume" in str(caught.value.cure)
