"""Masks: losses of classes of pixels."""
