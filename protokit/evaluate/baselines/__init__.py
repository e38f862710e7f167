"""The simple models that a network is held against, a file each."""
