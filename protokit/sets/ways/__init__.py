"""Ways to train on several sets, a file each."""
