"""One thing of each kind that protokit can be given by another package, a file each."""
