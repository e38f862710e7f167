"""Other people's libraries, fetched when they are needed and kept quiet."""
