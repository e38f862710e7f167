"""The training steps of protokit's own, a file each; their work is in `protokit.learn.steps`."""
