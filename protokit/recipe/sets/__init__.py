"""Several sets of data in one recipe."""
