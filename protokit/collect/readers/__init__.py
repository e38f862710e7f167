"""The sources of tables: a file for each kind, and what they share."""
