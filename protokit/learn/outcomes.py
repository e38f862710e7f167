"""What an engine reports when it cannot go on."""

from __future__ import annotations


class CannotCompile(Exception):
    """The engine has no program for this network; the message says what TensorFlow said."""


class NotFinite(Exception):
    """The loss of a batch was not finite; training stopped in that epoch."""
