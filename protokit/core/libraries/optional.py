"""Libraries that an extra of the package brings, imported where they are used."""

from __future__ import annotations

import importlib
import warnings
from types import ModuleType

from protokit.core.errors import MissingExtra


def optional(package: str, extra: str) -> ModuleType:
    """Import a package that an extra brings.

    Raises:
        MissingExtra: it is not installed; the message names the command that installs it.
    """
    try:
        with warnings.catch_warnings():
            # what a progress bar in a notebook lacks, which protokit does not show
            warnings.filterwarnings("ignore", message="IProgress not found")
            for kind in (DeprecationWarning, PendingDeprecationWarning):  # of what it imports itself
                warnings.simplefilter("ignore", kind)
            return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name and package.split(".")[0] == error.name.split(".")[0]:
            raise MissingExtra(package, extra) from None
        raise
