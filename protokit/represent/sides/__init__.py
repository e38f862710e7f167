"""Rows that hold two things of one kind: both sides of a pair are encoded alike."""
