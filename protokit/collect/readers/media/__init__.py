"""Folders of files, a folder for each label."""
