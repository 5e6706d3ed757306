"""One text in several articles is known as one, however the outlets cut and framed it."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.copies import copies_of, near_copies, same_words, standing_still
from index.errors import QuoteError
from index.library import Library
from tests.conftest import entry_of

HARBOUR = (
    "The old harbour will be closed to all ships from Monday until the end of the winter.",
    "Engineers found long cracks in the northern wall when they lowered the water last week.",
    "The mayor promised that every fisherman will be paid for each day without a catch.",
)
OWN = (
    "I walked along the quay at dawn and counted nine boats with no one near them.",
    "An old woman who sells nets told me that her grandfather had helped to build it.",
    "Nobody in the tavern could say where the money for the repairs would be found.",
    "By noon the gulls had the whole of the place to themselves and seemed to know it.",
    "Perhaps the spring will bring the boats back, or perhaps they will have been sold.",
)
MORNING, NOON = datetime(2024, 3, 1, 8, tzinfo=UTC), datetime(2024, 3, 1, 12, tzinfo=UTC)

FEW_WORDS = st.lists(st.sampled_from(["a", "b", "c", "не", "5", "7"]), max_size=14).map(" ".join)


def printed(article_id, *sentences, published=None, **details):
    entry = entry_of(article_id, *sentences, **details)
    return replace(entry, article=replace(entry.article, published=published))


def quote_of(library, article_id, first, last=None):
    """Return an article and the span from one of its sentences to another."""
    article = library.article(article_id)
    sentences = library.sentences(article_id)
    return article, article.span(
        sentences[first].span.start, sentences[first if last is None else last].span.end
    )


def found_in(library, article_id, first, last=None):
    article, span = quote_of(library, article_id, first, last)
    return [copy.span.article for copy in copies_of(library, article, span)]


def near(library, article_id):
    return [copy.span.article for copy in near_copies(library, library.article(article_id))]


class TestSameWords:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param(HARBOUR[0], HARBOUR[0].upper().replace(" ", "  "), id="signs-and-case"),
            pytest.param(
                "„Ще дойде още днес“, каза той пред всички нас в двора.",
                '"Ще дойде още днес" - каза той пред всички нас в двора',
                id="quotation-marks",
            ),
            pytest.param(HARBOUR[0], HARBOUR[0].replace("all ships", "all vessels"), id="a-word"),
            pytest.param(HARBOUR[0], HARBOUR[0][:60], id="a-cut-end"),
            pytest.param(
                HARBOUR[0], f"{HARBOUR[0][:-1]}, says a note seen by the Herald.", id="an-addition"
            ),
            pytest.param("Ships wait.", "ships wait", id="a-short-one"),
        ],
    )
    def test_edits_leave_a_copy_a_copy(self, one, other):
        assert same_words(one, other)
        assert same_words(other, one)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param(HARBOUR[0], HARBOUR[1], id="another-text"),
            pytest.param(HARBOUR[0], HARBOUR[0].replace("will be", "will not be"), id="negation"),
            pytest.param(
                "Vláda podle ministra příští týden odstoupí kvůli sporu o nový rozpočet země.",
                "Vláda podle ministra příští týden neodstoupí kvůli sporu o nový rozpočet země.",
                id="negating-prefix",
            ),
            pytest.param(
                "The fire in the mill killed 5 people and hurt many others on Sunday night.",
                "The fire in the mill killed 7 people and hurt many others on Sunday night.",
                id="another-number",
            ),
            pytest.param("Ships wait.", "Ships wait here.", id="short-and-more"),
            pytest.param("Ships wait.", HARBOUR[0], id="short-and-long"),
        ],
    )
    def test_what_says_something_else_is_none(self, one, other):
        assert not same_words(one, other)
        assert not same_words(other, one)

    @given(st.text(max_size=200))
    def test_a_text_is_a_copy_of_itself(self, text):
        assert same_words(text, text)

    @given(FEW_WORDS, FEW_WORDS)
    def test_the_order_of_the_two_makes_no_difference(self, one, other):
        assert same_words(one, other) == same_words(other, one)


class TestCopiesOfAQuote:
    def test_a_passage_is_found_inside_an_article_of_another_author(self, library):
        library.write([printed("wire", *HARBOUR), printed("own", *OWN[:3], HARBOUR[1], *OWN[3:])])
        article, span = quote_of(library, "wire", 1)
        (copy,) = copies_of(library, article, span)
        assert library.words(copy.span) == HARBOUR[1]
        assert copy.share == 1.0
        assert near(library, "wire") == []

    def test_several_sentences_are_found_as_one_range(self, library):
        library.write([printed("wire", *HARBOUR), printed("own", OWN[0], *HARBOUR, OWN[1])])
        article, span = quote_of(library, "wire", 0, 2)
        (copy,) = copies_of(library, article, span)
        assert library.words(copy.span) == " ".join(HARBOUR)

    def test_an_edited_sentence_is_found_another_number_is_not(self, library):
        report = (
            "Rescuers have brought 12 people down from the mountain hut since the early morning."
        )
        library.write(
            [
                printed("wire", report),
                printed("edited", report.replace("have brought", "brought")),
                printed("later", report.replace("12", "15")),
            ]
        )
        assert found_in(library, "wire", 0) == ["edited"]

    def test_the_earliest_comes_first_and_undated_ones_last(self, library):
        library.write(
            [
                printed("b-undated", *HARBOUR),
                printed("noon", *HARBOUR, published=NOON, source="Courier"),
                printed("asked", *HARBOUR, published=NOON),
                printed("a-undated", *HARBOUR),
                printed("morning", *HARBOUR, published=MORNING),
            ]
        )
        expected = ["morning", "noon", "a-undated", "b-undated"]
        assert found_in(library, "asked", 0) == expected
        assert near(library, "asked") == expected
        copies = near_copies(library, library.article("asked"))
        assert [(copy.source, copy.published) for copy in copies[:2]] == [
            ("Herald", MORNING),
            ("Courier", NOON),
        ]

    def test_a_short_sentence_has_no_copies(self, library):
        library.write([printed("one", "Ships wait.", *OWN), printed("two", "Ships wait.")])
        assert found_in(library, "one", 0) == []

    def test_a_span_of_another_version_is_an_error(self, library):
        library.write([printed("wire", *HARBOUR)])
        _, span = quote_of(library, "wire", 0)
        library.write([printed("wire", *OWN)])
        with pytest.raises(QuoteError):
            copies_of(library, library.article("wire"), span)


class TestNearCopiesOfAnArticle:
    def test_a_text_that_grows_is_one(self, library):
        library.write([printed("first", *HARBOUR), printed("update", *HARBOUR, *OWN[:2])])
        assert near(library, "first") == ["update"]
        assert near(library, "update") == ["first"]

    def test_another_lead_and_a_cut_leave_a_copy(self, library):
        wire = (*HARBOUR, *OWN)
        library.write(
            [printed("wire", *wire), printed("cut", "Sad news from the sea.", *wire[2:])]
        )
        assert near(library, "wire") == ["cut"]

    def test_articles_that_share_only_a_paragraph_are_none(self, library):
        library.write([printed("one", HARBOUR[0], *OWN[:2]), printed("two", HARBOUR[0], *OWN[2:])])
        assert near(library, "one") == []

    def test_a_shared_caption_is_none(self, library):
        caption = "All texts and pictures belong to the paper and may not be used by others."
        library.write([printed("one", caption), printed("two", caption)])
        assert near(library, "one") == []

    def test_another_language_is_never_a_copy(self, library):
        library.write([printed("en", *HARBOUR), printed("sv", *HARBOUR, language="sv")])
        assert near(library, "en") == []
        assert found_in(library, "en", 0) == []

    def test_what_stands_everywhere_is_not_followed(self, library, monkeypatch):
        monkeypatch.setattr("index.copies.MOST_PRINTINGS", 3)
        library.write([printed(f"page-{i}", *HARBOUR) for i in range(3)])
        assert near(library, "page-0") == ["page-1", "page-2"]
        library.write([printed("page-3", *HARBOUR)])
        assert near(library, "page-0") == []


class TestChanges:
    def test_a_removed_article_is_no_copy_any_more(self, library):
        library.write([printed("wire", *HARBOUR), printed("copy", *HARBOUR)])
        library.remove(["copy"])
        assert near(library, "wire") == []
        library.remove(["wire"])
        assert library.rows("select * from copy_bands") == []

    def test_a_replaced_article_is_a_copy_of_what_it_says_now(self, library):
        library.write([printed("wire", *HARBOUR), printed("own", *OWN), printed("x", *HARBOUR)])
        library.write([printed("x", *OWN)])
        assert near(library, "wire") == []
        assert near(library, "own") == ["x"]

    def test_the_order_of_coming_in_makes_no_difference(self, tmp_path, library):
        entries = [printed("b", *HARBOUR), printed("a", *HARBOUR), printed("c", *HARBOUR, *OWN)]
        library.write(entries)
        with Library.open(tmp_path / "other", create=True) as other:
            for entry in reversed(entries):
                other.write([entry])
            for id_ in "abc":
                assert near(library, id_) == near(other, id_) != []

    def test_a_library_made_before_there_were_copies_gets_its_own(self, library, tmp_path):
        library.write([printed("wire", *HARBOUR), printed("copy", *HARBOUR)])
        library._db.execute("drop table copy_bands")
        library._db.execute("delete from _sqlite_migrations where name = 'm008_copies'")
        library.close()
        with Library.open(tmp_path / "data") as reopened:
            assert near(reopened, "wire") == ["copy"]


class TestEditedArticles:
    def test_a_sentence_is_known_again_wherever_it_stands_now(self):
        edited = [OWN[0], HARBOUR[2], HARBOUR[0]]
        assert standing_still(edited, HARBOUR) == [None, 2, 0]

    def test_a_corrected_word_makes_no_other_sentence(self):
        assert standing_still([HARBOUR[1].replace("long", "deep")], HARBOUR) == [1]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param("It will cost 20 million in the end.", "20|45", id="number"),
            pytest.param("The mayor said that he will pay for it all.", "will|will not", id="not"),
            pytest.param("He will resign.", "resign|stay", id="short"),
        ],
    )
    def test_another_number_a_negation_or_another_short_sentence_is_another(self, before, after):
        assert standing_still([before.replace(*after.split("|"))], [before]) == [None]

    @given(st.lists(st.sampled_from([*HARBOUR, *OWN])), st.randoms())
    def test_the_same_sentences_in_any_order_are_all_known(self, sentences, random):
        edited = random.sample(sentences, len(sentences))
        found = standing_still(edited, sentences)
        assert [sentences[i] for i in found if i is not None] == edited


def test_every_process_computes_the_same_bands():
    """What is stored today must match what is stored by another machine and another year."""
    script = (
        "from index.copies import _bands, _words;"
        "print(list(_bands([_words('Nine boats lie at the old quay and wait.')])))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout) == [
        [
            4418575549615689704,
            2109734184259598727,
            404655021622824626,
            1029934958106836926,
            1289572611014921663,
            3823171598292779035,
        ]
    ]
