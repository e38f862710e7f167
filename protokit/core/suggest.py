"""The nearest known name to a mistyped one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence


def distance(a: str, b: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap of neighbours) between two words; `limit + 1` when more.

    The optimal string alignment distance.

    >>> distance("recal", "recall", 3), distance("lern", "learn", 3), distance("epcohs", "epochs", 3)
    (1, 1, 1)
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return min(last[-1], limit + 1)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name a person most likely meant, or None where nothing is near.

    Case, spaces, hyphens and underscores count for little; a name that starts with the word is near too.
    """

    def plain(text: str) -> str:
        return "".join(c for c in text.casefold() if c.isalnum())

    wanted = plain(word)
    if not wanted or len(word) > 200:
        return None
    limit = max(1, min(4, (len(wanted) + 1) // 3))
    best: tuple[int, int, str] | None = None
    for name in names:
        candidate = plain(name)
        d = distance(wanted, candidate, limit)
        if d > limit and len(wanted) >= 3 and candidate.startswith(wanted):
            d = limit
        if d <= limit and d < max(len(wanted), len(candidate)):
            # among equals, the one written most alike: a first letter is seldom wrong
            rank = (2 * d + (wanted[0] != candidate[0]), distance(word, name, 8), name)
            best = min(best, rank) if best else rank
    return best[2] if best else None


# what other libraries call it
_MEANT = {
    "lr": ("learning_rate",),
    "neurons": ("units",),
    "nodes": ("units",),
    "width": ("units",),
    "hidden": ("units",),
    "out_features": ("units",),
    "out_channels": ("filters",),
    "channels": ("filters",),
    "stride": ("strides",),
    "p": ("rate",),
    "prob": ("rate",),
    "nonlinearity": ("activation",),
    "linear": ("Dense",),
    "fc": ("Dense",),
    "batchnorm": ("BatchNormalization",),
    "layernorm": ("LayerNormalization",),
    "maxpool2d": ("MaxPooling2D",),
    "avgpool2d": ("AveragePooling2D",),
    "maxpool": ("MaxPooling2D",),
    "auc": ("roc_auc",),
    "mse": ("mean_squared_error", "MeanSquaredError"),
    "mae": ("mean_absolute_error", "MeanAbsoluteError"),
    "rmse": ("root_mean_squared_error", "RootMeanSquaredError"),
    "mcc": ("matthews_corrcoef",),
    "cross_entropy": ("log_loss",),
    "label": ("target",),
    "y": ("target",),
    "model": ("menu", "learn"),
    "network": ("menu", "learn"),
    "training": ("learn",),
    "train": ("learn",),
    "data": ("collect", "tables"),
    "callbacks": ("stop",),
    "early_stopping": ("stop",),
    "scheduler": ("schedule",),
}


def did_you_mean(word: object, names: Iterable[str]) -> str | None:
    """The cure for an unknown name: the nearest one, or all of them where there are few.

    >>> did_you_mean("activaton", ["units", "activation"])
    "did you mean 'activation'?"
    """
    known, word = list(names), str(word)  # Python may give anything
    guess = next((name for name in _MEANT.get(word.casefold(), ()) if name in known), None) or nearest(word, known)
    if guess is not None:
        return f"did you mean {guess!r}?"
    return one_of(known) if 0 < len(known) <= 12 else None


def one_of(names: Iterable[str]) -> str:
    """The names a person can choose from, as a sentence.

    >>> one_of(["csv", "parquet", "sklearn"])
    'one of: csv, parquet, sklearn'
    """
    return "one of: " + ", ".join(str(name) for name in names)


def renamed(missing: Sequence[str], there: Iterable[str]) -> dict[str, str]:
    """What may be meant by each missing name, of what is there: the nearest pairs, and nothing for two of them.

    >>> renamed(["height", "width", "weight"], ["Height", "wieght"])
    {'height': 'Height', 'weight': 'wieght'}
    """
    left, near = [*there], dict[str, str]()
    while pairs := {name: one for name in missing if name not in near and (one := nearest(name, left))}:
        name = min(pairs, key=lambda name: distance(name.casefold(), pairs[name].casefold(), 8))
        near[name] = pairs[name]
        left.remove(pairs[name])
    return {name: near[name] for name in missing if name in near}


def of_missing(column: str, there: Iterable[str], taken: Collection[str] = ()) -> str:
    """The cure where a table lacks a column; those that are `taken` are themselves.

    >>> of_missing("height", ["Height", "city"])
    "rename 'Height' to 'height' if it is that one, else add the column"
    >>> of_missing("joined", ["height", "city"])
    'add it to the table, which has height, city'
    """
    known = list(there)
    if guess := nearest(column, (name for name in known if name not in taken)):
        return f"rename {guess!r} to {column!r} if it is that one, else add the column"
    return "add it to the table" + (f", which has {', '.join(known)}" if 0 < len(known) <= 12 else "")
