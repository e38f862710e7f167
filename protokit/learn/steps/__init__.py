"""What one step of training does: steps of protokit's own, and those that a person or a package registered."""
