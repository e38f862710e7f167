"""A registry of things that are used as they are: metrics, baselines, checks and rules."""

from __future__ import annotations

from protokit.core.registry import Added, Registry, Thing

LAST = 1000  # the rank of what says none: after all of protokit's own


class Instances(Registry[Thing]):
    """A registry that keeps an instance of each class it is given: `METRICS["mase"](predictions)`."""

    def add(self, thing: Added, *, name: str | None = None) -> Added:
        """Give a thing, or an instance of a class, its name; the class is given back. See Registry.add.

        Raises:
            SpecError: the name already has an owner, or is none.
        """
        if not isinstance(thing, type):
            return super().add(thing, name=name)
        self._admit(thing)
        made, own = thing(), name or str(getattr(thing, "name", ""))
        held = self._things.get(own)
        if held is not None and _place(type(held)) == _place(thing):  # a cell of a notebook that is run again
            del self._things[own]
        super().add(made, name=name)
        return thing  # type: ignore[return-value]


def _place(thing: type) -> tuple[str, str]:
    return thing.__module__, thing.__qualname__
