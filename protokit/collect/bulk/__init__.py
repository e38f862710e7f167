"""Delimited text read by columns at once: it answers clean files, and leaves the others to the reader that names faults."""
