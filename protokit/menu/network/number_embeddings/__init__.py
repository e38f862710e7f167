"""Layers that are not Keras's, a file each: they turn each number into several."""
