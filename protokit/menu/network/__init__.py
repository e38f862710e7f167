"""From a menu to a `keras.Model`, and back."""
