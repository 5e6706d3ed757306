"""A question finds passages in every language, by meaning, by words and by names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import EncoderMismatch
from index.library import Library
from index.search import Channel, Searcher, SearchSettings

CHANNELS = list(Channel)
SPELLINGS = {
    "bg": "Нетаняху не отговори.",
    "ru": "Нетаньяху не ответил.",
    "en": "Then Netanyahu did not answer.",
}


@pytest.fixture
def searching(library, encoder):
    """A searcher over a library that is empty, for now."""
    library.claim_encoder(encoder.identity)
    return Searcher(library, encoder)


def articles(searcher: Searcher, question: str, **how) -> list[str]:
    """Return the ids of the articles found, best first, each once."""
    hits = searcher.search(searcher.parse(question), **how)
    return list(dict.fromkeys(hit.passage.span.article for hit in hits))


class TestFinding:
    def test_the_article_that_answers_comes_first_in_whatever_language(self, searcher):
        for question, language in [
            ("What did Putin tell Netanyahu?", "en"),
            ("Какво каза Путин на Нетаняху?", "bg"),
            ("Что Путин сказал Нетаньяху?", "ru"),
        ]:
            query = searcher.parse(question)
            assert query.language == language
            best = searcher.search(query)[0]
            found = searcher.library.article(best.passage.span.article)
            assert "Нетаняху" in found.title

    def test_hits_come_best_first_within_their_bounds(self, searcher):
        hits = searcher.search(searcher.parse("How high did the river rise?"))
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        for hit in hits:
            assert 0 <= hit.words <= 1
            assert 0 <= hit.names <= 1
            assert -1.001 <= hit.dense <= 1.001
            own = [sentence.score for sentence in hit.sentences]
            assert own == sorted(own, reverse=True)
            assert hit.dense == own[0]
            assert all(hit.passage.span.covers(found.sentence.span) for found in hit.sentences)

    def test_the_same_question_finds_the_same(self, searcher):
        first, second = (searcher.search(searcher.parse("the museum")) for _ in range(2))
        assert first == second

    @pytest.mark.parametrize("channel", CHANNELS)
    def test_no_more_are_found_than_asked_for_and_no_passage_twice(self, searcher, channel):
        query = searcher.parse("the river flood in Vedrene")
        hits = searcher.search(query, channel=channel)
        spans = [hit.passage.span for hit in hits]
        assert len(spans) == len(set(spans)) > 3
        assert searcher.search(query, channel=channel, limit=3) == hits[:3]

    def test_only_what_may_be_found_is_found(self, searcher):
        query = searcher.parse("the river flood in Vedrene")
        hits = searcher.search(query)
        within = {hit.passage.span.article for hit in hits[3:6]}
        found = {hit.passage.span.article for hit in searcher.search(query, within=within)}
        assert found == within

    def test_a_small_language_is_not_crowded_out_by_a_large_one(
        self, library, encoder, encoded_entry
    ):
        searching = Searcher(library, encoder, SearchSettings(sentences_per_language=5))
        library.claim_encoder(encoder.identity)
        library.write(
            encoded_entry(f"bg{n}", f"Река Ведрена преля, евакуирани са {n} души.", language="bg")
            for n in range(40)
        )
        library.write([encoded_entry("ru", "Центральный банк сохранил ставку.", language="ru")])
        question = "Колко души са евакуирани заради река Ведрена?"
        found = articles(searching, question, channel=Channel.DENSE)
        assert "ru" in found
        assert len(found) == 6


class TestNames:
    @pytest.mark.parametrize(
        "question",
        ["What about Netanyahu?", "Какво става с Нетаняху?", "А что с Нетаньяху?"],
        ids=["en", "bg", "ru"],
    )
    def test_are_found_across_scripts(self, searching, encoded_entry, question):
        for language, sentence in SPELLINGS.items():
            searching.library.write([encoded_entry(language, sentence, language=language)])
        searching.library.write([encoded_entry("other", "The minister did not answer.")])
        query = searching.parse(question)
        hits = searching.search(query, channel=Channel.WORDS)
        assert {hit.passage.span.article for hit in hits} == {"bg", "ru", "en"}
        assert {hit.names for hit in hits} == {1.0}

    def test_are_shown_back_as_they_were_written(self, searcher):
        query = searcher.parse("What did Putin tell Netanyahu?")
        assert query.surfaces == ("Putin", "Netanyahu")
        assert query.unknown == ()

    def test_that_the_archive_never_mentions_are_said_to_be_unknown(self, searcher):
        query = searcher.parse("What did Putin tell Ronaldinho?")
        assert query.surfaces == ("Putin", "Ronaldinho")
        assert query.unknown == ("Ronaldinho",)

    @pytest.mark.parametrize(
        ("question", "unknown"),
        [
            ("What did Boris Petrov say?", ("Boris Petrov",)),
            ("What did Boris Johnson say?", ()),
            ("What did Mr Johnson say?", ()),
            ("What did President Johnson say?", ()),
            ("Какво каза Борис Петров?", ()),
            ("Какво каза Петров на Борис?", ()),
        ],
    )
    def test_a_full_name_that_no_passage_has_is_unknown(
        self, searching, encoded_entry, question, unknown
    ):
        for name in ("Boris Johnson", "Ivan Petrov"):
            searching.library.write([encoded_entry(name, f"Then {name} spoke at length.")])
        query = searching.parse(question)
        assert query.unknown == unknown
        assert (query.certainty < searching.parse("What did Johnson say?").certainty) == bool(
            unknown
        )

    def test_rare_ones_weigh_more_than_frequent_ones(self, searching, encoded_entry):
        searching.library.write(
            [encoded_entry(f"a{n}", f"The mayor met Anna {n} times.") for n in range(9)]
        )
        searching.library.write([encoded_entry("b", "The mayor met Boris once.")])
        query = searching.parse("Did the mayor meet Anna and Boris?")
        anna, boris = query.names.values()
        assert anna < boris


class TestWords:
    def test_are_met_by_words_that_mean_the_same_in_another_language(
        self, searching, encoded_entry
    ):
        searching.library.write(
            [
                encoded_entry("gas", "Газопроводът е готов.", language="bg"),
                encoded_entry("dog", "Кучето спи.", language="bg"),
            ]
        )
        query = searching.parse("Is the gas pipeline ready?")
        words = {hit.passage.span.article: hit.words for hit in searching.search(query)}
        assert words["gas"] > 0.4
        assert words["dog"] < 0.2
        stems = searching.search(query, channel=Channel.DENSE)
        assert {hit.words for hit in stems} == {0}

    def test_aside_are_not_looked_for(self, searching, encoded_entry):
        searching.library.write([encoded_entry("a", "They declare the bridge open.")])
        query = searching.parse("Did they declare the bridge shut?", aside="declare")
        assert [asked.word for asked in query.asked] == ["bridge", "shut"]
        assert list(searching.parse("declare", aside="declare").terms) == ["declar"]

    def test_a_question_of_few_is_less_certain(self, searching):
        few, more = (searching.parse(text) for text in ("bridge", "bridge river mayor"))
        assert 0 < few.certainty < more.certainty < 1

    def test_names_around_a_sentence_count_for_it_by_half(self, searching, encoded_entry):
        searching.library.write(
            [encoded_entry("a", "It rained.", "Kolev came.", "He spoke of the bridge.")]
        )
        query = searching.parse("What did Kolev say of the bridge?", aside="say")
        [hit] = searching.search(query)
        said = next(one for one in hit.sentences if one.sentence.ordinal == 2)
        assert (said.names, len(said.names_around)) == (frozenset(), 1)
        assert said.words < said.words_around < hit.words == 1


class TestChannels:
    @pytest.fixture
    def two(self, searching, encoded_entry):
        searching.library.write(
            [
                encoded_entry("water", "The water rose."),
                encoded_entry("вода", "Водата се покачи.", language="bg"),
                encoded_entry("bank", "The bank kept its rate."),
            ]
        )
        return searching

    def test_words_find_only_what_shares_a_word(self, two):
        assert articles(two, "did the waters rise", channel=Channel.WORDS) == ["water"]

    def test_dense_finds_what_shares_no_word(self, two):
        assert set(articles(two, "did the waters rise", channel=Channel.DENSE)) == {
            "water",
            "вода",
            "bank",
        }

    def test_dense_scores_are_cosines(self, two):
        hits = two.search(two.parse("water"), channel=Channel.DENSE)
        assert [hit.score for hit in hits] == pytest.approx([hit.dense for hit in hits])

    def test_both_find_what_either_finds(self, two):
        assert set(articles(two, "water")) == {"water", "вода", "bank"}

    def test_weights_decide_between_them(self, two):
        query = two.parse("water")
        two.settings = SearchSettings(dense_weight=1.0, words_weight=0.0, names_weight=0.0)
        hits = two.search(query)
        assert [hit.score for hit in hits] == pytest.approx([hit.dense for hit in hits])

    def test_where_no_channel_applies_the_score_is_zero(self, two):
        assert two.fused(two.parse("water"), dense=None, words=None, names=None) == 0


class TestOtherProcesses:
    def test_a_new_article_is_found_by_the_next_question(self, searching, encoded_entry):
        assert articles(searching, "the court") == []
        with Library.open(searching.library.path.parent) as other:
            other.write([encoded_entry("court", "The court acquitted him.")])
            assert articles(searching, "the court") == ["court"]
            other.write([encoded_entry("съд", "Съдът го оправда.", language="bg")])
            assert set(articles(searching, "the court")) == {"court", "съд"}

    def test_a_removed_article_is_no_longer_found(self, searching, encoded_entry):
        searching.library.write([encoded_entry(name, "The court sat.") for name in ("a", "b")])
        assert set(articles(searching, "the court")) == {"a", "b"}
        with Library.open(searching.library.path.parent) as other:
            other.remove(["a"])
        assert articles(searching, "the court") == ["b"]

    def test_an_edited_article_answers_from_its_new_version(self, searching, encoded_entry):
        searching.library.write([encoded_entry("a", "The court acquitted him.")])
        assert articles(searching, "the court")
        with Library.open(searching.library.path.parent) as other:
            other.write([encoded_entry("a", "The judges convicted him.")])
        (hit,) = searching.search(searching.parse("the court"))
        assert searching.library.words(hit.passage.span) == "The judges convicted him."

    @pytest.mark.parametrize("moment", ["passages_of_sentences", "match_words", "passages"])
    @pytest.mark.parametrize("language", ["en", "bg"])
    def test_a_write_in_the_middle_of_a_question_does_no_harm(
        self, searching, encoded_entry, monkeypatch, moment, language
    ):
        """A passage that has just come in has no vector in the index yet."""
        sat, gone, rose = (
            encoded_entry("sat", "The court sat."),
            encoded_entry("gone", "A court."),
            encoded_entry("rose", "The court rose.", language=language),
        )
        searching.library.write([sat, gone])
        query = searching.parse("the court")
        read = getattr(Library, moment)

        def write_then_read(library, *args, **how):
            with Library.open(library.path.parent) as other:
                other.remove(["gone"])
                other.write([rose])
            return read(library, *args, **how)

        with monkeypatch.context() as patched:
            patched.setattr(Library, moment, write_then_read)
            assert searching.search(query)
        assert set(articles(searching, "the court")) == {"sat", "rose"}

    def test_a_library_of_another_encoder_is_refused(self, searching, encoded_entry):
        searching.library.write([encoded_entry("a", "The court sat.")])
        searching.library.set_encoder("another")
        with pytest.raises(EncoderMismatch, match="made with the encoder another, but built-in@"):
            searching.parse("the court")


class TestBadQuestions:
    @pytest.mark.parametrize("channel", CHANNELS)
    def test_an_empty_library_has_nothing_for_anyone(self, library, encoder, channel):
        searcher = Searcher(library, encoder)
        assert searcher.search(searcher.parse("What did Putin say?"), channel=channel) == []

    @pytest.mark.parametrize(
        "question",
        [
            pytest.param("", id="empty"),
            pytest.param("🙂🐋👩‍🚀", id="emoji-only"),
            pytest.param("?!… — «»", id="marks-only"),
            pytest.param("какво каза " * 1800, id="20,000-characters"),
            pytest.param(" ".join(f"word{n}" for n in range(800)), id="800-different-words"),
            pytest.param("x" * 20_000, id="one-long-word"),
            pytest.param('river" OR NEAR(a b) stems:* ^ - + (', id="syntax-of-the-word-index"),
            pytest.param("𝐎𝐑 ℕ𝕆𝕋 ＡＮＤ 𝐍𝐄𝐀𝐑", id="operators-in-letters-of-mathematics"),
            pytest.param("река ﾞ ʹ", id="words-that-fold-to-nothing"),
            pytest.param("river\x00flood", id="nul"),
            pytest.param("river \ud83d flood", id="half-a-character"),
        ],
    )
    @pytest.mark.parametrize("channel", CHANNELS)
    def test_do_not_fail(self, searcher, question, channel):
        assert len(searcher.search(searcher.parse(question), channel=channel)) <= 100

    @settings(max_examples=25)
    @given(st.text(max_size=60))
    def test_no_text_fails(self, searcher, text):
        for hit in searcher.search(searcher.parse(text), channel=Channel.WORDS):
            assert 0 <= hit.score <= 1
