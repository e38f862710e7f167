"""The networks of the menus beside this file, as a person writes them in plain Keras."""

from __future__ import annotations

import keras
from keras import layers as k


def two_towers() -> keras.Model:
    left, right = (keras.Input((20,), dtype="int32", name=n) for n in ("left", "right"))
    tower = [k.Embedding(500, 16), k.GlobalAveragePooling1D(), k.Dense(32, activation="relu"), k.Dense(8)]

    def encode(x):
        for layer in tower:
            x = layer(x)
        return x

    x = k.Dot(axes=1, normalize=True)([encode(left), encode(right)])
    return keras.Model([left, right], k.Dense(1, activation="sigmoid")(x))


def unet() -> keras.Model:
    def double(x, filters):
        for _ in range(2):
            x = k.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = k.Activation("relu")(k.BatchNormalization()(x))
        return x

    def up(x, beside, filters):
        x = k.Conv2DTranspose(filters, 2, strides=2)(x)
        return double(k.Concatenate()([x, beside]), filters)

    image = keras.Input((32, 32, 3))
    high = double(image, 8)
    middle = double(k.MaxPooling2D(2)(high), 16)
    low = double(k.MaxPooling2D(2)(middle), 32)
    x = up(up(low, middle, 16), high, 8)
    return keras.Model(image, k.Conv2D(1, 1, activation="sigmoid")(x))


def wavenet() -> keras.Model:
    wave = keras.Input((64, 1))
    x = k.Conv1D(16, 1)(wave)
    skips = []
    for far in (1, 2, 4, 8):
        f = k.Conv1D(16, 2, padding="causal", dilation_rate=far, activation="tanh")(x)
        g = k.Conv1D(16, 2, padding="causal", dilation_rate=far, activation="sigmoid")(x)
        skips.append(k.Conv1D(16, 1)(k.Multiply()([f, g])))
        if far < 8:
            x = k.Add()([x, skips[-1]])
    x = k.Activation("relu")(k.Add()(skips))
    return keras.Model(wave, k.Conv1D(1, 1)(k.Conv1D(16, 1, activation="relu")(x)))


def transformer() -> keras.Model:
    tokens = keras.Input((24,), dtype="int32")
    x = k.Embedding(200, 32)(tokens)
    for _ in range(2):
        calm = k.LayerNormalization()(x)
        x = k.Add()([x, k.MultiHeadAttention(4, 8, dropout=0.1)(calm, calm)])
        y = k.Dense(128, activation="gelu")(k.LayerNormalization()(x))
        x = k.Add()([x, k.Dropout(0.1)(k.Dense(32)(y))])
    x = k.GlobalAveragePooling1D()(k.LayerNormalization()(x))
    return keras.Model(tokens, k.Dense(5, activation="softmax")(x))


def autoencoder() -> keras.Model:
    image = keras.Input((28, 28, 1))
    x = k.Conv2D(16, 3, strides=2, padding="same", activation="relu")(image)
    x = k.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
    code = k.Dense(16)(k.Flatten()(x))
    x = k.Reshape((7, 7, 32))(k.Dense(1568, activation="relu")(code))
    x = k.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(x)
    return keras.Model(image, [k.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid")(x), code])


def seq2seq() -> keras.Model:
    source, written = (keras.Input((n,), dtype="int32", name=m) for n, m in ((12, "source"), (10, "written")))
    x = k.Bidirectional(k.GRU(16, return_sequences=True))(k.Embedding(300, 24)(source))
    _, state = k.GRU(32, return_state=True)(x)
    x = k.GRU(32, return_sequences=True)(k.Embedding(300, 24)(written), initial_state=state)
    return keras.Model([source, written], k.Dense(300, activation="softmax")(x))
