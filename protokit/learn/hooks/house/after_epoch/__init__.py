"""The hooks of protokit, a file each."""
