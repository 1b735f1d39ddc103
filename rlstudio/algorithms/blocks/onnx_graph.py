"""OnnxGraph: a policy's network as an ONNX graph, put together layer by layer. Needs the package `onnx`.

Written by hand rather than by torch's exporter, which takes 20 s for two layers and another 100 MB of packages: the
networks here are perceptrons and one convolutional one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPSET, IR_VERSION = 17, 8
"""Of 2022: what runs a policy elsewhere need not be new."""
OBSERVATION, ACTION, SCORES = "observation", "action", "scores"


class OnnxGraph:
    """Values are known by their names; each method adds what makes one of another, and returns its name."""

    def __init__(self, shape: Sequence[int], kind: str = "float32") -> None:
        """`shape` of one observation; the graph takes a batch of them."""
        import onnx

        self._onnx = onnx
        self._nodes: list[Any] = []
        self._arrays: list[Any] = []
        self._outputs: list[Any] = []
        self._count = 0
        self._input = self._info(OBSERVATION, kind, shape)

    def node(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """The first output of an ONNX operation."""
        return self._named(f"{operation.lower()}_{self._next()}", operation, inputs, attributes)

    def _named(self, name: str, operation: str, inputs: Sequence[str], attributes: Mapping[str, Any]) -> str:
        self._nodes.append(self._onnx.helper.make_node(operation, list(inputs), [name], name=name, **attributes))
        return name

    def _next(self) -> int:
        self._count += 1
        return self._count

    def array(self, values: Any, kind: Any = np.float32) -> str:
        """A constant."""
        name = f"array_{self._next()}"
        self._arrays.append(self._onnx.numpy_helper.from_array(np.ascontiguousarray(np.asarray(values, kind)), name))
        return name

    def linear(self, value: str, weight: NDArray[Any], bias: NDArray[Any]) -> str:
        """value · weight + bias; `weight` of shape (inputs, outputs)."""
        return self.node("Gemm", value, self.array(weight), self.array(bias))

    def normalised(self, value: str, mean: NDArray[Any], variance: NDArray[Any], tiny: float, limit: float) -> str:
        """(value − mean) / √(variance + tiny), cut at ±limit."""
        scale = 1.0 / np.sqrt(np.asarray(variance, np.float64) + tiny)
        centred = self.node("Mul", self.node("Sub", value, self.array(mean)), self.array(scale))
        return self.node("Clip", centred, self.array(-limit), self.array(limit))

    def bounded(self, value: str, low: NDArray[Any], high: NDArray[Any]) -> str:
        """Each number within its own bounds."""
        return self.node("Min", self.node("Max", value, self.array(low)), self.array(high))

    def reshaped(self, value: str, shape: Sequence[int]) -> str:
        """Each of the batch in another shape."""
        return self.node("Reshape", value, self.array([-1, *shape], np.int64))

    def output(self, name: str, value: str, kind: str, shape: Sequence[int]) -> None:
        """Give `value` out under a name. The action comes first, for who takes outputs by their number."""
        self._named(name, "Identity", [value], {})
        self._outputs.insert(0 if name == ACTION else len(self._outputs), self._info(name, kind, shape))

    def _info(self, name: str, kind: str, shape: Sequence[int]) -> Any:
        types = {"float32": self._onnx.TensorProto.FLOAT, "int64": self._onnx.TensorProto.INT64}
        types["uint8"] = self._onnx.TensorProto.UINT8
        return self._onnx.helper.make_tensor_value_info(name, types[kind], ["batch", *shape])

    def content(self, words: str, notes: Mapping[str, str]) -> bytes:
        """The model as a file holds it, checked; `notes` are its metadata."""
        helper = self._onnx.helper
        graph = helper.make_graph(self._nodes, "policy", [self._input], self._outputs, self._arrays, doc_string=words)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        model.producer_name, model.doc_string = "RL Studio", words
        helper.set_model_props(model, dict(notes))
        self._onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString())
