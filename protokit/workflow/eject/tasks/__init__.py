"""What of a script is another one by the form of what is predicted: a file for each that is no class and no number."""
