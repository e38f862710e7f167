"""Files of words with a vector each: GloVe, word2vec as text and binary, Model2Vec."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.grammar.document import nearby

_MOST_WORDS, _WIDEST = 50_000_000, 10_000  # a header may claim what it likes
_LONGEST = 1_000  # bytes of a word
_HEAD = 1 << 16  # bytes that show the form
_MARK = b"\xef\xbb\xbf"  # of UTF-8, which some editors write before the first word
_WEIGHTS, _TOKENIZER = "model.safetensors", "tokenizer.json"


def vectors(path: Path, wanted: Container[str], first: int) -> dict[str, np.ndarray]:
    """The vectors of the words that are wanted, and of the first ones of the file, in its order, in lower case.

    Of words that differ in case alone the first counts. Shapes: each (width,) float32.

    Raises:
        DataError: there is no such file, or it is no file of words and vectors; with the line or word.
    """
    if not access.local(path).exists():
        raise DataError(f"no such file: {path}", cure=nearby(path) or "paths start at the recipe's folder")
    found: dict[str, np.ndarray] = {}
    for seen, (text, vector) in enumerate(_pairs(path), 1):
        word = text.lower()
        if word and word not in found and (word in wanted or seen <= first):
            if not np.isfinite(vector()).all():
                raise _bad(path, f"the vector of {text!r} has a number that is none")
            found[word] = vector()
    if not found:
        raise _bad(path, "no word is in it")
    return found


def _pairs(path: Path) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    """The words of a file of any form, in its order, each with what makes its vector."""
    try:
        if path.is_dir() or path.suffix == ".safetensors":
            yield from _model2vec(path if path.is_dir() else path.parent, path.name if path.is_file() else _WEIGHTS)
            return
        with access.file(path) as file:
            head = file.read(_HEAD)
            file.seek(0)
            if head.startswith(b"\x1f\x8b") or head.startswith(b"PK"):
                raise _bad(path, "the file is packed", "unpack it")
            sizes = _header(head)
            if sizes is not None and _is_binary(head, sizes[1]):
                yield from _binary(path, file, *sizes)
            else:
                yield from _text(path, file, sizes)
    except OSError as error:
        raise _bad(
            path, f"it cannot be read: {error.strerror or error}", "check the path and its permissions"
        ) from None


def _header(head: bytes) -> tuple[int, int] | None:
    """The count of words and of numbers for each, where the first line says them."""
    parts = head.removeprefix(_MARK).split(b"\n", 1)[0].split()
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        return None
    count, width = (int(part) for part in parts)
    return (count, width) if 0 < count <= _MOST_WORDS and 0 < width <= _WIDEST else None


def _is_binary(head: bytes, width: int) -> bool:
    """Whether what follows the header is numbers as a computer holds them."""
    second = head.split(b"\n", 2)[1:2]
    parts = second[0].split() if second else []
    if len(parts) < width + 1 and len(head) < _HEAD and b"\0" not in head:
        return False
    try:
        return len(parts) < 2 or not np.isfinite([float(part) for part in parts[-min(3, len(parts) - 1) :]]).all()
    except ValueError:
        return True


def _text(path: Path, file: BinaryIO, sizes: tuple[int, int] | None) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    width = sizes[1] if sizes else 0
    for number, line in enumerate(file, 1):
        if number == 1 and sizes:
            continue
        bare = line.removeprefix(_MARK if number == 1 else b"").replace(b"\t", b" ").rstrip(b"\r\n ")
        if not bare:
            continue
        width = width or len(bare.split(b" ")) - 1
        parts = bare.rsplit(b" ", width)
        if not 0 < width <= _WIDEST or len(parts) != width + 1:
            rule = f"line {number:,} has not a word and {width:,} numbers: {bare[:40].decode('utf-8', 'replace')!r}"
            raise _bad(path, rule)

        def vector(numbers: list[bytes] = parts[1:], at: int = number) -> np.ndarray:
            try:
                return np.array([float(one) for one in numbers], np.float32)
            except ValueError:
                raise _bad(path, f"line {at:,} holds something that is no number") from None

        yield parts[0].decode("utf-8", "replace"), vector


def _binary(path: Path, file: BinaryIO, count: int, width: int) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    file.readline()
    for i in range(count):
        letters = bytearray()
        while (one := file.read(1)) != b" ":
            if not one or len(letters) > _LONGEST:
                raise _bad(path, f"it ends, or has no word, at word {i + 1:,} of the {count:,} that it says")
            letters += one.strip(b"\n")
        raw = file.read(4 * width)
        if len(raw) < 4 * width:
            raise _bad(path, f"it ends within word {i + 1:,} of the {count:,} that it says")

        def vector(raw: bytes = raw) -> np.ndarray:
            return np.frombuffer(raw, "<f4").astype(np.float32)

        yield letters.decode("utf-8", "replace"), vector


def _model2vec(folder: Path, name: str) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    path = folder / name
    try:
        tensors = load(access.content(path))
        known = json.loads(access.text(folder / _TOKENIZER, "utf-8"))["model"]["vocab"]
        places = known.items() if isinstance(known, dict) else [(token[0], i) for i, token in enumerate(known)]
        table = np.asarray(tensors["embeddings"])
        mapping, weights = tensors.get("mapping"), tensors.get("weights")
        if table.ndim != 2 or not 0 < table.shape[1] <= _WIDEST or table.dtype.kind != "f":
            raise ValueError(f"embeddings of shape {table.shape}")
        ordered = sorted((int(place), str(token)) for token, place in places)
        rows = [(token, place, int(place if mapping is None else mapping[place])) for place, token in ordered]
        if any(not 0 <= row < len(table) for _, _, row in rows):
            raise ValueError("more words than vectors")
        scales = [1.0 if weights is None else float(weights[place]) for _, place, _ in rows]
    except (SafetensorError, KeyError, TypeError, ValueError, IndexError, UnicodeDecodeError, RecursionError) as error:
        rule = f"no model of Model2Vec ({_WEIGHTS} with embeddings, {_TOKENIZER} beside it): {str(error)[:100]}"
        raise _bad(path, rule) from None
    for (token, _, row), scale in zip(rows, scales, strict=True):

        def vector(row: int = row, scale: float = scale) -> np.ndarray:
            found: np.ndarray = (table[row].astype(np.float64) * scale).astype(np.float32)
            return found

        yield token.lstrip("\u2581\u0120"), vector


def _bad(path: Path, rule: str, cure: str | None = None) -> DataError:
    return DataError(rule, place=str(path), cure=cure or "give a file of GloVe, word2vec (text or binary) or Model2Vec")
