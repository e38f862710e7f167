"""Networks of keras.applications as parts of a menu, with weights from a file."""
