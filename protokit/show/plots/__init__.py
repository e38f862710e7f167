"""Pictures of a run: one idea a file. Each takes plain arrays and gives a matplotlib Figure, without pyplot."""
