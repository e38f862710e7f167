"""A few rows on their way to the network as plain Python values: to the bits of a table's, in a part of its time."""
