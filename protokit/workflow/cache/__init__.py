"""Data that a run has prepared, kept for the next run of the same data."""
