"""What holds for any text: offsets are true, parts ordered, nothing crashes."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.statements.extract import extract
from ingest.statements.words import words

LANGUAGES = st.sampled_from(["bg", "ru", "uk", "en", "de"])
PIECES = st.lists(
    st.sampled_from(
        [
            "Иван",
            "Петров",
            "Мария",
            "каза",
            "заяви",
            "заявил",
            "сказав",
            "said",
            "told",
            "че,",
            "что,",
            "що,",
            "that",
            ",",
            ".",
            ":",
            "–",
            "-",
            "?",
            "!",
            "„",
            "“",
            "”",
            "«",
            "»",
            '"',
            "'",
            "(",
            ")",
            "и",
            "но",
            "който",
            "който,",
            "според",
            "по",
            "словам",
            "за",
            "словами",
            "призова",
            "да",
            "не",
            "чтобы",
            "остаться",
            "пред",
            "журналистам",
            "цитиран",
            "от",
            "Ройтерс",
            "предаде",
            "му",
            "ги",
            "е",
            "би",
            "това",
            "Това",
            "Об",
            "этом",
            "каза,",
            "каза:",
            "\n",
            "\n\n",
            "мост",
            "моста",
            "мостът",
            "2020",
            "г.",
            "в.",
            "a\u200bб",
            "ка\xadза",
            "отрече",
            "denied",
            "не",
            "כן",
        ]
    ),
    max_size=60,
).map(" ".join)
NEGATIONS = {
    "bg": ("не", "никога не"),
    "ru": ("не", "никогда не"),
    "uk": ("не", "ніколи не"),
    "en": ("not", "never"),
}
REPORTS = {
    "bg": "Иван Петров {cue} {negation} да тръгва утре, а да чака.",
    "ru": "Иван Петров {cue} {negation} уезжать завтра.",
    "uk": "Іван Петренко {cue} {negation} їхати завтра додому.",
    "en": "John Smith {cue} Mary Brown {negation} to leave tomorrow.",
}
CUES = {
    "bg": ("обеща", "предложи", "помоли"),
    "ru": ("пообещал", "попросил", "призвал"),
    "uk": ("пообіцяв", "попросив", "закликав"),
    "en": ("asked", "urged", "ordered"),
}
GOVERNED = {
    "bg": "Иван Петров {cue}, че {governor} ще затворят моста утре.",
    "ru": "Иван Петров {cue}, что {governor} мост закроют завтра.",
    "uk": "Іван Петренко {cue}, що {governor} міст закриють завтра.",
    "en": "John Smith {cue} that {governor} they will close the bridge tomorrow.",
}
GOVERNORS = {
    "bg": ("ако приемат закона,", "освен ако не вали,", "вероятно", "може би", "едва ли"),
    "ru": ("если примут закон,", "пока не примут закон,", "вероятно,", "возможно,", "вряд ли"),
    "uk": (
        "якщо ухвалять закон,",
        "поки не ухвалять закон,",
        "ймовірно,",
        "можливо,",
        "навряд чи",
    ),
    "en": (
        "if the law is adopted",
        "unless it rains",
        "perhaps",
        "probably",
        "it is unlikely that",
    ),
}
REPORTING = {
    "bg": ("каза", "заяви", "добави"),
    "ru": ("сказал", "заявил", "добавил"),
    "uk": ("сказав", "заявив", "додав"),
    "en": ("said", "warned", "added"),
}


def check(text, language):
    previous = (0, 0)
    for statement in extract(text, language):
        ends = [offset for part in statement.content for offset in part]
        assert ends == sorted(ends)
        assert all(start < end for start, end in statement.content)
        assert ends[0] >= 0
        assert ends[-1] <= len(text)
        assert previous <= statement.content[0]
        previous = statement.content[0]
        for party in (statement.speaker, statement.addressee):
            if party and party.range:
                assert 0 <= party.range[0] < party.range[1] <= len(text)
        if statement.cue:
            assert 0 <= statement.cue[0] < statement.cue[1] <= len(text)


@given(st.text(max_size=300), LANGUAGES)
def test_offsets_lie_in_any_text(text, language):
    check(text, language)


@given(PIECES, LANGUAGES)
def test_offsets_lie_in_texts_full_of_reports_and_marks(text, language):
    check(text, language)


@given(st.sampled_from(sorted(REPORTS)), st.data())
def test_content_never_starts_behind_its_negation(language, data):
    negation = data.draw(st.sampled_from(NEGATIONS[language]))
    cue = data.draw(st.sampled_from(CUES[language]))
    text = REPORTS[language].format(cue=cue, negation=negation)
    for statement in extract(text, language):
        before = text[: statement.content[0][0]].split()
        assert before[-1] not in {word for n in NEGATIONS[language] for word in n.split()}


@given(st.sampled_from(sorted(GOVERNED)), st.data())
def test_content_holds_the_condition_or_the_hedge_that_governs_it(language, data):
    governor = data.draw(st.sampled_from(GOVERNORS[language]))
    cue = data.draw(st.sampled_from(REPORTING[language]))
    text = GOVERNED[language].format(cue=cue, governor=governor)
    [statement] = extract(text, language)
    assert text.index(governor) >= statement.content[0][0]


@given(st.text(max_size=300))
def test_words_are_slices_of_the_text_in_order(text):
    ends = 0
    for word in words(text):
        assert ends <= word.start < word.end <= len(text)
        ends = word.end


def test_every_sentence_of_a_long_speech_is_read_once():
    sentence = "Иван Петров каза, че мостът е затворен. "
    assert len(extract(sentence * 800, "bg")) == 800
