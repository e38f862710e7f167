"""Halves of characters in texts, which JSON may write (`\\ud800`) and no file holds: each becomes U+FFFD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protokit.core.names import whole

if TYPE_CHECKING:
    import pandas as pd


def without_halves(frame: pd.DataFrame) -> pd.DataFrame:
    """The same frame, where its columns of objects hold no such text; else one with these columns mended."""
    import pandas as pd

    found: dict[str, pd.Series] = {}
    for name in (str(one) for one, dtype in frame.dtypes.items() if dtype.kind == "O"):
        cells = frame[name].tolist()
        if _are_whole(cells):
            continue
        mended = [mend(cell) for cell in cells]
        if any(one is not other for one, other in zip(mended, cells, strict=True)):
            found[name] = pd.Series(mended, frame.index, dtype=object)
    return frame.assign(**found) if found else frame


def _are_whole(cells: list[Any]) -> bool:
    """Whether nothing is to be mended, by all texts at once: most columns are many texts without any half."""
    try:
        "".join([cell for cell in cells if type(cell) is str]).encode()
    except UnicodeEncodeError:
        return False
    return not any(type(cell) in (list, tuple, dict) for cell in cells)


def mend(value: Any) -> Any:
    """A text, or what texts a list or record holds, without halves; the same object where there is none.

    >>> mend("a\\ud800"), mend(["b", {"c": "\\udc00"}])
    ('a\ufffd', ['b', {'c': '\ufffd'}])
    """
    if isinstance(value, str):
        return value if value.isascii() else whole(value)
    if type(value) in (list, tuple):
        made = [mend(one) for one in value]
        return value if all(one is other for one, other in zip(made, value, strict=True)) else type(value)(made)
    if type(value) is dict:
        made_of = {mend(key): mend(one) for key, one in value.items()}
        same = all(value.get(key, made_of) is one for key, one in made_of.items())
        return value if same else made_of
    return value
