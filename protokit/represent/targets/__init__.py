"""Of targets: which of two classes is the positive one."""
