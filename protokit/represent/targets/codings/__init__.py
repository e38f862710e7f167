"""How the cells of a target become what the loss takes, and back: a file for each way."""
