"""ONNX Runtime gives the vectors of PyTorch, text by text, and starts without it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from index.encoder import BUILT_IN_FOLDER, Encoder, EncoderSettings, load_encoder
from index.errors import EncoderError

SCRIPTS = {
    "english": "The river rose in the night and flooded the lower town.",
    "bulgarian": "Реката се надигна през нощта и заля долния град.",
    "russian": "Ночью река поднялась и затопила нижний город; ёжики ушли.",
    "greek": "Το ποτάμι ανέβηκε τη νύχτα και πλημμύρισε την κάτω πόλη.",
    "hebrew": "הנהר עלה בלילה והציף את העיר התחתונה.",
    "arabic": "ارتفع النهر ليلا وأغرق المدينة السفلى.",
    "chinese": "河水夜里上涨，淹没了下城。",
    "marks": "„Не!“ — 3,5 % … (и́ é ŭ) 🐋",
    "nothing": "",
    "blanks": " \n\t ",
    "control": "a\0b\x07c",
}
LENGTHS = [1, 2, 60, 100, 250, 1000]
"""In words; the built-in model reads 256 word pieces."""

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from([*SCRIPTS.values(), "река " * 300]),
)


def onnx(model: str | Path = "built-in", backend: str = "onnx", **others) -> Encoder:
    return load_encoder(EncoderSettings(str(model), backend, **{"threads": 1, **others}))


def on_torch(model: str | Path = "built-in") -> Encoder:
    return load_encoder(EncoderSettings(str(model), "torch", threads=1))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return onnx()


@pytest.fixture(scope="module")
def int8() -> Encoder:
    return onnx(backend="onnx-int8")


@pytest.fixture(scope="module")
def tiny(tiny_model) -> Path:
    folder: Path = tiny_model()
    return folder


@pytest.fixture
def own(tiny, tmp_path) -> Path:
    """A copy of the tiny model, to be changed."""
    folder: Path = shutil.copytree(tiny, tmp_path / "model")
    return folder


def change(path: Path, **values: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**content, **values}), encoding="utf-8")


class TestVectors:
    def test_are_those_of_pytorch(self, encoder):
        lengths = [" ".join(["река"] * count) for count in LENGTHS]
        samples = [*SCRIPTS.values(), *lengths]
        torch = on_torch()
        assert encoder.encode_passages(samples) == pytest.approx(
            torch.encode_passages(samples), abs=1e-5
        )
        assert encoder.encode_queries(samples) == pytest.approx(
            torch.encode_queries(samples), abs=1e-5
        )

    def test_of_words_are_those_of_pytorch(self, encoder):
        words = ["gas", "газопровод", "ваксината", "qzxv", "2018", ""]
        vectors = encoder.word_vectors(words)
        assert vectors == pytest.approx(on_torch().word_vectors(words), abs=1e-3)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 1, 1, 0])
        assert encoder.word_vectors([]).shape == (0, encoder.dimension)

    def test_of_another_model_are_those_of_pytorch(self, tiny):
        samples = [*SCRIPTS.values(), "река " * 100]
        assert onnx(tiny).encode_passages(samples) == pytest.approx(
            on_torch(tiny).encode_passages(samples), abs=1e-5
        )

    @pytest.mark.parametrize("kind", ["float8_e4m3fn", "bfloat16", "float16"])
    def test_of_a_model_in_small_floats_are_those_of_pytorch(self, own, kind):
        import torch
        from safetensors.torch import load_file, save_file

        path, name = own / "model.safetensors", "embeddings.word_embeddings.weight"
        weights = load_file(path)
        weights[name] = weights[name].to(getattr(torch, kind))
        save_file(weights, path, metadata={"format": "pt"})
        samples = [*SCRIPTS.values()]
        assert onnx(own).encode_passages(samples) == pytest.approx(
            on_torch(own).encode_passages(samples), abs=1e-5
        )

    def test_in_integers_lie_near_those_in_floats(self, encoder, int8):
        samples = [text for text in SCRIPTS.values() if text.strip()]
        exact, rounded = encoder.encode_passages(samples), int8.encode_passages(samples)
        assert (exact * rounded).sum(axis=1).min() > 0.97
        assert not np.allclose(exact, rounded, atol=1e-3)

    @settings(max_examples=25)
    @given(text=texts, others=st.lists(texts, max_size=4), place=st.integers(0, 4))
    def test_do_not_depend_on_the_texts_beside(self, encoder, int8, text, others, place):
        together = [*others[:place], text, *others[place:]]
        row = min(place, len(others))
        for each in (encoder, int8):
            (alone,) = each.encode_passages([text])
            assert each.encode_passages(together)[row] == pytest.approx(alone, abs=1e-5)

    @pytest.mark.parametrize("changed", [{"batch_size": 1}, {"batch_size": 3}, {"threads": 2}])
    def test_do_not_depend_on_what_only_changes_the_speed(self, tiny, changed):
        samples = [*SCRIPTS.values(), *SCRIPTS.values()]
        assert onnx(tiny, **changed).encode_passages(samples) == pytest.approx(
            onnx(tiny).encode_passages(samples), abs=1e-6
        )

    def test_of_a_text_that_is_too_long_are_those_of_its_beginning(self, tiny):
        encoder = onnx(tiny)
        longest = "вода " * 62  # and two marks make 64
        same, longer, shorter = encoder.encode_passages([longest, longest + "край", "вода " * 61])
        assert encoder.count_tokens([longest]) == [62]
        assert same == pytest.approx(longer, abs=1e-6)
        assert not np.allclose(same, shorter, atol=1e-6)


class TestFolder:
    """What sentence-transformers reads in a folder is read here too."""

    def test_prompts_of_the_model_are_used_unless_others_are_given(self, own):
        change(
            own / "config_sentence_transformers.json",
            prompts={"query": "query: ", "document": "passage: "},
        )
        plain = onnx(own, query_prompt=" ", passage_prompt=" ")
        prompted, torch = onnx(own), on_torch(own)
        for question, passage in (
            (prompted.encode_queries(["water"]), prompted.encode_passages(["water"])),
            (torch.encode_queries(["water"]), torch.encode_passages(["water"])),
        ):
            assert question == pytest.approx(plain.encode_queries(["query: water"]), abs=1e-5)
            assert passage == pytest.approx(plain.encode_passages(["passage: water"]), abs=1e-5)

    def test_the_longest_text_is_the_one_that_the_model_states(self, own):
        change(own / "sentence_bert_config.json", max_seq_length=8)
        samples = ["вода огън земя", "вода " * 20]
        encoder = onnx(own)
        assert encoder.encode_passages(samples) == pytest.approx(
            on_torch(own).encode_passages(samples), abs=1e-5
        )
        assert encoder.encode_passages(["вода " * 6, "вода " * 20])[0] == pytest.approx(
            encoder.encode_passages(["вода " * 20])[0], abs=1e-6
        )

    def test_no_text_is_longer_than_there_are_positions(self, own):
        change(own / "tokenizer_config.json", model_max_length=10**30)
        long = ["вода " * 100]
        assert onnx(own).encode_passages(long) == pytest.approx(
            on_torch(own).encode_passages(long), abs=1e-5
        )

    def test_the_tokenizer_neither_cuts_nor_pads_by_itself(self, own):
        change(
            own / "tokenizer.json",
            truncation={
                "direction": "Right",
                "max_length": 4,
                "strategy": "LongestFirst",
                "stride": 0,
            },
            padding={
                "strategy": {"Fixed": 4},
                "direction": "Right",
                "pad_to_multiple_of": None,
                "pad_id": 0,
                "pad_type_id": 0,
                "pad_token": "[PAD]",
            },
        )
        assert onnx(own).count_tokens(["вода", "вода " * 9]) == [1, 9]

    def test_the_body_may_lie_in_a_folder_of_its_own(self, own):
        expected = onnx(own).encode_passages(["water"])
        body = own / "0_Transformer"
        body.mkdir()
        for path in [path for path in own.iterdir() if path.is_file()]:
            if path.name not in {"modules.json", "config_sentence_transformers.json"}:
                path.rename(body / path.name)
        modules = json.loads((own / "modules.json").read_text(encoding="utf-8"))
        modules[0]["path"] = body.name
        (own / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
        assert onnx(own).encode_passages(["water"]) == pytest.approx(expected, abs=1e-6)

    @pytest.mark.parametrize(
        ("file", "values", "reason"),
        [
            ("config.json", {"model_type": "roberta"}, "its body is of the type roberta"),
            ("config.json", {"hidden_act": "relu"}, "its activation is relu"),
            (
                "config.json",
                {"position_embedding_type": "relative_key"},
                "its positions are not absolute",
            ),
            ("1_Pooling/config.json", {"pooling_mode": "cls"}, "its pooling is cls"),
            (
                "1_Pooling/config.json",
                {"include_prompt": False},
                "its pooling leaves the prompt out",
            ),
            (
                "sentence_bert_config.json",
                {"do_lower_case": True},
                "its texts are made lower case before they are cut into pieces",
            ),
        ],
        ids=["body", "activation", "positions", "pooling", "prompt", "lower-case"],
    )
    def test_another_kind_of_model_is_refused_with_the_reason(self, own, file, values, reason):
        change(own / file, **values)
        with pytest.raises(EncoderError) as raised:
            onnx(own)
        assert str(raised.value) == (
            f"ONNX Runtime runs only a BERT with mean pooling here, but in {own} {reason};"
            ' set backend = "torch" under [encoder]'
        )

    def test_other_modules_are_named(self, own):
        modules = json.loads((own / "modules.json").read_text(encoding="utf-8"))
        modules.append({"idx": 2, "name": "2", "path": "2_Dense", "type": "somewhere.Dense"})
        (own / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
        with pytest.raises(EncoderError, match="its modules are Transformer, Pooling, Dense;"):
            onnx(own)


class TestLoading:
    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param({"modules.json": b"{"}, id="half-a-file"),
            pytest.param({"model.safetensors": b"\0" * 100}, id="damaged-weights"),
            pytest.param({"model.safetensors": None}, id="no-weights"),
            pytest.param({"tokenizer.json": b"[]"}, id="damaged-tokenizer"),
            pytest.param({"1_Pooling/config.json": None}, id="no-pooling"),
        ],
    )
    def test_a_broken_folder_is_named_in_one_line(self, own, damage):
        for name, content in damage.items():
            (own / name).unlink()
            if content is not None:
                (own / name).write_bytes(content)
        with pytest.raises(EncoderError) as raised:
            onnx(own)
        assert str(raised.value).startswith(f"cannot load the encoder in {own}: ")
        assert "\n" not in str(raised.value)

    def test_a_missing_tensor_is_named(self, own):
        weights = load_file(own / "model.safetensors")
        del weights["encoder.layer.0.output.dense.bias"]
        save_file(weights, own / "model.safetensors")
        with pytest.raises(EncoderError) as raised:
            onnx(own)
        assert str(raised.value) == (
            f"cannot load the encoder in {own}:"
            " there is no tensor encoder.layer.0.output.dense.bias"
        )

    @pytest.mark.parametrize("model", ["org/model", "no-such-folder"])
    def test_what_is_no_folder_is_refused_with_the_cure(self, model):
        with pytest.raises(EncoderError) as raised:
            onnx(model)
        assert str(raised.value) == (
            f"[encoder] backend = 'onnx' runs the model of a folder, and {model!r} is none;"
            ' set backend = "torch"'
        )

    @pytest.mark.parametrize("package", ["onnx", "onnxruntime", "tokenizers"])
    def test_a_missing_package_is_named_with_the_cure(self, tiny, monkeypatch, package):
        monkeypatch.setitem(sys.modules, package, None)
        monkeypatch.delitem(sys.modules, "index.bert_graph", raising=False)
        with pytest.raises(EncoderError) as raised:
            onnx(tiny)
        assert str(raised.value) == (
            f"[encoder] backend = 'onnx' needs the package {package};"
            f' pip install {package}, or set backend = "torch"'
        )

    def test_imports_no_pytorch_and_writes_nothing_down(self, tmp_path):
        """The runtime's own builds would keep an identifier of the machine to report their use."""
        script = (
            "import sys\n"
            "from index.encoder import EncoderSettings, load_encoder\n"
            "print(load_encoder(EncoderSettings(threads=1)).encode_queries(['water']).shape)\n"
            "print({'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys())\n"
        )
        home = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")}
        environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
        run = subprocess.run(
            [sys.executable, "-c", script],
            cwd=BUILT_IN_FOLDER.parent.parent,
            env={**environment, **home},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout == "(1, 384)\nset()\n"
        assert run.stderr == ""
        assert list(tmp_path.iterdir()) == []
