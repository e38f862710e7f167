"""Columns that are an input of their own: texts, images, sequences; and ordered categories."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as pillow
from sklearn.feature_extraction.text import TfidfVectorizer

from protokit.core.errors import DataError
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.image import ImageColumn
from protokit.represent.encoders.sequences import SequenceColumn, SequenceGrouping
from protokit.represent.encoders.text import Tfidf, Tokens
from protokit.represent.encoders.tokens import words
from protokit.represent.kind import column_from_plain
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent

TEXTS = ["The cat sat.", "the Cat ran!", "a dog ran", None, "A DOG sat, sat", "", "42 cats"]


def done(frame: pd.DataFrame, **more: object) -> Represented:
    recipe = Recipe.parse({"represent": {"target": "y", **more}})
    [result] = represent(recipe, collect(recipe, frame))
    return result


def examples(seed: int, rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": rng.normal(size=rows), "y": rng.integers(0, 2, rows)})
    lexicon = ["red", "green", "blue", "sun", "rain", "wind"]
    frame["said"] = [" ".join(rng.choice(lexicon, rng.integers(6, 12))) for _ in range(rows)]
    frame["seen"] = pd.Series(list(rng.integers(0, 256, (rows, 5, 4), np.uint8)), dtype=object)
    frame["grade"] = rng.choice(["low", "high", "middle"], rows)
    return frame


KINDS = {"said": "text", "seen": "image", "grade": {"ordered": ["low", "middle", "high"]}}


def long_table(seed: int, keys: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for key in range(keys):
        for step in rng.permutation(rng.integers(3, 8)):
            missing = rng.random() < 0.05
            rows.append((f"k{key}", int(step), np.nan if missing else rng.normal(), rng.normal(), key % 3, key % 2))
    return pd.DataFrame(rows, columns=["key", "at", "u", "v", "place", "y"])


def test_words_are_in_lower_case_and_marks_stand_alone() -> None:
    assert words("It's RED-hot, 42%") == ["it", "'", "s", "red", "-", "hot", ",", "42", "%"]


def test_tokens_are_codes_of_the_words_that_training_knows() -> None:
    tokens = Tokens.fit(pd.Series(TEXTS, name="t"))
    assert tokens.vocabulary[:2] == ("a", "cat") and "dog" in tokens.vocabulary and "42" not in tokens.vocabulary
    assert tokens.length == 5
    codes = tokens.array(pd.Series(["dog a unheard", None], name="t"))
    assert codes.tolist() == [[2 + tokens.vocabulary.index("dog"), 2, 1, 0, 0], [0] * 5]
    assert Tokens.fit(pd.Series(TEXTS, name="t"), size=3, length=2).spec.shape == (2,)
    with pytest.raises(DataError, match="no text of 't' has a word"):
        Tokens.fit(pd.Series(["", None], name="t"))


@given(st.lists(st.text(alphabet="ab cD.é", max_size=20), min_size=3, max_size=12))
@settings(deadline=None, max_examples=40)
def test_tfidf_is_scikit_learns(texts: list[str]) -> None:
    series = pd.Series([*texts, "a b", "b a"], name="t", dtype=object)
    ours = Tfidf.fit(series)
    theirs = TfidfVectorizer(
        tokenizer=words, token_pattern=None, lowercase=False, sublinear_tf=True, vocabulary=list(ours.vocabulary)
    )
    np.testing.assert_allclose(ours.array(series), theirs.fit_transform(series).toarray(), atol=1e-5)


def test_images_of_every_form_are_the_same_pixels(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 6, 3), np.uint8)
    pillow.fromarray(pixels).save(tmp_path / "a.png")
    buffer = io.BytesIO()
    pillow.fromarray(pixels).save(buffer, "PNG")
    cells = ["a.png", str(tmp_path / "a.png"), buffer.getvalue(), pixels, pillow.fromarray(pixels), pixels / 255.0]
    series = pd.Series(cells, name="p", dtype=object)
    image = ImageColumn.fit(series, folder=tmp_path)
    assert (image.size, image.channels) == ((8, 6), 3)
    assert all((row == pixels).all() for row in image.array(series))
    assert ImageColumn.fit(series, size=(4, 3), channels=1, folder=tmp_path).array(series).shape == (6, 4, 3, 1)


def test_images_of_many_sizes_and_grey_ones() -> None:
    rng = np.random.default_rng(0)
    cells = [rng.integers(0, 256, (size, size), np.uint8) for size in (5, 6)]
    grey = ImageColumn.fit(pd.Series(cells, name="p", dtype=object))
    assert (grey.size, grey.channels) == ((64, 64), 1)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("b.png", "no such file"),
        (b"no image", "no image that can be read"),
        ("broken.png", "broken.png: no image that can be read"),
        (None, "row 2: no image"),
        (3.5, "'3.5' is no image"),
        (np.zeros((2, 2, 5), np.uint8), "2 x 2 x 5"),
        (np.full((2, 2), -1.0), "are no pixels"),
        (np.full((2, 2), np.nan), "are no pixels"),
    ],
)
def test_a_cell_that_is_no_image_is_named(cell: object, words: str, tmp_path: Path) -> None:
    pillow.new("RGB", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "a.png").read_bytes()[:40])
    series = pd.Series(["a.png", cell], name="p", dtype=object)
    with pytest.raises(DataError, match="column 'p', row 2") as caught:
        ImageColumn("p", (4, 4), 3, str(tmp_path)).array(series)
    assert words in str(caught.value) and caught.value.cure


def test_sequences_are_folded_sorted_and_padded() -> None:
    frame = pd.DataFrame(
        {
            "key": ["b", "a", "b", "a", "a"],
            "at": [2, 3, 1, 1, 2],
            "u": [20.0, 3.0, 10.0, 1.0, np.nan],
            "y": ["p", "q", "p", "q", "q"],
            "said": list("vwxyz"),
        }
    )
    folding, notices = SequenceGrouping.of(frame, "key", "at", ("y",))
    assert folding.channels == ("u",) and "'said' is left out" in notices[0].rule
    folded, first = folding.examples(frame)
    assert first.tolist() == [0, 1] and folded["y"].tolist() == ["p", "q"]
    assert folded["sequence"][0].tolist() == [[10], [20]]
    steps = SequenceColumn.fit(folded["sequence"], folding.channels)
    array = steps.array(folded["sequence"])
    assert array.shape == (2, 3, 2) and array[:, :, 1].tolist() == [[1, 1, 0], [1, 1, 1]]
    assert array[1, 1, 0] == 0 and array[0, 2, 0] == 0  # missing, and past the end
    assert steps.summary(folded["sequence"]).shape == (2, 7)
    with pytest.raises(DataError, match="'said' differs within one sequence"):
        SequenceGrouping.of(frame, "key", "at", ("said",))
    with pytest.raises(DataError, match="row 1 has no 'key'"):
        folding.examples(frame.assign(key=[None, "a", "b", "a", "a"]))
    with pytest.raises(DataError, match="column 'u' is missing"):
        folding.examples(frame.drop(columns="u"))


def cases(lengths: list[int]) -> pd.DataFrame:
    """A long table of sequences of some lengths, each with a class."""
    rng = np.random.default_rng(len(lengths))
    case = np.repeat(np.arange(len(lengths)), lengths)
    at = np.concatenate([np.arange(length) for length in lengths])
    return pd.DataFrame({"case": case, "at": at, "u": rng.normal(size=len(case)), "y": np.array(["a", "b"])[case % 2]})


def test_no_step_is_cut_in_silence() -> None:
    frame = cases([1_200, *[1_000] * 18, 900])
    result = done(frame, sequence={"by": "case", "time": "at"})
    [told] = [notice for notice in result.notices if "longer" in notice.rule]
    assert told.rule == "1 sequence is longer than 1,000 steps; what is beyond (1.0% of all) is not read"
    assert told.cure == "sequence: {by: case, time: at, length: 1200}"
    kept = done(frame, sequence={"by": "case", "time": "at", "length": 1200})
    assert kept.train.inputs["sequence"].shape[1:] == (1200, 2)
    assert not [notice for notice in kept.notices if "longer" in notice.rule]
    [told] = [n for n in done(cases([9] * 20), sequence={"by": "case", "length": 4}).notices if "longer" in n.rule]
    assert told.rule == "20 of the 20 sequences are longer than 4 steps; what is beyond (55.6% of all) is not read"
    assert told.cure == "sequence: {by: case, length: 9}"


def test_sequences_to_predict_that_are_cut_are_counted() -> None:
    cells = [np.zeros((n, 1)) for n in (5, 5, 5, 9)]
    column = SequenceColumn.fit(pd.Series(cells, name="sequence"), ("u",), 5)
    assert column.cut == 0.25 and SequenceColumn.from_plain(column.as_plain()) == column
    assert not column.unusual(pd.Series(cells)).notes  # as often as in training
    found = column.unusual(pd.Series([*cells[2:], cells[3]]))
    assert found.notes == ("2 sequences are longer than the 5 steps that the model reads: the rest is cut",)
    earlier = SequenceColumn.from_plain({k: v for k, v in column.as_plain().items() if k != "cut"})
    assert earlier.unusual(pd.Series(cells)).notes[0].startswith("1 sequence is longer than the 5 steps")


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=6)
def test_nothing_is_fitted_on_validation_or_test_rows(seed: int) -> None:
    frame = examples(seed)
    before = done(frame, columns=KINDS)
    held = np.concatenate([before.split.validation, before.split.test])
    changed = frame.copy()
    for row in held:
        changed.at[row, "said"] = "new words here " * 20
        changed.at[row, "seen"] = np.full((9, 9, 3), 7, np.uint8)
        changed.at[row, "x"] = 1e6
    after = done(changed, columns=KINDS)
    assert set(before.train.inputs) == {"numbers", "said", "seen"}
    for name, values in before.train.inputs.items():
        assert (values == after.train.inputs[name]).all()


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=6)
def test_no_sequence_is_fitted_on_validation_or_test_rows(seed: int) -> None:
    frame = long_table(seed)
    more = {"sequence": {"by": "key", "time": "at"}}
    before = done(frame, **more)
    keys = frame["key"].drop_duplicates().to_numpy()
    held = set(keys[np.concatenate([before.split.validation, before.split.test])])
    changed = frame.copy()
    changed.loc[changed["key"].isin(held), ["u", "v"]] = 1e6
    after = done(changed, **more)
    for name, values in before.train.inputs.items():
        assert (values == after.train.inputs[name]).all()
    assert before.train.inputs["numbers"].shape[1] == 1  # place: the same within a key


@pytest.mark.parametrize("kind", ["rows", "sequences"])
def test_the_state_survives_json_to_the_bit(kind: str) -> None:
    frame = examples(0) if kind == "rows" else long_table(0)
    more = {"columns": KINDS} if kind == "rows" else {"sequence": {"by": "key", "time": "at"}}
    encoder = done(frame, **more).encoder
    again = Encoder.from_plain(json.loads(json.dumps(encoder.as_plain())))
    assert again.signature == encoder.signature and again.needed == encoder.needed
    first, second = (e.encode(e.examples(frame))[0] for e in (encoder, again))
    assert all((first[name] == second[name]).all() for name in first)


@pytest.mark.parametrize("form", ["tokens", "tfidf"])
def test_every_input_encoder_keeps_to_its_spec(form: str) -> None:
    frame = examples(1)
    result = done(frame, columns={**KINDS, "said": {"text": {"form": form, "vocabulary": 4}}})
    for column in result.encoder.own:
        array = column.array(frame[column.column])
        assert array.shape[1:] == column.spec.shape and array.dtype == column.spec.dtype
        assert column_from_plain(json.loads(json.dumps(column.as_plain()))).spec == column.spec
    assert result.train.features.texts.keys() == {"said"} and result.train.features.wide.keys() == {"seen"}


def test_an_order_is_numbers_and_a_level_without_a_place_is_named() -> None:
    frame = examples(2)
    result = done(frame, columns=KINDS)
    [grade] = [c for c in result.encoder.columns if c.column == "grade"]
    assert grade.numbers(pd.Series(["low", None, "high"], name="grade"))[[0, 2], 0].tolist() == [0, 2]
    frame.loc[5, "grade"] = "top"
    with pytest.raises(DataError, match=r"row \d+: 'top' is not one of low, middle, high"):
        done(frame, columns=KINDS)


def test_free_text_is_found_and_a_name_of_the_network_is_refused() -> None:
    frame = examples(3).drop(columns=["seen", "grade"])
    frame["said"] = [f"{text} {i}" for i, text in enumerate(frame["said"])]
    assert done(frame).encoder.kinds == {"x": "number", "said": "text"}
    with pytest.raises(DataError, match="cannot be named 'numbers'"):
        done(frame.rename(columns={"said": "numbers"}), columns={"numbers": "text"})


def test_labels_in_columns_and_in_one_column() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(80, 2)), columns=["u", "v"])
    frame["hot"], frame["wet"] = np.where(frame["u"] > 0, "yes", "no"), frame["v"] > 0
    frame["tags"] = [
        "|".join(n for n, there in (("hot", u > 0), ("wet", v > 0)) if there)
        for u, v in zip(frame.u, frame.v, strict=True)
    ]
    several, one = (
        Recipe.parse({"represent": {"target": t}, "learn": {"task": "multilabel"}}) for t in (["hot", "wet"], "tags")
    )
    [first] = represent(several, collect(several, frame.drop(columns="tags")))
    [second] = represent(one, collect(one, frame.drop(columns=["hot", "wet"])))
    assert first.encoder.signature.targets[0].columns == second.encoder.signature.targets[0].columns == ("hot", "wet")
    assert (first.train.truth["labels"] == second.train.truth["tags"]).all()
    assert first.train.targets["labels"].shape[1] == 2


def test_a_column_may_be_named_as_several_labels_are() -> None:
    """A target of several columns is called `labels`; so may one column be, and a feature as a label."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"u": rng.normal(size=80), "hot": rng.normal(size=80)})
    frame["labels"] = [["", "hot", "wet", "hot|wet"][i % 4] for i in range(80)]
    recipe = Recipe.parse({"represent": {"target": "labels"}, "learn": {"task": "multilabel"}})
    [found] = represent(recipe, collect(recipe, frame))
    assert found.encoder.signature.targets[0].columns == ("hot", "wet")
    again = Encoder.from_plain(json.loads(json.dumps(found.encoder.as_plain())))
    for encoder in (found.encoder, again):
        truth = encoder.arrays(frame.iloc[found.split.test]).truth["labels"]
        assert (truth == found.test.truth["labels"]).all() and truth[:, 0].sum() > 0
    for target in ("tags", ["u", "hot"]):  # the file of a model that could be made before says nothing new
        table = frame.rename(columns={"labels": "tags"}).assign(u=rng.random(80) < 0.5, hot=rng.random(80) < 0.5)
        recipe = Recipe.parse({"represent": {"target": target}, "learn": {"task": "multilabel"}})
        [plain] = represent(recipe, collect(recipe, table.assign(x=frame["u"])))[0].encoder.as_plain()["targets"]
        assert "in_one_column" not in plain


def test_an_error_names_the_row_of_the_table() -> None:
    frame = examples(4)
    frame["y"] = frame["y"].astype(float)
    frame.loc[[0, 1, 2], "y"] = None  # rows that are dropped count too
    frame["x"] = frame["x"].astype(object)
    frame.loc[40:50, "x"] = "many"
    with pytest.raises(DataError, match="column 'x', row 41: 'many' is not a number"):
        done(frame[["x", "y"]], columns={"x": "number"})
    frame.at[50, "seen"] = "gone.png"
    with pytest.raises(DataError, match="column 'seen', row 51: no such file"):
        done(frame[["seen", "y"]], columns={"seen": "image"})


def test_what_is_said_of_the_columns_of_a_sequence_holds() -> None:
    frame = long_table(1)
    rule = {"by": "key", "time": "at"}
    result = done(frame, sequence=rule, columns={"v": "ignore"})
    assert result.encoder.own[0].spec.columns[0] == "u" and "v" not in result.encoder.needed
    with pytest.raises(DataError, match="'v' changes within a sequence"):
        done(frame, sequence=rule, columns={"v": "category"})
    marked = frame.astype({"u": object})
    marked.loc[5, "u"] = "?"
    assert "u" in done(marked, sequence=rule, columns={"u": "number"}).encoder.needed
    predicted = result.encoder.predictions(frame, {"y": np.tile([0.2, 0.8], (40, 1))})
    assert predicted["key"].tolist() == frame["key"].drop_duplicates().tolist()
