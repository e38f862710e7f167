"""Experiments on several sets held against each other, and against ordinary runs."""
