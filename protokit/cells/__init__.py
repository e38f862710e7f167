"""What one cell says: a time, a duration, a number, a missing value."""
