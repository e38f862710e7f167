"""Searches as users of other tools write them: KerasTuner's RandomSearch, and Optuna around Keras's fit.

python benchmarks/search_peers.py WHO CASE.json ARRAYS.npz OUT.json

It has nothing of protokit, and runs in an environment of its own: keras-tuner, optuna, tensorflow, tensorboard.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def main(who: str, case: dict[str, Any], arrays: Path, out: Path) -> None:
    import keras
    import numpy as np

    kept = np.load(arrays)
    x, xv = ({n[len(p) :]: kept[n] for n in kept.files if n.startswith(p)} for p in ("train ", "valid "))
    y, yv = x.pop("y"), xv.pop("y")
    epochs, batch = case["epochs"], case["batch_size"]
    losses: list[float] = []

    def build(width: int, depth: int, dropout: float, rate: float) -> Any:
        numbers = keras.Input(x["numbers"].shape[1:], name="numbers")
        inputs, h = {"numbers": numbers}, numbers
        if "categories" in x:
            codes = keras.Input(x["categories"].shape[1:], dtype="int32", name="categories")
            start = keras.initializers.RandomNormal(stddev=0.1)
            embedded = keras.layers.Embedding(case["levels"], case["embedding"], embeddings_initializer=start)(codes)
            inputs["categories"] = codes
            h = keras.layers.Concatenate()([numbers, keras.layers.Flatten()(embedded)])
        for _ in range(depth):
            h = keras.layers.Dense(width, activation="relu")(h)
            h = keras.layers.Dropout(dropout)(h)
        end = keras.layers.Dense(1, activation=case["activation"], kernel_initializer=case["head"])(h)
        model = keras.Model(inputs, end)
        model.compile(keras.optimizers.Adam(rate), loss=case["loss"], metrics=[case["metric"]])
        return model

    def optuna() -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)

        def objective(trial: optuna.Trial) -> float:
            keras.backend.clear_session()
            model = build(
                trial.suggest_categorical("width", case["widths"]),
                trial.suggest_int("depth", 1, case["depth"]),
                trial.suggest_float("dropout", 0.0, 0.5),
                trial.suggest_float("rate", *case["rates"], log=True),
            )
            done = model.fit(x, y, batch_size=batch, epochs=epochs, validation_data=(xv, yv), verbose=0)
            losses.append(min(done.history["val_loss"]))
            return losses[-1]

        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=case["seed"]))
        study.optimize(objective, n_trials=case["trials"])

    def keras_tuner() -> None:
        import keras_tuner

        def hypermodel(hp: keras_tuner.HyperParameters) -> Any:
            return build(
                hp.Choice("width", case["widths"]),
                hp.Int("depth", 1, case["depth"]),
                hp.Float("dropout", 0.0, 0.5),
                hp.Float("rate", *case["rates"], sampling="log"),
            )

        with tempfile.TemporaryDirectory() as folder:
            tuner = keras_tuner.RandomSearch(
                hypermodel, objective="val_loss", max_trials=case["trials"], directory=folder, seed=case["seed"]
            )
            tuner.search(x, y, batch_size=batch, epochs=epochs, validation_data=(xv, yv), verbose=0)
            for one in tuner.oracle.trials.values():
                assert one.status == "COMPLETED", one.message
                losses.append(float(one.score))

    keras.utils.set_random_seed(case["seed"])
    cpu, wall = time.process_time(), time.perf_counter()
    {"optuna": optuna, "keras_tuner": keras_tuner}[who]()
    found = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "losses": losses}
    out.write_text(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), Path(sys.argv[3]), Path(sys.argv[4]))
