"""What is exported and taken in again are the very same articles."""

import json
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from citat import cli
from index.encoder import Vectors
from index.keeping.export import WRITERS, Selection, records
from index.library import Library
from ingest.cleaning import canonical
from ingest.drafts import Draft
from ingest.fetch import FetchSettings
from ingest.pipeline import IngestSettings, Report, ingest
from ingest.sources import read
from tests.conftest import toy_vector
from tests.index.keeping.conftest import FLOOD, HARBOUR, MAYOR, draft

FORMATS = [pytest.param(ending, id=ending[1:]) for ending in WRITERS]
STORED = (
    "select id, url, title, source, author, published, language, text, version, content_hash"
    " from articles order by key"
)
AWKWARD = 'аеЁкBx 🐋é\u0301\u030a\u200b\u2028\u3000\t\n\r"\\\x00\x1f\ud83d\ufeff.:…—1'
LINES = ["Още: Друга статия", "See also: Another one", "Сподели във Фейсбук", "1", "—", "A  B"]


class Toy:
    """An encoder whose vectors depend on the text and nothing else."""

    identity = "toy"
    dimension = 16

    def encode_passages(self, texts) -> Vectors:
        import numpy as np

        return np.stack([toy_vector(text) for text in texts])

    def encode_queries(self, texts) -> Vectors:
        return self.encode_passages(texts)

    def word_vectors(self, words) -> Vectors:
        return self.encode_passages(words)

    def count_tokens(self, texts) -> list[int]:
        return [len(text) for text in texts]


def take_in(library, drafts, encoder=None, **own) -> Report:
    return ingest(
        drafts,
        library,
        encoder or Toy(),
        Report(),
        settings=IngestSettings(**own),
        progress=lambda _: None,
    )


def exported(library, target, selection=None, **options) -> Path:
    with Path(target).open("wb") as out:
        damaged: list[str] = []
        found = records(library, selection or Selection(), damaged, **options)
        WRITERS[Path(target).suffix](found, out)
    assert damaged == []
    return Path(target)


def taken_again(path, folder, encoder=None) -> Library:
    """A new library of what was exported; nothing of it may be skipped."""
    library = Library.open(folder, create=True)
    report = take_in(library, read(str(path), FetchSettings()), encoder)
    assert report.skipped == []
    return library


lines = st.one_of(st.text(), st.text(AWKWARD), st.sampled_from(LINES))
texts = st.lists(lines, min_size=1, max_size=6).map("\n".join)
maybe = st.none() | lines
dates = st.none() | st.datetimes(
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 - hypothesis adds the zones
    max_value=datetime(9999, 12, 28),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=30, seconds=5))]),
)
drafts = st.builds(
    Draft,
    origin=st.sampled_from(["a.jsonl:1", "b.txt"]),
    text=texts,
    id=maybe,
    url=st.none() | st.sampled_from(["http://a.example/1", "http://www./", "nowhere"]) | lines,
    title=maybe,
    source=st.none() | st.just("Хроника") | lines,
    author=maybe,
    published=dates,
    language=st.none() | st.sampled_from(["bg", "pt-BR", "x", "RU"]),
)


@pytest.mark.parametrize("ending", FORMATS)
@settings(max_examples=40)
@given(many=st.lists(drafts, min_size=1, max_size=8), size=st.integers(1, 3))
@example(
    many=[draft(f"{n}", f"Новина {n}.\nСподели\nКрай.", source="X") for n in range(5)], size=1
)
def test_what_was_taken_in_is_the_same_when_it_is_exported_and_taken_in_again(many, size, ending):
    with (
        TemporaryDirectory() as folder,
        Library.open(Path(folder) / "one", create=True) as library,
    ):
        take_in(library, many, batch_articles=size)
        if library.counts()["articles"]:
            path = exported(library, Path(folder) / f"all{ending}")
            with taken_again(path, Path(folder) / "two") as again:
                assert again.rows(STORED) == library.rows(STORED)
                assert take_in(library, read(str(path), FetchSettings())).updated == 0


@pytest.mark.parametrize("ending", FORMATS)
def test_the_sample_archive_comes_back_as_it_was(archive, encoder, tmp_path, ending):
    path = exported(archive, tmp_path / f"all{ending}")
    with taken_again(path, tmp_path / "again", encoder) as again:
        assert again.rows(STORED) == archive.rows(STORED)
        for id_ in archive.article_ids():
            assert again.statements(id_) == archive.statements(id_)
            assert again.sentences(id_) == archive.sentences(id_)


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_exported_needs_no_name_for_its_source_to_be_unchanged(tmp_path, ending):
    """The library that it is taken into knows what came in: the sources themselves are known."""
    sources = [draft("mayor", MAYOR, language="bg"), draft("flood", FLOOD)]
    with Library.open(tmp_path / "one", create=True) as library:
        take_in(library, sources)
        path = exported(library, tmp_path / f"all{ending}")
    with taken_again(path, tmp_path / "two") as again:
        assert take_in(again, sources).unchanged == 2


def test_a_part_of_an_outlet_loses_no_more_lines_than_the_whole_did(tmp_path):
    """A line in few of many articles stays; among these few alone it would be furniture."""
    sources = [
        draft(
            f"{n}", f"Новина {n}.\nСподели\nКрай на новината." if n < 4 else f"Новина {n}. Край."
        )
        for n in reversed(range(40))
    ]
    published = {f"{n}": datetime(2024, 1, 1 + (n < 4), tzinfo=UTC) for n in range(40)}
    sources = [
        draft(one.id or "", one.text, source="Хроника", published=published[one.id or ""])
        for one in sources
    ]
    with Library.open(tmp_path / "one", create=True) as library:
        take_in(library, sources)
        few = Selection(since=datetime(2024, 1, 2, tzinfo=UTC).date())
        path = exported(library, tmp_path / "few.jsonl", few)
        with taken_again(path, tmp_path / "two") as again:
            texts = [article.text for article in again.articles(newest_first=False)]
    assert texts == [f"Новина {n}.\nСподели\nКрай на новината." for n in (3, 2, 1, 0)]


class TestSeal:
    """A record that was edited is an article like any other; none is stored that could not be."""

    @pytest.fixture
    def record(self, library):
        take_in(library, [draft("mayor", MAYOR, language="bg", title="Мостът")])
        (record,) = records(library, Selection(), [])
        return record

    def taken(self, library, tmp_path, record) -> Report:
        path = tmp_path / "edited.jsonl"
        path.write_text(json.dumps(record), encoding="utf-8")
        return take_in(library, read(str(path), FetchSettings()))

    def test_as_it_is_it_is_known(self, library, tmp_path, record):
        assert self.taken(library, tmp_path, record).unchanged == 1

    @pytest.mark.parametrize(
        "edit",
        [
            {"title": "Мостът остава затворен"},
            {"published": "2024-04-29"},
            {"text": MAYOR.replace("Вали", "Пече")},
            {"source": "Кварц"},
            {"content_hash": "0"},
        ],
        ids=lambda edit: next(iter(edit)),
    )
    def test_an_edit_is_taken(self, library, tmp_path, record, edit):
        assert self.taken(library, tmp_path, record | edit).updated == 1

    @pytest.mark.parametrize(
        "odd",
        [
            {"text": "Вали.\r\nВали\u200b."},
            {"title": "Мостът\nостава"},
            {"url": "javascript:alert(1)"},
            {"language": "klingon"},
        ],
        ids=lambda odd: next(iter(odd)),
    )
    def test_a_seal_lets_nothing_in_that_cleaning_would_not(self, library, tmp_path, record, odd):
        from index.keeping.export import FIELDS, SEAL
        from index.records import seal

        forged = record | odd
        forged[SEAL] = seal([forged[name] for name in FIELDS])
        self.taken(library, tmp_path, forged)
        stored = library.article("mayor")
        assert stored
        assert stored.text == canonical(stored.text)
        assert "\n" not in stored.title
        assert (stored.url, stored.language) == (None, "bg")

    @pytest.mark.parametrize("value", [7, None, [], "x"])
    def test_the_same_names_of_other_programs_mean_nothing(self, library, tmp_path, value):
        record = {"id": "a", "text": MAYOR, "seal": value, "content_hash": value}
        assert self.taken(library, tmp_path, record).added == 1


class TestCommand:
    @pytest.fixture
    def data(self, tmp_path):
        with Library.open(tmp_path / "data", create=True) as library:
            old, new = (datetime(2024, 4, day, 23, 30, tzinfo=UTC) for day in (1, 30))
            take_in(
                library,
                [
                    draft("mayor", MAYOR, source="Кварц", language="bg", published=old),
                    draft("flood", FLOOD, source="Хроника", language="bg", published=new),
                    draft("harbour", HARBOUR, url="https://port.example/1"),
                ],
            )
        return tmp_path / "data"

    def run(self, data, *arguments):
        return CliRunner().invoke(cli, ["export", "--data", str(data), *map(str, arguments)])

    def ids(self, run) -> list[str]:
        assert run.exit_code == 0, run.stderr
        return [json.loads(line)["id"] for line in run.stdout.splitlines()]

    def test_to_standard_output_and_nothing_else_there(self, data):
        run = self.run(data, "-")
        assert self.ids(run) == ["mayor", "flood", "harbour"]
        assert run.stderr == ""
        first = json.loads(run.stdout.splitlines()[0])
        assert {name: first[name] for name in first.keys() - {"content_hash", "seal"}} == {
            "id": "mayor",
            "title": first["title"],
            "source": "Кварц",
            "published": "2024-04-01T23:30:00+00:00",
            "language": "bg",
            "text": MAYOR,
        }

    @pytest.mark.parametrize(
        ("options", "ids"),
        [
            pytest.param(["--source", "Кварц"], ["mayor"], id="source"),
            pytest.param(
                ["--source", "Кварц", "--source", "port.example"], ["mayor", "harbour"], id="two"
            ),
            pytest.param(["--since", "2024-04-30"], ["flood"], id="since-that-day"),
            pytest.param(["--until", "2024-04-01"], ["mayor"], id="until-that-day"),
            pytest.param(["--since", "2024-04-02", "--until", "2024-04-29"], [], id="between"),
        ],
    )
    def test_a_part(self, data, options, ids):
        assert self.ids(self.run(data, "-", *options)) == ids

    def test_with_statements(self, data):
        run = self.run(data, "-", "--statements", "--source", "Кварц")
        (line,) = run.stdout.splitlines()
        (said,) = [one for one in json.loads(line)["statements"] if one["cue"]]
        assert said["speaker_name"] == "Иван Петков"

    @pytest.mark.parametrize("ending", FORMATS)
    def test_to_a_file_that_is_replaced_by_force_only(self, data, tmp_path, ending):
        path = tmp_path / f"all{ending}"
        path.write_text("mine")
        run = self.run(data, path)
        assert (run.exit_code, path.read_text()) == (1, "mine")
        assert "--force" in run.stderr
        run = self.run(data, path, "--force", "--json")
        assert json.loads(run.stdout) == {
            "file": str(path),
            "articles": 3,
            "damaged": [],
        }
        assert len([*read(str(path), FetchSettings())]) == 3

    def test_a_damaged_article_is_left_out_and_named(self, data, tmp_path):
        with Library.open(data) as library:
            library.rows("update articles set text = text || '!' where id = 'flood'")
        run = self.run(data, tmp_path / "all.jsonl")
        assert run.exit_code == 1
        assert run.stderr.endswith(
            "Error: 1 damaged articles are left out: flood; citat verify tells what is wrong\n"
        )
        found = read(str(tmp_path / "all.jsonl"), FetchSettings())
        assert [one.id for one in found if isinstance(one, Draft)] == ["mayor", "harbour"]

    @pytest.mark.parametrize("arguments", [["all.csv"], ["all.parquet", "--statements"]])
    def test_what_cannot_be_written_so(self, data, arguments):
        assert self.run(data, *arguments).exit_code == 2

    def test_an_interruption_leaves_no_file(self, data, tmp_path, monkeypatch):
        def interrupted(*_args):
            raise KeyboardInterrupt

        monkeypatch.setitem(WRITERS, ".jsonl", interrupted)
        run = self.run(data, tmp_path / "all.jsonl")
        assert run.exit_code == 1
        assert run.stderr == "Error: interrupted; nothing was written\n"
        assert [*tmp_path.glob("*all*")] == []

    def test_without_pyarrow_it_says_what_to_install(self, data, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        run = self.run(data, tmp_path / "all.parquet")
        assert run.exit_code == 1
        assert "pip install '.[parquet]'" in run.stderr
        assert [*tmp_path.glob("*all*")] == []
