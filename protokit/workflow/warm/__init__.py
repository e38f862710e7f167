"""A run that begins at what an earlier one has learned."""
