"""A text, token by token."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.core.values.tasks.structured.translation import SO_FAR
from protokit.menu.graph import Graph
from protokit.menu.network.end import ENDS, End, options
from protokit.menu.network.inputs import Inputs

WIDTH = 64
START = "decoder_start"  # the layer with what the decoder begins with


class DecoderEnd(End):
    """A GRU over the tokens before each, which looks at all steps that the menu gives.

    Source: Luong et al., Effective Approaches to Attention-based Neural Machine Translation, 2015.
    """

    name = "decoder"
    about = "A GRU over the tokens before each, with attention to all steps that the menu gives."
    takes_rows = False

    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """See End. The tokens before each are an input of the network beside those of the menu."""
        layers = keras.layers
        steps, tokens = signature.targets[place].shape
        inputs.given[SO_FAR] = before = keras.Input((steps,), dtype="int32", name=SO_FAR)
        seen = layers.Reshape((-1, x.shape[-1]), name="steps_for_decoder")(x) if len(x.shape) != 3 else x
        memory = layers.Dense(WIDTH, name="decoder_memory")(seen)
        start = layers.Dense(WIDTH, activation="tanh", name=START)(
            layers.GlobalAveragePooling1D(name="decoder_mean")(memory)
        )
        said = layers.Embedding(tokens + 1, WIDTH, name="decoder_tokens")(before)
        state = layers.GRU(WIDTH, return_sequences=True, name="decoder")(said, initial_state=start)
        looked = layers.MultiHeadAttention(1, WIDTH, name="decoder_attention")(state, memory)
        both = layers.Concatenate(name="decoder_and_memory")([state, looked])
        hidden = layers.Dense(WIDTH, activation="relu", name="decoder_hidden")(both)
        return layers.Dense(tokens, kernel_initializer="zeros", **options(place, signature))(hidden)


ENDS.add(DecoderEnd())
