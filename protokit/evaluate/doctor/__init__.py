"""The doctor: what the numbers of a training say went wrong in it."""
