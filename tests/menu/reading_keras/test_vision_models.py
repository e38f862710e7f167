"""Models of images as public projects write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from tests.menu.reading_keras.twins import come_back, given

CASES: dict[str, Callable[[], keras.Model]] = {}


def case(made: Callable[[], keras.Model]) -> Callable[[], keras.Model]:
    CASES[made.__name__] = made
    return made


def critic() -> keras.Model:
    i = given(16, 16, 1)
    x = layers.Conv2D(4, 5, strides=2, padding="same", use_bias=True)(layers.ZeroPadding2D((2, 2))(i))
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Dropout(0.3)(x)
    return keras.Model(i, layers.Dense(1)(layers.Flatten()(x)), name="discriminator")


@case
def vit() -> keras.Model:
    x = given(32, 32, 3)
    a = layers.RandomFlip("horizontal")(x)
    p = ops.image.extract_patches(a, size=8)
    p = layers.Reshape((-1, 192))(p)
    e = layers.Dense(16)(p)
    for _ in range(2):
        y = layers.LayerNormalization(epsilon=1e-6)(e)
        y = layers.MultiHeadAttention(num_heads=2, key_dim=8, dropout=0.1)(y, y)
        e = layers.Add()([y, e])
        z = layers.LayerNormalization(epsilon=1e-6)(e)
        z = layers.Dense(32, activation=keras.activations.gelu)(z)
        z = layers.Dropout(0.1)(z)
        z = layers.Dense(16, activation=keras.activations.gelu)(z)
        e = layers.Add()([z, e])
    r = layers.Dropout(0.5)(layers.Flatten()(layers.LayerNormalization()(e)))
    return keras.Model(inputs=x, outputs=layers.Dense(10)(r))


@case
def wgan() -> keras.Model:
    z = given(8)
    x = layers.Dense(4 * 4 * 8, use_bias=False)(z)
    x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
    x = layers.Reshape((4, 4, 8))(x)
    x = layers.UpSampling2D((2, 2))(x)
    x = layers.Conv2D(4, 3, padding="same", use_bias=False)(x)
    x = layers.UpSampling2D()(x)
    x = layers.Conv2D(1, 3, padding="same", activation="tanh")(x)
    g = keras.Model(z, x, name="generator")
    q = given(8, name="noise")
    return keras.Model(q, critic()(g(q)), name="gan")


@case
def siamese() -> keras.Model:
    i = given(12, 12, 1)
    x = layers.BatchNormalization()(i)
    x = layers.Conv2D(4, 5, activation="tanh")(x)
    x = layers.AveragePooling2D(2)(x)
    emb = keras.Model(i, layers.Dense(5, activation="tanh")(layers.Flatten()(x)))
    a = given(12, 12, 1)
    b = given(12, 12, 1)
    s = ops.sum(ops.square(emb(a) - emb(b)), axis=1, keepdims=True)
    d = ops.sqrt(ops.maximum(s, keras.backend.epsilon()))
    n = layers.BatchNormalization()(d)
    return keras.Model([a, b], layers.Dense(1, activation="sigmoid")(n))


@case
def nerf() -> keras.Model:
    i = given(10, 27, name="rays")
    x = i
    for k in range(6):
        x = layers.Dense(16, activation="relu")(x)
        if k % 4 == 0 and k > 0:
            x = layers.concatenate([x, i], axis=-1)
    return keras.Model(i, layers.Dense(4)(x))


@case
def unet_xception() -> keras.Model:
    i = given(32, 32, 3)
    x = layers.Conv2D(4, 3, strides=2, padding="same")(i)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    prev = x
    for f in (8, 16):
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(f, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        r = layers.Conv2D(f, 1, strides=2, padding="same")(prev)
        x = layers.add([x, r])
        prev = x
    for f in (16, 8, 4):
        x = layers.Activation("relu")(x)
        x = layers.Conv2DTranspose(f, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2)(x)
        r = layers.Conv2D(f, 1, padding="same")(layers.UpSampling2D(2)(prev))
        x = layers.add([x, r])
        prev = x
    return keras.Model(i, layers.Conv2D(3, 3, activation="softmax", padding="same")(x))


@case
def autoencoder() -> keras.Model:
    ei = given(10, name="img")
    e = keras.Model(ei, layers.Dense(3, activation="relu")(ei), name="encoder")
    di = given(3, name="code")
    d = keras.Model(di, layers.Dense(10, activation="sigmoid")(di), name="decoder")
    x = given(10, name="x")
    return keras.Model(x, d(e(x)), name="autoencoder")


@case
def autoencoder_in_out() -> keras.Model:
    ei = given(10, name="img")
    e = keras.Model(ei, layers.Dense(3, activation="relu")(ei), name="encoder")
    di = given(3, name="code")
    d = keras.Model(di, layers.Dense(10, activation="sigmoid")(di), name="decoder")
    return keras.Model(e.input, d(e.output))


@case
def vae_encoder() -> keras.Model:
    x = given(12, 12, 1)
    h = layers.Flatten()(layers.Conv2D(4, 3, strides=2, activation="relu", padding="same")(x))
    m = layers.Dense(2, name="z_mean")(h)
    v = layers.Dense(2, name="z_log_var")(h)
    return keras.Model(x, [m, v, m + ops.exp(0.5 * v)])


@case
def pointnet() -> keras.Model:
    def cb(x: Any, f: Any) -> Any:
        return layers.Activation("relu")(
            layers.BatchNormalization(momentum=0.0)(layers.Conv1D(f, 1, padding="valid")(x))
        )

    def tnet(i: Any, n: Any) -> Any:
        x = cb(i, 8)
        x = layers.GlobalMaxPooling1D()(x)
        x = layers.Dense(
            n * n,
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant(np.eye(n).flatten()),
            activity_regularizer=keras.regularizers.L2(0.001),
        )(x)
        return layers.Dot(axes=(2, 1))([i, layers.Reshape((n, n))(x)])

    i = given(20, 3)
    x = tnet(i, 3)
    x = cb(x, 8)
    x = tnet(x, 8)
    x = layers.GlobalMaxPooling1D()(cb(x, 16))
    return keras.Model(i, layers.Dense(4, activation="softmax")(layers.Dropout(0.3)(layers.Dense(8)(x))))


@case
def mlp_mixer() -> keras.Model:
    i = given(32, 32, 3)
    x = layers.Conv2D(8, 8, strides=8)(i)
    x = layers.Reshape((16, 8))(x)
    for _ in range(2):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        y = layers.Permute((2, 1))(y)
        y = layers.Dense(16)(layers.Activation("gelu")(layers.Dense(12)(y)))
        y = layers.Permute((2, 1))(y)
        x = x + y
        z = layers.LayerNormalization(epsilon=1e-6)(x)
        x = x + layers.Dense(8)(keras.activations.gelu(layers.Dense(12)(z)))
    return keras.Model(i, layers.Dense(5)(layers.GlobalAveragePooling1D()(x)))


@case
def convmixer() -> keras.Model:
    def act(x: Any) -> Any:
        return layers.BatchNormalization()(layers.Activation("gelu")(x))

    i = given(16, 16, 3)
    x = layers.Rescaling(scale=1.0 / 255)(i)
    x = act(layers.Conv2D(8, 2, strides=2)(x))
    for _ in range(2):
        x0 = x
        x = layers.Add()([act(layers.DepthwiseConv2D(5, padding="same")(x)), x0])
        x = act(layers.Conv2D(8, 1)(x))
    return keras.Model(i, layers.Dense(10, activation="softmax")(layers.GlobalAvgPool2D()(x)))


@case
def ocr_ctc() -> keras.Model:
    i = given(40, 16, 1, name="image")
    x = layers.MaxPooling2D(2, name="pool1")(
        layers.Conv2D(4, 3, activation="relu", kernel_initializer="he_normal", padding="same", name="Conv1")(i)
    )
    x = layers.Reshape((20, 32), name="reshape")(x)
    x = layers.Dropout(0.2)(layers.Dense(8, activation="relu", name="dense1")(x))
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.25))(x)
    x = layers.Dense(6, activation="softmax", name="dense2")(x)
    return keras.Model(inputs=[i], outputs=x)


@case
def hypermodel() -> keras.Model:
    m = keras.Sequential()
    m.add(layers.Input((28, 28, 1)))
    m.add(layers.Flatten())
    for _ in range(2):
        m.add(layers.Dense(8, activation="relu"))
        m.add(layers.Dropout(0.25))
    m.add(layers.Dense(10, activation="softmax"))
    m.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return m


@case
def transfer() -> keras.Model:
    base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(32, 32, 3))
    base.trainable = False
    x = given(32, 32, 3)
    aug = keras.Sequential([layers.RandomFlip(), layers.RandomRotation(0.1)], name="aug")
    y = aug(x)
    y = keras.applications.mobilenet_v2.preprocess_input(y)
    y = base(y, training=False)
    return keras.Model(x, layers.Dense(1)(layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(y))))


@case
def cnn_lstm() -> keras.Model:
    cnn = keras.Sequential(
        [layers.Input((12, 12, 1)), layers.Conv2D(2, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    )
    v = given(5, 12, 12, 1)
    return keras.Model(v, layers.Dense(2)(layers.LSTM(4)(layers.TimeDistributed(cnn)(v))))


@case
def se_resnet() -> keras.Model:
    i = given(16, 16, 3)
    x = layers.Conv2D(8, 3, padding="same")(i)
    s = layers.GlobalAveragePooling2D(keepdims=True)(x)
    s = layers.Dense(8, activation="sigmoid")(layers.Dense(2, activation="relu")(s))
    x = x * s
    sp = layers.Concatenate()([ops.mean(x, axis=-1, keepdims=True), ops.max(x, axis=-1, keepdims=True)])
    return keras.Model(
        i, layers.Dense(3)(ops.mean(x * layers.Conv2D(1, 7, padding="same", activation="sigmoid")(sp), axis=(1, 2)))
    )


@case
def film_multi() -> keras.Model:
    i = given(8, 8, 3, name="image")
    t = given(4, name="text")
    x = layers.Conv2D(6, 3)(i)
    gb = layers.Dense(12)(t)
    g = gb[:, :6][:, None, None, :]
    b = gb[:, None, None, 6:]
    return keras.Model(
        [i, t],
        {
            "cls": layers.Dense(2, name="c")(layers.GlobalMaxPooling2D()(x * (1 + g) + b)),
            "box": layers.Dense(4, name="bx", activation=ops.sigmoid)(layers.Flatten()(x)),
        },
    )


@pytest.mark.parametrize("name", CASES)
def test_a_model_of_images_comes_back(name: str) -> None:
    come_back(CASES[name]())
