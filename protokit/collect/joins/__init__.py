"""Joins: what may be written, what they do to the columns' names, and their work."""
