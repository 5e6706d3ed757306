"""Views of a small archive: who said what, in which order, each text once."""

from dataclasses import replace
from datetime import date

import pytest

from bot.answer import Reason
from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from bot.telegram.render import view_pages
from bot.terminal import Screen
from bot.views import terminal
from bot.views.request import Kind, Request
from bot.views.view import View
from index.library import Library
from index.search import Searcher
from index.statements import Kind as Manner
from tests.bot.views.newsroom import STORIES, WIRE, Story, Told, day, fill

COUNCIL, DRIVERS, NAMESAKE = (story.sentences for story in STORIES[3:])
KOLEV = [COUNCIL[1], COUNCIL[3], WIRE[0]]
ALL_OF_THE_NAME = [*NAMESAKE, COUNCIL[0], *KOLEV]


def said(person: str, **narrowed) -> Request:
    return Request(Kind.SAID, person, **narrowed)


def texts(view: View) -> list[str]:
    return [item.quote.text for item in view.items]


class TestSaid:
    @pytest.mark.parametrize("person", ["Ivan Kolev", "Иван Колев", "ivan kolev"])
    def test_lists_whole_sentences_the_newest_first_in_any_script(self, desk, person):
        view = desk.view(said(person))
        assert texts(view) == KOLEV
        assert [one.text for one in view.people] == ["Ivan Kolev"]

    def test_every_quote_is_of_the_article_with_all_that_is_known(self, desk):
        _, denial, told, _, wire = desk.view(said("Kolev")).items
        assert (denial.denied, denial.manner) == (True, Manner.INDIRECT)
        assert (told.quote.addressee, told.manner) == ("Maria Deneva", Manner.DIRECT)
        assert wire.quote.via == "Quartz"
        for item in (denial, told, wire):
            assert item.quote.link is not None
            assert item.quote.link.startswith(f"https://{item.quote.article.id}.example/story#:~:")

    def test_a_text_is_listed_once_as_it_was_printed_first(self, desk):
        wire = desk.view(said("Ivan Kolev")).items[-1].quote
        assert wire.article.id == "first"
        assert set(wire.also_in) == {"second", "undated"}

    def test_namesakes_of_one_sentence_are_both_listed(self, library, encoder):
        both = "Ivan Kolev said that the tram stays, and Petar Kolev said that it has to go away."
        told = [Told("Ivan Kolev", "the tram stays"), Told("Petar Kolev", "it has to go away")]
        fill(library, encoder, [Story(f"s{n}", day(n), [both], told) for n in (1, 2)])
        view = Conversation(Searcher(library, encoder)).view(said("Kolev"))
        assert [(item.quote.speaker, item.quote.article.id) for item in view.items] == [
            ("Ivan Kolev", "s1"),
            ("Petar Kolev", "s1"),
        ]

    def test_in_a_period_it_is_listed_as_it_was_printed_first_there(self, desk):
        (item,) = desk.view(
            said("Ivan Kolev", since=date(2018, 3, 2), until=date(2018, 3, 4))
        ).items
        assert item.quote.article.id == "second"
        assert set(item.quote.also_in) == {"first", "undated"}

    def test_a_surname_of_several_people_finds_all_and_names_them_with_counts(self, desk):
        view = desk.view(said("Колев"))
        assert texts(view) == ALL_OF_THE_NAME
        told = view.told("en")[1]
        assert "Ivan Kolev (5), Lena Koleva (1), Kolev without a first name (1)" in told

    def test_a_full_name_leaves_its_namesakes_out(self, desk):
        assert texts(desk.view(said("Лена Колева"))) == list(NAMESAKE)

    def test_narrowed_to_whom_it_is_said(self, desk):
        assert texts(desk.view(said("Денева", to="Kolev"))) == [DRIVERS[1]]
        assert texts(desk.view(said("Kolev", to="Денева"))) == [COUNCIL[1]]
        assert desk.view(said("Deneva", to="Merkel")).reason is Reason.NOTHING_SAID

    def test_narrowed_to_a_topic_it_is_still_the_newest_first(self, desk):
        view = desk.view(said("Kolev", topic="old bridge"))
        assert texts(view) == [*NAMESAKE, WIRE[0]]
        assert all(item.quote.score >= desk.settings.threshold for item in view.items)
        start, end = view.items[-1].quote.marks[0]
        assert WIRE[0][start:end] == "old"

    def test_days_are_the_outlets_own(self, desk):
        late = said("Deneva", since=date(2018, 3, 8), until=date(2018, 3, 8))
        assert texts(desk.view(late)) == list(DRIVERS)
        assert desk.view(replace(late, until=date(2018, 3, 7), since=None)).items == ()

    def test_the_limit_tells_how_many_may_be_left(self, desk):
        view = desk.view(said("Ivan Kolev", limit=1))
        assert texts(view) == KOLEV[:1]
        assert view.left == 4
        assert desk.view(said("Ivan Kolev", limit=3)).left == 0

    @pytest.mark.parametrize(
        ("request_", "reason"),
        [
            pytest.param(said("Merkel"), Reason.UNKNOWN_SPEAKER, id="nobody"),
            pytest.param(said("🙂"), Reason.NOT_A_QUESTION, id="no-name"),
            pytest.param(said("Kolev", topic="?!"), Reason.NOT_A_QUESTION, id="no-topic"),
            pytest.param(said("Kolev " * 300), Reason.TOO_LONG, id="endless"),
            pytest.param(said("Kolev", since=date(2030, 1, 1)), Reason.NOTHING_SAID, id="period"),
            pytest.param(
                said("Kolev", topic="goals of Ronaldo"), Reason.UNKNOWN_NAME, id="unknown-name"
            ),
            pytest.param(
                said("Kolev", topic="the price of fish"), Reason.NOTHING_SAID, id="topic"
            ),
        ],
    )
    def test_silence_has_its_reason(self, desk, request_, reason):
        view = desk.view(request_)
        assert (view.reason, view.items) == (reason, ())

    def test_names_like_an_unknown_one_are_named(self, desk):
        view = desk.view(said("Demeva"))
        assert [one.text for one in view.similar] == ["Мария Денева"]
        assert view.ending("en") == "Similar names: Мария Денева (2)."
        assert desk.view(said("Merkel")).similar == ()

    def test_an_empty_library_says_so(self, library, encoder):
        desk = Conversation(Searcher(library, encoder))
        for kind in Kind:
            assert desk.view(Request(kind, "Kolev", "bridge")).reason is Reason.EMPTY_LIBRARY

    def test_what_the_opposite_is_said_of_is_no_copy(self, library, encoder):
        opposite = WIRE[0].replace("would not", "would")
        stories = (
            STORIES[0],
            Story("other", day(2), [opposite], [Told("Ivan Kolev", opposite[:-1])]),
        )
        fill(library, encoder, stories)
        view = Conversation(Searcher(library, encoder)).view(said("Kolev"))
        assert texts(view) == [opposite, WIRE[0]]
        assert [item.quote.also_in for item in view.items] == [(), ()]

    def test_the_same_few_words_on_two_days_are_two_statements(self, library, encoder):
        words = ["“No comment,” said Ivan Kolev."]
        told = [Told("Ivan Kolev", "“No comment,”")]
        fill(
            library,
            encoder,
            [Story("one", day(1), words, told), Story("two", day(2), words, told)],
        )
        view = Conversation(Searcher(library, encoder)).view(said("Kolev"))
        assert [item.quote.article.id for item in view.items] == ["two", "one"]

    def test_two_statements_in_one_sentence_are_shown_once(self, library, encoder):
        words = ["Ivan Kolev said that the tram stays and that the bridge stays."]
        told = [Told("Ivan Kolev", "the tram stays"), Told("Ivan Kolev", "the bridge stays")]
        fill(library, encoder, [Story("one", day(1), words, told)])
        view = Conversation(Searcher(library, encoder)).view(said("Kolev"))
        assert (texts(view), view.left) == (words, 0)

    def test_an_article_changed_before_it_is_shown_is_not_shown(self, library, encoder):
        fill(library, encoder)
        desk = Conversation(Searcher(library, encoder))
        view = desk.view(said("Lena Koleva"))
        library.write([replace(STORIES[5], sentences=["She sang."], told=()).entry(encoder)])
        shown = view.verified(desk)
        assert (shown.items, shown.reason) == ((), Reason.NOTHING_NEAR)


class TestTimeline:
    def test_lists_the_quotes_of_a_topic_the_oldest_first_each_text_once(self, desk):
        view = desk.view(Request(Kind.TIMELINE, topic="the old bridge over the river"))
        assert view.items[0].quote.article.id == "first"
        assert set(view.items[0].quote.also_in) == {"second", "undated"}
        assert view.items[0].quote.speaker == "Ivan Kolev"
        assert len(set(texts(view))) == len(view.items)

    def test_goes_by_date_though_the_newest_is_the_nearest(self, library, encoder):
        far = "The council met, and the weather and the old bridge were spoken of."
        stories = (
            Story("undated", None, ["Nobody loves the old bridge so far."]),
            Story("new", day(9), ["Everybody loves the old bridge."]),
            Story("old", day(1), [far]),
        )
        fill(library, encoder, stories)
        desk = Conversation(Searcher(library, encoder))
        old, new, undated = desk.view(Request(Kind.TIMELINE, topic="old bridge")).items
        assert [one.quote.article.id for one in (old, new, undated)] == ["old", "new", "undated"]
        assert new.quote.score > old.quote.score

    def test_only_what_was_printed_in_the_days_is_quoted(self, desk):
        topic = Request(Kind.TIMELINE, topic="old bridge", since=date(2018, 3, 2))
        assert {item.quote.article.id for item in desk.view(topic).items} == {"second", "namesake"}
        early = desk.view(replace(topic, since=None, until=date(2018, 2, 1)))
        assert early.reason is Reason.NO_ARTICLE_IN_PERIOD
        assert early.details == {"period": "… – 2018-02-01"}

    def test_the_nearest_are_kept_where_there_are_too_many(self, desk):
        topic = Request(Kind.TIMELINE, topic="old bridge", limit=1)
        view = desk.view(topic)
        assert len(view.items) == 1
        assert view.left >= 1

    def test_silence_has_its_reason(self, desk):
        view = desk.view(Request(Kind.TIMELINE, topic="goals of Ronaldo"))
        assert (view.reason, view.details) == (Reason.UNKNOWN_NAME, {"name": "Ronaldo"})


class TestWho:
    def test_counts_who_speaks_of_a_topic_the_most_talkative_first(self, desk):
        view = desk.view(Request(Kind.WHO, topic="tram"))
        assert [(item.quote.speaker, item.count) for item in view.items] == [
            ("Ivan Kolev", 2),
            ("Мария Денева", 2),
            ("Kolev", 1),
        ]
        assert view.unnamed == 1
        assert view.items[0].quote.text == COUNCIL[3]

    def test_a_text_counts_once_whoever_prints_it(self, desk):
        view = desk.view(Request(Kind.WHO, topic="the old bridge over the river"))
        counts = {item.quote.speaker: item.count for item in view.items}
        assert counts["Ivan Kolev"] == 1

    def test_two_who_speak_in_one_sentence_keep_their_own_names_and_counts(self, library, encoder):
        both = "Ivan Kolev said it stays and has a depot, Maria Deneva said the tram is late."
        told = [
            Told("Ivan Kolev", "it stays"),
            Told("Ivan Kolev", "has a depot"),
            Told("Maria Deneva", "the tram is late"),
        ]
        fill(library, encoder, [Story("both", day(1), [both], told)])
        desk = Conversation(Searcher(library, encoder))
        view = desk.view(Request(Kind.WHO, topic="the tram is late")).verified(desk)
        assert {(item.quote.text, item.quote.speaker, item.count) for item in view.items} == {
            (both, "Ivan Kolev", 2),
            (both, "Maria Deneva", 1),
        }
        shown = terminal.render(view, Screen(80, colour=False, language="en"))
        assert "Ivan Kolev · 2 statements" in shown
        assert "Maria Deneva · 1 statement" in shown
        page = view_pages(view, "en", 9)[0].html
        assert "<b>Ivan Kolev · 2 statements</b>" in page
        assert "<b>Maria Deneva · 1 statement</b>" in page

    def test_days_that_hold_everything_bring_no_more(self, library, encoder):
        lines = [f"Tram line {number} needs a depot" for number in range(120)]
        fill(
            library,
            encoder,
            [
                Story(f"line-{n}", day(1), [f"{line}, Kolev said."], [Told("Ivan Kolev", line)])
                for n, line in enumerate(lines)
            ],
        )
        desk = Conversation(Searcher(library, encoder))
        views = [
            desk.view(Request(Kind.WHO, topic="tram depot", since=since))
            for since in (None, date(2018, 1, 1))
        ]
        assert [item.count for view in views for item in view.items] == [120, 120]

    def test_the_limit_is_on_people(self, desk):
        view = desk.view(Request(Kind.WHO, topic="old bridge", limit=1))
        assert (len(view.items), view.left) == (1, 1)

    def test_silence_counts_nobody(self, desk):
        view = desk.view(Request(Kind.WHO, topic="price of fish"))
        assert (view.reason, view.items, view.unnamed) == (Reason.NOTHING_NEAR, (), 0)


def test_a_view_shows_one_state_of_the_library(library, encoder, monkeypatch):
    """What another process writes in the midst of it is not seen."""
    fill(library, encoder)
    desk = Conversation(Searcher(library, encoder), ChoiceSettings())
    articles = Library.article

    def article(self: Library, article_id: str):
        if self is library:
            with Library.open(library.path.parent) as other:
                other.remove(["first", "council"])
        return articles(self, article_id)

    with monkeypatch.context() as patched:
        patched.setattr(Library, "article", article)
        view = desk.view(said("Ivan Kolev"))
    assert texts(view) == KOLEV
    assert [item.quote.article.id for item in view.verified(desk).items] == []
