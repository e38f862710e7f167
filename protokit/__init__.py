"""Rapid prototyping of Keras networks: a recipe in, a trained network and an honest verdict out.

>>> import pandas as pd
>>> import protokit
>>> birds = pd.DataFrame({"wing": [181.0, 186.0, 217.0, 230.0] * 20})
>>> birds["mass"] = [3750.0, 3800.0, 4500.0, 5700.0, 3450.0] * 16
>>> birds["island"] = ["Dream", "Torgersen", "Biscoe", "Biscoe"] * 20
>>> birds["species"] = ["Adelie", "Adelie", "Gentoo", "Gentoo"] * 20
>>> learn = {"menu": [{"Dense": 8}, "ReLU"], "epochs": 3, "networks": 1}
>>> recipe = {"name": "birds", "represent": {"target": "species"}, "learn": learn}
>>> run = protokit.run(recipe, birds)
>>> model = run.model
>>> other = protokit.run(recipe, birds, set={"name": "other", "learn.epochs": 2})
>>> slots = {"menu": [{"Dense": {"choice": [4, 8]}}], "epochs": 2, "networks": 1}
>>> search = {"name": "search", "represent": {"target": "species"}, "learn": slots, "search": {"finalists": 1}}
>>> study = protokit.tune(search, birds, trials=2)
>>> halves = {"one": birds.head(40), "other": birds.tail(40)}
>>> sets = protokit.run_sets({**recipe, "name": "halves", "sets": {"one": {}, "other": {}}}, halves)
>>> birds.to_csv("birds.csv", index=False)
>>> many = protokit.run_all([{**recipe, "name": "many", "collect": {"tables": {"birds": "birds.csv"}}}])

The examples of all docstrings go on from here: their `birds`, `run`, `model`, `study`, `sets` and the like are these.
"""

from __future__ import annotations

from protokit.core.libraries.lazy import lazily
from protokit.core.libraries.quiet import quiet_tensorflow

quiet_tensorflow()  # before a person's own `import keras`
__getattr__, __dir__, __all__ = lazily(__name__, __file__)  # the names stand in __init__.pyi
