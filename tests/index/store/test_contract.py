"""What every store does: the library's sentences and passages are found, and no others."""

from datetime import UTC, datetime

import pytest

from index.entries import FoldedPassage
from index.milvus.rows import vectors_of
from index.records import Scope
from tests.conftest import entry_of, toy_vector
from tests.index.store.dated import dated
from tests.index.store.observed import expected, same, seen

RIVER = entry_of("river", *[f"The river rises by {number} metres." for number in range(7)])
SHIP = entry_of("ship", *[f"Ship {number} leaves." for number in range(3)])
RIVER_BG = entry_of("reka", *[f"Реката е {number} метра." for number in range(5)], language="bg")


@pytest.fixture
def filled(library):
    library.claim_encoder("toy")
    library.write([RIVER, SHIP, RIVER_BG])
    return library


class TestNearest:
    def test_each_sentence_finds_itself_first_at_cosine_one(self, filled, open_it):
        store = open_it()
        for id_, vector in zip(*vectors_of(filled, filled.sentence_ids().tolist()), strict=True):
            best = max(store.nearest(vector, 3), key=lambda near: near.scores[0])
            assert best.ids[0] == id_
            assert best.scores[0] == pytest.approx(1.0, abs=2e-3)
            assert list(best.scores) == sorted(best.scores, reverse=True)

    def test_each_language_has_its_own_share(self, filled, open_it):
        """However near the sentences of one are, those of another are found too."""
        found = open_it().nearest(vectors_of(filled, [1])[1][0], 4)
        assert {near.language: len(near.ids) for near in found} == {"en": 4, "bg": 4}
        (bulgarian,) = (near.ids.tolist() for near in found if near.language == "bg")
        passages = filled.passages(filled.passages_of_sentences(bulgarian))
        assert {passage.passage.span.article for passage in passages} == {"reka"}

    def test_cosines_are_those_of_the_vectors_in_context(self, filled, open_it):
        query = toy_vector("a question")
        ids, vectors = vectors_of(filled, filled.sentence_ids().tolist())
        cosines = open_it().cosines(query, {"en": ids[:10], "bg": ids[10:]})
        assert cosines == pytest.approx(
            dict(zip(ids, (vectors @ query).tolist(), strict=True)), abs=2e-3
        )

    def test_an_empty_library_finds_nothing(self, open_it):
        store = open_it()
        assert store.nearest(toy_vector("x"), 5) == []
        assert store.matching(["river"], [], 5) == []
        assert store.cosines(toy_vector("x"), {}) == {}
        assert len(store) == 0

    @pytest.mark.parametrize(
        ("scope", "articles"),
        [
            pytest.param(Scope(source="Herald"), {"may", "june", "undated"}, id="outlet"),
            pytest.param(Scope(source='"Вестник" or 1 == 1'), {"quoted"}, id="odd-name"),
            pytest.param(
                Scope(since=datetime(2020, 6, 1, tzinfo=UTC)), {"june", "quoted"}, id="since"
            ),
            pytest.param(Scope(until=datetime(2020, 6, 1, tzinfo=UTC)), {"may"}, id="until"),
            pytest.param(
                Scope(
                    "Herald", datetime(2020, 5, 1, tzinfo=UTC), datetime(2020, 7, 1, tzinfo=UTC)
                ),
                {"may", "june"},
                id="all-three",
            ),
            pytest.param(Scope(source="Nobody"), set(), id="none"),
        ],
    )
    def test_a_scope_leaves_out_all_else(self, library, open_it, scope, articles):
        library.claim_encoder("toy")
        library.write(
            [
                dated("may", "2020-05-31T23:59:59+00:00"),
                dated("june", "2020-06-01T03:00:00+03:00"),
                dated("quoted", "2020-08-01T00:00:00+00:00", source='"Вестник" or 1 == 1'),
                dated("undated", None),
            ]
        )
        found = open_it().nearest(toy_vector("x"), 50, scope)
        ids = [id_ for near in found for id_ in near.ids.tolist()]
        hits = library.passages(library.passages_of_sentences(ids))
        assert {passage.passage.span.article for passage in hits} == articles


class TestMatching:
    def test_texts_weigh_more_than_titles_and_names_more_than_both(self, library, open_it):
        """The weights of BM25's columns: names 1.5, texts 1.0, titles 0.5."""
        library.claim_encoder("toy")
        library.write(
            [
                entry_of("title", "nothing is here.", title="salt"),
                entry_of("text", "salt is here.", title="nothing"),
                entry_of("name", "Salt is here.", title="nothing"),
                *(entry_of(f"else{number}", f"word{number} is here.") for number in range(9)),
            ]
        )
        names = dict(library.rows("select rowid, names from words"))
        key = names[3].split()[0]
        store = open_it()
        assert store.matching(["salt"], [], 10) == [2, 3, 1]
        assert store.matching(["salt"], [key], 10) == [3, 2, 1]
        assert store.matching([], [key], 10) == [3]

    def test_the_rarer_word_wins(self, library, open_it):
        library.claim_encoder("toy")
        library.write(
            [
                *(entry_of(f"wind{number}", "the wind blows.") for number in range(5)),
                entry_of("salt", "the salt blows."),
                *(entry_of(f"else{number}", f"word{number} is here.") for number in range(9)),
            ]
        )
        assert open_it().matching(["wind", "salt"], [], 10)[0] == 6

    def test_each_language_has_its_own_share(self, library, open_it):
        library.claim_encoder("toy")
        library.write(
            [
                *(entry_of(f"en{number}", "2018 and 2018.") for number in range(9)),
                entry_of("bg", "През 2018 година.", language="bg"),
                *(entry_of(f"else{number}", f"word{number} is here.") for number in range(20)),
            ]
        )
        assert set(open_it().matching(["2018"], [], 3)) & {10} == {10}
        assert len(open_it().matching(["2018"], [], 3)) == 4

    @pytest.mark.parametrize("token", ["oneil", "中文字", "ıi", "straße", "שלום", "ab12", "ѝ"])
    def test_any_folded_token_is_found_whole(self, library, open_it, token):
        library.claim_encoder("toy")
        library.write([entry_of("a", "Salt."), entry_of("b", "Wind.")])
        with library.changing():
            library._db.execute("update words set stems = ? where rowid = 1", [f"x {token} y"])
        store = open_it()
        assert store.matching([token], [], 5) == [1]
        assert store.matching([token[:-1] or "z"], [], 5) == []

    def test_nothing_is_found_for_no_words(self, filled, open_it):
        assert open_it().matching([], [], 5) == []


CHANGES = [
    pytest.param(lambda library: library.write([entry_of("new", "Salt.")]), id="added"),
    pytest.param(
        lambda library: library.write([entry_of("river", "It fell.", "All slept.")]), id="edited"
    ),
    pytest.param(lambda library: library.remove(["ship"]), id="removed"),
    pytest.param(lambda library: library.remove(["reka"]), id="last-of-its-language"),
    pytest.param(lambda library: library.remove(["river", "ship", "reka"]), id="all-removed"),
    pytest.param(
        lambda library: library.write([entry_of("zwei", "Das Schiff.", language="de")]),
        id="first-of-its-language",
    ),
]


class TestCatchingUp:
    @pytest.mark.parametrize("change", CHANGES)
    def test_what_has_changed_is_seen(self, filled, open_it, change):
        store = open_it()
        same(seen(store), expected(filled))
        change(filled)
        store.catch_up()
        assert store.generation == filled.generation
        same(seen(store), expected(filled))

    @pytest.mark.parametrize("change", CHANGES)
    def test_what_has_changed_meanwhile_is_seen_by_one_opened_later(self, filled, open_it, change):
        store = open_it()
        store.save()
        store.close()
        change(filled)
        same(seen(open_it()), expected(filled))

    def test_several_changes_are_caught_up_with_at_once(self, filled, open_it):
        store = open_it()
        filled.remove(["ship"])
        filled.write([SHIP, entry_of("zwei", "Das Schiff.", language="de")])
        filled.write([entry_of("river", "It fell.")])
        filled.write([entry_of("river", "It fell again.")])
        store.catch_up()
        same(seen(store), expected(filled))

    def test_it_takes_the_size_of_the_change(self, filled, open_it):
        store = open_it()
        assert store.catch_up() == 0
        filled.write([entry_of("ship", "One.", "Two.")])
        assert store.catch_up() == 3 + 2
        assert store.catch_up() == 0

    def test_opened_again_it_has_nothing_to_do(self, filled, open_it):
        store = open_it()
        store.save()
        before = seen(store)
        store.close()
        again = open_it()
        assert again.catch_up() == 0
        assert seen(again) == before

    def test_words_folded_anew_are_found_by_one_opened_later(self, filled, open_it):
        open_it().close()
        filled.replace_words([(1, FoldedPassage("salt", "", ""))])
        same(seen(open_it()), expected(filled))

    def test_what_is_removed_is_passed_over_even_before(self, filled, open_it):
        store = open_it()
        filled.remove(["ship"])
        found = [id_ for near in store.nearest(toy_vector("ship"), 50) for id_ in near.ids]
        passages = filled.passages(filled.passages_of_sentences([int(id_) for id_ in found]))
        assert {each.passage.span.article for each in passages} == {"river", "reka"}
        assert filled.passages(store.matching(["ship"], [], 9)) == []
