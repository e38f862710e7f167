"""Predictions: of rows in memory, and of a table that a person names, whatever its size."""
