"""One line: a frame and its target in, a run out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Unpack

from protokit.core.errors import SpecError
from protokit.core.plain import without_numpy
from protokit.learn.words import Learn
from protokit.workflow.keywords import LearnWords
from protokit.workflow.result import Run
from protokit.workflow.run.run import run

_TRAIN, _TEST, _VALIDATION = "train", "test", "validation"


def fit(
    frame: object,
    target: str | Sequence[str],
    *,
    menu: object = "auto",
    epochs: int | None = None,
    test: object = None,
    validation: object = None,
    columns: Mapping[str, object] | None = None,
    name: str = "fit",
    seed: int = 0,
    out: str | Path = "runs",
    **learn: Unpack[LearnWords],
) -> Run:
    """Train a network on a data frame, and hold it against baselines on rows that it has not seen.

    `menu` is a network: layers of a menu or of Keras, a `keras.Sequential` of such, the name of a house menu, or
    "auto". `test` and `validation` are shares of the rows, or frames of their own. `columns` says what columns are, as
    `represent.columns` does. All other words are those of `learn` in a recipe (docs/grammar.md), `from_` its `from`.
    The same as `run` with a recipe of these words, which `run.recipe` gives.

    >>> fitted = protokit.fit(birds, "species", menu=[{"Dense": 8}, "ReLU"], epochs=3, networks=1)
    >>> fitted.model.predict(birds.head(2))["species"].tolist()
    ['Adelie', 'Adelie']

    Raises:
        SpecError: a word is not one of `learn`, a value is wrong, or there is no such column; nothing was written.
        DataError: the data is not what the words say.
        TrainingError: the loss was not finite.
    """
    if isinstance(frame, (str, Path)):
        raise SpecError.one(f"fit takes a data frame, not {str(frame)!r}", "read it first, or use run(recipe)")
    given: dict[str, object] = {_TRAIN: frame}
    split: dict[str, object] = {}
    for word, part in ((_TEST, without_numpy(test)), (_VALIDATION, without_numpy(validation))):
        if isinstance(part, (bool, str)):
            raise SpecError.one(f"{word} is a share of the rows or a data frame, not {part!r}", f"write {word}=0.2")
        if isinstance(part, (int, float)):
            split[word] = part
        elif part is not None:
            given[word], split[word] = _table(part, word), word
    words: dict[str, object] = {key.rstrip("_"): value for key, value in learn.items()}
    if epochs is not None:
        words["epochs"] = epochs
    represent: dict[str, object] = {"target": _target(target)}
    if columns is not None and not isinstance(columns, Mapping):
        rule = f"columns says what columns are, by name, and is no {type(columns).__name__}"
        raise SpecError.one(rule, 'write columns={"age": "number"}, and give a frame of the columns that are to count')
    represent |= {"columns": dict(columns)} if columns else {}
    represent |= {"split": split} if split else {}
    recipe = {"name": name, "seed": seed, "represent": represent, "learn": {"menu": menu, **words}}
    if len(given) > 1:
        given[_TRAIN] = _table(frame, _TRAIN)
    return run(recipe, given if len(given) > 1 else frame, out=out)


def _target(target: object) -> str | list[str]:
    """The name of what is predicted, or several.

    Raises:
        SpecError: it is no name.
    """
    if isinstance(target, str):
        return target
    if isinstance(target, (list, tuple)):
        return list(target)
    if getattr(target, "shape", ()):  # the column itself
        rule = f"the target is the name of a column of the frame, not a {type(target).__name__}"
        raise SpecError.one(rule, 'put it into the frame: fit(frame.assign(y=target), "y")')
    numbered = isinstance(target, int) and not isinstance(target, bool)
    cure = f"names of columns are read as texts: {str(target)!r}" if numbered else "several are a list of names"
    raise SpecError.one(f"the target is the name of a column, not {target!r}", cure)


def _table(part: object, word: str) -> object:
    """A table as `run` takes several of them.

    Raises:
        SpecError: it is none.
        DataError: it is empty.
    """
    if isinstance(part, Mapping) or hasattr(part, "columns"):
        return part
    if isinstance(part, (list, tuple)) and part and all(isinstance(row, Mapping) for row in part):
        from protokit.collect.frames import as_frame

        return as_frame(part, word)
    share = "" if word == _TRAIN else "a share of the rows or "
    rule = f"{word} is {share}a data frame, not a {type(part).__name__}"
    raise SpecError.one(rule, f"write {word}=0.2, or {word}=frame.loc[rows]" if share else "read it first")


def _with_words(own: Signature) -> Signature:
    """The signature with each word of `learn`, for those who complete and show it."""
    *named, _ = own.parameters.values()
    defaults = {
        word: Learn.model_fields[word].get_default(call_default_factory=True) for word in LearnWords.__annotations__
    }
    words = [Parameter(word, Parameter.KEYWORD_ONLY, default=value) for word, value in defaults.items()]
    return own.replace(parameters=[*named, *words])


fit.__signature__ = _with_words(signature(fit))  # type: ignore[attr-defined]
