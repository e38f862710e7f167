"""Free texts: a file of ONNX splits them as Python does, other formats take codes of tokens; none is another."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import SpecError
from protokit.doors.arithmetic.of_onnx import IR, OPSET_ML, OPSET_OF_TEXTS, Wire
from protokit.doors.arithmetic.of_onnx_texts import CONTRIBUTED, OfOnnxTexts
from protokit.doors.graph.columns.free_texts import OfText, OfTokens
from protokit.doors.graph.columns.of_kind import raw_column
from protokit.doors.onnx_session import slices
from protokit.doors.plan import Plan
from protokit.doors.proof import arrays, drawn
from protokit.represent.encoders.text import Tfidf, Tokens

Models = Callable[[str], Any]
SEEN = [
    "The cat sat, on the MAT! Don't panic_42 -- good+bad ++ \u00c4rger Stra\u00dfe",
    "the cat; the mat? the dog! don't, don't: not good+bad, 42 ++ \u00e4rger stra\u00dfe",
    "\u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03bf\u03c2 \u03c3 \u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 i\u0307",
    "\u03bf\u03b4\u03bf\u03c2 \u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 \u0130stanbul \u0130i x\u0301y",
    "\u5f88\u597d\u7684 iPhone! \u5c4f\u5e55 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u5f88\u597d",
    "\u5f88\u597d\u7684 iphone \u5c4f\u5e55\u5305\u88c5 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a",
]
WAYS = ["words", "pairs", "characters", "mixed"]
PIECES = [*" \n\u00a0\x1e\x1f\x85,.+'_", *(word for text in SEEN for word in text.split()), "\u0301", "\u0e31", "\x00"]
TEXTS = st.one_of(
    st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(PIECES).map(str.upper)), max_size=30).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text("a\u03a3\u03c3.'\u0301\u0345 \u00adB\u0130", max_size=12),
    st.none(),
)


@cache
def read(way: str, form: str) -> tuple[Any, Callable[[pd.Series], np.ndarray]]:
    """What a column learned, and a session of what ONNX does with it."""
    cells = pd.Series(SEEN, name="said")
    column = Tfidf.fit(cells, 300, way) if form == "tfidf" else Tokens.fit(cells, 300, 9, way)
    a, info = OfOnnxTexts(), onnx.helper.make_tensor_value_info
    found = raw_column(column, ("?",)).made(a, Wire("said", "object"))
    a.nodes.append(onnx.helper.make_node("Identity", [found.name], ["found"]))
    types = onnx.TensorProto.INT32 if form == "tokens" else onnx.TensorProto.FLOAT
    takes, gives = info("said", onnx.TensorProto.STRING, ["rows", 1]), info("found", types, ["rows", "places"])
    graph = onnx.helper.make_graph(a.nodes, "g", [takes], [gives], a.constants, value_info=a.types)
    domains = {"": OPSET_OF_TEXTS, "ai.onnx.ml": OPSET_ML, CONTRIBUTED: 1}
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid(*one) for one in domains.items()], ir_version=IR
    )
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

    def said(cells: pd.Series) -> np.ndarray:
        made = [session.run(None, some)[0] for some in slices({"said": OfText(column).array(cells)})]
        return np.concatenate(made)

    return column, said


@pytest.mark.some("words-tokens", "mixed-tokens", "pairs-tfidf")
@pytest.mark.parametrize("form", ["tokens", "tfidf"])
@pytest.mark.parametrize("way", WAYS)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_drawn_texts_are_read_as_python_reads_them(way: str, form: str, texts: list[str | None]) -> None:
    column, said = read(way, form)
    cells = pd.Series(texts, name="said", dtype=object)
    found, wanted = said(cells), column.array(cells)
    assert found.dtype == wanted.dtype and found.shape == wanted.shape
    assert np.abs(found - wanted).max(initial=0) <= (1e-6 if form == "tfidf" else 0)


@pytest.mark.parametrize("way", ["words", "mixed"])
def test_every_character_is_read_as_python_reads_it(way: str) -> None:
    """Alone, and between two letters: where a token ends, and what is the lower case of each."""
    column, said = read(way, "tokens")
    signs = [chr(place) for place in range(0x3400) if chr(place) != "?"]  # which is a missing cell
    for cells in (pd.Series(signs), pd.Series([f"the{one}the {one}" for one in signs])):
        assert (said(cells) == column.array(cells)).all()


def test_long_texts_and_marks_of_missing_cells() -> None:
    column, said = read("words", "tokens")
    cells = pd.Series(["the " * 50_000, " " * 100_000 + "cat", "", None, "x" * 100_000 + " mat"])
    assert (said(cells) == column.array(cells)).all()
    assert not said(pd.Series(["?"])).any() and column.array(pd.Series(["?"])).any()


def test_rows_are_given_by_few_where_a_text_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protokit.doors.onnx_session._CHARACTERS", 10)
    texts = np.array(["ab", "abc", "a", "b" * 40, "", "", None], object)[:-1, None]
    assert [len(one["t"]) for one in slices({"t": texts})] == [3, 1, 2]
    assert [len(one["t"]) for one in slices({"t": texts[:0]})] == [0]


@pytest.mark.some("texts-onnx", "tokens-keras")
@pytest.mark.parametrize("ending", ["onnx", "keras", "", "tflite", "py"])
@pytest.mark.parametrize("name", ["texts", "tokens"])
def test_texts_go_into_every_format_or_are_refused(
    model: Models, birds: pd.DataFrame, tmp_path: Path, name: str, ending: str
) -> None:
    if ending == "py":
        pytest.importorskip("torch")
    path = tmp_path / f"m.{ending}".rstrip(".")
    if name == "texts" and ending not in ("onnx", "py"):
        with pytest.raises(SpecError, match="'sung' is a text as tfidf"):
            model(name).export(path)
        assert not list(tmp_path.iterdir())
        return
    found = model(name).export(path, rows=birds)
    assert found.differs <= 1e-5
    [said] = [one for one in json.loads(found.contract.read_text())["inputs"] if one["column"] == "said"]
    if ending in ("onnx", "py"):
        assert said["dtype"] == "text" and "codes" not in said
    else:
        assert said["dtype"] == "int32" and said["codes"]["bird"] >= 2 and r"\w+|[^\w\s]" in said["cells"]
        assert said["shape"] == ["rows", max(part.encoder.own[0].length for part in model(name).parts)]


def test_pairs_of_other_folds_are_no_codes() -> None:
    cells = pd.Series(SEEN, name="said")
    columns = [OfText(Tokens.fit(some, 50, 9, "pairs")) for some in (cells, cells.iloc[:3])]
    with pytest.raises(SpecError, match="'said' is a text with other pairs of words in each part"):
        OfTokens.of(columns[0], columns)
    assert OfTokens.of(columns[0], columns[:1]).places == 9 + columns[0].fitted.pairs


def test_a_module_of_torch_reads_texts_to_the_bit(model: Models, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from tests.doors.test_torch import module_of

    one = model("texts")
    text = one.export(tmp_path / "m.py").path.read_text(encoding="utf-8")
    assert "def split_mixed" in text and "def split_pairs" not in text and "def pairs(" in text
    table = drawn(Plan.of(one), 200, 1)
    given = {name: array[:, 0].tolist() for name, array in arrays(Plan.of(one), table).items()}
    [found] = module_of(tmp_path / "m.py").Model.load().encode(given)
    wanted = Plan.of(one).encoders[0].encode(table)[0]
    assert (found["said_"].numpy() == wanted["said"]).all()
    assert np.abs(found["sung"].numpy() - wanted["sung"]).max() <= 1e-6
