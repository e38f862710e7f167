"""What a notebook completes, inside a call too."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter

import protokit
from protokit.menu.layers import Dense
from protokit.workflow.look.plot import Plots, Predicted, RunView

COMPLETED = [
    ("protokit.try", "try_cures"),
    ("protokit.fit(birds, 'species', ep", "epochs="),
    ("protokit.fit(birds, 'species', opt", "optimizer="),  # a word of `learn`
    ("protokit.fit(birds, 'species', from", "from_="),
    ("protokit.run(recipe, se", "set="),
    ("protokit.check(ta", "table="),
    ("protokit.loss(ta", "task="),
    ("Dense(un", "units="),
    ("Dense(64, acti", "activation="),
    ("menu = protokit.Menu([Dense(8, kernel_in", "kernel_initializer="),
    ("protokit.Menu.from_keras(we", "weights="),
    ("run.mod", "model"),
    ("run.evaluate(birds, met", "metrics="),
    ("model.predict_p", "predict_proba"),
    ("model.predict(birds, sam", "samples="),
    ("model.explain(birds, back", "background="),
    ("plot.cur", "curves"),
    ("plot.curves(th", "theme="),
]


@pytest.fixture(scope="module")
def completer() -> IPCompleter:
    plots = Plots(RunView({}, lambda: Predicted({}, {}, None)))  # type: ignore[typeddict-item,arg-type]
    run, model = object.__new__(protokit.Run), object.__new__(protokit.Model)
    names = {"protokit": protokit, "Dense": Dense, "run": run, "model": model, "plot": plots, "birds": pd.DataFrame()}
    return IPCompleter(namespace=names)


@pytest.mark.parametrize(("typed", "wanted"), COMPLETED)
def test_a_name_is_completed(completer: IPCompleter, typed: str, wanted: str) -> None:
    with provisionalcompleter():
        assert wanted in [one.text for one in completer.completions(typed, len(typed))]


def test_help_shows_keras_signature_and_every_word_of_learn() -> None:
    import inspect

    assert list(inspect.signature(Dense).parameters)[:2] == ["units", "activation"]
    words = inspect.signature(protokit.fit).parameters
    assert words["batch_size"].default is None and "learn" not in words and list(words)[:2] == ["frame", "target"]
    assert repr(Dense) == "protokit.menu.layers.Dense"
