"""A model gives unit vectors on every backend, and a name that changes with them."""

import shutil

import numpy as np
import pytest

from index.encoder import (
    BACKENDS,
    BUILT_IN_FOLDER,
    Encoder,
    EncoderSettings,
    SentenceEncoder,
    encoder_identity,
    load_encoder,
)
from index.errors import ConfigError, EncoderError
from index.onnx_encoder import OnnxEncoder

TEXTS = [
    "What did Putin tell Netanyahu?",
    "Какво каза Путин на Нетаняху?",
    "🐋",
    "",
    "The river rose in the night, flooded the lower town and drove 340 people from home. " * 20,
]


@pytest.fixture(scope="module")
def tiny(tiny_model):
    return str(tiny_model())


@pytest.fixture(scope="module", params=["onnx", "onnx-int8", "torch"])
def backend(request) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="module")
def encoder(backend) -> Encoder:
    """The built-in model on each backend."""
    return load_encoder(EncoderSettings(backend=backend, threads=1))


class TestVectors:
    def test_are_unit_rows_one_for_each_text(self, encoder):
        vectors = encoder.encode_passages(TEXTS)
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)

    def test_of_nothing_are_none(self, encoder):
        for vectors in (encoder.encode_queries([]), encoder.encode_passages([])):
            assert vectors.shape == (0, encoder.dimension)
            assert vectors.dtype == np.float32

    def test_of_a_text_do_not_depend_on_the_batch_around_it(self, encoder):
        together = encoder.encode_passages(TEXTS)
        alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
        assert together == pytest.approx(alone, abs=1e-5)

    def test_of_a_question_lie_near_its_translation(self, encoder):
        english, bulgarian, whale = encoder.encode_queries(TEXTS[:3])
        assert english @ bulgarian > english @ whale

    def test_change_with_the_prompts(self, tiny, backend):
        plain = load_encoder(EncoderSettings(model=tiny, backend=backend))
        prompted = load_encoder(
            EncoderSettings(
                model=tiny, backend=backend, query_prompt="query: ", passage_prompt="passage: "
            )
        )
        assert np.array_equal(plain.encode_queries(TEXTS), plain.encode_passages(TEXTS))
        question, passage = prompted.encode_queries(["water"]), prompted.encode_passages(["water"])
        assert question == pytest.approx(plain.encode_queries(["query: water"]), abs=1e-5)
        assert passage == pytest.approx(plain.encode_passages(["passage: water"]), abs=1e-5)
        assert not np.allclose(question, passage, atol=1e-3)


class TestTokens:
    def test_are_counted_without_the_marks_around_a_text(self, encoder):
        assert encoder.count_tokens(["water", ""]) == [1, 0]

    def test_of_a_long_text_are_all_counted(self, encoder):
        (once,) = encoder.count_tokens(["The river rose in the night. "])
        assert encoder.count_tokens(["The river rose in the night. " * 500]) == [500 * once]

    def test_of_nothing_are_none(self, encoder):
        assert encoder.count_tokens([]) == []


class TestIdentity:
    def test_is_known_without_loading_the_model(self, encoder, backend):
        assert encoder.identity == encoder_identity(EncoderSettings(backend=backend))
        assert encoder.identity.startswith("built-in@")

    def test_changes_with_the_rounding_to_integers(self):
        assert encoder_identity(EncoderSettings(backend="onnx-int8")) != encoder_identity(
            EncoderSettings()
        )

    def test_changes_with_the_prompts(self):
        settings = [
            EncoderSettings(),
            EncoderSettings(query_prompt="a: "),
            EncoderSettings(passage_prompt="a: "),
            EncoderSettings(query_prompt="a: ", passage_prompt="a: "),
        ]
        assert len({encoder_identity(each) for each in settings}) == len(settings)

    def test_does_not_change_with_what_does_not_change_the_vectors(self):
        same = {
            encoder_identity(settings)
            for settings in (
                EncoderSettings(),
                EncoderSettings(batch_size=1, device="cuda", threads=3),
                EncoderSettings(backend="onnx"),
                EncoderSettings(backend="torch"),
            )
        }
        assert len(same) == 1

    @pytest.mark.parametrize(
        "file", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"]
    )
    def test_changes_with_the_files_of_the_model(self, tiny, tmp_path, file):
        folder = shutil.copytree(tiny, tmp_path / "model")
        settings = EncoderSettings(model=str(folder))
        before = encoder_identity(settings)
        content = bytearray((folder / file).read_bytes())
        content[len(content) // 8] ^= 1
        (folder / file).write_bytes(content)
        assert encoder_identity(settings) != before

    def test_does_not_change_with_notes_beside_the_model(self, tiny, tmp_path):
        folder = shutil.copytree(tiny, tmp_path / "model")
        settings = EncoderSettings(model=str(folder))
        before = encoder_identity(settings)
        (folder / "NOTES.md").write_text("mine")
        assert encoder_identity(settings) == before

    def test_of_a_model_of_a_hub_is_its_name(self):
        assert encoder_identity(EncoderSettings(model="org/model")) == "org/model"


class TestBackend:
    def test_is_onnx_runtime_for_the_built_in_model_and_pytorch_for_others(self, tiny):
        assert isinstance(load_encoder(EncoderSettings()), OnnxEncoder)
        assert isinstance(load_encoder(EncoderSettings(model=tiny)), SentenceEncoder)

    def test_can_be_chosen(self, tiny):
        chosen = load_encoder(EncoderSettings(model=tiny, backend="onnx"))
        assert isinstance(chosen, OnnxEncoder)

    def test_for_another_device_is_pytorch(self):
        assert not EncoderSettings(device="cuda").runs_on_onnx
        with pytest.raises(ConfigError) as raised:
            EncoderSettings(backend="onnx", device="cuda")
        assert str(raised.value) == (
            "[encoder] backend = 'onnx' computes on the cpu;"
            " for device = 'cuda' set backend = \"torch\""
        )

    def test_that_is_unknown_is_named_with_the_known_ones(self):
        with pytest.raises(ConfigError) as raised:
            EncoderSettings(backend="openvino")
        assert str(raised.value) == (
            f"[encoder] backend = 'openvino' should be one of {', '.join(BACKENDS)}"
        )


class TestLoading:
    def test_takes_any_folder_with_a_model(self, tiny):
        encoder = SentenceEncoder.load(EncoderSettings(model=tiny, batch_size=2, threads=1))
        assert encoder.dimension == 16
        assert encoder.encode_queries(TEXTS).shape == (5, 16)

    def test_a_name_that_cannot_be_fetched_is_one_line_with_the_cure(self):
        with pytest.raises(EncoderError) as raised:
            SentenceEncoder.load(EncoderSettings(model="no-such-org/no-such-model"))
        assert str(raised.value) == (
            "cannot load the encoder 'no-such-org/no-such-model': no such folder, and no model of"
            " that name could be fetched or found in the cache (OSError); check the name and the"
            ' connection, or set model = "built-in"'
        )

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param({"modules.json": b"{"}, id="half-a-file"),
            pytest.param({"model.safetensors": b"\0" * 100}, id="damaged-weights"),
            pytest.param({"config.json": b"{}"}, id="no-architecture"),
            pytest.param({"tokenizer.json": b"[]"}, id="no-tokenizer"),
        ],
    )
    def test_a_broken_folder_is_named_in_one_line(self, tiny, tmp_path, damage):
        folder = shutil.copytree(tiny, tmp_path / "model")
        for name, content in damage.items():
            (folder / name).write_bytes(content)
        with pytest.raises(EncoderError) as raised:
            SentenceEncoder.load(EncoderSettings(model=str(folder)))
        assert str(raised.value).startswith(f"cannot load the encoder in {folder}: ")
        assert "\n" not in str(raised.value)

    def test_an_empty_folder_is_named_in_one_line(self, tmp_path):
        with pytest.raises(EncoderError, match=r"cannot load the encoder in .*: ") as raised:
            SentenceEncoder.load(EncoderSettings(model=str(tmp_path)))
        assert "\n" not in str(raised.value)


def test_no_file_of_the_built_in_model_is_too_large_for_a_repository():
    sizes = {path.name: path.stat().st_size for path in BUILT_IN_FOLDER.rglob("*")}
    assert {name: size for name, size in sizes.items() if size > 48 * 2**20} == {}
