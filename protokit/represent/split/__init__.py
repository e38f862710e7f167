"""The ways to split rows into training, validation and test rows, a file each."""
