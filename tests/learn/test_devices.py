"""Several devices that train one network together: here two logical processors, which a process has from its start."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from protokit.core.errors import SpecError
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.training import devices
from protokit.recipe.recipe import Recipe

TARGET = Signature((), (TargetSpec("c", "binary", (0, 1)),))

ON_TWO = """
import json, sys, tempfile
from pathlib import Path
import numpy as np, pandas as pd, tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
import protokit
import protokit.learn.train as training
from protokit.learn.staging.trainer import trainer_of
from protokit.learn.training import devices
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.representing import represent

rng = np.random.default_rng(0)
x, z = rng.normal(size=305), rng.normal(size=305)
frame = pd.DataFrame({"x": x, "z": z, "town": rng.choice(["Rome", "Oslo"], 305), "c": (x + z > 0).astype(int)})
training._BETWEEN_SAVES = 0.0
MENU = [{"Dense": {"units": 8, "activation": "tanh"}, "name": "first"}, "BatchNormalization", {"Dense": 4}]

def trained(count, cut=0, snapshot=None, menu=MENU, **learn):
    learn = {"menu": menu, "epochs": 4, "batch_size": 32, "stop": None, "devices": count, **learn}
    recipe = Recipe.parse({"represent": {"target": "c"}, "learn": learn})
    [data] = represent(recipe, collected(recipe, frame))
    signature = data.encoder.signature
    network = network_for(recipe, signature)
    trainer = trainer_of(recipe.learn, network, signature, seed=1)
    def each(progress, plan):
        if cut and progress.epoch == cut:
            raise KeyboardInterrupt
    found = trainer.train(data.train, data.validation, snapshot=snapshot, key="k", on_epoch=each)
    return found, data, devices.mirrored(network)

def near(one, other):
    rows = zip(one.progress.history, other.progress.history, strict=True)
    scores = max(abs(a[name] - b[name]) for a, b in rows for name in a)
    weights = max(float(np.abs(a - b).max()) for a, b in zip(one.weights, other.weights, strict=True))
    return scores, weights

out = {}
(alone, data, _), (both, _, lies_on) = trained(1), trained(2)
out["rows"], out["on"], out["near"], out["how"] = data.train.rows, lies_on, near(alone, both), both.progress.how
out["engine"] = both.progress.engine
more = {"average": {"decay": 0.9}, "schedule": {"CosineDecay": {"warmup_steps": 4}}, "class_weights": "balanced",
        "metrics": ["AUC"]}
out["more"] = near(trained(1, **more)[0], trained(2, **more)[0])
random = [*MENU, {"Dropout": 0.3}]
words = {"epochs": 6, "menu": random}
folder = Path(tempfile.mkdtemp())
whole = trained(2, **words)[0]
try:
    trained(2, cut=5, snapshot=folder / "state.safetensors", **words)
except KeyboardInterrupt:
    again = trained(2, snapshot=folder / "state.safetensors", **words)[0]
out["resumed"] = all(np.array_equal(a, b) for a, b in zip(whole.weights, again.weights, strict=True))
out["same history"] = whole.progress.history == again.progress.history
run = protokit.run({"represent": {"target": "c"}, "learn": {"menu": random, "epochs": 2, "devices": 2}}, frame,
                   out=folder)
out["run"] = [str(one["rule"]) for one in run.results["notices"]]
out["predicted"] = len(run.model.predict(frame))
print(json.dumps(out))
"""


def test_two_devices_train_as_one_does_and_go_on_to_the_same_bits() -> None:
    done = subprocess.run([sys.executable, "-c", ON_TWO], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["rows"] % 32 % 2 == 1, "the last batch cannot be shared alike"
    assert found["on"] == 2 and found["engine"] == "fused" and found["how"].startswith("on 2 devices")
    assert max(found["near"]) < 2e-5 and max(found["more"]) < 2e-5
    assert found["resumed"] and found["same history"]
    assert found["predicted"] == 305 and not any("device" in text for text in found["run"])


@pytest.mark.parametrize(
    ("learn", "told"),
    [
        ({"devices": 2, "batch_size": 33}, r"learn\.batch_size.*2 devices have as many rows.*\n.*write 34"),
        ({"devices": 2, "stages": [{"batch_size": 7}, {}]}, r"learn\.stages.*batch_size is 7"),
        ({"devices": 2, "engine": "keras"}, r"learn\.devices.*fused engine"),
        ({"devices": 0}, r"learn\.devices"),
    ],
)
def test_what_devices_cannot_share_is_told_at_its_line(learn: dict[str, object], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        Recipe.parse({"represent": {"target": "c"}, "learn": learn})


def test_why_one_device_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_of", lambda kind: ["GPU:0", "GPU:1"] if kind == "GPU" else ["CPU:0"])

    def why(**learn: object) -> str:
        notice = devices.told(Recipe.parse({"represent": {"target": "c"}, "learn": learn}).learn, TARGET)
        return "" if notice is None else str(notice)

    assert "one of 2 GPUs trains" in why() and "devices: 2" in why()
    assert why(devices=1) == "" and why(devices=2) == ""
    assert "there are 2 devices here, and not 4" in why(devices=4)
    assert "clipnorm" in why(devices=2, optimizer={"AdamW": {"clipnorm": 1.0}})
    assert "mixed_float16" in why(devices=2, precision="mixed_float16")
    assert "whole batch" in why(devices=2, loss="Dice")
