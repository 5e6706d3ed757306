"""Who speaks, to whom and about what: question | speaker | addressee | topic."""

import pytest

from bot.questions.reading import read
from bot.questions.slots import Act, Slot, Wanted
from tests.bot.questions.archives import SmallArchive
from tests.bot.questions.tables import rows

ENGLISH = """
What did Putin tell Netanyahu about Gaza?               | Putin | Netanyahu | Gaza
What did Netanyahu tell Putin about Gaza?               | Netanyahu | Putin | Gaza
what did putin tell netanyahu                           | putin | netanyahu |
What did the Irish prime minister say to Theresa May?   | Irish prime minister | Theresa May |
what did May say                                        | May | |
What did May say about March and April?                 | May | | March and April
What has Barnier said about the transition?             | Barnier | | the transition
What is Merkel saying to voters about taxes?            | Merkel | voters | taxes
What was Netanyahu told by Putin about Gaza?            | Putin | Netanyahu | Gaza
What has Varadkar been told by the commission?          | commission | Varadkar |
What was said by Merkel about gas?                      | Merkel | | gas
What was said to Putin about gas?                       | | Putin | gas
Who told May about the border?                          | | May | the border
Who said that the deal is dead?                         | | | the deal is dead
Who did Trump tell about the wall?                      | Trump | | the wall
To whom did Johnson promise money?                      | Johnson | | money
Who was told about the plan by Barnier?                 | Barnier | | the plan
When did Merkel tell Trump about the pipeline?          | Merkel | Trump | the pipeline
Why did Merkel say no to Trump?                         | Merkel | Trump | no
What did Trump ask the secretary of state to do?        | Trump | secretary of state | do
What did Johnson promise voters about hospitals?        | Johnson | voters | hospitals
What did Juncker reply to May?                          | Juncker | May |
How did the Kremlin react to the sanctions?             | Kremlin | | the sanctions
What does the head of the bank think of the euro?       | head of the bank | | the euro
What is Merkel's opinion of the pipeline?               | Merkel | | the pipeline
What was the answer of Putin to Merkel?                 | Putin | Merkel |
What was Putin's reply to Merkel about gas?             | Putin | Merkel | gas
Is the deal dead according to Barnier?                  | Barnier | | the deal dead
According to Michel Barnier, is the deal dead?          | Michel Barnier | | the deal dead
Tell me what Johnson said to May about fish             | Johnson | May | fish
and what did Varadkar tell reporters in Brussels?       | Varadkar | reporters | Brussels
What did Merkel say about the wall to reporters?        | Merkel | reporters | the wall
What did Merkel say about Brexit to Trump?              | Merkel | Trump | Brexit
What did May say about the contribution to relations?   | May | | the contribution to relations
How many trains were late?                              | | | trains were late
"""
BULGARIAN = """
Какво каза Путин на Нетаняху за Газа?                   | Путин | Нетаняху | Газа
Какво каза Нетаняху на Путин за Газа?                   | Нетаняху | Путин | Газа
какво каза путин на нетаняху                            | путин | нетаняху |
Какво отговори Мей на Туск?                             | Мей | Туск |
Какво Мей отговори на Туск?                             | Мей | Туск |
Какво на Туск отговори Мей?                             | Мей | Туск |
На Туск какво каза Мей?                                 | Мей | Туск |
На кого каза Мей за сделката?                           | Мей | | сделката
Кой каза на Мей за сделката?                            | | Мей | сделката
Кой предупреди Мей за границата?                        | | Мей | границата
Какво заяви Меркел пред журналисти за газа?             | Меркел | журналисти | газа
Какво каза президентът на Франция за данъците?          | президентът на Франция | | данъците
Какво каза президентът на Франция на Мей за рибата?     | президентът на Франция | Мей | рибата
Какво каза премиерът Борисов на кмета на Варна?         | премиерът Борисов | кмета на Варна |
Какво каза местният лекар на Иван Петров?               | местният лекар | Иван Петров |
Какво обясни Джонсън в Брюксел за рибата?               | Джонсън | | рибата
За какво предупреди Лео Варадкар Лондон?                | Лео Варадкар | Лондон |
За какво предупреди Варадкар Лондон?                    | Варадкар | Лондон |
Варадкар за какво предупреди Лондон?                    | Варадкар | Лондон |
За какво Меркел увери Тръмп?                            | Меркел | Тръмп |
В какво Фараж обвини Варадкар?                          | Фараж | Варадкар |
Какво попита Мей Джонсън?                               | Мей | Джонсън |
Какво каза полският му колега за газа?                  | полският му колега | | газа
Какво казаха от Кремъл за газа?                         | Кремъл | | газа
Какво му каза Мей?                                      | Мей | |
Какво беше казано на Мей от Барние?                     | Барние | Мей |
Какво е казано от Барние за прехода?                    | Барние | | прехода
Какво мисли Барние за прехода?                          | Барние | | прехода
Как реагира Кремъл на санкциите?                        | Кремъл | | санкциите
Какво е мнението на Меркел за газопровода?              | Меркел | | газопровода
Какъв беше отговорът на Мей на Туск?                    | Мей | Туск |
Защо падна еврото според Иван Костов?                   | Иван Костов | | падна еврото
По думите на Мей кога ще има сделка?                    | Мей | | сделка
Кажи ми какво каза Мей за рибата                        | Мей | | рибата
А какво е обещал Джонсън на избирателите?               | Джонсън | избирателите |
Какво твърди Мей, че е подписала?                       | Мей | | е подписала
Колко влака закъсняха?                                  | | | влака закъсняха
"""
RUSSIAN = """
Что Путин сказал Нетаньяху о Газе?                      | Путин | Нетаньяху | Газе
Что Нетаньяху сказал Путину о Газе?                     | Нетаньяху | Путину | Газе
Что сказал Путин Нетаньяху о Газе?                      | Путин | Нетаньяху | Газе
Что сказал Путин Меркель?                               | Путин | Меркель |
Что сказал Путину Байден?                               | Байден | Путину |
Что Путину сказал Байден?                               | Байден | Путину |
Что Путину сказали о газе?                              | | Путину | газе
Что сказали Трампу о газе?                              | | Трампу | газе
Что сказал Путин?                                       | Путин | |
Что сказал Владимир Путин Биньямину Нетаньяху?          | Владимир Путин | Биньямину Нетаньяху |
Что президент Путин ответил канцлеру Меркель?           | президент Путин | канцлеру Меркель |
Что ответил премьеру Мэй Юнкер?                         | Юнкер | премьеру Мэй |
Что Мэй ответила на вопрос о рыбе?                      | Мэй | | рыбе
Что Мэй ответила Марин Ле Пен?                          | Мэй | Марин Ле Пен |
Кто сказал Путину о санкциях?                           | | Путину | санкциях
Кому Мэй рассказала о сделке?                           | Мэй | | сделке
О чём Путин спросил Байдена?                            | Путин | Байдена |
О чём спросил Путин Байдена?                            | Путин | Байдена |
О чём спросила Ангела Меркель Дональда Трампа?          | Ангела Меркель | Дональда Трампа |
К чему призвал Варадкар Лондон?                         | Варадкар | Лондон |
В чём Фараж обвинил Варадкара?                          | Фараж | Варадкара |
Что Мэй спросила у Юнкера?                              | Мэй | Юнкера |
Что было сказано Путиным Байдену о санкциях?            | Путиным | Байдену | санкциях
Что было сказано Меркель журналистам?                   | Меркель | журналистам |
Что думает Меркель о газе?                              | Меркель | | газе
Что министр Германии Карл Браун сказал о мире?          | министр Германии Карл Браун | | мире
Каково мнение Путина о санкциях?                        | Путина | | санкциях
Что сказала Мэй журналистам о рыбе?                     | Мэй | журналистам | рыбе
Почему упал рубль по словам Набиуллиной?                | Набиуллиной | | упал рубль
Согласно Путину, когда кончится спор?                   | Путину | | кончится спор
Скажи, что Трамп пообещал избирателям?                  | Трамп | избирателям |
а что Трамп заявил о стене?                             | Трамп | | стене
Когда Меркель сообщила Путину о визите?                 | Меркель | Путину | визите
Кто сказал, что сделка мертва?                          | | | сделка мертва
Сколько поездов опоздало?                               | | | поездов опоздало
"""
UKRAINIAN = """
Що Путін сказав Нетаньяху про Газу?                     | Путін | Нетаньяху | Газу
Що Нетаньяху сказав Путіну про Газу?                    | Нетаньяху | Путіну | Газу
Що сказав Байден Зеленському про зброю?                 | Байден | Зеленському | зброю
Що сказав Зеленському Байден?                           | Байден | Зеленському |
Що Зеленському сказав Байден про зброю?                 | Байден | Зеленському | зброю
Що Зеленський відповів Байденові?                       | Зеленський | Байденові |
Що відповів президент Зеленський канцлеру Шольцу?       | президент Зеленський | канцлеру Шольцу |
Що сказав Зеленський?                                   | Зеленський | |
що сказав зеленський про зброю                          | зеленський | | зброю
Що сказали Зеленському про зброю?                       | | Зеленському | зброю
Кому Мей розповіла про угоду?                           | Мей | | угоду
Хто сказав Путіну про санкції?                          | | Путіну | санкції
Хто заявив, що угода мертва?                            | | | угода мертва
Про що Зеленський запитав Байдена?                      | Зеленський | Байдена |
Про що запитав Зеленський Байдена?                      | Зеленський | Байдена |
До чого Зеленський закликав Захід?                      | Зеленський | Захід |
У чому Фараж звинуватив Варадкара?                      | Фараж | Варадкара |
Що Мей запитала у Юнкера?                               | Мей | Юнкера |
Що було сказано Зеленським Байдену про зброю?           | Зеленським | Байдену | зброю
Що думає Меркель про газ?                               | Меркель | | газ
Як Кремль відреагував на санкції?                       | Кремль | | санкції
Яка думка Зеленського про перемир'я?                    | Зеленського | | перемир'я
Чому впав курс за словами Івана Гонти?                  | Івана Гонти | | впав курс
На думку Мей, коли буде угода?                          | Мей | | угода
Скажіть, що Джонсон пообіцяв виборцям?                  | Джонсон | виборцям |
А що Джонсон сказав журналістам про рибу?               | Джонсон | журналістам | рибу
Коли Меркель повідомила Путіну про візит?               | Меркель | Путіну | візит
Що міністр України Іван Гонта сказав про мир?           | міністр України Іван Гонта | | мир
Скільки поїздів запізнилося?                            | | | поїздів запізнилося
"""
CASES = [
    (language, *row)
    for language, table in (
        ("en", ENGLISH),
        ("bg", BULGARIAN),
        ("ru", RUSSIAN),
        ("uk", UKRAINIAN),
    )
    for row in rows(table)
]


@pytest.mark.parametrize(("language", "question", "speaker", "addressee", "topic"), CASES)
def test_speaker_addressee_and_topic(language, question, speaker, addressee, topic):
    slots = read(question, language, SmallArchive())
    found = [slots.words(slot) or "" for slot in (Slot.SPEAKER, Slot.ADDRESSEE, Slot.TOPIC)]
    assert found == [speaker, addressee, topic]


@pytest.mark.parametrize(
    ("language", "question", "wanted", "act"),
    [
        ("en", "what did May say", Wanted.WHAT, Act.SAID),
        ("en", "when did May tell Trump", Wanted.WHEN, Act.SAID),
        ("en", "who asked May about fish", Wanted.WHO, Act.ASKED),
        ("en", "to whom did May reply", Wanted.WHOM, Act.ANSWERED),
        ("en", "how many trains were late", Wanted.NUMBER, None),
        ("bg", "Къде говори Мей?", Wanted.WHERE, Act.SAID),
        ("bg", "Защо Мей отговори така?", Wanted.WHY, Act.ANSWERED),
        ("bg", "На кого отговори Мей?", Wanted.WHOM, Act.ANSWERED),
        ("ru", "Кому Мэй ответила?", Wanted.WHOM, Act.ANSWERED),
        ("ru", "Как Мэй отреагировала?", Wanted.HOW, Act.SAID),
        ("uk", "Коли Мей сказала це?", Wanted.WHEN, Act.SAID),
        ("uk", "Хто запитав Мей?", Wanted.WHO, Act.ASKED),
    ],
)
def test_what_is_wanted_and_what_was_done(language, question, wanted, act):
    slots = read(question, language)
    assert (slots.wanted, slots.act) == (wanted, act)


@pytest.mark.parametrize(
    ("language", "question", "names"),
    [
        ("en", "What did the virologist Drosten say?", ("Drosten",)),
        ("en", "What did the head of Novartis say?", ()),
        ("en", "What did the Polish prime minister say?", ()),
        ("en", "What did Ann Lee of the union say?", ("Ann Lee",)),
        ("bg", "Какво каза шефът на службата в Ломбардия Джулио Галера?", ("Джулио Галера",)),
        ("bg", "Какво каза Иван Петров от Райънеър?", ("Иван Петров",)),
        ("ru", "Что сказал министр Франции Карл Браун?", ("Карл Браун",)),
        ("uk", "Що сказав міністр України Іван Гонта?", ("Іван Гонта",)),
    ],
)
def test_the_names_of_a_speaker_leave_out_the_role(language, question, names):
    assert read(question, language, SmallArchive()).names(Slot.SPEAKER) == names


def test_without_an_archive_names_side_by_side_stay_one():
    """Лео Варадкар is one man; that Варадкар Лондон is not, only the archive can tell."""
    slots = read("За какво предупреди Варадкар Лондон?", "bg")
    assert slots.words(Slot.SPEAKER) == "Варадкар Лондон"
    assert slots.addressee is None


@pytest.mark.parametrize(
    "question",
    ["What was 's opinion", "on the 's view of", "мнение", "отговорът на", "According to", "to"],
)
def test_half_a_question_fills_no_slot_with_nothing(question):
    """It broke once: an "'s" with nobody before it."""
    for language in ("en", "bg", "ru", "uk"):
        slots = read(question, language, SmallArchive())
        assert all((slots.words(slot) or "").strip() for slot in slots.filled())


def test_a_name_behind_a_role_is_no_addressee_for_being_seldom_near_it():
    class Names(SmallArchive):
        """Every name is known, no two of them together."""

        def knows(self, *keys: str) -> int:
            return int(len(keys) == 1)

    slots = read("Что пообещал министр Франции Карл Браун по поводу прививок?", "ru", Names())
    assert slots.words(Slot.SPEAKER) == "министр Франции Карл Браун"
    assert slots.words(Slot.ADDRESSEE) is None
