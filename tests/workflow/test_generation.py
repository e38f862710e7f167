"""Networks that draw rows: VAE and GAN."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import SpecError
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.metric import METRICS
from protokit.learn import train as training
from protokit.learn.plan import Plan, Progress
from protokit.learn.train import Trained, Trainer
from protokit.recipe.recipe import Recipe
from protokit.workflow.look.plots.tasks.draws import pixels
from protokit.workflow.result import Run
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.representing import represent

VAE: dict[str, Any] = {"VAE": {"encoder": [{"Dense": {"units": 16, "activation": "relu"}}], "beta": 0.05}}
GAN: dict[str, Any] = {
    "GAN": {"discriminator": [{"Dense": {"units": 32, "activation": "leaky_relu"}}, {"Dropout": 0.1}]}
}
MENU = [{"Noise": 3}, {"Dense": {"units": 16, "activation": "relu"}}]
ADAM = {"Adam": {"learning_rate": 0.01}}


def flowers(rows: int = 400) -> pd.DataFrame:
    """Two kinds; length and width go together, around another middle in each."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, rows)
    length = 100 + 40 * kind + 5 * rng.normal(size=rows)
    width = length / 50 + 0.02 * rng.normal(size=rows)
    return pd.DataFrame({"length": length, "width": width, "kind": np.where(kind == 1, "rose", "lily")})


def recipe(step: object = VAE, **learn: Any) -> dict[str, Any]:
    words = {"training_step": step, "task": "generation", "menu": MENU, "optimizer": ADAM, "epochs": 5, **learn}
    return {"name": "flowers", "represent": {"target": {"flower": ["length", "width"]}}, "learn": words}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A VAE that was trained well."""
    found = protokit.run(recipe(epochs=60, batch_size=32), flowers(), out=tmp_path_factory.mktemp("runs"))
    protokit.report(found.path)
    return found


def test_a_vae_draws_rows_of_the_kind_that_is_asked_for(run: Run) -> None:
    assert run.results["metrics"]["engine"]["name"] == "fused"
    asked = pd.DataFrame({"kind": ["rose", "lily"] * 300})
    drawn = run.model.sample(asked, seed=1)
    assert list(drawn.columns) == ["length", "width"] and len(drawn) == 600
    means = drawn.groupby(asked["kind"])["length"].mean()
    assert means["rose"] == pytest.approx(140, abs=6) and means["lily"] == pytest.approx(100, abs=6)
    assert drawn.groupby(asked["kind"])["length"].std().min() > 1, "they are not all the same"
    assert np.corrcoef(drawn["length"], drawn["width"])[0, 1] > 0.9
    assert drawn.equals(run.model.sample(asked, seed=1)) and not drawn.equals(run.model.sample(asked, seed=2))
    assert run.model.predict(asked).equals(run.model.predict(asked)), "a prediction is one draw, the same each time"


def test_a_gan_draws_rows_of_the_kind_that_is_asked_for(tmp_path: Path) -> None:
    words = {"optimizer": {"Adam": {"learning_rate": 0.003, "beta_1": 0}}, "epochs": 150, "batch_size": 32}
    run = protokit.run(recipe(GAN, **words), flowers(), out=tmp_path)
    assert run.results["metrics"]["engine"]["name"] == "fused"
    asked = pd.DataFrame({"kind": ["rose", "lily"] * 300})
    drawn = run.model.sample(asked, seed=1)
    means = drawn.groupby(asked["kind"])["length"].mean()
    assert means["rose"] == pytest.approx(140, abs=6) and means["lily"] == pytest.approx(100, abs=6)
    assert drawn.groupby(asked["kind"])["length"].std().min() > 2, "they are not all the same"
    score = run.results["metrics"]["scores"][0]
    assert score["network"]["value"] < score["baselines"]["independent_columns"]["value"]
    assert {"generator", "discriminator", "validation_generator"} <= {*run.history.columns}


def test_the_discriminator_goes_at_the_generators_pace(tmp_path: Path) -> None:
    """A rate that falls falls for both: else one of the two wins."""
    from protokit.core.libraries.backend import keras
    from protokit.learn.steps.adversarial import Adversarial
    from protokit.menu.menu import Menu

    inner = Menu({"inputs": {"x": [2]}, "layers": [{"Noise": 3}, {"Dense": 2}]}).build()
    step = Adversarial(inputs=inner.input, outputs=inner.output, pace=3.0)
    step.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=(16, 2)).astype("float32") for _ in range(2))
    for rate in (0.01, 0.004):
        step.optimizer.learning_rate = rate
        step.train_on_batch(x, y)
        assert float(step.judge.learning_rate) == pytest.approx(3 * rate)


def test_a_row_without_weight_teaches_a_gan_nothing() -> None:
    from protokit.core.libraries.backend import keras
    from protokit.learn.steps.adversarial import Adversarial
    from protokit.menu.menu import Menu

    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=(16, 2)).astype("float32") for _ in range(2))
    weights = np.repeat([1.0, 0.0], 8).astype("float32")
    found = []
    for other in (y, np.concatenate([y[:8], 100 + y[8:]])):
        keras.utils.set_random_seed(0)
        inner = Menu({"inputs": {"x": [2]}, "layers": [{"Noise": 3}, {"Dense": 2}]}).build()
        step = Adversarial(inputs=inner.input, outputs=inner.output)
        step.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        found.append(step.train_on_batch(x, other, sample_weight=weights, return_dict=True))
    assert found[0] == pytest.approx(found[1])


@pytest.mark.some("step1")
@pytest.mark.parametrize("step", [VAE, GAN])
def test_rows_are_drawn_from_noise_alone_where_no_column_is_left(step: dict[str, Any], tmp_path: Path) -> None:
    run = protokit.run(recipe(step, epochs=3), flowers(200).drop(columns="kind"), out=tmp_path)
    assert run.results["metrics"]["engine"]["name"] == "fused"
    protokit.report(run.path)
    drawn = run.model.sample(50, seed=1)
    assert list(drawn.columns) == ["length", "width"] and drawn["length"].nunique() == 50
    assert drawn.equals(protokit.load(run.path / "model").sample(50, seed=1))
    assert len(run.model.predict(flowers(20))) == 20 and len(run.samples(5)) == 5


def test_a_number_of_rows_does_not_say_what_they_are_drawn_for(run: Run) -> None:
    with pytest.raises(SpecError, match="rows are drawn for kind, and a number says nothing of it"):
        run.model.sample(5)


def test_what_is_said_of_the_draws_is_of_sets(run: Run) -> None:
    scores = {one["metric"]: one for one in run.results["metrics"]["scores"]}
    assert list(scores) == ["energy_distance", "marginal_distance", "two_sample_accuracy"]
    assert (
        scores["energy_distance"]["network"]["value"]
        < scores["energy_distance"]["baselines"]["independent_columns"]["value"]
    )
    assert {"reconstruction", "kl", "validation_kl"} <= {*run.history.columns}
    assert len(run.samples(7)) == 7 and list(run.samples().columns) == ["length", "width"]
    assert "samples" in run.plot.names and run.plot.samples() is not None
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert "rows that were drawn" in page
    assert run.diagnoses == ()


def test_a_bundle_draws_without_the_step(run: Run) -> None:
    code = (
        f"import protokit, pandas as pd; model = protokit.load({str(run.path / 'model')!r}); "
        "print(model.sample(pd.DataFrame({'kind': ['rose', 'lily']}), seed=3).to_json(double_precision=3))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    expected = run.model.sample(pd.DataFrame({"kind": ["rose", "lily"]}), seed=3).to_json(double_precision=3)
    assert done.returncode == 0 and done.stdout.strip() == expected, done.stderr


@pytest.mark.some("fused-step0")
@pytest.mark.parametrize(("engine", "step"), [("fused", VAE), ("keras", VAE), ("fused", GAN)])
def test_a_killed_training_goes_on_to_the_same_bits(
    engine: str, step: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_BETWEEN_SAVES", -1.0)
    whole_recipe = Recipe.parse(recipe(step, engine=engine, stop=None))
    [data] = represent(whole_recipe, collected(whole_recipe, flowers(200)))
    signature = data.encoder.signature

    def train(**more: Any) -> Trained:
        network = network_for(whole_recipe, signature)
        trainer = Trainer(whole_recipe.learn, network, signature, seed=whole_recipe.seed)
        return trainer.train(data.train, data.validation, **more)

    class Killed(Exception):
        pass

    def fail(progress: Progress, plan: Plan) -> None:
        if progress.epoch > 2:
            raise Killed

    path = tmp_path / "snapshot.safetensors"
    whole = train()
    assert whole.progress.engine == engine
    with pytest.raises(Killed):
        train(snapshot=path, key="k", on_epoch=fail)
    again = train(snapshot=path, key="k")
    assert again.progress.history == whole.progress.history
    assert all(np.array_equal(a, b) for a, b in zip(again.weights, whole.weights, strict=True))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"training_step": None}, "needs a training step that teaches it"),
        ({"training_step": {"VAE": {"encoder": [{"Dens": 8}]}}}, r"encoder\[0\].*did you mean 'Dense'"),
        ({"training_step": {"VAE": {"encoder": 8}}}, "encoder is a list of layers"),
        ({"training_step": {"VAE": {"beta": 0}}}, "beta of VAE is above 0"),
        ({"training_step": {"GAN": {"discriminator": []}}}, "discriminator is a list of layers"),
        ({"training_step": {"GAN": {"penalty": -1}}}, "penalty of GAN is at least 0"),
        ({"training_step": {"GAN": {"pace": 0}}}, "pace of GAN is above 0"),
        ({"training_step": "GAN", "loss": "Huber"}, "GAN has losses of its own"),
        ({"menu": "auto"}, "no menu of protokit's own"),
        ({"networks": 3}, "draws of several networks are not averaged"),
        ({"task": "vector"}, "VAE is for generation, and the task is vector"),
    ],
)
def test_what_contradicts_is_told_before_anything_is_trained(change: dict[str, Any], rule: str) -> None:
    with pytest.raises(SpecError, match=f"(?s){rule}"):
        Recipe.parse(recipe(**change))


def test_a_network_without_noise_and_models_that_do_not_draw(run: Run, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="nothing in it is random"):
        protokit.run(recipe(menu=[{"Dense": 4}]), flowers(60), out=tmp_path)
    with pytest.raises(SpecError, match="a second Noise"):
        protokit.run(recipe(menu=[{"Noise": 2}, {"Dense": 4}, {"Noise": 2}]), flowers(60), out=tmp_path)


def test_the_metrics_tell_draws_from_another_distribution() -> None:
    rng = np.random.default_rng(1)
    target = TargetSpec("y", "generation", columns=("a", "b"))
    truth = rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], 300)
    like = rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], 300)
    alone = rng.normal(size=(300, 2))
    said = {
        name: [METRICS[name](Predictions(target, truth, scores)) for scores in (like, alone, alone + 1)]
        for name in ("energy_distance", "marginal_distance", "two_sample_accuracy")
    }
    assert said["energy_distance"] == sorted(said["energy_distance"])
    assert said["marginal_distance"][1] < 0.15 < said["marginal_distance"][2], "it does not see how columns go together"
    assert said["two_sample_accuracy"][0] < 0.6 < said["two_sample_accuracy"][1]


def test_columns_that_are_pixels_are_drawn_as_images() -> None:
    assert pixels([f"pixel_{i}_{j}" for i in range(3) for j in range(4)]) == (3, 4)
    assert pixels(["pixel_0_0", "pixel_1_0", "pixel_0_1", "pixel_1_1"]) is None


@pytest.mark.some("vae")
@pytest.mark.parametrize("name", ["vae", "gan"])
def test_the_recipes_draw_better_than_columns_one_by_one(name: str, root: Path, tmp_path: Path) -> None:
    found = protokit.run(root / "recipes" / f"{name}.yaml", out=tmp_path)
    one = found.results["metrics"]["scores"][0]
    assert one["network"]["value"] < one["baselines"]["independent_columns"]["value"]
