"""The checks of the audit of tables, a file each."""
