"""Many data sets: trained each for itself, together or one after the other, and held against each other."""
