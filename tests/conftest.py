"""What the suite shares: the built-in encoder, loaded once, and the samples as an archive."""

import os
import signal
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from bot.conversation import Conversation
from index.encoder import BUILT_IN_FOLDER, Encoder, EncoderSettings, Vectors, load_encoder
from index.entries import Entry
from index.library import Library
from index.options import Options
from index.records import Article, Range
from index.search import Searcher
from index.statements import Statement

os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when the encoder's libraries are imported

# A shell that starts the suite in the background has it ignore Ctrl-C, and so all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile(
    "citat",
    deadline=None,  # a first call loads dictionaries
    derandomize=bool(os.environ.get("CI")),  # a change is judged by itself, not by the dice
)
hypothesis.settings.load_profile("citat")

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.fixture(autouse=True)
def no_user_data(monkeypatch, tmp_path):
    """No test sees the settings or the library of whoever runs it."""
    monkeypatch.delenv("CITAT_CONFIG", raising=False)
    monkeypatch.delenv("CITAT_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user-data"))


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(EncoderSettings(threads=1))


@pytest.fixture
def library(tmp_path):
    """An empty library."""
    with Library.open(tmp_path / "data", create=True) as library:
        yield library


@pytest.fixture(scope="session")
def archive(encoder, tmp_path_factory):
    """The sample articles as they are ingested; not to be changed."""
    from ingest.fetch import FetchSettings
    from ingest.pipeline import IngestSettings, Report, ingest
    from ingest.sources import read

    with Library.open(tmp_path_factory.mktemp("archive"), create=True) as library:
        ingest(
            read(str(SAMPLES), FetchSettings()),
            library,
            encoder,
            Report(),
            settings=IngestSettings(),
            progress=lambda _: None,
        )
        yield library


@pytest.fixture(scope="session")
def searcher(archive, encoder) -> Searcher:
    return Searcher(archive, encoder)


@pytest.fixture(scope="session")
def conversation(searcher) -> Conversation:
    return Conversation(searcher)


@pytest.fixture
def own_archive(archive: Library, tmp_path: Path) -> Path:
    """The folder of a copy of the archive, for tests that change it."""
    folder: Path = tmp_path / "own-archive"
    folder.mkdir()
    archive._db.execute("vacuum into ?", [str(folder / archive.path.name)])
    return folder


@pytest.fixture(scope="session")
def encoded_entry(encoder) -> Callable[..., Entry]:
    """Make an entry whose vectors are those of the built-in encoder."""

    def make(article_id: str, *sentences: str, language: str = "en") -> Entry:
        vectors = encoder.encode_passages(sentences)
        return entry_of(article_id, *sentences, language=language, vectors=vectors)

    return make


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Callable[[int], Path]:
    """Save a model of 16 dimensions in a folder; its weights are drawn from a seed."""

    def make(seed: int = 0) -> Path:
        folder: Path = tmp_path_factory.mktemp("tiny-model")
        save_tiny_model(folder, seed)
        return folder

    return make


@pytest.fixture
def encoder_loaded_once(encoder, monkeypatch) -> None:
    """Commands take the encoder that the suite has loaded, unless another is configured."""

    def loaded(options: Options) -> Encoder:
        settings = options.config.table("encoder", EncoderSettings)
        same: Encoder = encoder
        return same if settings == EncoderSettings() else load_encoder(settings)

    monkeypatch.setattr(Options, "encoder", loaded)


def entry_of(
    article_id: str,
    *sentences: str,
    language: str = "en",
    source: str = "Herald",
    title: str = "",
    vectors: Vectors | None = None,
    passages: Sequence[Range] = (),
    statements: Sequence[Statement] = (),
) -> Entry:
    """Make an entry of plain sentences; all of them are one passage, unless others are given."""
    text = " ".join(sentences)
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences])
    ranges = [
        (int(end) - 1 - len(sentence), int(end) - 1)
        for sentence, end in zip(sentences, ends, strict=True)
    ]
    return Entry.of(
        Article(article_id, text, title or sentences[0], source, language),
        content_hash=blake2b(text.encode(), digest_size=8).hexdigest(),
        sentences=ranges,
        vectors=np.stack([toy_vector(text) for text in sentences]) if vectors is None else vectors,
        passages=passages or [(0, len(sentences))],
        statements=statements,
    )


def toy_vector(text: str) -> Vectors:
    """Return a unit vector of 16 dimensions that depends on the text and nothing else."""
    seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
    vector = np.random.default_rng(seed).standard_normal(16).astype(np.float32)
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit


def save_tiny_model(folder: Path, seed: int) -> None:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    tokenizer = AutoTokenizer.from_pretrained(BUILT_IN_FOLDER)
    tokenizer.model_max_length = 64
    torch.manual_seed(seed)
    bert = BertModel(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=64,
        )
    )
    bert.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    SentenceTransformer(str(folder), device="cpu").save(str(folder))
