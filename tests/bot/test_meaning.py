"""No quote says what its article does not: negations, conditions and hedges stay in it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from index.library import Library
from index.search import Searcher

NEGATION, CONDITION, HEDGE, DENIAL = "negation", "condition", "hedge", "denial"
SENTENCES = {
    "bg": {
        NEGATION: "Кметът заяви, че никога няма да затвори моста над реката.",
        CONDITION: "Ако парламентът приеме закона, кметът ще затвори моста над реката.",
        HEDGE: "Според слухове, които никой не потвърждава, кметът ще затвори моста над реката.",
        DENIAL: "Кметът отрече, че ще затвори моста над реката.",
    },
    "ru": {
        NEGATION: "Мэр заявил, что никогда не закроет мост через реку.",
        CONDITION: "Если парламент примет закон, мэр закроет мост через реку.",
        HEDGE: "По слухам, которые никто не подтверждает, мэр закроет мост через реку.",
        DENIAL: "Мэр отверг сообщения о том, что закроет мост через реку.",
    },
    "uk": {
        NEGATION: "Мер заявив, що ніколи не закриє міст через річку.",
        CONDITION: "Якщо парламент ухвалить закон, мер закриє міст через річку.",
        HEDGE: "За чутками, які ніхто не підтверджує, мер закриє міст через річку.",
        DENIAL: "Мер заперечив, що закриє міст через річку.",
    },
    "en": {
        NEGATION: "The mayor said that he would never close the bridge over the river.",
        CONDITION: "If parliament adopts the law, the mayor will close the bridge over the river.",
        HEDGE: "According to rumours nobody confirms, the mayor will close the bridge.",
        DENIAL: "The mayor denied that he would close the bridge over the river.",
    },
}
QUESTIONS = {
    "bg": "Ще затвори ли кметът моста над реката?",
    "ru": "Закроет ли мэр мост через реку?",
    "uk": "Чи закриє мер міст через річку?",
    "en": "Will the mayor close the bridge over the river?",
}
BESIDE = {
    "bg": ("Сградата на общината е стара.", "Денят беше слънчев и топъл."),
    "ru": ("Здание мэрии старое.", "День был солнечным и тёплым."),
    "uk": ("Будівля мерії стара.", "День був сонячним і теплим."),
    "en": ("The town hall is an old building.", "The day was sunny and warm."),
}
CLOSES = ("затвори", "закро", "закриє", "close")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_what_governs_a_clause_is_never_cut_off(language, data, encoder, encoded_entry, tmp_path):
    """Wherever the sentence stands and however short quotes are, it is quoted whole or not."""
    kind = data.draw(st.sampled_from(sorted(SENTENCES[language])))
    sentence = SENTENCES[language][kind]
    words = data.draw(st.permutations([sentence, *BESIDE[language]]))
    length = data.draw(st.integers(1, 400))
    with Library.open(tmp_path / data.draw(st.uuids()).hex, create=True) as library:
        library.claim_encoder(encoder.identity)
        library.write([encoded_entry("one", *words, language=language)])
        choice = ChoiceSettings(threshold=0.0, quote_length=length)
        asked = Conversation(Searcher(library, encoder), choice).ask(QUESTIONS[language])
    closing = [quote for quote in asked.quotes if any(word in quote.text for word in CLOSES)]
    assert closing
    assert all(sentence in quote.text for quote in closing)
