"""The ways out of a trained model."""
