"""Models of texts, series, tables and sounds as public projects write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers, ops

from tests.menu.reading_keras.twins import come_back, given

CASES: dict[str, Callable[[], keras.Model]] = {}


def case(made: Callable[[], keras.Model]) -> Callable[[], keras.Model]:
    CASES[made.__name__] = made
    return made


@case
def transformer_enc_masked() -> keras.Model:
    x = given(None, dtype="int64", name="ids")
    m = ops.cast(ops.not_equal(x, 0), "float32")
    e = layers.Embedding(50, 8)(x)
    n = ops.expand_dims(ops.cast(ops.expand_dims(m, 1), "bool"), 1)
    a = layers.MultiHeadAttention(2, 4)(e, e, attention_mask=ops.squeeze(n, 1))
    e = layers.LayerNormalization()(e + a)
    f = layers.Dense(8)(layers.Dense(16, activation="relu")(e))
    e = layers.LayerNormalization()(e + f)
    mm = ops.expand_dims(m, -1)
    pooled = ops.sum(e * mm, axis=1) / ops.maximum(ops.sum(mm, axis=1), 1e-9)
    return keras.Model(x, layers.Dense(2, activation="softmax")(pooled))


@case
def triplet_merge() -> keras.Model:
    e = keras.Sequential([layers.Input((4,)), layers.Dense(3), layers.UnitNormalization()])
    a = given(4, name="anchor")
    p = given(4, name="positive")
    n = given(4, name="negative")
    ea, ep, en = e(a), e(p), e(n)
    return keras.Model([a, p, n], ops.stack([ops.sum((ea - ep) ** 2, -1), ops.sum((ea - en) ** 2, -1)], axis=1))


@case
def tab_transformer() -> keras.Model:
    ins = {}
    enc = []
    for n, v in {"workclass": ["a", "b"], "education": ["c", "d b"]}.items():
        t = ins[n] = given(1, name=n, dtype="string") if False else given(name=n, dtype="string")
        k = layers.StringLookup(vocabulary=v, mask_token=None, num_oov_indices=1, output_mode="int")(t)
        enc.append(layers.Embedding(len(v) + 1, 4)(k))
    for n in ("age", "hours per week"):
        ins[n] = given(name=n)
    e = ops.stack(enc, axis=1)
    e = e + layers.Embedding(2, 4)(layers.Identity()(ops.zeros_like(ops.cast(e[:, :, 0], "int32"))))
    a = layers.MultiHeadAttention(2, 4, dropout=0.1)(e, e)
    e = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([a, e]))
    num = layers.concatenate([ops.expand_dims(ins["age"], -1), ops.expand_dims(ins["hours per week"], -1)])
    f = layers.concatenate([layers.Flatten()(e), layers.LayerNormalization()(num)])
    return keras.Model(
        inputs=ins,
        outputs=layers.Dense(1, activation="sigmoid")(
            keras.Sequential(
                [layers.BatchNormalization(), layers.Dense(8, activation=keras.activations.selu), layers.Dropout(0.1)],
                name="MLP",
            )(f)
        ),
    )


@case
def wide_deep_cross() -> keras.Model:
    ins = {n: given(1, name=n) for n in ("z", "b", "a")}
    x0 = layers.concatenate(list(ins.values()))
    c = x0
    for _ in range(2):
        c = x0 * layers.Dense(3)(c) + c
    d = x0
    for u in (8, 8):
        d = layers.Dropout(0.2)(layers.ReLU()(layers.BatchNormalization()(layers.Dense(u)(d))))
    return keras.Model(inputs=ins, outputs=layers.Dense(3, activation="softmax")(layers.concatenate([c, d])))


@case
def seq2seq() -> keras.Model:
    e = given(None, 7)
    enc = layers.LSTM(5, return_state=True)
    _, h, c = enc(e)
    s = [h, c]
    d = given(None, 7)
    dl = layers.LSTM(5, return_sequences=True, return_state=True)
    o, _, _ = dl(d, initial_state=s)
    return keras.Model([e, d], layers.Dense(7, activation="softmax")(o))


@case
def seq2seq_decoder() -> keras.Model:
    d = given(None, 7, name="d")
    h = given(5, name="h")
    c = given(5, name="c")
    o, a, b = layers.LSTM(5, return_sequences=True, return_state=True)(d, initial_state=[h, c])
    return keras.Model([d, h, c], [layers.Dense(7)(o), a, b])


@case
def bigru_attention() -> keras.Model:
    x = given(9, dtype="int32", name="w")
    e = layers.Embedding(20, 6, mask_zero=True)(x)
    h = layers.Bidirectional(layers.GRU(4, return_sequences=True))(e)
    s = layers.Dense(1, activation="tanh")(h)
    w = ops.softmax(s, axis=1)
    ctx = layers.Lambda(lambda t: t)(w) if False else ops.sum(w * h, axis=1)
    a = layers.Attention()([h, h])
    return keras.Model(
        x, layers.Dense(1, activation="sigmoid")(layers.concatenate([ctx, layers.GlobalAveragePooling1D()(a)]))
    )


@case
def conformer() -> keras.Model:
    i = given(20, 16)
    x = i

    def ff(x: Any) -> Any:
        y = layers.Dense(32, activation="silu")(layers.LayerNormalization()(x))
        return x + 0.5 * layers.Dense(16)(y)

    x = ff(x)
    y = layers.LayerNormalization()(x)
    x = x + layers.MultiHeadAttention(2, 8)(y, y)
    y = layers.Conv1D(32, 1)(layers.LayerNormalization()(x))
    a, b = ops.split(y, 2, axis=-1)
    y = a * ops.sigmoid(b)
    y = layers.DepthwiseConv1D(5, padding="same")(y)
    y = ops.silu(layers.BatchNormalization()(y))
    x = x + layers.Conv1D(16, 1)(y)
    x = ff(x)
    return keras.Model(i, layers.LayerNormalization()(x))


@case
def grn() -> keras.Model:
    def glu(x: Any, u: Any) -> Any:
        return layers.Dense(u)(x) * layers.Dense(u, activation="sigmoid")(x)

    def g(x: Any, u: Any) -> Any:
        h = layers.Dense(u)(layers.Dense(u, activation="elu")(x))
        h = layers.Dropout(0.1)(h)
        r = x if x.shape[-1] == u else layers.Dense(u)(x)
        return layers.LayerNormalization()(r + glu(h, u))

    ins = {n: given(1, name=n) for n in ("p", "o", "n")}
    f = [layers.Dense(4)(v) for v in ins.values()]
    v = layers.concatenate(f)
    w = ops.expand_dims(layers.Dense(3, activation="softmax")(g(v, 4)), -1)
    s = ops.stack([g(x, 4) for x in f], axis=1)
    o = ops.squeeze(ops.matmul(ops.transpose(w, axes=[0, 2, 1]), s), axis=1)
    return keras.Model(ins, layers.Dense(2, activation="softmax")(o))


@case
def two_towers() -> keras.Model:
    u = given(1, name="user_id", dtype="string")
    it = given(1, name="movie_title", dtype="string")
    a = keras.Sequential(
        [
            layers.Input((1,), dtype="string"),
            layers.StringLookup(vocabulary=["u1", "u2"], mask_token=None),
            layers.Embedding(3, 4),
        ],
        name="user",
    )
    b = keras.Sequential(
        [
            layers.Input((1,), dtype="string"),
            layers.StringLookup(vocabulary=["m1"], mask_token=None),
            layers.Embedding(2, 4),
        ],
        name="item",
    )
    return keras.Model(
        {"user_id": u, "movie_title": it}, layers.Dot(axes=-1)([ops.squeeze(a(u), 1), ops.squeeze(b(it), 1)])
    )


@case
def wavenet() -> keras.Model:
    x = given(32, 1)
    s = []
    y = layers.Conv1D(4, 1)(x)
    for d in (1, 2, 4):
        t = layers.Conv1D(4, 2, padding="causal", dilation_rate=d, activation="tanh")(y)
        g = layers.Conv1D(4, 2, padding="causal", dilation_rate=d, activation="sigmoid")(y)
        z = layers.Conv1D(4, 1)(layers.multiply([t, g]))
        s.append(z)
        y = layers.add([y, z])
    return keras.Model(x, layers.Conv1D(1, 1)(layers.Activation("relu")(layers.add(s))))


@case
def ncf() -> keras.Model:
    u = given(1, name="user")
    i = given(1, name="item")
    mu, mi = (layers.Flatten()(layers.Embedding(9, 4, name=n)(ops.cast(t, "int32"))) for n, t in (("u", u), ("i", i)))
    return keras.Model(
        [u, i],
        layers.Dense(1, activation="sigmoid", kernel_initializer="lecun_uniform")(
            layers.Concatenate()([mu * mi, layers.Dense(4)(layers.concatenate([mu, mi]))])
        ),
    )


@case
def gpt_mini() -> keras.Model:
    x = given(8, dtype="int32")
    te = layers.Embedding(30, 8)
    pe = layers.Embedding(8, 8)
    h = te(x) + pe(ops.cumsum(ops.ones_like(x), axis=1) - 1)
    h = h + layers.MultiHeadAttention(2, 4)(h, h, use_causal_mask=True)
    return keras.Model(x, ops.matmul(h, ops.transpose(layers.Dense(8, use_bias=False)(h), (0, 2, 1))))


@pytest.mark.parametrize("name", CASES)
def test_a_model_comes_back(name: str) -> None:
    come_back(CASES[name]())
