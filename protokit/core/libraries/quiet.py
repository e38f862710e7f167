"""Keeps a native library's start-up chatter off the screen."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"


def quiet_tensorflow() -> None:
    """Keep TensorFlow quiet from the first line on, whoever imports it: a person's `import keras` as well as protokit.

    What it says is shown where `TF_CPP_MIN_LOG_LEVEL` asks for it, or its import fails.
    """
    if "tensorflow" not in sys.modules and not any(isinstance(one, _Quietly) for one in sys.meta_path):
        sys.meta_path.insert(0, _Quietly())


class _Quietly:
    """Finds TensorFlow until it is loaded: others may look whether it is there, and not load it."""

    _looks = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder."""
        if name != "tensorflow" or self._looks:
            return None
        self._looks = True
        try:
            spec = find_spec(name)
        finally:
            self._looks = False
        if spec is None or spec.loader is None or os.environ.setdefault(_LEVEL, "3") != "3":
            return spec
        loader, execute = spec.loader, spec.loader.exec_module

        def quietly(module: ModuleType) -> None:
            if self in sys.meta_path:
                sys.meta_path.remove(self)  # type: ignore[arg-type]
            del loader.exec_module  # a module that is loaded again may speak
            with native_stderr_held():
                execute(module)
            module.get_logger().setLevel("ERROR")  # it warns of each new network as of a mistake

        loader.exec_module = quietly  # type: ignore[method-assign]
        return spec


@contextlib.contextmanager
def native_stderr_held() -> Iterator[None]:
    """Hold back what is written to the process's stderr; it is shown after all if the block raises.

    TensorFlow logs before its log level is in force, so that no variable of the environment silences it.
    """
    import tempfile  # not at the package's own import

    sys.stderr.flush()
    try:
        original = os.dup(2)
    except OSError:  # no stderr in this process
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(original, 2)
            held.seek(0)
            os.write(2, held.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
