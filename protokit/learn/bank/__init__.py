"""Compiled trainings, kept for the trials of a search."""
