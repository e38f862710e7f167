"""The hooks and callbacks of protokit, a file each; their work is in `protokit.learn.hooks.work`."""
