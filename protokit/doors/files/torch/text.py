"""The text of a module of torch, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent

import numpy as np

from protokit.doors.files.torch.network import Written
from protokit.doors.files.torch.splitting import functions_in, imports_in, methods_in
from protokit.doors.graph.columns.column import RawColumn

_WIDEST = 110  # characters of a line of constants
_HEAD = '''"""A trained model as a module of torch: raw columns in, what it predicts out. Its weights are {weights}.

    model = Model.load()
    model({example})[{end!r}]

Numbers are given as floats with NaN where they are missing, texts as a list of str. What each column's cells are,
what a missing one is and what stays outside stands in {contract}. `model.networks` are what was trained.
"""

from __future__ import annotations

import hashlib
{modules}{names}from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load
from torch import Tensor, nn{functional}

WEIGHTS = Path(__file__).with_name({weights!r})
SHA256 = {digest!r}
'''
_MODEL = '''
class Model(nn.Module):
    """The networks, with all that comes before and after them."""

    def __init__(self) -> None:
        super().__init__()
        self.networks = nn.ModuleList([{networks}])
{tables}
    @classmethod
    def load(cls) -> Model:
        """The trained model, for predicting: see torch's `eval` and `train`."""
        data = WEIGHTS.read_bytes()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise ValueError(f"{{WEIGHTS}} has the weights of another model: export it again")
        model = cls()
        model.load_state_dict(load(data))
        return model.eval()

    def forward(self, columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        """What is predicted of rows. Shapes: (rows,) of each column -> (rows,), or (rows, several)."""
        given = self.encode(columns)
        return self.decide([network(**given[part]) for network, part in zip(self.networks, {of_parts})])

    def encode(self, columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Tensor]]:
        """What the networks take{each}."""
{encode}

    def decide(self, said: list[dict[str, Tensor]]) -> dict[str, Any]:
        """What is predicted, of what each network says."""
{decide}

    def numbers(self, cells: Sequence[Any], dtype: torch.dtype) -> Tensor:
        """Shapes: (rows,) -> (rows, 1)."""
        return torch.as_tensor(cells, dtype=dtype, device=self.device).reshape(-1, 1)

    def places(self, texts: Sequence[str], known: Mapping[str, int]) -> Tensor:
        """The number of each text, 0 of others. Shapes: (rows,) -> (rows, 1)."""
        return torch.tensor([known.get(text, 0) for text in texts], dtype=torch.int64, device=self.device)[:, None]

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device
{methods}'''


@dataclass(frozen=True)
class Whole:
    """All that stands in the file."""

    weights: str
    digest: str
    classes: Mapping[str, Written]
    networks: Sequence[tuple[str, int]]
    tables: Mapping[str, np.ndarray]
    words: Mapping[str, dict[str, int] | list[str]]
    columns: Mapping[str, tuple[str, RawColumn]]
    encode: Sequence[str]
    encoded: Sequence[Mapping[str, str]]
    decide: Sequence[str]
    ends: Mapping[str, str]


def text_of(whole: Whole) -> str:
    """The file."""
    needs = list(dict.fromkeys(one for written in whole.classes.values() for one in written.needs))
    classes = "".join(f"\n{text}" for text in needs)
    several = len(whole.classes) > 1
    for name, one in whole.classes.items():
        about = "The network of some parts of the model." if several else "The network, as it was trained."
        classes += f'\n\nclass {name}(nn.Module):\n    """{about}"""\n\n' + indented(one.body, 1)
    plain = [name for name in whole.columns if _in_a_docstring(name)][:2]
    example = ", ".join(f"{name!r}: [...]" for name in plain)
    more = ("" if not plain else ", ") + "..." if len(whole.columns) > len(plain) else ""
    end = next(iter([one for one in reversed([*whole.ends]) if _in_a_docstring(one)]), "...")
    encode = indented(_encode(whole), 2).rstrip("\n")
    methods, functions = methods_in(encode), functions_in(encode)
    model = _MODEL.format(
        methods=methods,
        networks=", ".join(f"{name}()" for name, _ in whole.networks),
        tables=indented(_buffers(whole.tables), 2),
        of_parts=repr(tuple(part for _, part in whole.networks)),
        each=", of each part of the model" if len(whole.encoded) > 1 else "",
        encode=encode,
        decide=indented([*whole.decide, *_returned(whole.ends)], 2).rstrip("\n"),
    )
    functional = ", functional" if "functional." in classes else ""
    functional = "\nfrom torch.nn import functional" if functional else ""
    stem = whole.weights.removesuffix(".safetensors")
    modules, names = imports_in(functions + methods)
    head = _HEAD.format(
        weights=whole.weights,
        digest=whole.digest,
        example=f"{{{example}{more}}}",
        end=end,
        contract=f"{stem}.py.json",
        functional=functional,
        modules=modules,
        names=names,
    )
    classes = f"{classes}\n{functions}".rstrip("\n") + "\n" if functions else classes
    words = "".join(f"\n{line}" for name, some in whole.words.items() for line in constant(name, some))
    return f"{head}{words}\n{classes}\n\n{model.lstrip()}" if words else f"{head}\n{classes}\n\n{model.lstrip()}"


def _in_a_docstring(name: str) -> bool:
    """Whether a name may stand in a docstring as it is: a column can have any name, also one that ends it."""
    return '"' not in name and "\\" not in repr(name)


def _encode(whole: Whole) -> list[str]:
    lines = []
    for name, (own, column) in whole.columns.items():
        cells = f"columns[{name!r}]"
        read = cells if column.dtype == "object" else f"self.numbers({cells}, torch.{column.dtype})"
        if column.shape != (1,):
            read = f"torch.as_tensor({cells}, dtype=torch.{column.dtype}, device=self.device)"
        lines += [f"# {column.takes}; missing: {column.gone}", f"{own} = {read}"]
    lines += whole.encode
    each = [f"{{{', '.join(f'{name!r}: {text}' for name, text in own.items())}}}" for own in whole.encoded]
    return [*lines, f"return [{', '.join(each)}]"]


def _returned(ends: Mapping[str, str]) -> list[str]:
    return ["return {", *(f"    {name!r}: {text}," for name, text in ends.items()), "}"]


def _buffers(tables: Mapping[str, np.ndarray]) -> list[str]:
    of = {"float64": "float64", "float32": "float32", "int64": "int64", "bool": "bool"}
    return [
        f'self.register_buffer("{name}", torch.zeros({tuple(one.shape)}, dtype=torch.{of[str(one.dtype)]}))'
        for name, one in tables.items()
    ]


def constant(name: str, value: dict[str, int] | list[str]) -> list[str]:
    """A constant in lines that are not too wide."""
    parts = [f"{key!r}: {place}" for key, place in value.items()] if isinstance(value, dict) else map(repr, value)
    ends = "{}" if isinstance(value, dict) else "[]"
    rows = [""]
    for part in parts:
        if len(rows[-1]) + len(part) > _WIDEST:
            rows.append("")
        rows[-1] += f"{part}, " if rows[-1] else f"    {part}, "
    if len(rows) == 1 and len(name) + len(rows[0]) < _WIDEST:
        return [f"{name} = {ends[0]}{rows[0].strip().rstrip(',')}{ends[1]}"]
    return [f"{name} = {ends[0]}", *(row.rstrip() for row in rows), ends[1]]


def indented(lines: Sequence[str], depth: int) -> str:
    """Lines of a block; what is too wide is broken behind commas."""
    return indent("\n".join(_broken(line) for line in lines), "    " * depth) + "\n"


def _broken(line: str) -> str:
    if len(line) <= _WIDEST or line.lstrip().startswith("#"):
        return line
    margin = " " * (len(line) - len(line.lstrip()) + 4)
    rows, depth, quote, start, cut = list[str](), 0, "", 0, 0
    for i, sign in enumerate(line):
        if quote:
            quote = "" if sign == quote and line[i - 1] != "\\" else quote
        elif sign in "'\"":
            quote = sign
        else:
            depth += (sign in "([{") - (sign in ")]}")
            if depth and line[i : i + 2] == ", ":
                if i - start > _WIDEST - 8 and cut > start:
                    rows.append(line[start:cut])
                    start = cut + 1
                cut = i + 1
    if len(line) - start > _WIDEST - 8 and cut > start:
        rows.append(line[start:cut])
        start = cut + 1
    return f"\n{margin}".join([*rows, line[start:]])
