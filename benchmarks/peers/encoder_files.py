"""The built-in encoder as a folder that sentence-transformers, optimum and ONNX Runtime read.

Its weights are stored in 8 and 16 bits, which not every library reads; here they are float32, of
the same values. Beside them lies the graph for ONNX Runtime, its layers fused as the
documentation of sentence-transformers advises for a CPU.
"""

import shutil
from pathlib import Path
from typing import Any

from index.bert import Bert
from index.encoder import BUILT_IN_FOLDER

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "last_hidden_state"
OPSET = 17
GRAPH = Path("onnx", "model.onnx")
"""Where sentence-transformers looks for it in the folder of a model."""


def write_encoder(folder: Path) -> None:
    """Write the folder, if it is not there; one that was interrupted is written anew."""
    if (folder / GRAPH).exists():
        return
    _write_weights(folder)
    graph = folder / GRAPH
    graph.parent.mkdir(exist_ok=True)
    plain = graph.with_suffix(".plain.onnx")
    _export(folder, plain)
    _fuse(plain, graph)
    plain.unlink()


def _write_weights(folder: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    left_out = shutil.ignore_patterns("*.safetensors*", "README.md")
    shutil.copytree(BUILT_IN_FOLDER, folder, ignore=left_out, dirs_exist_ok=True)
    weights = {
        name: tensor.astype(np.float32) if tensor.dtype.kind == "f" else tensor
        for name, tensor in Bert.read(BUILT_IN_FOLDER).weights().items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _export(folder: Path, graph: Path) -> None:
    import torch
    from transformers import AutoModel

    # Attention written out, so that it can be found and fused.
    body: Any = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()

    class Last(torch.nn.Module):
        """The vectors of all word pieces, as the only output."""

        def __init__(self) -> None:
            super().__init__()
            self.body = body

        def forward(self, *given: Any) -> Any:
            return self.body(**dict(zip(INPUTS, given, strict=True)))[0]

    ones = torch.ones(2, 8, dtype=torch.long)
    torch.onnx.export(
        Last(),
        (ones,) * len(INPUTS),
        graph,
        input_names=[*INPUTS],
        output_names=[OUTPUT],
        dynamic_axes={name: {0: "batch", 1: "sequence"} for name in (*INPUTS, OUTPUT)},
        opset_version=OPSET,
        dynamo=False,
    )


def _fuse(plain: Path, graph: Path) -> None:
    from onnxruntime.transformers.optimizer import optimize_model

    bert = Bert.read(BUILT_IN_FOLDER)
    model = optimize_model(
        str(plain), model_type="bert", num_heads=bert.heads, hidden_size=bert.dimension
    )
    beside = graph.with_suffix(".new.onnx")
    model.save_model_to_file(str(beside))
    beside.replace(graph)
