"""The sources of tables, a file each."""
