"""Tables that the database reads by itself: none of it is in memory as a whole."""
