"""Losses of protokit's own, a file each: what Keras has none for."""
