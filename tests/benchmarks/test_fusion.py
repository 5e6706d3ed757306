"""Weighing and folding anew: the figures are those that a search with these settings has."""

import importlib.util
import json
from collections import Counter
from dataclasses import astuple

import numpy as np
import pytest

from benchmarks.channels import FOLDINGS, TODAY, Figures, Values, shares
from benchmarks.fusion import archive_of, main, searched, xquad_passages, xquad_questions
from benchmarks.gold import Gold, RecallingSearcher, tried
from benchmarks.remembering import remembering
from benchmarks.tasks import EvaluationError
from bot.choosing import ChoiceSettings
from index.folding import words
from index.search import Channel, Searcher, SearchSettings

QUESTIONS = [
    "What did Putin tell Netanyahu?",
    "Какво каза Путин на Нетаняху?",
    "Что решил центральный банк Велмарии?",
    "How high did the river rise in Vedrene in 2024?",
    "who said so",
]
SETTINGS = [
    pytest.param(SearchSettings(), id="as-it-is"),
    pytest.param(SearchSettings(words_weight=1.5, names_weight=0.2), id="mostly-words"),
    pytest.param(SearchSettings(words_weight=0.0, names_weight=0.0), id="dense-alone"),
    pytest.param(SearchSettings(dense_weight=0.0), id="without-dense"),
    pytest.param(SearchSettings(dense_weight=0.0, words_weight=0.0), id="names-alone"),
]
TEXTS = [
    "The ferry to Old Vedrene was cancelled. The captain blamed the ice.",
    "The museum opens again in May. Tickets were sold out within an hour.",
    "A tortoise crossed the harbour. Nobody stopped it. It took two hours.",
    "The ferry sails again. The ice has gone, the captain said.",
    "The minister resigned. She gave no reason, and nobody asked for one.",
]


@pytest.fixture(scope="module")
def queries(searcher):
    return [searcher.parse(question) for question in QUESTIONS]


class TestFigures:
    def test_they_are_one_where_the_right_article_is_first(self):
        assert Figures.of([[3, 1], [0]], [{3}, {0}]) == Figures(1, 1, 1)

    def test_later_places_count_less(self):
        assert astuple(Figures.of([[5, 3]], [{3}])) == pytest.approx((1 / np.log2(3), 0, 1))
        assert Figures.of([[5, 6, 7, 8, 9, 3]], [{3}]).recall5 == 0
        assert Figures.of([[*range(10, 20), 3]], [{3}]).ndcg10 == 0

    def test_what_was_not_found_is_missed_even_if_nothing_else_was_found(self):
        assert Figures.of([[]], [{0}]) == Figures(0, 0, 0)
        assert Figures.of([[4]], [{4, 5}]).recall1 == 0.5

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # open files
    def test_they_are_those_of_the_scorer_of_the_sets(self, shared_sets):
        score = loaded(shared_sets / "score.py")
        dice = np.random.default_rng(0)
        scores = dice.random((200, 30))
        relevant = [set(dice.choice(30, dice.integers(1, 4)).tolist()) for _ in scores]
        expected = score.ranking_metrics(scores, relevant)
        found = Figures.of(np.argsort(-scores, axis=1).tolist(), relevant)
        assert (found.ndcg10, found.recall1, found.recall5) == pytest.approx(
            (expected["ndcg10"], expected["recall1"], expected["recall5"])
        )
        assert 0 < found.recall1 < found.recall5 < 1


class TestWeighingAnew:
    @pytest.mark.parametrize("settings", SETTINGS)
    def test_articles_score_as_in_a_search_with_these_weights(self, searcher, queries, settings):
        scores = Values.of_search(searcher, queries).scores(settings)
        ids = searcher.library.article_ids()
        weighed = Searcher(searcher.library, searcher.encoder, settings)
        for query, row in zip(queries, scores, strict=True):
            best: dict[str, float] = {}
            for hit in weighed.search(query):
                best.setdefault(hit.passage.span.article, hit.score)
            assert len(best) > 3
            assert dict(zip(ids, row.tolist(), strict=True)) == {
                id_: best.get(id_, -np.inf) for id_ in ids
            }

    @pytest.mark.parametrize("settings", SETTINGS)
    def test_articles_rank_as_in_a_search_with_these_weights(self, encoder, settings):
        with archive_of(TEXTS, "en", encoder) as searcher:
            queries = [searcher.parse(f"{text.split('.')[0]}?") for text in (*TEXTS, "A ferry")]
            values = Values.of_search(searcher, queries)
            searcher.settings = settings
            expected = searched(searcher, queries, Channel.BOTH)
            assert values.ranked(settings) == expected
            assert {len(ranking) for ranking in expected} == {len(TEXTS)}

    def test_all_passages_have_the_values_that_a_search_gives_to_what_it_finds(
        self, searcher, queries
    ):
        found, computed = (of(searcher, queries) for of in (Values.of_search, Values.of_all))
        at = found.found
        assert at.any()
        # A search counts words that mean the same, too.
        assert (computed.words[at] <= found.words[at] + 1e-6).all()
        assert computed.names[at] == pytest.approx(found.names[at])
        assert computed.dense[at] == pytest.approx(found.dense[at], abs=2e-3)  # half precision
        assert 0 < found.words[at].mean() < 1
        assert 0 < found.names[at].mean() < 1


class TestFolding:
    def test_folded_as_they_are_words_have_the_values_of_a_search(self, searcher, queries):
        values = Values.of_all(searcher, queries)
        same = values.folded(searcher, queries, FOLDINGS["as it is"])
        assert same.words == pytest.approx(values.words)
        other = values.folded(searcher, queries, FOLDINGS["4-grams"])
        assert other.words != pytest.approx(values.words, abs=0.05)
        assert np.array_equal(other.dense, values.dense)

    @pytest.mark.parametrize(
        ("folding", "tokens"),
        [
            pytest.param("as it is", ["разговор"], id="stem"),
            pytest.param("plain words", ["разговорами"], id="plain"),
            pytest.param("lemma of simplemma", ["разговор"], id="lemma"),
            pytest.param("first five letters", ["разго"], id="five-letters"),
        ],
    )
    def test_a_word_becomes_its_tokens(self, folding, tokens):
        (word,) = words("Разговорами", "ru")
        assert FOLDINGS[folding](word) == tokens

    def test_four_grams_know_the_ends_of_a_word(self):
        river, ox = words("River ox", "en")
        assert FOLDINGS["4-grams"](river) == ["<riv", "rive", "iver", "ver>"]
        assert FOLDINGS["4-grams"](ox) == ["<ox>"]

    def test_a_share_weighs_what_is_held_by_its_rarity(self):
        questions = [{"river": 3.0, "rise": 1.0}, {"minister": 2.0}, {}]
        assert shares(questions, [{"river", "flood"}, {"river", "rise"}, set()]).tolist() == [
            [0.75, 1, 0],
            [0, 0, 0],
            [0, 0, 0],
        ]


class CountingEncoder:
    """Counts how often it is given each text; a text becomes its length."""

    dimension = 1

    def __init__(self, identity="counting"):
        self.identity = identity
        self.given: Counter[tuple[str, str]] = Counter()

    def encode_queries(self, texts):
        return self._encode("query", texts)

    def encode_passages(self, texts):
        return self._encode("passage", texts)

    def count_tokens(self, texts):
        return [len(text.split()) for text in texts]

    def word_vectors(self, words):
        return np.array([[len(word)] for word in words], np.float32)

    def _encode(self, kind, texts):
        self.given.update((kind, text) for text in texts)
        return np.array([[len(text)] for text in texts], np.float32).reshape(len(texts), 1)


class TestRemembering:
    def test_each_text_is_encoded_once_and_as_a_question_apart(self, tmp_path):
        counting = CountingEncoder()
        with remembering(counting, tmp_path) as encoder:
            assert encoder.encode_queries(["two", "three", "two"]).tolist() == [[3], [5], [3]]
            assert encoder.encode_passages(["three"]).tolist() == [[5]]
            assert encoder.encode_queries(["three", "four"]).tolist() == [[5], [4]]
            assert encoder.encode_queries([]).shape == (0, 1)
            assert encoder.count_tokens(["two words"]) == [2]
            assert encoder.word_vectors(["two"]).tolist() == [[3]]
        assert set(counting.given.values()) == {1}
        assert len(counting.given) == 4

    def test_a_later_run_encodes_what_is_new_even_after_an_interruption(self, tmp_path):
        def interrupted() -> None:
            with remembering(CountingEncoder(), tmp_path) as encoder:
                encoder.encode_queries(["two"])
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        counting = CountingEncoder()
        with remembering(counting, tmp_path) as encoder:
            assert encoder.encode_queries(["two", "one"]).tolist() == [[3], [3]]
        assert counting.given == {("query", "one"): 1}

    def test_another_model_begins_anew(self, tmp_path):
        with remembering(CountingEncoder(), tmp_path) as encoder:
            encoder.encode_queries(["two"])
        other = CountingEncoder("another")
        with remembering(other, tmp_path) as encoder:
            encoder.encode_queries(["two"])
        assert other.given == {("query", "two"): 1}


class TestArchive:
    def test_each_text_is_an_article_in_its_place(self, encoder):
        with archive_of(TEXTS, "en", encoder) as searcher:
            library = searcher.library
            stored = list(library.articles(newest_first=False))
        assert [article.text for article in stored] == TEXTS
        assert {article.language for article in stored} == {"en"}

    def test_a_text_that_is_not_taken_in_is_told(self, encoder):
        with pytest.raises(EvaluationError, match="no words"), archive_of(["…"], "en", encoder):
            pass


class TestXquad:
    def test_questions_of_one_language_are_answered_by_passages_of_another(
        self, evaluation_folder
    ):
        assert xquad_passages(evaluation_folder, "ru") == ["Кошка 1.", "Собака 2."]
        questions = xquad_questions(evaluation_folder, "en", "ru")
        assert questions.texts == ["Who sleeps 1?", "When is dinner 1?", "Who barks 2?"]
        assert questions.relevant == [{0}, {0}, {1}]

    def test_a_question_asked_twice_counts_once_and_has_two_passages(self, tmp_path):
        paragraphs = [
            {"context": text, "qas": [{"id": key, "question": "What is it? "}]}
            for key, text in (("a", "A cat."), ("b", "A dog."))
        ]
        (tmp_path / "xquad").mkdir()
        (tmp_path / "xquad" / "xquad.en.json").write_text(
            json.dumps({"data": [{"paragraphs": paragraphs}]})
        )
        questions = xquad_questions(tmp_path, "en", "en")
        assert questions.texts == ["What is it?"]
        assert questions.relevant == [{0, 1}]


class TestRecalling:
    @pytest.mark.parametrize("settings", SETTINGS)
    def test_what_is_recalled_is_what_a_search_with_these_weights_finds(
        self, searcher, queries, settings
    ):
        library, encoder = searcher.library, searcher.encoder
        recalling = RecallingSearcher(library, encoder)
        for query in queries:
            recalling.search(query)
        recalling.settings = settings
        weighed = Searcher(library, encoder, settings)
        for query in queries:
            for channel in Channel:
                assert recalling.search(query, channel=channel) == weighed.search(
                    query, channel=channel
                )


@pytest.fixture
def gold_folder(archive, shared_sets, tmp_path):
    """Gold over the samples: two sentences asked for in their own words, and what nobody said."""
    articles = list(archive.articles(newest_first=False))
    lines = [json.dumps({"id": article.id, "text": article.text}) for article in articles]
    (tmp_path / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    sentences = [
        archive.sentences(next(a.id for a in articles if a.language == language))[2].span
        for language in ("bg", "ru")
    ]
    questions = [
        {
            "id": f"said-{n}",
            "question": archive.words(span),
            "lang": language,
            "kind": "said",
            "answerable": True,
            "spans": [{"article": span.article, "start": span.start, "end": span.end}],
        }
        for n, (span, language) in enumerate(zip(sentences, ("bg", "ru"), strict=True))
    ]
    questions.append(
        {
            "id": "none",
            "question": "How many astronauts repaired the telescope on Phobos?",
            "lang": "en",
            "kind": "unanswerable",
            "answerable": False,
            "note": "subject",
        }
    )
    (tmp_path / "gold_dev.jsonl").write_text("\n".join(map(json.dumps, questions)))
    (tmp_path / "score_gold.py").write_bytes((shared_sets / "score_gold.py").read_bytes())
    return tmp_path


class TestGold:
    @pytest.fixture
    def gold(self, gold_folder) -> Gold:
        return Gold.read(
            gold_folder / "score_gold.py",
            gold_folder / "gold_dev.jsonl",
            gold_folder / "articles.jsonl",
        )

    @pytest.fixture
    def recalling(self, archive, encoder) -> RecallingSearcher:
        return RecallingSearcher(archive, encoder)

    def test_what_stands_in_the_archive_is_quoted_first(self, gold, recalling):
        quoted = gold.ask(recalling, ChoiceSettings())
        found = gold.summaries(quoted)
        assert found["all"]["hit@1"] == found["all"]["mrr"] == 1
        assert found["all"]["unanswerable"] == 1
        # The scorer reads an article's language from its id, and these ids tell none.
        assert found["cross"]["answerable"] == 2
        assert found["bg→?"]["answerable"] == found["ru→?"]["answerable"] == 1

    def test_the_suggested_threshold_silences_only_what_has_no_answer(self, gold, recalling):
        quoted = gold.ask(recalling, ChoiceSettings())
        found = gold.summaries(quoted, gold.suggested_threshold(quoted))["all"]
        assert (found["hit@1"], found["false_abst"], found["abst_rec"]) == (1, 0, 1)

    def test_with_every_quote_silenced_nothing_is_hit(self, gold, recalling):
        found = gold.summaries(gold.ask(recalling, ChoiceSettings()), threshold=2)["all"]
        assert (found["hit@1"], found["false_abst"], found["abst_rec"]) == (0, 1, 1)

    def test_a_missing_file_is_named(self, gold_folder):
        missing = gold_folder / "nowhere.jsonl"
        with pytest.raises(EvaluationError, match=r"nowhere.jsonl is not there"):
            Gold.read(gold_folder / "score_gold.py", missing, gold_folder / "articles.jsonl")

    def test_all_weights_are_tried_and_then_each_choice_with_the_best(self, gold, recalling):
        blind = SearchSettings(dense_weight=0.0, words_weight=0.0, names_weight=0.0)
        choices = {"quotes": (12, 0), "quotes_per_article": (1, 2)}
        trials = list(tried(gold, recalling, [blind, TODAY], choices))
        assert [(trial.search, trial.choice.quotes) for trial in trials[:3]] == [
            (TODAY, 12),
            (blind, 12),
            (TODAY, 12),
        ]
        assert [trial.label for trial in trials[3:]] == ["quotes 0", "quotes_per_article 1"]
        assert [trial.search for trial in trials[3:]] == [TODAY, TODAY]
        assert [trial.choice.quotes for trial in trials[3:]] == [0, 12]
        assert trials[0].worth == trials[2].worth == 3
        assert trials[1].worth < 3
        assert trials[3].worth == 0


class TestCommand:
    @pytest.fixture
    def run(self, encoder_loaded_once, tmp_path, capsys):
        def run(*arguments) -> tuple[int, str, str]:
            code = main([*map(str, arguments), "--vectors", str(tmp_path / "vectors")])
            return (code, *capsys.readouterr())

        return run

    def test_pairs_and_foldings_are_measured_in_one_run(self, run, evaluation_folder, encoder):
        code, out, _ = run(
            "xquad", "--eval", evaluation_folder, "--pairs", "en", "de-en", "--foldings", "ru"
        )
        assert code == 0
        assert encoder.identity in out.splitlines()[0]
        rows = cells(out)
        assert rows["pair"][1:4] == ["dense nDCG", "dense R@1", "dense R@5"]
        assert rows["en"][1:] == ["100.0"] * 9  # there are two passages, a cat and a dog
        assert "de→en" in rows
        assert len(rows["0.4, 0.4"]) == 2
        assert rows["folding"] == ["ru"]
        assert {*FOLDINGS, "as it is, no names"} <= rows.keys()

    def test_the_gold_questions_are_asked_with_all_settings(
        self, run, gold_folder, own_archive, encoder
    ):
        articles = gold_folder / "articles.jsonl"
        code, out, _ = run(
            "gold", "--data", own_archive, "--eval", gold_folder, "--articles", articles
        )
        assert code == 0
        rows = cells(out)
        assert rows["as it is"][:3] == ["1.000", "1.000", "1.000"]
        assert rows["as it is"][3:6] == ["-", "-", "-"]  # no question in an article's language
        assert "words 1.6, names 0.8" in rows
        assert rows["bg→?"][0] == "1"
        assert f"the threshold that is set, {ChoiceSettings().threshold}" in out
        assert rows["cross"][:2] == ["2", "1.000"]

    def test_a_set_that_is_not_there_is_one_line(self, run, evaluation_folder):
        code, _, err = run("xquad", "--eval", evaluation_folder, "--pairs", "fi")
        assert code == 1
        assert err.startswith("error: ")
        assert "xquad.fi.json is not there" in err
        assert err.count("\n") == 1

    def test_a_folder_without_a_library_is_one_line(self, run, gold_folder, tmp_path):
        articles = gold_folder / "articles.jsonl"
        code, _, err = run(
            "gold", "--data", tmp_path, "--eval", gold_folder, "--articles", articles
        )
        assert code == 1
        assert "there is no library" in err


def cells(out: str) -> dict[str, list[str]]:
    """Return the cells of each row of the tables by the name of the row."""
    rows = [line.strip("|").split("|") for line in out.splitlines() if line.startswith("|")]
    return {first.strip(): [cell.strip() for cell in others] for first, *others in rows}


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
