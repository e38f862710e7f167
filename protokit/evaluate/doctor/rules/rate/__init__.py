"""Rules about the learning rate, from the course of the loss."""
