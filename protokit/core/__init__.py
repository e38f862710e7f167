"""What every other package stands on: errors, places, names, files, seeds, and the values that pass between steps."""
