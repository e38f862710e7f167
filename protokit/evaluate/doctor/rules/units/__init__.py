"""Rules about units that no longer learn, and gradients on their way through the layers."""
