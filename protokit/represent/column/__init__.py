"""What is known and said of one column beside its cells."""
