"""Rapid prototyping of Keras networks: a recipe in, a trained network and an honest verdict out."""

from __future__ import annotations

from protokit.core.libraries.lazy import lazily
from protokit.core.libraries.quiet import quiet_tensorflow

quiet_tensorflow()  # before a person's own `import keras`
__getattr__, __dir__, __all__ = lazily(__name__, __file__)  # the names stand in __init__.pyi
