"""Functions of scripts for columns that are no plain numbers or categories."""
