"""Vectors of words that somebody else has learned."""
