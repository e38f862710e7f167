"""Layers of KerasHub, which an extra brings."""
