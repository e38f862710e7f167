"""Delimited text by columns at once: clean files; the others are left to the reader that names faults."""
