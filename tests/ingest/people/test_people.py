"""Names, titles and pronouns of an article, and whom they mean."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.people.people import Mention, People

LANGUAGES = ["bg", "ru", "uk", "en", "pl"]


def at(text: str, mention: str, language: str, nth: int = 0) -> tuple[People, Mention]:
    """Return the people of a text and the mention at the nth place where a string stands."""
    people = People.of(text, language)
    start = -1
    for _ in range(nth + 1):
        start = text.index(mention, start + 1)
    found = people.mention_at(start, start + len(mention))
    assert found, f"no mention at {mention!r}"
    return people, found


def meant(text, mention, language, before=(), nth=0):
    people, found = at(text, mention, language, nth)
    return people.resolve(found, list(before))


class TestNames:
    @pytest.mark.parametrize(
        ("language", "text", "mention", "name"),
        [
            pytest.param(
                "bg",
                "Вчера Иван Петков пристигна. Петков мълча.",
                "Петков м",
                "Иван Петков",
                id="surname",
            ),
            pytest.param(
                "bg",
                "Проф. Иван Петков е тук. Според И. Петков е рано.",
                "И. Петков",
                "Иван Петков",
                id="initial",
            ),
            pytest.param(
                "bg",
                "Урсула фон дер Лайен дойде. После фон дер Лайен говори.",
                "Лайен говори",
                "Урсула фон дер Лайен",
                id="particles",
            ),
            pytest.param(
                "bg",
                "Дойде папа Бенедикт XVI и говори.",
                "Бенедикт XVI",
                "Бенедикт XVI",
                id="roman-numeral",
            ),
            pytest.param(
                "ru",
                "Говорил Иван Смирнов. По словам Смирнова, всё готово.",
                "Смирнова",
                "Иван Смирнов",
                id="genitive",
            ),
            pytest.param(
                "ru",
                "Это слова Терезы Мэй. Мэй уехала.",
                "Терезы Мэй",
                "Тереза Мэй",
                id="feminine-genitive",
            ),
            pytest.param(
                "ru",
                "С Путиным говорили. Ответа от Путина ждут.",
                "Путиным",
                "Путин",
                id="two-oblique-forms-show-the-nominative",
            ),
            pytest.param(
                "ru",
                "Об импичменте Трампу спорят. Сторонники Трампа ждут.",
                "Трампу",
                "Трамп",
                id="never-in-the-nominative",
            ),
            pytest.param(
                "ru",
                "Выступил Барак Обама. С Обамой согласны.",
                "Обамой",
                "Барак Обама",
                id="a-surname-in-a",
            ),
            pytest.param(
                "uk",
                "За словами Володимира Зеленського, рішення є.",
                "Володимира Зеленського",
                "Володимир Зеленський",
                id="adjective-like-surname",
            ),
            pytest.param(
                "uk",
                "Так вважає Петро Порошенко. Рішення Порошенка відоме.",
                "Порошенка",
                "Петро Порошенко",
                id="ukrainian-o",
            ),
            pytest.param(
                "en",
                "Jane Miller came. Miller's plan failed.",
                "Miller's",
                "Jane Miller",
                id="english-possessive",
            ),
            pytest.param(
                "bg",
                "Найджъл Фараж и Фарадж са един човек.",
                "Фарадж",
                "Найджъл Фараж",
                id="two-spellings",
            ),
        ],
    )
    def test_resolve_to_the_fullest_form_in_the_nominative(self, language, text, mention, name):
        assert meant(text, mention, language) == name

    def test_of_two_people_with_one_surname_the_nearest_is_meant(self):
        text = "Мария Иванова дойде. Иванова седна. Елена Иванова стана. Иванова излезе."
        assert meant(text, "Иванова", "bg", nth=1) == "Мария Иванова"
        assert meant(text, "Иванова", "bg", nth=3) == "Елена Иванова"

    @pytest.mark.parametrize(
        ("text", "mention"),
        [
            pytest.param("Тереза \u200b\u200bМей каза. Мей замина.", "Мей замина", id="invisible"),
            pytest.param("Терeзa Мей каза. Мей замина.", "Мей замина", id="latin-letters"),
        ],
    )
    def test_typing_errors_hide_nobody(self, text, mention):
        assert meant(text, mention, "bg") == "Тереза Мей"

    def test_glued_words_are_two(self):
        assert meant("Каза Владимир ПутинМосква мълчи.", "Владимир Путин", "bg") == (
            "Владимир Путин"
        )

    def test_capitals_of_sentences_make_no_names(self):
        text = "Дъждът беше силен. Протестите продължиха. Вчера Петков замина."
        people = People.of(text, "bg")
        shown = [text[slice(*mention.range)] for mention in people.mentions]
        assert "Петков" in shown
        assert not {"Дъждът", "Протестите", "Вчера"} & set(shown)

    @pytest.mark.parametrize(
        ("language", "text", "mention", "gender"),
        [
            ("bg", "Тереза Мей дойде.", "Тереза Мей", "f"),
            ("bg", "Бойко Борисов дойде.", "Бойко Борисов", "m"),
            ("ru", "Мэй заявила это.", "Мэй", "f"),
            ("uk", "Барньє зазначив це.", "Барньє", "m"),
            ("en", "Angela Merkel came.", "Angela Merkel", "f"),
        ],
    )
    def test_have_the_gender_that_first_names_and_verbs_show(
        self, language, text, mention, gender
    ):
        assert at(text, mention, language)[1].gender == gender


class TestInstitutions:
    @pytest.mark.parametrize(
        ("language", "text", "mention", "kind", "name"),
        [
            ("bg", "Лондон отказа преговори.", "Лондон", "place", "Великобритания"),
            ("ru", "В Москве недовольны.", "Москве", "place", "Россия"),
            ("uk", "У Великій Британії спір.", "Великій Британії", "place", "Великобританія"),
            ("bg", "Европейската комисия реши.", "Европейската комисия", "organisation",
             "Европейска комисия"),
            ("ru", "В Кремле не ответили.", "Кремле", "organisation", "Кремль"),
            ("ru", "Решение Еврокомиссии ждут, ЕК молчит.", "ЕК", "organisation", "Еврокомиссия"),
            ("bg", "Това пише в. „Билд“ днес.", "Билд", "medium", "Билд"),
            ("uk", "Про це повідомили у Нафтогазі України.", "Нафтогазі", "organisation",
             "Нафтогаз України"),
            ("en", "Officials at the White House agreed.", "White House", "organisation",
             "White House"),
        ],
    )  # fmt: skip
    def test_have_one_name(self, language, text, mention, kind, name):
        people, found = at(text, mention, language)
        assert (found.kind, people.resolve(found, [])) == (kind, name)

    @pytest.mark.parametrize(
        ("language", "text", "mention", "name"),
        [
            ("bg", "Ройтерс пише за сделка. Агенцията цитира банкер.", "Агенцията", "Ройтерс"),
            ("ru", "Фирма «Заря» закрыта. Компания должна банкам.", "Компания", "Заря"),
            ("bg", "Пакистанското правителство мълчи. Правителството чака.", "Правителството",
             "пакистанското правителство"),
        ],
    )  # fmt: skip
    def test_are_meant_by_their_noun(self, language, text, mention, name):
        assert meant(text, mention, language) == name


class TestTitles:
    @pytest.mark.parametrize(
        ("language", "text", "mention", "name"),
        [
            pytest.param(
                "bg", "Дойде британският премиер Тереза Мей. Премиерът каза.", "Премиерът",
                "Тереза Мей", id="before",
            ),
            pytest.param(
                "bg", "Вчера Мей, която е премиер, дойде. Премиерът каза.", "Премиерът", "Мей",
                id="relative-clause",
            ),
            pytest.param(
                "bg", "Брад Смит, секретар на щата, дойде. Секретарят каза.", "Секретарят",
                "Брад Смит", id="behind",
            ),
            pytest.param(
                "ru", "Премьер-министр Литвы Саулюс Сквернялис приехал. Литовский премьер устал.",
                "Литовский премьер", "Саулюс Сквернялис", id="adjective-of-the-state",
            ),
            pytest.param(
                "ru", "Избранный президент Джо Смит молчит. Президент Том Браун злится. "
                "Избранный президент ждёт.", "Избранный президент ж", "Джо Смит", id="elect",
            ),
            pytest.param(
                "uk", "Лікар-інфекціоніст Іван Бойко приїхав. Лікар пояснив.", "Лікар пояснив",
                "Іван Бойко", id="half-of-a-compound",
            ),
            pytest.param(
                "bg", "Министърът на околната среда Майкъл Гоув дойде.", "Майкъл Гоув",
                "Майкъл Гоув", id="complement-and-name",
            ),
            pytest.param(
                "en", "The British prime minister, Theresa May, came. The prime minister spoke.",
                "The prime minister", "Theresa May", id="english",
            ),
        ],
    )  # fmt: skip
    def test_are_tied_to_names_by_apposition(self, language, text, mention, name):
        assert meant(text, mention, language) == name

    @pytest.mark.parametrize(
        ("language", "text", "role", "name"),
        [
            ("ru", "Министр труда и пенсий Анна Белова ушла.", "министр", "Анна Белова"),
            ("ru", "Глава меньшинства в сенате Чак Шумер ушёл.", "шеф", "Чак Шумер"),
            ("ru", "Директор «Газпрома» Иван Белов ушёл.", "шеф", "Иван Белов"),
            ("ru", "Директор по маркетингу Иван Белов ушёл.", "шеф", "Иван Белов"),
            ("ru", "Министр по вопросам Brexit Дэвид Дэвис ушёл.", "министр", "Дэвид Дэвис"),
            ("uk", "Представник банку на зустрічі щодо ринку Іван Бойко тут.", "представник",
             "Іван Бойко"),
            ("bg", "Посланикът на Австрия д-р Карл Хубер е тук.", "посланик", "Карл Хубер"),
            ("bg", "Директорът на „Газпром“ Алексей Милер е тук.", "шеф", "Алексей Милер"),
            ("bg", "Министърът за Брекзит Дейвид Дейвис е тук.", "министър", "Дейвид Дейвис"),
            ("bg", "Шефът на Националния оперативен щаб Иван Петков е тук.", "шеф",
             "Иван Петков"),
            ("en", "John Miller, a lawyer for the family, left.", "lawyer", "John Miller"),
        ],
    )  # fmt: skip
    def test_reach_to_the_name_over_what_narrows_them_down(self, language, text, role, name):
        roles = People.of(text, language).appositions
        assert [(set(found.concepts), found.name) for found in roles] == [({role}, name)]

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            pytest.param("ru", "Премьер в четверг поддержал Ивана Белова.", id="object"),
            pytest.param("ru", "Пришёл кум президента Иван Белов.", id="another-case"),
            pytest.param("ru", "Премьер говорил с Иваном Беловым.", id="preposition"),
            pytest.param("bg", "Премиерът на среща с Иван Петков мълча.", id="with-somebody"),
        ],
    )
    def test_of_others_are_not_tied(self, language, text):
        assert People.of(text, language).appositions == []

    @pytest.mark.parametrize(
        ("language", "text", "mention"),
        [
            ("ru", "Об этом сообщил представитель министерства иностранных дел Польши.",
             "представитель министерства иностранных дел Польши"),
            ("ru", "Пишут источники газеты Handelsblatt.", "источники газеты Handelsblatt"),
            ("ru", "Ждёт адвокат Дональда Трампа.", "адвокат Дональда Трампа"),
            ("bg", "Чакат много от привържениците на сделката.",
             "много от привържениците на сделката"),
            ("bg", "Чакат няколко партии в холандския парламент.",
             "няколко партии в холандския парламент"),
            ("bg", "Каза говорител на министерството на външните работи.",
             "говорител на министерството на външните работи"),
            ("en", "It hurts analysts at Goldman Sachs.", "analysts at Goldman Sachs"),
        ],
    )  # fmt: skip
    def test_are_found_whole(self, language, text, mention):
        shown = {text[slice(*found.range)] for found in People.of(text, language).mentions}
        assert mention in shown

    def test_take_the_ministry_that_was_named_before(self):
        text = "Френското министерство мълчи. Каза говорител на министерството."
        assert meant(text, "говорител", "bg") == "говорител на френското министерство"

    def test_repeated_by_their_noun_mean_the_last_speaker(self):
        text = "Каза говорител на полицията. Говорителят добави."
        assert meant(text, "Говорителят", "bg", ["говорител на полицията"]) == (
            "говорител на полицията"
        )

    def test_without_apposition_the_last_speaker_is_meant(self):
        text = "Дейвид Дейвис дойде. Министърът каза."
        assert meant(text, "Министърът", "bg", ["Дейвид Дейвис"]) == "Дейвид Дейвис"

    @pytest.mark.parametrize(
        ("language", "text", "mention"),
        [
            (
                "bg",
                "Президентът на САЩ Джо Райт дойде. Американският лидер мълча.",
                "Американският",
            ),
            ("ru", "Президент США Джо Райт прибыл. Американский лидер молчал.", "Американский"),
            ("uk", "Президент США Джо Райт прибув. Американський лідер мовчав.", "Американський"),
        ],
    )
    def test_the_leader_of_a_state_is_who_holds_its_highest_office(self, language, text, mention):
        people = People.of(text, language)
        start = text.index(mention)
        [leader] = [one for one in people.mentions if one.range[0] == start]
        assert people.resolve(leader, ["Иван Петров"]) == "Джо Райт"

    def test_of_another_state_are_of_somebody_else(self):
        text = "Канцлер Германии Ангела Меркель ждёт. Американский канцлер Том Смит уехал."
        assert meant(text, "Американский канцлер", "ru") == "Том Смит"

    @pytest.mark.parametrize(
        ("language", "text", "mention", "shown"),
        [
            ("bg", "Каза говорител на полицията.", "говорител", "говорител на полицията"),
            ("ru", "По словам представителя бельгийского профсоюза, да.", "представителя",
             "представитель бельгийского профсоюза"),
            ("ru", "По мнению американских политологов, да.", "политологов",
             "американские политологи"),
            ("ru", "Он сказал это участникам митинга.", "участникам", "участники митинга"),
            ("uk", "За словами прибічників угоди, час є.", "прибічників", "прибічники угоди"),
        ],
    )  # fmt: skip
    def test_of_unnamed_people_are_shown_in_the_nominative(self, language, text, mention, shown):
        assert meant(text, mention, language) == shown

    def test_a_name_inside_a_title_can_be_asked_for(self):
        text = "Каза говорител на премиера Тереза Мей."
        assert meant(text, "говорител на премиера Тереза Мей", "bg") == (
            "говорител на премиера Тереза Мей"
        )
        assert meant(text, "Тереза Мей", "bg") == "Тереза Мей"


class TestPronouns:
    BOTH = "Тереза Мей посрещна Дейвид Дейвис. "

    def test_mean_the_last_speaker_of_their_gender(self):
        before = ["Тереза Мей", "Дейвид Дейвис"]
        assert meant(f"{self.BOTH}Тя каза.", "Тя", "bg", before) == "Тереза Мей"
        assert meant(f"{self.BOTH}Той каза.", "Той", "bg", before) == "Дейвид Дейвис"

    def test_a_new_subject_of_the_sentence_before_takes_over(self):
        text = "Иван Петков говори. После Стоян Колев влезе. Той каза нещо."
        assert meant(text, "Той", "bg", ["Иван Петков"]) == "Стоян Колев"

    def test_an_object_is_not_the_subject_of_its_sentence(self):
        text = "Мишел Барние срещна Бойко Борисов и го поздрави."
        assert meant(text, "го ", "bg", ["Мишел Барние"]) == "Бойко Борисов"

    def test_the_plural_means_a_group(self):
        text = "Протестиращите блокираха пътя. Те искат оставка."
        assert meant(text, "Те ", "bg") == "протестиращите"

    def test_both_means_the_two_named_last(self):
        text = "Мишел Барние видя Бойко Борисов. Двамата говориха."
        assert meant(text, "Двамата", "bg") == "Мишел Барние и Бойко Борисов"

    def test_a_relative_means_what_stands_before_it(self):
        text = "Дойде Иван Петков, който каза това."
        assert meant(text, "който", "bg", ["Друг Човек"]) == "Иван Петков"

    def test_a_possessive_says_whose(self):
        text = "Майк Пенс мълчи. Негови помощници говорят."
        assert meant(text, "помощници", "bg", ["Майк Пенс"]) == "помощници на Майк Пенс"
        text = "Дональд Трамп молчит. Его помощники говорят."
        assert meant(text, "помощники", "ru", ["Дональд Трамп"]) == "помощники Дональда Трампа"


class TestOffices:
    def test_are_the_roles_of_one_state_that_somebody_holds(self):
        people = People.of("Британският премиер Тереза Мей се срещна с екипа си.", "bg")
        assert [(o.role, o.state, o.person) for o in people.offices()] == [
            ("премиер", "GB", "Тереза Мей")
        ]

    def test_can_be_asked_of_a_title_that_names_nobody(self):
        people, found = at("Руският президент замина.", "Руският президент", "bg")
        assert people.office(found) == ("президент", "RU")

    def test_former_ones_are_not_held(self):
        assert People.of("Бившият президент на САЩ Барак Обама е тук.", "bg").offices() == []

    def test_a_name_has_none(self):
        people, found = at("Иван Петков замина.", "Иван Петков", "bg")
        assert people.office(found) is None


ALPHABET = st.sampled_from(
    [
        *'абвАБ ,.„“«»-\n\u200bTrаe1іїґ’"',
        *("Тереза Мей ", "Путина ", "президент на ", "премьер ", "С. ", "той ", "його ", "The "),
        *("и ", "в. „", "Лондон ", "министр иностранных дел ", "говорител на ", "який, ", "фон "),
    ]
)


class TestAnyText:
    @settings(max_examples=150, deadline=None)
    @given(st.lists(ALPHABET, max_size=60).map("".join), st.sampled_from(LANGUAGES))
    def test_has_mentions_inside_it_in_order_and_apart(self, text, language):
        people = People.of(text, language)
        end = 0
        for mention in people.mentions:
            assert end <= mention.range[0] < mention.range[1] <= len(text)
            end = mention.range[1]
            assert people.mention_at(*mention.range) is not None
            people.resolve(mention, ["Тереза Мей", "някои"])
        people.offices()

    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=200), st.sampled_from(LANGUAGES))
    def test_breaks_nothing(self, text, language):
        people = People.of(text, language)
        for mention in people.mentions:
            assert text[slice(*mention.range)]
            people.resolve(mention, [])

    def test_where_nobody_is_named_has_no_mention(self):
        people = People.of("Вали дъжд.", "bg")
        assert (people.mentions, people.mention_at(0, 4)) == ([], None)

    def test_of_another_article_a_mention_is_shown_as_it_stands(self):
        people = People.of("Вали дъжд.", "bg")
        assert people.resolve(Mention((0, 4), "person", "name"), []) == "Вали"
