"""Baselines of inputs that are given back, of points and of texts."""
