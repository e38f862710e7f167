"""What layers of a Keras model are called in its menu."""

from __future__ import annotations

_RESERVED = {"input", "inputs", "numbers", "categories"}


def unique(name: str, names: set[str]) -> str:
    """A name of a menu for a layer, which no other has; it is put to the `names`.

    >>> names = {"x"}
    >>> unique("x", names), unique("a b", names), unique("x", names)
    ('x_2', 'a_b', 'x_3')
    """
    name = "".join(c if c.isalnum() or c in "_-" else "_" for c in name)
    found, number = name, 2
    while found in names or found in _RESERVED - names:
        found, number = f"{name}_{number}", number + 1
    names.add(found)
    return found


def inside(wrapper: str, name: str) -> str:
    """The name of a layer that has a wrapper of its own in a menu, and stood with others in one in the model."""
    return f"{wrapper}_{name}"
