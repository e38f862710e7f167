"""The engines, a file each; their work is in `protokit.learn.training`."""
