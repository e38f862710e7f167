"""Kinds of times that are no dates."""
