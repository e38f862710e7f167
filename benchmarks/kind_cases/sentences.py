"""Vectors that stand for sentences, against the sentences themselves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from kind_cases.case import Case, Given, Scores, add, scored

NUMBERS = 200


def measured(given: Given, seed: int) -> Scores:
    """A truncated SVD of the weighted words of training rows as a column of vectors, and the texts as texts."""
    frame = pd.read_csv(given.data / "movie_review_sentences_mr.csv")
    text = next(c for c in frame.columns if frame[c].astype(str).str.len().mean() > 40)
    label = next(c for c in frame.columns if c not in (text, "split"))
    rng, is_test = np.random.default_rng(seed), frame["split"].astype(str).str.startswith("test")
    part = np.where(is_test, "test", np.where(rng.random(len(frame)) < 0.15, "validation", "train"))
    frame = pd.DataFrame({"text": frame[text], "y": frame[label], "part": part})
    known = frame.loc[frame["part"] == "train", "text"]
    words = TfidfVectorizer(sublinear_tf=True, min_df=2).fit(known)
    turned = TruncatedSVD(NUMBERS, random_state=seed).fit(words.transform(known))
    table = frame.assign(vector=[*map(list, turned.transform(words.transform(frame["text"])))])
    split, found = {"by": {"column": "part"}}, {}
    ways = {"vectors": {"text": "ignore", "vector": "vector"}, "texts (text_bag)": {"text": "text", "vector": "ignore"}}
    for name, columns in ways.items():
        scores = scored(table, {"target": "y", "columns": columns, "split": split}, "accuracy", seed, ("linear",))
        found[name] = {"accuracy": scores["network"]}
        found[f"{name}: logistic regression"] = {"accuracy": scores["linear"]}
    return found


def shown(found: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    """The network finds in the vectors what a linear model does."""
    own, linear = (found[name]["accuracy"] for name in ("vectors", "vectors: logistic regression"))
    return [
        (f"accuracy of vectors {own:.3f}, of a linear model on them {linear:.3f} (within .02)", own >= linear - 0.02)
    ]


about = (
    f"Sentences of film reviews as vectors of {NUMBERS} numbers (truncated SVD of weighted words), against the texts"
)
add(Case("vectors_sentences", about, measured, shown))
