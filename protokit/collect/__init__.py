"""Step 1: tables from their sources, as one table."""
