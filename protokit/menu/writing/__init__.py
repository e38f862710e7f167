"""A flat menu, as `from_keras` reads it, written as a person would: what repeats is found and said once."""
