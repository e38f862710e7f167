"""Texts by vectors of words from a file, of each of the forms that there are."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from protokit.core.errors import DataError, SpecError
from protokit.core.outside import access
from protokit.core.values.said import Notice
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.words import files
from protokit.represent.encoders.words.tokens import VectorTokens
from protokit.represent.kind import FitContext, column_from_plain
from protokit.represent.kinds.text import Text, TextOptions
from protokit.workflow.run.representing import represent

WORDS = ("the", "Cat", "dog", "runs", "far", "unused")
TABLE = np.arange(18, dtype=np.float32).reshape(6, 3) / 4
TEXTS = ("The cat runs.", "the dog runs far", "a dog", "the cat", None)


def write(folder: Path, form: str) -> Path:
    lines = [f"{word} {' '.join(map(str, vector))}" for word, vector in zip(WORDS, TABLE.tolist(), strict=True)]
    path = folder / f"{form}.txt"
    if form == "glove":
        path.write_text("\n".join(lines) + "\n")
    elif form == "word2vec":
        path.write_text("\n".join(["6 3", *lines]) + "\n")
    elif form == "binary":
        rows = [
            word.encode() + b" " + struct.pack("<3f", *vector) + b"\n"
            for word, vector in zip(WORDS, TABLE, strict=True)
        ]
        path.write_bytes(b"6 3\n" + b"".join(rows))
    else:
        path = folder / "model2vec"
        path.mkdir()
        save_file({"embeddings": TABLE}, path / "model.safetensors")
        vocab = {word: i for i, word in enumerate(WORDS)}
        (path / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocab}}))
    return path


def column(cells: tuple[object, ...] = TEXTS) -> pd.Series:
    return pd.Series(list(cells), name="said", dtype=object)


def fitted(path: Path, **options: object) -> tuple[VectorTokens, list[Notice]]:
    told: list[Notice] = []
    said = TextOptions.model_validate({"vectors": path.name, **options})
    made = Text.fit(column(), said, FitContext(folder=path.parent, say=told.append))
    assert isinstance(made, VectorTokens)
    return made, told


@pytest.mark.parametrize("form", ["glove", "word2vec", "binary", "model2vec"])
def test_each_form_gives_the_same_vectors(form: str, tmp_path: Path) -> None:
    path = write(tmp_path, form)
    with access.watched() as asked:
        made, [notice] = fitted(path)
    assert any(path in (Path(one.name), Path(one.name).parent) for one in asked)
    assert made.vocabulary == ("the", "cat", "dog", "runs", "far", "unused")
    assert made.values is not None and np.array_equal(made.values[2:], TABLE) and not made.values[0].any()
    assert made.spec.vectors is not None and (made.spec.vectors.width, made.spec.levels) == (3, 8)
    assert f"2 of 7 words, 16.7% of all that is written, have no vector in {path.name}, such as '.', 'a'" in notice.rule
    assert made.array(column())[0].tolist() == [2, 3, 5, 1]


def test_a_saved_column_has_no_vectors_and_reads_texts_alike(tmp_path: Path) -> None:
    made, _ = fitted(write(tmp_path, "glove"), trained=True)
    plain = json.loads(json.dumps(made.as_plain()))
    again = column_from_plain(plain)
    assert isinstance(again, VectorTokens) and again == made and again.values is None and again.spec == made.spec
    assert np.array_equal(again.array(column()), made.array(column()))
    assert again.spec.vectors is not None and again.spec.vectors.trained
    [note] = again.unusual(column(("a fox ran", "the cat"))).notes
    assert note == "3 of 5 words have no vector, such as 'a', 'fox', 'ran'"
    assert not again.unusual(column()).notes
    few, _ = fitted(write(tmp_path, "word2vec"), vocabulary=2)
    assert few.vocabulary == ("the", "cat")


def test_the_whole_way_from_a_recipe(tmp_path: Path) -> None:
    write(tmp_path, "glove")
    rows = pd.DataFrame({"said": list(TEXTS) * 10, "y": ["a", "b"] * 25})
    plain = {"represent": {"target": "y", "columns": {"said": {"text": {"vectors": "glove.txt"}}}}}
    recipe = Recipe.parse(plain, folder=tmp_path)
    [found] = represent(recipe, Table(rows))
    [spec] = found.encoder.signature.inputs
    assert spec.kind == "text" and spec.vectors is not None and spec.vectors.values is not None
    again = Encoder.from_plain(json.loads(json.dumps(found.encoder.as_plain())))
    assert again.signature == found.encoder.signature


@pytest.mark.parametrize(
    ("content", "rule", "cure"),
    [
        (b"", "no word is in it", "give a file of GloVe"),
        (b"the 1 2\ncat 1\n", "line 2 has not a word and 2 numbers: 'cat 1'", "give a file of GloVe"),
        (b"the 1 x\n", "line 1 holds something that is no number", "give a file"),
        (b"the 1 nan\n", "the vector of 'the' has a number that is none", "give a file"),
        (b"2 3\nthe \0\0\0\0\0\0\0\0\0\0\0\0cat \0\0", "it ends within word 2 of the 2 that it says", "give a file"),
        (b"\x1f\x8b\x08", "the file is packed", "unpack it"),
        (b"fox 1 2\n", "no word of 'said' is in vectors.txt", "a file of its language"),
    ],
)
def test_damaged_files_are_told_with_their_line(content: bytes, rule: str, cure: str, tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        fitted(path)
    assert rule in caught.value.rule and cure in str(caught.value.cure)


def test_what_cannot_be_is_told_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        fitted(tmp_path / "gone.txt")
    folder = write(tmp_path, "model2vec")
    (folder / "tokenizer.json").write_text('{"model": {"vocab": {"the": 9}}}')
    with pytest.raises(DataError, match=r"no model of Model2Vec .*more words than vectors"):
        fitted(folder)
    for options, rule in (
        ({"trained": True}, "trained is for vectors of a file"),
        ({"vectors": "v.txt", "form": "tfidf"}, "a file has no vectors for tfidf"),
        ({"vectors": "v.txt", "tokens": "pairs"}, "a file has no vectors for pairs"),
    ):
        with pytest.raises(SpecError, match=rule):
            Recipe.parse({"represent": {"target": "y", "columns": {"x": {"text": options}}}})


@given(
    st.one_of(
        st.binary(max_size=80),
        st.binary(max_size=40).map(lambda end: b"2 3\n" + end),
        st.text(max_size=40).map(str.encode),
    )
)
def test_no_file_gives_a_traceback(content: bytes) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.bin"
        path.write_bytes(content)
        try:
            found = files.vectors(path, {"the"}, 5)
        except DataError as error:
            assert error.cure
            return
        assert all(np.isfinite(vector).all() for vector in found.values())


def test_a_mark_of_utf8_and_tabs_change_no_word(tmp_path: Path) -> None:
    texts = ["\ufeffgood 1 2\nbad 3 4\n", "good\t1\t2\nbad\t3\t4\n", "\ufeff2 2\ngood 1 2\nbad 3 4\n"]
    for i, text in enumerate(texts):
        file = tmp_path / f"{i}.txt"
        file.write_text(text, encoding="utf-8")
        found = files.vectors(file, {"good"}, 10)
        assert {word: one.tolist() for word, one in found.items()} == {"good": [1.0, 2.0], "bad": [3.0, 4.0]}
