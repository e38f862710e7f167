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
from protokit.represent.target import TargetEncoder
from protokit.represent.targets.codings.tokens import before
from protokit.workflow.record.predictions import read_predictions

MENU = [{"GRU": {"units": 16, "return_sequences": True}}]
COLUMNS: dict[str, Any] = {"said": "text", "back": {"text": {"tokens": "words"}}}
NAMES = ("Anna", "Bert", "Cleo", "Dora")


def names(rows: int = 320) -> pd.DataFrame:
    """Two names, and the same two the other way round."""
    pairs = np.random.default_rng(0).integers(0, 4, (rows, 2))
    said = [f"{NAMES[a]} and {NAMES[b]}" for a, b in pairs]
    return pd.DataFrame({"said": said, "back": [f"{NAMES[b]} & {NAMES[a]}" for a, b in pairs]})


def recipe(represent: dict[str, Any] | None = None, **learn: Any) -> dict[str, Any]:
    few = {"epochs": 12, "stop": None, "batch_size": 32, "optimizer": {"Adam": {"learning_rate": 0.02}}}
    said = {"target": "back", "columns": COLUMNS, **(represent or {})}
    return {"represent": said, "learn": {"task": "translation", "menu": MENU, **few, **learn}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    given = {**recipe(), "evaluate": {"baselines": ["dummy"]}}
    return protokit.run(given, names(), out=tmp_path_factory.mktemp("runs"))


def test_names_are_said_the_other_way_round(run: protokit.Run) -> None:
    assert run.metrics["exact_match"] > 0.9 and run.metrics["token_accuracy"] > 0.9
    [verdict] = run.results["metrics"]["verdicts"]
    assert (verdict["metric"], verdict["outcome"]) == ("exact_match", "better")
    [target] = run.model.signature.targets
    assert target.width == 4 and " &" in target.classes, "the words have the blanks before them"


def test_a_loaded_model_says_the_same_and_looks_at_no_truth(run: protokit.Run) -> None:
    frame = names(40)
    said = run.model.predict(frame)
    assert [*said] == ["back"]
    pd.testing.assert_frame_equal(protokit.load(run.path).predict(frame[["said"]]), said)
    pd.testing.assert_frame_equal(run.model.predict(frame.assign(back="Cleo & Cleo")), said)
    assert run.model.embed(frame[["said"]]).shape == (40, 64)


def test_scores_are_of_what_is_said_without_the_truth(run: protokit.Run) -> None:
    network, _, _ = read_predictions(run.path)
    written = pd.read_parquet(run.path / "predictions.parquet")
    assert (written["back"] == written["back predicted"]).mean() == pytest.approx(run.metrics["exact_match"])
    again = run.model.predict(names().iloc[written["row"]])["back"]
    assert (again.to_numpy() == written["back predicted"].to_numpy()).all()
    assert network["back"].truth.shape == network["back"].scores.shape == (len(written), 4)


def test_characters_are_the_tokens_where_nothing_is_said() -> None:
    frame = pd.DataFrame({"y": ["Ab c", "b"]})
    encoder = TargetEncoder.fit(frame, ("y",), "translation")
    truth = encoder.truth(frame)
    assert truth.shape == (2, 5) and truth[1].tolist() == [truth[0, 1], 0, -2, -2, -2]
    later = encoder.truth(pd.DataFrame({"y": ["Zb"]}))
    assert later[0, :3].tolist() == [-1, truth[1, 0], 0]
    assert encoder.columns(truth, frame)["y"].tolist() == ["Ab c", "b"]


def test_what_is_not_known_yet_is_not_shown_to_the_decoder() -> None:
    spec = TargetSpec("y", "translation", ("", "a", "b"), width=3)
    assert before(spec, np.array([[1, 2, 0]])).tolist() == [[3, 1, 2]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"represent": {"columns": {"said": "text"}}}, r"columns: \{back: text\}"),
        ({"represent": {"columns": {**COLUMNS, "back": {"text": {"form": "tfidf"}}}}}, "codes of its tokens alone"),
        (
            {"represent": {"columns": {**COLUMNS, "back": {"text": {"tokens": "pairs"}}}}},
            "cannot be put together again",
        ),
        ({"represent": {"split": {"folds": 3}}}, "the tokens of one fold"),
        ({"represent": {"target": ["back", "said"]}}, "one text is said token by token"),
        ({"learn": {"networks": 3}}, "texts of several networks have no mean"),
        ({"learn": {"task": "classification"}}, r"learn: \{task: translation\} beside it"),
    ],
)
def test_wrong_recipes_are_told(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    given = recipe()
    given = {part: {**given[part], **change.get(part, {})} for part in given}
    with pytest.raises(ProtokitError, match=words):
        protokit.run(given, names(60), out=tmp_path)


def test_an_empty_text_is_told_with_its_row(tmp_path: Path) -> None:
    frame = names(60)
    frame.loc[7, "back"] = "  "
    with pytest.raises(ProtokitError, match=r"'back', row \d+: the text that is to be said is empty"):
        protokit.run(recipe(), frame, out=tmp_path)
