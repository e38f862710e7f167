"""Texts that are said token by token: sequence to sequence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import ProtokitError
from protokit.core.values.signature import TargetSpec
from protokit.represent.targets.codings.tokens import before
from protokit.workflow.record.predictions import read_predictions

MENU = [{"Bidirectional": {"layer": {"GRU": {"units": 32, "return_sequences": True}}}}]
COLUMNS: dict[str, Any] = {"said": {"text": {"tokens": "characters"}}, "iso": "text"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def dates(rows: int = 1200) -> pd.DataFrame:
    """The month and the year as people write them, and as computers do."""
    rng = np.random.default_rng(0)
    month, year = rng.integers(0, 12, rows), rng.integers(0, 100, rows)
    said = [
        f"{MONTHS[m]} {2000 + y}" if s else f"{2000 + y} {MONTHS[m]}"
        for m, y, s in zip(month, year, rng.random(rows) < 0.5, strict=True)
    ]
    return pd.DataFrame({"said": said, "iso": [f"{2000 + y}-{m + 1:02}" for m, y in zip(month, year, strict=True)]})


def recipe(represent: dict[str, Any] | None = None, **learn: Any) -> dict[str, Any]:
    few = {"epochs": 12, "stop": None, "batch_size": 32, "optimizer": {"Adam": {"learning_rate": 0.01}}}
    said = {"target": "iso", "columns": COLUMNS, **(represent or {})}
    return {"represent": said, "learn": {"task": "translation", "menu": MENU, **few, **learn}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    return protokit.run(recipe(), dates(), out=tmp_path_factory.mktemp("runs"))


def test_dates_are_put_as_computers_write_them(run: protokit.Run) -> None:
    assert run.metrics["exact_match"] > 0.7 and run.metrics["token_accuracy"] > 0.9
    [verdict] = run.results["metrics"]["verdicts"]
    assert (verdict["metric"], verdict["outcome"]) == ("exact_match", "better")
    assert {*run.results["metrics"]["scores"][0]["baselines"]} == {"dummy", "neighbors"}


def test_a_loaded_model_says_the_same_and_looks_at_no_truth(run: protokit.Run) -> None:
    frame = dates(40)
    said = run.model.predict(frame)
    assert [*said] == ["iso"] and said["iso"].str.len().max() <= 8
    other = protokit.load(run.path).predict(frame[["said"]])
    pd.testing.assert_frame_equal(other, said)
    pd.testing.assert_frame_equal(run.model.predict(frame.assign(iso="1999-01")), said)
    assert run.model.embed(frame[["said"]]).shape == (40, 64)


def test_scores_are_of_what_is_said_without_the_truth(run: protokit.Run) -> None:
    network, _, _ = read_predictions(run.path)
    written = pd.read_parquet(run.path / "predictions.parquet")
    p = network["iso"]
    assert (written["iso"] == written["iso predicted"]).mean() == pytest.approx(run.metrics["exact_match"])
    again = run.model.predict(dates().iloc[written["row"]])["iso"]
    assert (again.to_numpy() == written["iso predicted"].to_numpy()).all()
    assert p.truth.shape == p.scores.shape == (len(written), 8)


def test_words_are_said_with_the_blanks_between_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    names = np.array(["Anna", "Bert", "Cleo", "Dora"])
    who = rng.integers(0, 4, (300, 2))
    frame = pd.DataFrame(
        {
            "said": [f"{names[a]} and {names[b]}" for a, b in who],
            "back": [f"{names[b]} & {names[a]}" for a, b in who],
        }
    )
    columns = {"said": "text", "back": {"text": {"tokens": "words"}}}
    found = protokit.run(recipe({"target": "back", "columns": columns}), frame, out=tmp_path)
    assert found.metrics["exact_match"] > 0.9
    [target] = found.model.signature.targets
    assert target.horizon == 4 and " &" in target.classes


def test_what_is_not_known_yet_is_not_shown_to_the_decoder() -> None:
    spec = TargetSpec("y", "translation", ("", "a", "b"), horizon=3)
    assert before(spec, np.array([[1, 2, 0]])).tolist() == [[3, 1, 2]]


def test_a_killed_training_goes_on_to_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from protokit.learn import train as training
    from protokit.learn.staging.trainer import trainer_of
    from protokit.recipe.recipe import Recipe
    from protokit.workflow.run.collecting import collected
    from protokit.workflow.run.networks import network_for
    from protokit.workflow.run.representing import represent

    monkeypatch.setattr(training, "_BETWEEN_SAVES", -1.0)
    read = Recipe.parse(recipe(epochs=3, engine="fused"))
    [data] = represent(read, collected(read, dates(120)))
    signature = data.encoder.signature
    trainer = trainer_of(read.learn, network_for(read, signature), signature, seed=read.seed)
    from protokit.learn.training.runtime import Values

    values = Values.of(trainer.network)

    def trained(stop: int | None = None, snapshot: Path | None = None) -> Any:
        def fail(progress: Any, plan: Any) -> None:
            if stop is not None and progress.epoch > stop:
                raise KeyError

        return trainer.train(data.train, data.validation, values, snapshot=snapshot, key="k", on_epoch=fail)

    whole, path = trained(), tmp_path / "s.safetensors"
    with pytest.raises(KeyError):
        trained(1, path)
    resumed = trained(None, path)
    assert resumed.progress.history == whole.progress.history
    assert all(np.array_equal(a, b) for a, b in zip(resumed.weights, whole.weights, strict=True))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"represent": {"columns": {"said": "text"}}}, r"columns: \{iso: text\}"),
        ({"represent": {"columns": {**COLUMNS, "iso": {"text": {"form": "tfidf"}}}}}, "codes of its tokens alone"),
        ({"represent": {"columns": {**COLUMNS, "iso": {"text": {"tokens": "pairs"}}}}}, "cannot be put together again"),
        ({"represent": {"split": {"folds": 3}}}, "the tokens of one fold"),
        ({"represent": {"target": ["iso", "said"]}}, "one text is said token by token"),
        ({"learn": {"networks": 3}}, "texts of several networks have no mean"),
        ({"learn": {"task": "classification"}}, r"learn: \{task: translation\} beside it"),
    ],
)
def test_wrong_recipes_are_told(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    given = recipe()
    given = {part: {**given[part], **change.get(part, {})} for part in given}
    with pytest.raises(ProtokitError, match=words):
        protokit.run(given, dates(60), out=tmp_path)


def test_an_empty_text_is_told_with_its_row(tmp_path: Path) -> None:
    frame = dates(60)
    frame.loc[7, "iso"] = "  "
    with pytest.raises(ProtokitError, match=r"'iso', row \d+: the text that is to be said is empty"):
        protokit.run(recipe(), frame, out=tmp_path)
