"""A look into a network: its layers, its losses, and where it left the finite numbers."""
