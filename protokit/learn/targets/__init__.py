"""Losses of targets that are no class and no number of a row, and what is predicted of them step by step."""
