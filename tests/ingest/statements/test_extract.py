"""Who said what to whom, by patterns, in four languages."""

import pytest

from index.statements import Kind, Statement
from ingest.statements.extract import extract


def contents(text, language):
    return [" … ".join(text[a:b] for a, b in s.content) for s in extract(text, language)]


def only(text, language) -> Statement:
    """The one statement of a text."""
    (statement,) = extract(text, language)
    return statement


def words(text, part):
    return text[slice(*part)]


def speaker(text, statement):
    assert statement.speaker
    return words(text, statement.speaker.range)


def addressee(text, statement):
    assert statement.addressee
    return words(text, statement.addressee.range)


@pytest.mark.parametrize(
    ("language", "text", "content", "who"),
    [
        pytest.param(
            "bg",
            "Иван Петров каза, че мостът ще бъде затворен.",
            "мостът ще бъде затворен",
            "Петров",
            id="bg-clause",
        ),
        pytest.param(
            "ru",
            "Иван Петров заявил, что мост будет закрыт.",
            "мост будет закрыт",
            "Петров",
            id="ru-clause",
        ),
        pytest.param(
            "uk",
            "Іван Петренко зазначив, що міст буде закрито.",
            "міст буде закрито",
            "Петренко",
            id="uk-clause",
        ),
        pytest.param(
            "en",
            "John Smith said that the bridge would be closed.",
            "the bridge would be closed",
            "Smith",
            id="en-clause",
        ),
        pytest.param(
            "en",
            "John Smith said the bridge would be closed.",
            "the bridge would be closed",
            "Smith",
            id="en-clause-without-that",
        ),
        pytest.param(
            "ru",
            "Петров заявил о том, что мост будет закрыт.",
            "мост будет закрыт",
            "Петров",
            id="ru-correlate",
        ),
        pytest.param(
            "bg",
            "Мостът ще бъде затворен, обяви кметът Иван Петров.",
            "Мостът ще бъде затворен",
            "Петров",
            id="bg-unquoted",
        ),
        pytest.param(
            "bg",
            "Ние пазим всеки мост, каза Петров.",
            "Ние пазим всеки мост",
            "Петров",
            id="bg-unquoted-first-person",
        ),
        pytest.param(
            "ru",
            "Мост будет закрыт, сообщил Иван Петров.",
            "Мост будет закрыт",
            "Петров",
            id="ru-unquoted",
        ),
        pytest.param(
            "uk",
            "Міст буде закрито, повідомив Петренко.",
            "Міст буде закрито",
            "Петренко",
            id="uk-unquoted",
        ),
        pytest.param(
            "en",
            "The bridge will be closed, Smith said.",
            "The bridge will be closed",
            "Smith",
            id="en-unquoted",
        ),
        pytest.param(
            "bg",
            "Според Иван Петров мостът е опасен.",
            "мостът е опасен",
            "Петров",
            id="bg-source",
        ),
        pytest.param(
            "bg",
            "Иван Петров пристигна вчера. По думите му мостът е опасен.",
            "мостът е опасен",
            "му",
            id="bg-source-pronoun",
        ),
        pytest.param(
            "ru",
            "По словам Ивана Петрова, мост опасен.",
            "мост опасен",
            "Петрова",
            id="ru-source",
        ),
        pytest.param(
            "ru",
            "Мост, по мнению экспертов, опасен для всех.",
            "Мост … опасен для всех",
            "экспертов",
            id="ru-source-inside",
        ),
        pytest.param(
            "uk",
            "За словами Петренка, міст небезпечний.",
            "міст небезпечний",
            "Петренка",
            id="uk-source",
        ),
        pytest.param(
            "en",
            "According to John Smith, the bridge is dangerous.",
            "the bridge is dangerous",
            "Smith",
            id="en-source",
        ),
        pytest.param(
            "ru",
            "Как пояснил Петров, мост придётся закрыть.",
            "мост придётся закрыть",
            "Петров",
            id="ru-as-he-explained",
        ),
        pytest.param(
            "bg",
            "Петров обеща да ремонтира моста.",
            "да ремонтира моста",
            "Петров",
            id="bg-promise",
        ),
        pytest.param(
            "bg",
            "Съдът нареди мостът да бъде затворен.",
            "мостът да бъде затворен",
            "Съдът",
            id="bg-order-with-its-subject",
        ),
        pytest.param(
            "ru",
            "Петров пообещал отремонтировать мост.",
            "отремонтировать мост",
            "Петров",
            id="ru-promise",
        ),
        pytest.param(
            "ru",
            "В Кремле заявили, что мост откроют.",
            "мост откроют",
            "Кремле",
            id="ru-institution",
        ),
        pytest.param(
            "bg",
            "Мостът ще бъде затворен, съобщиха от общината.",
            "Мостът ще бъде затворен",
            "общината",
            id="bg-institution-behind",
        ),
    ],
)
def test_reported_content_and_its_speaker_are_found(language, text, content, who):
    statement = only(text, language)
    assert contents(text, language) == [content]
    assert statement.kind is Kind.INDIRECT
    assert who in speaker(text, statement)


@pytest.mark.parametrize(
    ("language", "text", "content"),
    [
        pytest.param("bg", "„Няма да спрем“, каза Петров.", "Няма да спрем", id="cue-behind"),
        pytest.param("bg", "Петров каза: „Няма да спрем.“", "Няма да спрем.", id="cue-before"),
        pytest.param(
            "bg",
            "Петров каза, че „мостът ще бъде затворен до неделя“.",
            "мостът ще бъде затворен до неделя",
            id="quoted-clause",
        ),
        pytest.param("ru", "«Мы не уйдём», – сказал Петров.", "Мы не уйдём", id="ru-dash"),
        pytest.param("ru", "«Мы не уйдём, – сказал Петров.", "Мы не уйдём", id="unclosed"),
        pytest.param("uk", '"Ми не підемо", - заявив Петренко.', "Ми не підемо", id="uk-straight"),
        pytest.param("en", "“We will stay,” Smith said.", "We will stay", id="en-curly"),
        pytest.param("en", '"Will you stay?" asked Smith.', "Will you stay?", id="en-question"),
        pytest.param(
            "ru",
            "«Закроем «Белый мост» завтра», – сказал Петров.",
            "Закроем «Белый мост» завтра",
            id="nested-marks",
        ),
        pytest.param(
            "bg",
            "„Мостът е стар“, каза Петров, „но здрав“.",
            "Мостът е стар … но здрав",
            id="report-inside",
        ),
        pytest.param(
            "ru",
            "«Мост старый, – сказал Петров, – но крепкий».",
            "Мост старый … но крепкий",
            id="report-inside-one-pair",
        ),
    ],
)
def test_direct_speech_is_what_stands_inside_the_marks(language, text, content):
    assert contents(text, language) == [content]
    assert only(text, language).kind is Kind.DIRECT


def test_new_sentence_behind_the_report_is_a_second_statement():
    text = "«Мост старый, – сказал Петров. – Мы его закроем»."
    assert contents(text, "ru") == ["Мост старый", "Мы его закроем"]
    assert [speaker(text, s) for s in extract(text, "ru")] == ["Петров", "Петров"]


def test_quotation_that_goes_on_without_a_cue_keeps_its_speaker():
    text = "„Мостът е затворен“, каза Иван Петров. „Ще го отворим отново чак напролет.“"
    first, second = extract(text, "bg")
    assert words(text, second.content[0]) == "Ще го отворим отново чак напролет."
    assert second.cue is None
    assert first.speaker
    assert second.speaker
    assert second.speaker.name == first.speaker.name


def test_some_words_in_marks_make_a_statement_mixed_but_names_do_not():
    mixed = "Петров каза, че мостът е „напълно негоден за движение“ от години."
    name = "Петров каза, че мостът „Свети Никола“ е негоден."
    assert only(mixed, "bg").kind is Kind.MIXED
    assert only(name, "bg").kind is Kind.INDIRECT


@pytest.mark.parametrize(
    ("language", "text", "content"),
    [
        pytest.param("bg", "Мостът падна. Това заяви Иван Петров.", "Мостът падна", id="bg"),
        pytest.param("ru", "Мост упал. Об этом сообщил Иван Петров.", "Мост упал", id="ru"),
        pytest.param("uk", "Міст упав. Про це повідомив Петренко.", "Міст упав", id="uk"),
        pytest.param(
            "bg", "Мостът падна. Така Петров, наш кмет, коментира.", "Мостът падна", id="so"
        ),
        pytest.param(
            "ru",
            "Мост упал. Об этом во вторник, 3 мая, в эфире канала News заявил Иван Петров.",
            "Мост упал",
            id="circumstances",
        ),
    ],
)
def test_anaphora_takes_the_sentence_before(language, text, content):
    assert contents(text, language) == [content]
    assert "Пет" in speaker(text, only(text, language))


def test_anaphora_in_its_own_paragraph_takes_the_short_paragraph_before():
    text = "Мост упал. Движения нет.\n\nОб этом сообщил Иван Петров."
    assert contents(text, "ru") == ["Мост упал. Движения нет"]


def test_statement_inside_a_statement_is_one_too():
    text = "Иван Петров каза, че Мария Колева твърди, че мостът е здрав."
    assert contents(text, "bg") == ["Мария Колева твърди, че мостът е здрав", "мостът е здрав"]
    assert ["Петров" in speaker(text, s) for s in extract(text, "bg")] == [True, False]


def test_two_reports_in_a_sentence_do_not_swallow_each_other():
    text = "Иван Петров каза, че мостът е стар, и добави, че ще бъде затворен."
    assert contents(text, "bg") == ["мостът е стар", "ще бъде затворен"]
    assert all("Петров" in speaker(text, s) for s in extract(text, "bg"))


@pytest.mark.parametrize(
    ("language", "text", "content", "via"),
    [
        pytest.param(
            "bg",
            "Иван Петров каза, че мостът е стар, предаде Ройтерс.",
            "мостът е стар",
            ("Ройтерс",),
            id="bg-tail",
        ),
        pytest.param(
            "bg",
            "Мостът е стар, каза Петров, цитиран от Франс прес и БТА.",
            "Мостът е стар",
            ("Франс прес", "БТА"),
            id="bg-quoted-by",
        ),
        pytest.param(
            "ru",
            "Петров заявил, что мост закрыт, сообщает ТАСС.",
            "мост закрыт",
            ("ТАСС",),
            id="ru-tail",
        ),
        pytest.param(
            "uk",
            "Петренко зазначив, що міст закрито, цитує Reuters.",
            "міст закрито",
            ("Reuters",),
            id="uk-tail",
        ),
    ],
)
def test_agency_that_hands_a_statement_on_is_no_speaker(language, text, content, via):
    assert contents(text, language) == [content]
    statement = only(text, language)
    assert statement.via == via
    assert "Пет" in speaker(text, statement)


def test_agency_without_another_speaker_is_the_speaker():
    text = "Мостът е затворен от вчера, предаде Ройтерс."
    assert speaker(text, only(text, "bg")) == "Ройтерс"


@pytest.mark.parametrize(
    ("language", "text", "whom"),
    [
        pytest.param(
            "bg", "Петров каза пред журналисти, че тръгва.", "журналисти", id="bg-before"
        ),
        pytest.param(
            "bg", "Иван Петров предупреди Мария Колева, че закъснява.", "Колева", id="bg-warned"
        ),
        pytest.param("bg", "Иван Петров призова Мария Колева да остане.", "Колева", id="bg-urged"),
        pytest.param("bg", "Петров каза на Мария Колева, че тръгва.", "Колева", id="bg-to"),
        pytest.param("bg", "„Тръгвам“, каза Петров на Колева.", "Колева", id="bg-to-behind"),
        pytest.param(
            "bg", "Петров отговори на новия кмет Мария Колева, че тръгва.", "Колева", id="bg-role"
        ),
        pytest.param("bg", "Петров им каза, че тръгва.", "им", id="bg-clitic"),
        pytest.param("bg", "Тогава Петров каза им, че тръгва.", "им", id="bg-clitic-behind"),
        pytest.param(
            "ru", "Петров сказал журналистам, что уезжает.", "журналистам", id="ru-dative"
        ),
        pytest.param("ru", "Петров попросил Марию Колеву остаться.", "Колеву", id="ru-asked"),
        pytest.param("uk", "Петренко заявив журналістам, що їде.", "журналістам", id="uk-dative"),
        pytest.param(
            "en", "John Smith told reporters that he was leaving.", "reporters", id="en-told"
        ),
        pytest.param("bg", "Иван притиска кмета Петров да затвори моста.", "Петров", id="pressed"),
    ],
)
def test_addressee_is_who_is_spoken_to(language, text, whom):
    statement = only(text, language)
    assert whom in addressee(text, statement)
    assert speaker(text, statement) != addressee(text, statement)


def test_addressee_is_none_where_nobody_is_named():
    assert only("Петров каза на моста, че тръгва утре.", "bg").addressee is None
    assert only("Петров каза на среща с Колева, че тръгва.", "bg").addressee is None
    assert only("„Тръгва“, каза говорителят на Мария Колева.", "bg").addressee is None
    assert only("Колегата им каза, че тръгва утре.", "bg").addressee is None
    assert only("Иван Петров заявил, что мост закрыт.", "ru").addressee is None


@pytest.mark.parametrize(
    ("language", "text", "content"),
    [
        pytest.param("bg", "Петров отрече, че е крал.", "е крал", id="bg"),
        pytest.param("ru", "Петров опроверг, что мост упал.", "мост упал", id="ru"),
        pytest.param("uk", "Петренко заперечив, що міст упав.", "міст упав", id="uk"),
        pytest.param("en", "Smith denied that the bridge fell.", "the bridge fell", id="en"),
    ],
)
def test_denied_content_is_marked(language, text, content):
    assert contents(text, language) == [content]
    assert only(text, language).denied


@pytest.mark.parametrize(
    ("language", "text"),
    [
        pytest.param("bg", "Петров не уточни кога ще отворят моста.", id="silence"),
        pytest.param("bg", "Петров не каза, че мостът е здрав.", id="not-said"),
        pytest.param("bg", "Смята се, че мостът е здрав.", id="passive"),
        pytest.param("bg", "Ако Петров заяви, че мостът е здрав, ще тръгнем.", id="supposition"),
        pytest.param("bg", "Петров иска да каже, че мостът е здрав.", id="wish"),
        pytest.param("bg", "Петров приветства решението на съда.", id="attitude"),
        pytest.param("bg", "Според закона мостът е общински.", id="law"),
        pytest.param("bg", "Петров предупреди във връзка с това, че мостът е стар.", id="cause"),
        pytest.param("ru", "Петров не стал комментировать закрытие моста.", id="ru-silence"),
        pytest.param("ru", "Если Петров заявит, что мост цел, мы поедем.", id="ru-supposition"),
        pytest.param(
            "uk", "Петренко повідомив про угоду, що передбачає ремонт.", id="uk-relative"
        ),
        pytest.param("en", "Smith didn't say that the bridge was safe.", id="en-not-said"),
        pytest.param("en", "Smith denied saying that the bridge was safe.", id="en-not-claimed"),
    ],
)
def test_what_is_no_statement_stays_out(language, text):
    claims = [s for s in extract(text, language) if not s.denied]
    assert claims == []


@pytest.mark.parametrize("language", ["de", "xx", ""])
def test_language_without_rules_has_no_statements(language):
    assert extract("„Wir bleiben“, sagte Müller.", language) == []


def test_lookalike_letters_and_blanks_of_no_width_move_nothing():
    text = "Ивaн Петров кa\u200bза, че\u00ad мостът е стaр."
    assert contents(text, "bg") == ["мостът е стaр"]
    assert speaker(text, only(text, "bg")).endswith("Петров")


def test_name_in_marks_is_not_speech():
    text = "„Северен път“ е важен за всички, каза Петров."
    assert contents(text, "bg") == ["„Северен път“ е важен за всички"]
    assert only(text, "bg").kind is Kind.INDIRECT


def test_impersonal_report_has_no_speaker():
    text = "Повідомляється, що міст закрито."
    assert contents(text, "uk") == ["міст закрито"]
    assert only(text, "uk").speaker is None


@pytest.mark.parametrize(
    ("text", "content"),
    [
        pytest.param(
            "Според последните проучвания няма нито един сигурен мост.",
            "няма нито един сигурен мост",
            id="source",
        ),
        pytest.param("Петров обеща никога да не се връща.", "да не се връща", id="purpose"),
        pytest.param("Мостът не е здрав, каза Петров.", "Мостът не е здрав", id="behind"),
    ],
)
def test_negation_stays_with_what_it_negates(text, content):
    (found,) = contents(text, "bg")
    assert found.endswith(content)
    assert "н" in found.split()[0] + found.split()[1]


def test_demand_ends_where_the_reporter_goes_on():
    text = "Комисията предложи да се ремонтира мостът, но общината се бави."
    assert contents(text, "bg") == ["да се ремонтира мостът"]


def test_law_of_a_report_inside_another_clause():
    text = "Мостът, който според Иван Петров е опасен, ще бъде ремонтиран."
    assert contents(text, "bg") == ["е опасен"]


def test_subject_of_a_conjoined_report_is_carried_over():
    text = "Кметът Иван Петров отказа среща и заяви, че мостът е здрав."
    assert "Петров" in speaker(text, only(text, "bg"))


def test_relative_pronoun_speaks_for_its_antecedent():
    text = "На срещата дойде Мария Колева, която каза, че мостът е здрав."
    assert "Колева" in speaker(text, only(text, "bg"))


def test_letter_is_addressed_to_its_reader():
    text = "Иван Петров направил письмо Марии Колевой, в котором сообщил, что уезжает."
    statement = only(text, "ru")
    assert "Петров" in speaker(text, statement)
    assert "Колевой" in addressee(text, statement)


def test_noun_counts_as_content_where_the_addressee_is_named():
    text = "Петров сообщил журналистам о закрытии моста."
    assert contents(text, "ru") == ["о закрытии моста"]
    assert contents("Петров сообщил о закрытии моста.", "ru") == []


def test_whose_promise_it_was_is_the_speaker():
    text = "Мария Колева припомни обещанието на Иван Петров, че мостът ще бъде готов."
    assert contents(text, "bg") == ["мостът ще бъде готов"]
    assert "Петров" in speaker(text, only(text, "bg"))


def test_name_that_somebody_is_called_is_content():
    text = "Иван Петров нарече моста срам за града."
    assert contents(text, "bg") == ["моста срам за града"]


def test_call_of_a_noun_names_whom_it_goes_to():
    text = "Иван Петров обратился к парламенту с просьбой закрыть мост."
    statement = only(text, "ru")
    assert contents(text, "ru") == ["закрыть мост"]
    assert "Петров" in speaker(text, statement)
    assert "парламент" in addressee(text, statement)


@pytest.mark.parametrize(
    ("text", "content", "who", "whom"),
    [
        pytest.param(
            "Иван Петров оказа натиск върху министъра на моста Стоян Колев да го затвори.",
            "да го затвори",
            "Петров",
            "Колев",
            id="pressure",
        ),
        pytest.param(
            "Иван Петров оказа натиск върху министъра Стоян Колев „да намери“ нов мост.",
            "„да намери“ нов мост",
            "Петров",
            "Колев",
            id="in-marks",
        ),
        pytest.param(
            "Преди вота, който загуби, Иван Петров отправи призив към Стоян Колев да чака.",
            "да чака",
            "Петров",
            "Колев",
            id="behind-a-clause",
        ),
        pytest.param(
            "Кметът Иван Петров с директен апел към Стоян Колев да чака.",
            "да чака",
            "Петров",
            "Колев",
            id="without-a-verb",
        ),
    ],
)
def test_call_may_name_whom_it_goes_to_before_its_purpose(text, content, who, whom):
    statement = only(text, "bg")
    assert contents(text, "bg") == [content]
    assert who in speaker(text, statement)
    assert whom in addressee(text, statement)


def test_pressure_that_is_only_wanted_or_spoken_of_is_no_call():
    assert not extract("Целта е да се окаже натиск върху Колев, за да затвори моста.", "bg")
    assert not extract("Срещата е в момент на растящ натиск върху Колев да чака.", "bg")


def test_quotation_behind_a_colon_goes_on_from_the_clause():
    text = "Петров каза, че мостът е стар: „Пукнатините личат отдалеч и от двете страни.“"
    assert contents(text, "bg") == [
        "мостът е стар",
        "Пукнатините личат отдалеч и от двете страни.",
    ]


def test_document_speaks_where_nobody_is_named():
    text = "Міст буде закрито, йдеться в повідомленні міністерства."
    assert "повідомленн" in speaker(text, only(text, "uk"))


def test_introduced_agency_hands_on_the_report_behind_it():
    text = "Как сообщил ТАСС, Иван Петров заявил, что мост закрыт."
    statement = only(text, "ru")
    assert contents(text, "ru") == ["мост закрыт"]
    assert statement.via == ("ТАСС",)


@pytest.mark.parametrize(
    ("language", "text", "whom"),
    [
        pytest.param("bg", "Мостът е стар, каза Петров в интервю за „Труд“.", "Труд", id="bg"),
        pytest.param("ru", "Мост стар, заявил Петров в интервью ТАСС.", "ТАСС", id="ru"),
        pytest.param("uk", "Міст старий, заявив Петренко каналу CNN.", "CNN", id="uk"),
        pytest.param("bg", "Жителите дойдоха и кметът ги помоли да чакат.", "ги", id="pronoun"),
        pytest.param("ru", "Иван Петров посоветовал ей уехать домой.", "ей", id="ru-pronoun"),
        pytest.param("uk", "Іван Петренко закликав мешканців виїхати.", "мешканців", id="noun"),
        pytest.param("ru", "Иван Петров призвал жителей уехать.", "жителей", id="ru-noun"),
    ],
)
def test_addressee_is_found_in_its_other_places(language, text, whom):
    assert whom in addressee(text, only(text, language))


@pytest.mark.parametrize(
    ("language", "text", "content"),
    [
        pytest.param(
            "ru",
            "Мост, как пояснил Петров, опасен для всех.",
            "Мост опасен для всех",
            id="as-he-explained-inside",
        ),
        pytest.param(
            "uk",
            "Натомість, зауважив Петренко, міст буде закрито.",
            "Натомість міст буде закрито",
            id="short-lead",
        ),
        pytest.param(
            "bg",
            "Мостът ще бъде затворен, каза Петров, но движението няма да спре.",
            "Мостът ще бъде затворен но движението няма да спре",
            id="contrast-goes-on",
        ),
        pytest.param(
            "bg",
            "Мостът е затворен за ремонт от вчера, според Иван Петров.",
            "Мостът е затворен за ремонт от вчера",
            id="source-behind",
        ),
    ],
)
def test_report_may_stand_inside_or_behind(language, text, content):
    parts = contents(text, language)[0].replace("… ", "")
    assert parts == content


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            "Иван Петров каза, че мостът е здрав, докато медиите съобщиха, че е паднал.",
            ["мостът е здрав", "е паднал"],
            id="while",
        ),
        pytest.param(
            "Иван Петров обеща да дойде, защото според кмета мостът е опасен.",
            ["да дойде", "мостът е опасен"],
            id="because-according-to",
        ),
        pytest.param(
            "Иван Петров каза, че мостът е здрав, добавяйки, че няма опасност.",
            ["мостът е здрав", "няма опасност"],
            id="gerund",
        ),
    ],
)
def test_each_report_of_a_sentence_has_its_own_content(text, found):
    assert contents(text, "bg") == found


@pytest.mark.parametrize(
    ("text", "who"),
    [
        pytest.param(
            "Иван Петров, кмет на града, който дойде късно, каза, че мостът е здрав.",
            "Петров",
            id="insertions",
        ),
        pytest.param(
            "Лидерът на Партията (ПНВ) Иван Петров, адвокат, каза, че мостът е здрав.",
            "Петров",
            id="parenthesis",
        ),
        pytest.param("На моста в сряда кметът каза, че идва.", "кметът", id="circumstance"),
        pytest.param(
            "Мостът е здрав, каза в сряда, 3 май, кметът Иван Петров.", "Петров", id="date"
        ),
        pytest.param(
            "Мостът е здрав, каза пред журналисти Иван Петров.", "Петров", id="audience-first"
        ),
        pytest.param(
            "Според последното изследване на Петров от май мостът е здрав.", "Петров", id="study"
        ),
        pytest.param("Според вестник „Труд“ мостът е здрав.", "Труд", id="newspaper"),
    ],
)
def test_speaker_is_found_behind_what_is_put_in_between(text, who):
    statement = only(text, "bg")
    assert statement.speaker
    assert who in f"{statement.speaker.name} {speaker(text, statement)}"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("bg", "Мостът падна. Това каза пред БНТ министърът на транспорта Иван Петров."),
        ("bg", "Мостът падна, каза в сряда за БНТ министърът на транспорта Иван Петров."),
        ("ru", "Мост упал. Об этом в эфире News заявил директор по связям Иван Петров."),
        ("uk", "Міст упав, заявив директор з питань безпеки Іван Петров."),
    ],
)
def test_a_name_behind_a_role_that_is_narrowed_down_is_the_speaker(language, text):
    statement = only(text, language)
    assert statement.speaker
    assert statement.speaker.name in {"Иван Петров", "Іван Петров"}


def test_direct_speech_without_a_colon():
    assert contents("Петров каза „няма да спрем“.", "bg") == ["няма да спрем"]
    assert contents('Smith said, "We will stay."', "en") == ["We will stay."]
    assert contents("Петров заявил: мост закрыт навсегда.", "ru") == ["мост закрыт навсегда"]


def test_two_fragments_are_one_content():
    text = "Петров каза „напълно стар“ и „опасен мост“."
    assert contents(text, "bg") == ["напълно стар“ и „опасен мост"]


@pytest.mark.parametrize(
    ("text", "via"),
    [
        pytest.param(
            "Иван Петров каза, че мостът е здрав, цитиран от „Зорница“ и Вихрен.",
            ("Зорница", "Вихрен"),
            id="unknown-names",
        ),
    ],
)
def test_carriers_are_named_as_the_text_names_them(text, via):
    assert only(text, "bg").via == via


@pytest.mark.parametrize(
    ("language", "text", "content"),
    [
        pytest.param(
            "bg",
            "Петров каза на срещата, която беше кратка, че мостът е здрав.",
            "мостът е здрав",
            id="relative-clause-between",
        ),
        pytest.param("bg", "Петров попита, дали мостът е здрав.", "дали мостът е здрав", id="if"),
        pytest.param(
            "ru",
            "По словам Ивана, работавшего на мосту, движение закрыто.",
            "движение закрыто",
            id="participle-behind-a-source",
        ),
        pytest.param(
            "bg",
            "Според проф. Иван Петров мостът е здрав.",
            "мостът е здрав",
            id="abbreviated-title",
        ),
        pytest.param("bg", "Според него мостът е здрав.", "мостът е здрав", id="pronoun"),
        pytest.param(
            "bg",
            "Според белослатинските общински власти мостът е здрав.",
            "мостът е здрав",
            id="adjectives",
        ),
        pytest.param(
            "bg",
            "Петров заяви, че, според лекарите, мостът е здрав.",
            "според лекарите, мостът е здрав",
            id="source-inside-a-clause",
        ),
        pytest.param(
            "uk",
            "Петренко попросив не їхати через міст.",
            "не їхати через міст",
            id="negated-infinitive",
        ),
    ],
)
def test_content_begins_behind_what_only_introduces_it(language, text, content):
    assert contents(text, language)[0] == content


def test_letter_and_call_name_their_readers():
    letter = "В писмо до Мария Колева Иван Петров заяви, че мостът е здрав."
    assert "Колева" in addressee(letter, only(letter, "bg"))
