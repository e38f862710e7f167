"""Many sets of data in one experiment: a network each, one for all, shared layers, or one after the other."""
