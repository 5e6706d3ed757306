"""Growth: a trained student takes over a larger vocabulary.

A piece that the student knows keeps its row, a new one starts as stage 0b says, and the body stays
as it is. Writes the whole student into the work folder, whose `tokenizer.json`, `rows.json` and
`rows_aligned.npy` are those of the larger vocabulary.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.base import EMBEDDINGS
from training.build import multilingual_model, save_student
from training.text import folder_arguments


def grown_rows(
    pieces: Sequence[str],
    aligned: NDArray[np.float32],
    table: NDArray[np.float32],
    known: Mapping[str, int],
) -> NDArray[np.float32]:
    """The rows of the pieces: of the student's table where it knows them, else `aligned`.

    `aligned` and the result have the shape (len(pieces), 384), `table` that of (rows, 384), and
    `known` are the rows of its pieces.
    """
    rows = aligned.copy()
    kept = [i for i, piece in enumerate(pieces) if piece in known]
    rows[kept] = table[[known[pieces[i]] for i in kept]]
    return rows


def grown_student(work: Path, folder: Path) -> Any:
    """The student of a sentence-transformers folder with the work folder's vocabulary."""
    from transformers import BertModel

    state = BertModel.from_pretrained(folder).state_dict()
    table = state.pop(EMBEDDINGS).numpy()
    known = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    rows = json.loads((work / "rows.json").read_text(encoding="utf-8"))
    pieces = [str(tokenizer.id_to_token(row)) for row in rows]
    values = grown_rows(pieces, np.load(work / "rows_aligned.npy"), table, known)
    model = multilingual_model(work, values)
    model.load_state_dict({EMBEDDINGS: model.state_dict()[EMBEDDINGS], **state})
    return model


def main() -> None:
    parser = folder_arguments(__doc__)
    parser.add_argument("--folder", type=Path, default=Path("index/builtin"), help="the student")
    parser.add_argument("--result", default="grown.safetensors", help="student to write")
    arguments = parser.parse_args()
    student = grown_student(arguments.work, arguments.folder)
    save_student(student, arguments.work / arguments.result)
    print(f"{arguments.result}: {student.config.vocab_size} rows")


if __name__ == "__main__":
    main()
