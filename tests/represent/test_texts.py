"""How texts are split, by their scripts, and what is said of it."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import SpecError
from protokit.core.values.said import Notice
from protokit.evaluate.estimators.features import linear_matrix
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.inference import infer
from protokit.represent.encoders.text import Tfidf, Tokens
from protokit.represent.encoders.tokens import SPLITTERS, characters, fitting, mixed, words
from protokit.represent.kind import column_from_plain
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent

GOOD = ["喜欢", "很好", "满意"]
BAD = ["退货", "很差", "破损"]
FILLER = ["昨天", "收到", "这个", "产品", "客服", "物流", "包装", "屏幕", "质量"]
JAPANESE = "この商品はとても良いと思います"
THAI = "สินค้านี้ดีมากและส่งเร็วมาก"


def reviews(seed: int, rows: int = 200) -> pd.DataFrame:
    """Chinese texts without blanks; one word of each tells the class."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"y": rng.choice(["neg", "pos"], rows)})
    some = [[*rng.choice(FILLER, 6), rng.choice(GOOD if y == "pos" else BAD)] for y in frame["y"]]
    frame["review"] = ["".join(rng.permutation(parts)) + str(i) for i, parts in enumerate(some)]
    return frame


def test_each_script_is_split_by_its_own_way() -> None:
    assert mixed("很好的iPhone 15，好!") == ["很", "很好", "好", "好的", "的", "iphone", "15", "，", "好", "!"]
    assert mixed("Don't panic, 42") == words("Don't panic, 42")
    assert mixed("한국어는 띄어 씁니다") == words("한국어는 띄어 씁니다") == ["한국어는", "띄어", "씁니다"]
    # what is written over a character belongs to it
    assert mixed("ที่นี่") == ["ที่", "ที่นี่", "นี่"]
    assert characters("ab c!") == ["a", "ab", "b", "c", "c!", "!"]


@given(st.text(max_size=60), st.sampled_from(list(SPLITTERS)))
def test_no_token_has_a_blank_and_none_is_empty(text: str, tokens: str) -> None:
    found = SPLITTERS[tokens](text)
    assert " ".join(found).split() == found
    assert bool(found) or not any(c.isalnum() for c in text)


@given(st.text(alphabet="aB 很好屏幕のเมー,。7", max_size=30))
def test_no_character_of_a_mixed_text_is_lost(text: str) -> None:
    assert set("".join(mixed(text))) == set(text.lower()) - {" "}


def test_how_texts_are_split_follows_their_scripts() -> None:
    assert fitting(["plain words here", "naïve café"]) == "words"
    assert fitting([JAPANESE, "ok"]) == fitting([THAI]) == fitting(["屏幕 很 好"]) == "mixed"
    assert fitting(["one 好 in a long text of English words, said by nobody"]) == "words"


@pytest.mark.parametrize("text", ["屏幕包装昨天收到这个产品很差", JAPANESE, THAI, "the cat sat on the mat"])
def test_texts_without_blanks_are_free_text(text: str) -> None:
    cells = pd.Series([f"{text}{i}" for i in range(50)], name="said")
    assert infer(cells).kind == "text"


@pytest.mark.parametrize("name", ["王小明", "สมชาย ใจดี", "東京都港区", "Anna Maria Smith"])
def test_names_are_no_free_text(name: str) -> None:
    cells = pd.Series([f"{name}{i}" for i in range(50)], name="who")
    assert infer(cells).kind != "text"


def test_a_column_without_blanks_is_learned_from_and_said_once() -> None:
    frame = reviews(0)
    [found] = represent(Recipe.parse({"represent": {"target": "y"}}), table := collect(_recipe(), frame))
    assert found.encoder.kinds == {"review": "text"}
    [said] = [notice for notice in found.notices if "without blanks" in notice.rule]
    assert said.cure is not None and "{review: {text: {tokens: characters}}}" in said.cure
    [column] = found.encoder.own
    assert isinstance(column, Tokens) and column.tokens == "mixed" and {"喜欢", "退货"} <= set(column.vocabulary)
    again = column_from_plain(json.loads(json.dumps(column.as_plain())))
    assert again == column and (again.array(frame["review"]) == column.array(frame["review"])).all()
    # the edit is one, and asks for no other
    edited = _recipe(columns={"review": {"text": {"tokens": "characters"}}})
    assert not any("blanks" in notice.rule for notice in represent(edited, table)[0].notices)
    asked = represent(_recipe(columns={"review": {"text": {"tokens": "words"}}}), table)[0].notices
    assert any("{tokens: mixed}" in str(notice.cure) for notice in asked)


def test_baselines_have_the_same_tokens() -> None:
    frame = reviews(1)
    for tokens in ("mixed", "characters"):
        for form in ("tokens", "tfidf"):
            recipe = _recipe(columns={"review": {"text": {"tokens": tokens, "form": form}}})
            [found] = represent(recipe, collect(recipe, frame))
            [column] = found.encoder.own
            known = linear_matrix(found.train.features, 0)(found.train.features).shape[1]
            split = {t for text in found.train.features.texts["review"] for t in text.split()}
            assert known == len(split) and set(column.vocabulary) <= split  # type: ignore[attr-defined]
            assert {"喜", "喜欢"} <= split


def test_what_is_cut_is_counted_and_the_edit_ends_it() -> None:
    texts = pd.Series(["a b c d e f"] * 98 + ["a " * 50, "b " * 20], name="t")
    said: list[Notice] = []
    column = Tokens.fit(texts, say=said.append)
    assert column.length == 6 and column.cut == 0.02
    [notice] = said
    assert "2 of the 100 training texts are longer than 6 words" in notice.rule and "(8.8% of all)" in notice.rule
    assert notice.cure == "columns: {t: {text: {length: 50}}}"
    assert not Tokens.fit(texts, length=50, say=lambda notice: pytest.fail(notice.rule)).cut
    # texts that are not much longer than the others are not cut at all
    assert Tokens.fit(pd.Series(["a b c d"] * 98 + ["a b c d e f"] * 2, name="t")).length == 6


def test_later_texts_that_are_cut_are_counted() -> None:
    column = Tokens.fit(pd.Series(["a b c", "b c a", "c a b"], name="t"))
    assert not column.unusual(pd.Series(["a b c", ""], name="t")).notes
    [note] = column.unusual(pd.Series(["a b c d", "a"], name="t")).notes
    assert note == "1 text is longer than the 3 words that the model reads: the rest is cut"


def test_a_missing_text_is_told_where_no_training_row_lacked_one() -> None:
    texts, later = pd.Series(["a b c", "b c a", "c a b"], name="t"), pd.Series(["a b c", None], name="t")
    for form in (Tokens, Tfidf):
        [note] = form.fit(texts).unusual(later).notes
        assert note == "1 cell is missing, and no training row's was: an empty text stands for them"
        assert not form.fit(pd.concat([texts, later])).unusual(later).notes


def test_models_from_before_split_at_blanks() -> None:
    plain = {"kind": "tokens", "column": "t", "vocabulary": ["a", "很好"], "length": 3}
    column = column_from_plain(plain)
    assert isinstance(column, Tokens)
    assert column.array(pd.Series(["很好 a 很"], name="t")).tolist() == [[3, 2, 1]]
    old = column_from_plain({"kind": "tfidf", "column": "t", "vocabulary": ["a"], "idf": [1.5]})
    assert isinstance(old, Tfidf) and old.array(pd.Series(["a"], name="t")).tolist() == [[1.0]]


def test_a_wrong_way_to_split_is_refused_with_the_right_one() -> None:
    with pytest.raises(SpecError, match="unknown tokens 'charaters'") as raised:
        _recipe(columns={"review": {"text": {"tokens": "charaters"}}})
    assert "did you mean 'characters'?" in str(raised.value)


def _recipe(**more: object) -> Recipe:
    return Recipe.parse({"represent": {"target": "y", **more}})


def opinions(rows: int = 120) -> pd.DataFrame:
    """English texts in which two words tell by which stands first."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"y": rng.choice(["neg", "pos"], rows)})
    some = [(*rng.choice(["we", "had", "it", "all"], 5), "not bad" if y == "pos" else "bad not") for y in frame["y"]]
    frame["review"] = [f"{' '.join(parts)} {i}" for i, parts in enumerate(some)]
    return frame


def test_pairs_stand_behind_the_words_and_only_those_that_are_known() -> None:
    column = Tokens.fit(pd.Series(["not bad", "it is not bad", "bad it is"], name="t"), tokens="pairs")
    assert column.vocabulary == ("bad", "is", "it", "not", "it+is", "not+bad") and column.spec.levels == 8
    assert (column.length, column.pairs, column.spec.shape) == (4, 2, (6,))
    assert column.names == ("t word 1", "t word 2", "t word 3", "t word 4", "t pair 1", "t pair 2")
    cells = pd.Series(["is not bad", "bad not", "it is + bad", None, "it is it is it is"], name="t")
    assert column.array(cells).tolist() == [
        [3, 5, 2, 0, 7, 0],
        [2, 5, 0, 0, 0, 0],
        [4, 3, 1, 2, 6, 0],
        [0, 0, 0, 0, 0, 0],
        [4, 3, 4, 3, 6, 6],
    ]
    assert list(column.plain(cells, column.array(cells))[[0, 2]]) == ["is not bad not+bad", "it is + bad it+is"]
    assert column_from_plain(json.loads(json.dumps(column.as_plain()))) == column


def test_the_vocabulary_has_room_for_words_and_for_pairs() -> None:
    texts = pd.Series(["a b c d", "b c d a", "c d a b", "c d"], name="t")
    assert Tokens.fit(texts, 3, tokens="pairs").vocabulary == (
        "c",
        "d",
        "a",
        "c+d",
        "d+a",
    )  # b is not in, nor pairs of it
    assert Tokens.fit(texts, 2, tokens="pairs").vocabulary == ("c", "d", "c+d")
    assert len(Tokens.fit(texts, 4, tokens="pairs").vocabulary) == 8
    found = Tfidf.fit(texts, 3, "pairs")
    assert found.vocabulary == ("c", "d", "a", "c+d", "d+a") and len(found.idf) == 5
    assert (found.array(texts)[3] > 0).tolist() == [True, True, False, True, False]


@given(st.lists(st.text(alphabet="aB +.é\n", max_size=20), min_size=2, max_size=8), st.integers(1, 5))
def test_pairs_are_those_that_more_than_one_text_has(texts: list[str], length: int) -> None:
    series = pd.Series([*texts, "a b", "b a"], name="t", dtype=object)
    column = Tokens.fit(series, tokens="pairs")
    singles = {token for token in column.vocabulary if len(words(token)) == 1}
    often = Counter(pair for text in series for pair in {*pairwise(words(text))} if singles.issuperset(pair))
    assert {*column.vocabulary} - singles == {f"{a}+{b}" for (a, b), count in often.items() if count > 1}
    assert len(set(column.vocabulary)) == len(column.vocabulary)
    cut = Tokens.fit(series, length=length, tokens="pairs")
    array = cut.array(series)
    assert array.shape == (len(series), length + cut.pairs) and cut.pairs <= length - 1
    assert array.max() < cut.spec.levels and (array[:, length:] != 1).all()


def test_pairs_are_read_where_they_are_asked_for_and_baselines_have_them_too() -> None:
    frame = opinions()
    for form in ("tokens", "tfidf"):
        recipe = _recipe(columns={"review": {"text": {"tokens": "pairs", "form": form}}})
        [found] = represent(recipe, collect(recipe, frame))
        [column] = found.encoder.own
        assert {"not+bad", "bad+not"} <= set(column.vocabulary)  # type: ignore[attr-defined]
        features = found.train.features
        known = linear_matrix(features, 0)(features).shape[1]
        split = {token for text in features.texts["review"] for token in text.split()}
        # of words all, as ever, of pairs those that the network has
        assert known == len(split) and set(column.vocabulary) <= split  # type: ignore[attr-defined]
        assert {token for token in split if "+" in token} <= set(column.vocabulary)  # type: ignore[attr-defined]
    [found] = represent(_recipe(columns={"review": "text"}), collect(_recipe(), frame))
    [column] = found.encoder.own
    assert isinstance(column, Tokens) and column.tokens == "words" and column.pairs == 0


def test_a_text_without_a_pair_that_another_has_is_its_words() -> None:
    texts = pd.Series(["a", "b", "a b", "b a"], name="t")
    column = Tokens.fit(texts, tokens="pairs")
    assert column.vocabulary == ("a", "b") and column.spec.shape == (2,)
