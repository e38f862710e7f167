"""One small model for each construct that people write: read as a menu, written, read and built, it is the same."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from tests.menu.reading_keras.twins import come_back, given

CASES: dict[str, Callable[[], keras.Model]] = {}


def case(made: Callable[[], keras.Model]) -> Callable[[], keras.Model]:
    CASES[made.__name__] = made
    return made


@case
def ops_many() -> keras.Model:
    x = given(6, 4, name="x")
    y = layers.Dense(4)(x)
    y = ops.expand_dims(y, -1)
    y = ops.squeeze(y, -1)
    y = ops.add(y, np.ones((4,), "float32") * 2)
    y = ops.relu(y)
    y = ops.silu(y)
    y = ops.sigmoid(y)
    a = y[:, 0]
    b = ops.max(y, axis=1)
    c = ops.mean(y, axis=-1, keepdims=True)
    d = ops.reshape(y, (-1, 24))
    e = ops.matmul(y, ops.transpose(y, (0, 2, 1)))
    f = ops.softmax(e, axis=-1)
    g = ops.einsum("bij,bjk->bik", f, y)
    s = ops.split(y, 2, axis=-1)
    h = ops.stack([a, b], axis=1)
    w = ops.where(y > 0.1, y, 0.0)
    z = ops.concatenate([a, b, ops.clip(a, -1, 1)], axis=-1)
    return keras.Model(
        x,
        [
            a,
            b,
            c,
            d,
            g,
            s[1],
            h,
            w,
            z,
            y[..., None],
            1 - y,
            ops.cast(y > 0, "float32"),
            ops.norm(y, axis=-1),
            ops.logsumexp(y, axis=1),
            y[:, -2:, ::2],
            ops.take(y, [0, 2], axis=1),
            ops.multiply(y, tf.constant(2.5)),
            y**2,
            -y,
            abs(y),
            y / 3,
            ops.gelu(y, approximate=False),
            ops.one_hot(ops.argmax(y, axis=-1), 4),
            ops.repeat(y, 2, axis=1),
            ops.tile(y, (1, 2, 1)),
            ops.pad(y, ((0, 0), (1, 1), (0, 0))),
            ops.leaky_relu(y, 0.3),
            ops.power(y, 2.0),
            ops.stop_gradient(y),
            ops.flip(y, axis=1),
            ops.cumsum(y, axis=1),
            keras.activations.relu(y, negative_slope=0.1, max_value=3.0),
            ops.var(y, axis=1),
            ops.sum(y, axis=[1, 2]),
            ops.tanh(y),
        ],
    )


@case
def mask() -> keras.Model:
    x = given(None, dtype="int32", name="x")
    y = layers.Embedding(10, 4, mask_zero=True)(x)
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(y)
    z = layers.LSTM(3)(y)
    return keras.Model(x, z)


@case
def mask_op() -> keras.Model:
    x = given(7, dtype="int32", name="x")
    m = ops.not_equal(x, 0)
    e = layers.Embedding(10, 4)(x)
    a = layers.MultiHeadAttention(2, 2)(e, e, attention_mask=ops.expand_dims(m, 1))
    return keras.Model(x, layers.GlobalAveragePooling1D()(a, mask=m))


@case
def mask_two_transformer() -> keras.Model:
    x = given(7, dtype="int32", name="x")
    t = given(5, dtype="int32", name="t")
    e = layers.Embedding(10, 4, mask_zero=True)(x)
    d = layers.Embedding(10, 4, mask_zero=True)(t)
    d = layers.MultiHeadAttention(2, 2)(d, d, use_causal_mask=True)
    d = layers.MultiHeadAttention(2, 2)(query=d, value=e, key=e)
    return keras.Model([x, t], layers.Dense(10)(d))


@case
def mha_scores() -> keras.Model:
    x = given(7, 4)
    a, s = layers.MultiHeadAttention(2, 2)(x, x, return_attention_scores=True)
    return keras.Model(x, [a, s])


@case
def nested_out() -> keras.Model:
    x = given(6, name="x")
    enc = keras.Sequential([given(6), layers.Dense(3)], name="encoder")
    dec = keras.Sequential([given(3), layers.Dense(6)], name="decoder")
    return keras.Model(x, dec(enc(x)))


@case
def nested_many() -> keras.Model:
    i = given(6)
    t = keras.Model(i, [layers.Dense(3)(i), layers.Dense(2)(i)], name="t")
    x = given(6, name="x")
    y = given(6, name="y")
    o = keras.Model([i], t(i), name="outer")
    a = t(x)
    b = t(y)
    c = o(y)
    return keras.Model([x, y], [b[1], a[0], c[0], a[1]])


@case
def dicts() -> keras.Model:
    b = given(2, name="b")
    a = given(3, name="a")
    return keras.Model({"b": b, "a": a}, {"z": layers.Dense(1, name="z1")(b), "c": layers.Dense(2, name="c1")(a)})


@case
def dicts_nested() -> keras.Model:
    b = given(2, name="b")
    a = given(3, name="a")
    c = given(4, name="c")
    return keras.Model(
        {"z": {"q": b, "p": a}, "a": [c]},
        {"z": layers.Dense(1)(b), "c": {"y": layers.Dense(2)(a), "b": [layers.Dense(3)(c)]}},
    )


@case
def order() -> keras.Model:
    a = given(3, name="a")
    b = given(3, name="b")
    return keras.Model([a, b], layers.Subtract()([layers.Dense(2, name="db")(b), layers.Dense(2, name="da")(a)]))


@case
def order_out() -> keras.Model:
    a = given(3, name="a")
    x = layers.Dense(2)(a)
    return keras.Model(a, [layers.Dense(1)(x), x, a])


@case
def batch() -> keras.Model:
    x = keras.Input(batch_shape=(2, 5, 3), name="x")
    return keras.Model(x, layers.LSTM(4, stateful=True)(x))


@case
def sparse() -> keras.Model:
    x = keras.Input((5,), sparse=True, name="x")
    return keras.Model(x, layers.Dense(2)(x))


@case
def training_false() -> keras.Model:
    i = given(8, 8, 3)
    base = keras.Model(i, layers.BatchNormalization()(layers.Conv2D(2, 3)(i)), name="base")
    base.trainable = False
    x = given(8, 8, 3, name="x")
    y = base(x, training=False)
    return keras.Model(x, layers.Dense(1)(layers.GlobalAveragePooling2D()(y)))


@case
def fn_args() -> keras.Model:
    x = given(6, name="x")
    y = layers.Dense(
        4,
        activation=keras.activations.gelu,
        kernel_initializer=keras.initializers.HeNormal(seed=3),
        kernel_regularizer=keras.regularizers.L2(1e-3),
        kernel_constraint=keras.constraints.MaxNorm(2),
    )(x)
    y = layers.Dense(4, activation=tf.nn.relu)(y)
    y = layers.Dense(4, activation=ops.silu)(y)
    y = layers.Dense(3, activation=layers.LeakyReLU(0.1))(y)
    y = layers.Activation(keras.activations.tanh)(y)
    return keras.Model(x, y)


@case
def textvec() -> keras.Model:
    v = layers.TextVectorization(max_tokens=20, output_sequence_length=5)
    v.adapt(["a b c", "b c d"])
    x = given(1, dtype="string", name="t")
    return keras.Model(x, layers.Embedding(20, 3)(v(x)))


@case
def lookup() -> keras.Model:
    v = layers.StringLookup(output_mode="one_hot")
    v.adapt(["a", "b", "c"])
    w = layers.IntegerLookup()
    w.adapt([1, 5, 9])
    n = layers.Normalization()
    n.adapt(np.random.rand(20, 3).astype("float32") * 4)
    x = given(1, dtype="string", name="t")
    k = given(1, dtype="int64", name="k")
    f = given(3, name="f")
    d = layers.Discretization(num_bins=3)
    d.adapt(np.arange(30.0))
    return keras.Model([x, k, f], [v(x), w(k), n(f), d(f)])


@case
def blanks() -> keras.Model:
    a = given(3, name="fixed acidity")
    b = given(2, name="b")
    return keras.Model([a, b], layers.Concatenate()([a, b]))


@case
def mha_frozen() -> keras.Model:
    x = given(7, 4)
    a = layers.MultiHeadAttention(2, 2, name="m")
    m = keras.Model(x, layers.Dense(2)(a(x, x)))
    a.trainable = False
    return m


@case
def functional_subclass() -> keras.Model:
    class Net(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            i = given(4)
            super().__init__(i, layers.Dense(2)(i))

    return Net()


@case
def td_model() -> keras.Model:
    c = keras.Sequential([given(8, 8, 3), layers.Conv2D(2, 3), layers.BatchNormalization(), layers.Flatten()])
    x = given(4, 8, 8, 3, name="x")
    return keras.Model(x, layers.LSTM(3)(layers.TimeDistributed(c)(x)))


@case
def seq2seq_states() -> keras.Model:
    e = given(None, 5, name="e")
    d = given(None, 5, name="d")
    _, h, c = layers.LSTM(4, return_state=True)(e)
    o, _, _ = layers.LSTM(4, return_sequences=True, return_state=True)(d, initial_state=[h, c])
    return keras.Model([e, d], layers.Dense(5, activation="softmax")(o))


@case
def const_big() -> keras.Model:
    x = given(6, 4, name="x")
    p = np.random.rand(1, 6, 4).astype("float32")
    return keras.Model(x, x + p)


@case
def const_left() -> keras.Model:
    x = given(4, name="x")
    return keras.Model(
        x,
        [
            ops.subtract(np.arange(4).astype("float32"), x),
            2.0 / (x + 3),
            ops.matmul(np.eye(4, dtype="float32"), ops.transpose(x)),
        ],
    )


@case
def partial_embedding_positions() -> keras.Model:
    x = given(6, dtype="int32", name="x")
    pos = layers.Embedding(6, 4)(ops.arange(6))
    return keras.Model(x, layers.Embedding(9, 4)(x) + pos)


@case
def same_layer_twice_dict() -> keras.Model:
    a = given(3, name="a")
    b = given(3, name="b")
    d = layers.Dense(2, name="d")
    return keras.Model({"a": a, "b": b}, {"o": d(a) - d(b)})


@case
def mid_model() -> keras.Model:
    x = given(6, name="x")
    h = layers.Dense(3)(x)
    y = layers.Dense(2)(h)
    return keras.Model(h, y)


@case
def unbuilt_input_seq() -> keras.Model:
    return keras.Sequential([layers.Input((4,)), layers.Dense(3), keras.Sequential([layers.Dense(2), layers.ReLU()])])


@case
def gradcam() -> keras.Model:
    i = given(12, 12, 3)
    base = keras.Model(i, [layers.Conv2D(4, 3, name="last")(i)])
    x = base.output
    return keras.Model(
        base.inputs,
        [
            base.get_layer("last").output,
            layers.Dense(2)(layers.GlobalMaxPooling2D()(x if not isinstance(x, list) else x[0])),
        ],
    )


@pytest.mark.parametrize("name", CASES)
def test_a_construct_comes_back(name: str) -> None:
    come_back(CASES[name]())
