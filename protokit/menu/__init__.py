"""The network as data: grammar, catalogue of layers, and the way to a `keras.Model`."""
