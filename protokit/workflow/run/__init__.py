"""A run: the four steps in order."""
