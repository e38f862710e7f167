"""The parts of a training that a recipe names: Keras's own, and those that a person or a package registered."""
