"""What ONNX does with numbers: nodes of a graph that is built up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from protokit.core.libraries.optional import optional
from protokit.doors.arithmetic.arithmetic import Given
from protokit.doors.arithmetic.steps import StepArithmetic

OPSET, OPSET_ML, IR = 18, 3, 9  # 18 is the latest that the network's converter knows
OPSET_OF_TEXTS = 20  # has operators of texts; what networks use of 18 is the same there
_BINARY = {
    "add": "Add",
    "subtract": "Sub",
    "multiply": "Mul",
    "divide": "Div",
    "equal": "Equal",
    "less_equal": "LessOrEqual",
    "greater": "Greater",
    "minimum": "Min",
    "maximum": "Max",
}
_UNARY = {"sqrt": "Sqrt", "exp": "Exp", "log": "Log", "isnan": "IsNaN", "logical_not": "Not"}
_REDUCED = {"sum": "ReduceSum", "max": "ReduceMax"}


@dataclass(frozen=True)
class Wire:
    """A value of the graph: its name, and the type of its numbers."""

    name: str
    dtype: str


@dataclass
class OfOnnx(StepArithmetic[Wire]):
    """See Arithmetic: each value is the output of a node. `types` are those that the library does not find itself."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    types: list[Any] = field(default_factory=list)
    _held: dict[tuple[str, tuple[int, ...], bytes], str] = field(default_factory=dict)

    @property
    def onnx(self) -> ModuleType:
        """The library."""
        return optional("onnx", "export")

    def node(
        self,
        kind: str,
        given: Sequence[Wire],
        dtype: str,
        options: Mapping[str, Any] | None = None,
        outputs: int = 1,
    ) -> Wire:
        """Add a node, of whose outputs the first is taken."""
        names = [f"{kind}_{len(self.nodes)}_{i}" for i in range(outputs)]
        taken = [one.name for one in given]
        self.nodes.append(self.onnx.helper.make_node(kind, taken, names, name=names[0], **(options or {})))
        return Wire(names[0], dtype)

    def constant(self, value: np.ndarray) -> Wire:
        """An array as a value: equal ones are one."""
        content = repr(value.tolist()).encode() if value.dtype == object else value.tobytes()
        key = (str(value.dtype), value.shape, content)
        if key not in self._held:
            self._held[key] = f"constant_{len(self._held)}"
            self.constants.append(self.onnx.numpy_helper.from_array(value, self._held[key]))
        return Wire(self._held[key], str(value.dtype))

    def _wires(self, *given: Given[Wire]) -> list[Wire]:
        """Values and constants, which have the type of the values beside them."""
        dtype = next((one.dtype for one in given if isinstance(one, Wire)), None)
        return [one if isinstance(one, Wire) else self.constant(np.asarray(one, dtype)) for one in given]

    def cast(self, value: Wire, dtype: str) -> Wire:
        """See Arithmetic."""
        if value.dtype == dtype:
            return value
        to = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.node("Cast", [value], dtype, {"to": to})

    def binary(self, name: str, left: Given[Wire], right: Given[Wire]) -> Wire:
        """See Arithmetic."""
        given = self._wires(left, right)
        return self.node(_BINARY[name], given, "bool" if name in ("equal", "less_equal", "greater") else given[0].dtype)

    def unary(self, name: str, value: Wire) -> Wire:
        """See Arithmetic."""
        return self.node(_UNARY[name], [value], "bool" if name == "isnan" else value.dtype)

    def where(self, condition: Wire | np.ndarray, yes: Given[Wire], no: Given[Wire]) -> Wire:
        """See Arithmetic."""
        given = self._wires(yes, no)
        choice = condition if isinstance(condition, Wire) else self.constant(np.asarray(condition, bool))
        return self.node("Where", [choice, *given], given[0].dtype)

    def take(self, table: np.ndarray, places: Wire) -> Wire:
        """See Arithmetic."""
        return self.node("Gather", [self.constant(table), places], str(table.dtype), {"axis": 0})

    def columns(self, value: Wire, places: Sequence[int]) -> Wire:
        """See Arithmetic."""
        return self.node("Gather", [value, self.constant(np.array(places, np.int64))], value.dtype, {"axis": 1})

    def concatenate(self, values: Sequence[Wire]) -> Wire:
        """See Arithmetic."""
        return values[0] if len(values) == 1 else self.node("Concat", values, values[0].dtype, {"axis": 1})

    def reduce(self, name: str, value: Wire) -> Wire:
        """See Arithmetic."""
        return self.node(_REDUCED[name], [value, self.constant(np.array([1], np.int64))], value.dtype, {"keepdims": 1})

    def ascending(self, value: Wire) -> Wire:
        """See Arithmetic."""
        shape = self.node("Shape", [value], "int64", {"start": 1})
        return self.node("TopK", [value, shape], value.dtype, {"axis": 1, "largest": 0}, outputs=2)

    def cumulated(self, value: Wire) -> Wire:
        """See Arithmetic."""
        return self.node("CumSum", [value, self.constant(np.array(1, np.int64))], value.dtype)

    def most(self, value: Wire) -> Wire:
        """See Arithmetic."""
        return self.node("ArgMax", [value], "int64", {"axis": 1, "keepdims": 1})

    def lookup(self, texts: Wire, keys: Sequence[str]) -> Wire:
        """See Arithmetic."""
        options = {"keys_strings": list(keys), "values_int64s": list(range(1, len(keys) + 1)), "default_int64": 0}
        return self.node("LabelEncoder", [texts], "int64", {**options, "domain": "ai.onnx.ml"})

    def texts(self, places: Wire, texts: Sequence[str]) -> Wire:
        """See Arithmetic."""
        table = np.array([text.encode() for text in texts], object)
        return self.node("Gather", [self.constant(table), places], "object", {"axis": 0})

    def flat(self, value: Wire) -> Wire:
        """See Arithmetic."""
        return self.node("Squeeze", [value, self.constant(np.array([1], np.int64))], value.dtype)

    def flattened(self, value: Wire) -> Wire:
        """See StepArithmetic."""
        return self.node("Reshape", [value, self.constant(np.array([-1, 1], np.int64))], value.dtype)

    def folded(self, value: Wire, steps: int) -> Wire:
        """See StepArithmetic."""
        width = self.node("Shape", [value], "int64", {"start": 1})
        shape = self.node("Concat", [self.constant(np.array([-1, steps], np.int64)), width], "int64", {"axis": 0})
        return self.node("Reshape", [value, shape], value.dtype)

    def channels(self, values: Sequence[Wire]) -> Wire:
        """See StepArithmetic."""
        return values[0] if len(values) == 1 else self.node("Concat", values, values[0].dtype, {"axis": 2})

    def channel(self, value: Wire, place: int) -> Wire:
        """See StepArithmetic."""
        return self.node("Gather", [value, self.constant(np.array(place, np.int64))], value.dtype, {"axis": 2})
