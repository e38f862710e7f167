"""The callbacks of protokit, a file each."""
