"""A BERT as an ONNX graph: texts of one length in, their unit vectors out.

Its operators are those into which ONNX Runtime itself would fuse a BERT (docs/ContribOperators.md
of microsoft/onnxruntime). As no text is padded, there is no mask.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from index.bert import Bert, Weights

INPUT = "ids"
"""Word pieces as rows: int64, shape (texts, pieces)."""
MICROSOFT = "com.microsoft"
OPSETS = (("", 18), (MICROSOFT, 1))
IR_VERSION = 8
"""That of opset 18, which every ONNX Runtime since 1.15 reads."""
INLINE_BYTES = 128
"""What is smaller stands in the graph itself, where the shapes are inferred from it."""
LARGEST_INT8 = 63
"""Seven bits: sums of two products of eight saturate on a processor without VNNI."""
TINY = np.float32(1e-30)

Array = NDArray[Any]
Input = str | Array | np.generic
Linear = Callable[["_Graph", str, Array], str]


def bert_graph(bert: Bert, weights: Weights, *, int8: bool) -> tuple[bytes, dict[str, Array]]:
    """Return a serialised graph, and the tensors that it leaves to be handed over.

    Args:
        bert: The settings of the model.
        weights: Its tensors. Word embeddings are used in the precision they have, all else in
            float32.
        int8: Multiply by weights in 8-bit integers: one scale for each column of the weights,
            and one for each word piece, so that no text depends on its neighbours.

    Raises:
        ValueError: a tensor is missing.
    """
    part = _Part(weights)
    linear = _linear_int8 if int8 else _linear
    graph = _Graph()
    x = _embeddings(graph, part, bert)
    for number in range(bert.layers):
        x = _layer(graph, x, part.within(f"encoder.layer.{number}."), bert, linear)
    mean = graph.add("ReduceMean", x, np.array([1]), keepdims=0)
    vectors = graph.add("LpNormalization", mean, axis=-1, p=2)
    return graph.serialised(vectors), graph.handed_over


def _embeddings(graph: "_Graph", part: "_Part", bert: Bert) -> str:
    part = part.within("embeddings.")
    words = graph.add("Gather", part.stored("word_embeddings.weight"), INPUT)
    words = graph.add("Cast", words, to=onnx.TensorProto.FLOAT)
    # Every piece is of the first type: there are no pairs of texts.
    positions = part["position_embeddings.weight"] + part["token_type_embeddings.weight"][0]
    length = graph.add("Shape", INPUT, start=1)
    zero = np.array([0])
    positions_used = graph.add("Slice", positions, zero, length, zero)
    x = graph.add("Add", words, positions_used)
    return graph.add("LayerNormalization", x, *part.norm(), axis=-1, epsilon=bert.epsilon)


def _layer(graph: "_Graph", x: str, part: "_Part", bert: Bert, linear: Linear) -> str:
    projections = [part.within(f"attention.self.{name}.") for name in ("query", "key", "value")]
    projected = linear(graph, x, np.concatenate([each["weight"] for each in projections]).T)
    attended = graph.add(
        "MultiHeadAttention",
        *graph.add_all("Split", projected, outputs=3, axis=-1, num_outputs=3),
        np.concatenate([each["bias"] for each in projections]),
        domain=MICROSOFT,
        num_heads=bert.heads,
    )
    x = _residual(graph, x, attended, part.within("attention.output."), bert, linear)
    wide = linear(graph, x, part["intermediate.dense.weight"].T)
    wide = graph.add("BiasGelu", wide, part["intermediate.dense.bias"], domain=MICROSOFT)
    return _residual(graph, x, wide, part.within("output."), bert, linear)


def _residual(
    graph: "_Graph", x: str, branch: str, part: "_Part", bert: Bert, linear: Linear
) -> str:
    branch = linear(graph, branch, part["dense.weight"].T)
    return graph.add(
        "SkipLayerNormalization",
        branch,
        x,
        *part.norm(),
        part["dense.bias"],
        domain=MICROSOFT,
        epsilon=bert.epsilon,
    )


def _linear(graph: "_Graph", x: str, weight: Array) -> str:
    return graph.add("MatMul", x, weight)


def _linear_int8(graph: "_Graph", x: str, weight: Array) -> str:
    """Multiply by a weight of shape (inputs, outputs), both sides rounded to integers."""
    weight_scale = np.maximum(np.abs(weight).max(axis=0) / LARGEST_INT8, TINY)
    rounded_weight = np.round(weight / weight_scale).astype(np.int8)
    largest = graph.add("ReduceMax", graph.add("Abs", x), np.array([-1]))
    scale = graph.add("Max", graph.add("Div", largest, np.float32(127)), TINY)
    # Without a sign, as integer kernels are fastest: 128 stands for zero.
    zero = np.uint8(128)
    rounded = graph.add("QuantizeLinear", graph.add("Div", x, scale), np.float32(1), zero)
    product = graph.add("MatMulInteger", rounded, rounded_weight, zero)
    product = graph.add("Cast", product, to=onnx.TensorProto.FLOAT)
    return graph.add("Mul", product, graph.add("Mul", scale, weight_scale))


class _Part:
    """The weights whose names begin alike."""

    def __init__(self, weights: Weights, prefix: str = "") -> None:
        self._weights = weights
        self._prefix = prefix

    def within(self, name: str) -> "_Part":
        return _Part(self._weights, self._prefix + name)

    def stored(self, name: str) -> Array:
        if self._prefix + name not in self._weights:
            raise ValueError(f"there is no tensor {self._prefix}{name}")
        return self._weights[self._prefix + name]

    def __getitem__(self, name: str) -> Array:
        return self.stored(name).astype(np.float32)

    def norm(self) -> tuple[Array, Array]:
        return self["LayerNorm.weight"], self["LayerNorm.bias"]


class _Graph:
    """Nodes in the order of their computation; arrays among their inputs become tensors."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: list[onnx.TensorProto] = []
        self.handed_over: dict[str, Array] = {}

    def add(self, operator: str, *inputs: Input, domain: str = "", **attributes: Any) -> str:
        return self.add_all(operator, *inputs, outputs=1, domain=domain, **attributes)[0]

    def add_all(
        self,
        operator: str,
        *inputs: Input,
        outputs: int,
        domain: str = "",
        **attributes: Any,
    ) -> list[str]:
        names = [each if isinstance(each, str) else self._tensor(each) for each in inputs]
        made = [f"{operator}{len(self._nodes)}.{number}" for number in range(outputs)]
        node = helper.make_node(operator, names, made, domain=domain, **attributes)
        self._nodes.append(node)
        return made

    def serialised(self, output: str) -> bytes:
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [helper.make_tensor_value_info(INPUT, onnx.TensorProto.INT64, ["texts", "pieces"])],
            [
                helper.make_tensor_value_info(
                    output, onnx.TensorProto.FLOAT, ["texts", "dimension"]
                )
            ],
            self._tensors,
        )
        opsets = [helper.make_opsetid(*opset) for opset in OPSETS]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        serialised: bytes = model.SerializeToString()
        return serialised

    def _tensor(self, values: Array | np.generic) -> str:
        name = f"tensor{len(self._tensors)}"
        if values.nbytes < INLINE_BYTES:
            self._tensors.append(numpy_helper.from_array(np.asarray(values), name))
            return name
        tensor = onnx.TensorProto(
            name=name,
            data_type=helper.np_dtype_to_tensor_dtype(values.dtype),
            dims=values.shape,
            data_location=onnx.TensorProto.EXTERNAL,
            external_data=[onnx.StringStringEntryProto(key="location", value="handed over")],
        )
        self._tensors.append(tensor)
        self.handed_over[name] = np.ascontiguousarray(values)
        return name
