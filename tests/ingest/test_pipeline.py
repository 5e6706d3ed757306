"""Drafts become stored articles: new ones, changed ones, bad ones, and runs that are cut short."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.errors import ConfigError, EncoderMismatch, SourceError
from index.library import Library
from ingest.drafts import Draft, Skipped
from ingest.fetch import FetchSettings
from ingest.pipeline import (
    IngestSettings,
    Report,
    article_id,
    article_of,
    content_hash,
    ingest,
)
from ingest.sources import read

SHARED = Path(__file__).parents[2].parent / "shared" / "articles"
CALL = SHARED / "000_54105add2005449d.txt"


def draft(text="Кметът отказа. Мостът остава.", **fields) -> Draft:
    return Draft(**{"origin": "test:1", "id": "a", "language": "bg", "text": text} | fields)


@pytest.fixture
def take_in(library, encoder):
    def run(*drafts, **settings) -> Report:
        return ingest(
            drafts,
            library,
            encoder,
            Report(),
            settings=IngestSettings(**settings),
            progress=lambda _: None,
        )

    return run


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, len(report.skipped)


def test_a_new_article_is_stored_with_its_sentences_and_passages(take_in, library):
    assert counts(take_in(draft())) == (1, 0, 0, 0)
    stored = library.article("a")
    sentences = [stored.words(sentence.span) for sentence in library.sentences("a")]
    assert sentences == ["Кметът отказа.", "Мостът остава."]
    assert library.counts() == {"articles": 1, "sentences": 2, "passages": 1, "statements": 0}


def test_who_says_what_is_stored_with_the_article(take_in, library):
    text = "Кметът Иван Петков заяви, че мостът остава затворен. Вали от сутринта."
    report = take_in(draft(text))
    (said,) = library.statements("a")
    assert said.speaker.name == "Иван Петков"
    assert text[slice(*said.range)] == "мостът остава затворен"
    assert report.statements == 1


def test_the_same_article_again_is_skipped(take_in, library):
    take_in(draft())
    generation = library.generation
    assert counts(take_in(draft())) == (0, 0, 1, 0)
    assert library.generation == generation


def test_a_changed_article_answers_from_its_new_version_only(take_in, library):
    take_in(draft())
    assert counts(take_in(draft("Кметът склони."))) == (0, 1, 0, 0)
    assert library.counts() == {"articles": 1, "sentences": 1, "passages": 1, "statements": 0}
    assert library.article("a").text == "Кметът склони."


def test_one_bad_article_never_stops_a_batch(take_in, library):
    report = take_in(
        draft(id="first"),
        Skipped("test:2", "is not JSON"),
        draft("…!", origin="test:3", id="marks"),
        draft(id="last"),
    )
    assert counts(report) == (2, 0, 0, 2)
    assert [skipped.origin for skipped in report.skipped] == ["test:2", "test:3"]
    assert {article.id for article in library.articles()} == {"first", "last"}


def test_an_id_given_twice_in_one_run_keeps_the_first(take_in, library):
    report = take_in(draft(), draft("Друг текст.", origin="test:2"))
    assert counts(report) == (1, 0, 0, 1)
    assert "already used by test:1" in report.skipped[0].reason
    assert counts(take_in(draft(), draft("Друг текст.", origin="test:2"))) == (0, 0, 1, 1)


def test_the_same_words_under_two_ids_are_two_articles(take_in, library):
    take_in(draft(id="one"), draft(id="two"))
    assert library.counts()["articles"] == 2


def test_a_run_cut_short_goes_on_where_it_stopped(library, encoder, tmp_path):
    """Whole batches remain, and the end is the same as without the interruption."""
    drafts = [draft(f"Статия {n}. Кметът отказа.", id=f"id{n}") for n in range(10)]

    def interrupt(report: Report) -> None:
        if report.seen == 6:
            raise KeyboardInterrupt

    settings = IngestSettings(batch_articles=3)
    with pytest.raises(KeyboardInterrupt):
        ingest(drafts, library, encoder, Report(), settings=settings, progress=interrupt)
    assert library.counts()["articles"] == 6
    report = ingest(drafts, library, encoder, Report(), settings=settings, progress=lambda _: None)
    assert (report.added, report.unchanged) == (4, 6)


class Ahead:
    """A crew that has derived from everything before the first batch is written."""

    def map(self, derive, batches):
        yield from [derive(batch) for batch in batches]


def test_who_works_ahead_and_is_cut_short_changes_nothing(encoder, tmp_path):
    """Lines that recur are counted by what is written, not by what was once on its way."""
    drafts = [
        draft(f"Абонирайте се\nСтатия {n}.", id=f"id{n}", source="Вестник") for n in range(8)
    ]

    def texts(folder: str, *, interrupted: bool, crew: Ahead | None) -> list[str]:
        def interrupt(report: Report) -> None:
            if interrupted and report.seen:
                raise KeyboardInterrupt

        for progress in (interrupt, lambda _: None):
            with Library.open(tmp_path / folder, create=True) as library:
                settings = IngestSettings(batch_articles=1)
                with suppress(KeyboardInterrupt):
                    ingest(
                        drafts,
                        library,
                        encoder,
                        Report(),
                        settings=settings,
                        progress=progress,
                        crew=crew,
                    )
        with Library.open(tmp_path / folder) as library:
            return [article.text for article in library.articles(newest_first=False)]

    alone = texts("alone", interrupted=False, crew=None)
    assert alone[:3] == ["Абонирайте се\nСтатия 0.", "Абонирайте се\nСтатия 1.", "Статия 2."]
    assert texts("ahead", interrupted=False, crew=Ahead()) == alone
    assert texts("cut-short", interrupted=True, crew=Ahead()) == alone


def test_a_library_of_another_encoder_is_refused_before_anything_is_read(
    take_in, library, encoder
):
    take_in(draft())
    library.set_encoder("other-model")
    with pytest.raises(EncoderMismatch, match=r"other-model.*citat reindex"):
        ingest(
            iter([draft()]),
            library,
            encoder,
            Report(),
            settings=IngestSettings(),
            progress=lambda _: None,
        )


def test_lines_that_recur_across_an_outlet_are_dropped_but_not_its_prose(take_in, library):
    furniture = "Абонирайте се за нашия бюлетин"
    prose = "Кметът отказа."
    take_in(
        *(
            draft(f"{prose}\n{furniture}\nНовина номер {n}.", id=f"id{n}", source="Вестник")
            for n in range(3)
        ),
        draft(f"{prose}\n{furniture}\nДруга новина.", id="elsewhere", source="Друг вестник"),
    )
    assert library.article("id0").text == f"{prose}\nНовина номер 0."
    assert library.article("elsewhere").text == f"{prose}\n{furniture}\nДруга новина."


def test_a_line_that_recurs_in_few_articles_of_a_large_outlet_stays(take_in, library):
    """Three of fifteen are a fifth, three of sixteen are not, whichever run they came in."""
    saying = "Мостът остава"
    take_in(*(draft(f"Новина номер {n}.", id=f"id{n}", source="А") for n in range(12)))
    take_in(*(draft(f"Новина номер {n}.", id=f"b{n}", source="Б") for n in range(13)))
    for source in ("А", "Б"):
        take_in(
            *(draft(f"{saying}\nКрай {n}.", id=f"{source}{n}", source=source) for n in range(3))
        )
    assert library.article("А0").text == "Край 0."
    assert library.article("Б0").text == f"{saying}\nКрай 0."


def test_other_passage_settings_take_effect_at_the_next_ingest(take_in, library):
    long = draft("Кметът отказа да събори моста над реката. " * 20)
    take_in(long)
    before = library.counts()["passages"]
    assert counts(take_in(long, passage_tokens=32)) == (0, 1, 0, 0)
    assert library.counts()["passages"] > before
    assert counts(take_in(long, passage_tokens=32, passage_overlap=0)) == (0, 1, 0, 0)
    assert counts(take_in(long, passage_tokens=32, passage_overlap=0, batch_articles=3)) == (
        *(0, 0, 1, 0),
    )


@pytest.mark.parametrize(
    ("name", "value", "least"),
    [("passage_tokens", 15, 16), ("passage_overlap", -1, 0), ("batch_articles", 0, 1)],
)
def test_settings_that_make_no_sense_are_refused(name, value, least):
    with pytest.raises(ConfigError, match=rf"\[ingest\] {name} = {value} should be {least} or"):
        IngestSettings(**{name: value})
    IngestSettings(**{name: least})


def test_plain_text_gets_its_title_from_the_first_line_and_its_source_from_the_file(tmp_path):
    path = tmp_path / "most.bg.txt"
    path.write_text("Мостът остава\nКметът отказа да го събори.", encoding="utf-8")
    [read_draft] = read(str(path), FetchSettings())
    assert isinstance(read_draft, Draft)
    article = article_of(read_draft)
    assert (article.title, article.source, article.language) == ("Мостът остава", "most", "bg")


def test_a_long_first_line_gives_its_first_sentence_as_title():
    text = "Кметът отказа. " + "Мостът остава на мястото си, каза той. " * 5
    assert article_of(draft(text)).title == "Кметът отказа."


def test_a_first_sentence_without_end_is_cut_at_a_word():
    title = article_of(draft("дума " * 100)).title
    assert title.endswith("дума…")
    assert len(title) <= 151


def test_what_is_said_of_an_article_is_kept():
    moment = datetime(2023, 10, 16, tzinfo=UTC)
    article = article_of(
        draft(url="https://www.x.example/a", title=" Две\nдуми ", author="А. Б.", published=moment)
    )
    assert (article.title, article.source, article.author) == ("Две думи", "x.example", "А. Б.")
    assert article.published == moment


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "file:///etc/passwd", "no address", "N/A"),
        *("http://[::1/x", "http://a]b/", "http:///x", "https://"),
    ],
)
def test_what_is_no_web_address_is_no_link_no_id_and_no_outlet(url):
    one, two = draft("Мостът.", id=None, url=url), draft("Кметът.", id=None, url=url)
    article = article_of(one)
    assert (article.url, article.source) == (None, "test")
    assert article_id(one) != article_id(two)
    assert article_id(one) == article_id(draft("Мостът.", id=None))


def test_an_origin_too_long_to_be_a_path_stops_nothing():
    assert article_id(draft(id=None, origin="x" * 5000)).startswith("text-")


def test_lone_surrogates_reach_neither_text_nor_title_nor_id(take_in, library):
    take_in(draft("Дума \ud800 край.", id="a\ud800", title="Заглавие \udfff"))
    [article] = library.articles()
    assert "\ufffd" in article.text
    assert all(part.isprintable() for part in (article.id, article.title))


def test_a_text_without_words_is_refused():
    with pytest.raises(SourceError, match="no words"):
        article_of(draft("… — !", language=None))


def test_an_id_does_not_depend_on_when_or_what_is_read(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("едно", encoding="utf-8")
    one, two = draft(id=None, origin=str(path)), draft("две", id=None, origin=str(path))
    assert article_id(one) == article_id(two)
    assert content_hash(one, IngestSettings()) != content_hash(two, IngestSettings())
    page = draft(id=None, url="https://www.x.example/a")
    assert article_id(page).startswith("x.example-")


@pytest.mark.skipif(not CALL.exists(), reason="the article is in ../shared, which is not here")
def test_the_users_own_article_loses_its_related_lines_and_nothing_else():
    [read_draft] = read(str(CALL), FetchSettings())
    lines = CALL.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("Още:")]
    assert isinstance(read_draft, Draft)
    assert article_of(read_draft).text == "\n".join(kept)
