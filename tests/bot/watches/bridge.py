"""What the mayor said about the bridge: an archive to which more is added while it is watched."""

from dataclasses import replace

from bot.conversation import Conversation
from bot.watches.news import Newsreader
from bot.watches.store import LOCAL, Watch, Watches
from index.entries import Entry
from index.library import Library
from index.search import Searcher
from ingest.statements.extract import extract
from tests.conftest import entry_of

QUESTION = "какво каза кметът Дрянков за моста в Белозар?"

OLD = "Кметът Дрянков каза, че мостът в Белозар ще бъде съборен до края на годината."
COST = "Кметът Дрянков каза, че новият мост в Белозар ще струва двадесет милиона лева."
LORRIES = "Мостът в Белозар ще бъде затворен за камиони от понеделник, съобщи кметът Дрянков."
FERRY = "Докато мостът в Белозар е затворен, ще плава ферибот, каза още кметът Дрянков вчера."
CUP = "Отборът на съседния град спечели купата на страната след дузпи."
RAIN = "Дъждът валя през целия ден и не спря до вечерта."


class Bridge:
    """A library that is written to, a newsreader beside it, and who gets what is delivered."""

    def __init__(self, library: Library, searcher: Searcher, watches: Watches) -> None:
        self.library = library
        self.encoder = searcher.encoder
        self.conversation = Conversation(searcher)
        self.newsreader = Newsreader(self.conversation, watches)
        self.watches = watches

    def entry(self, article: str, *sentences: str, title: str = "Вести от деня") -> Entry:
        return entry_of(
            article,
            *sentences,
            language="bg",
            title=title,
            vectors=self.encoder.encode_passages(sentences),
            statements=extract(" ".join(sentences), "bg"),
        )

    def prints(self, article: str, *sentences: str) -> None:
        """An outlet prints an article, or an edited one under the same id."""
        self.library.write([self.entry(article, *sentences)])

    def watch(self, question: str = QUESTION, chat: int = LOCAL) -> Watch:
        watch = self.watches.add(question, "bg", chat=chat)
        assert watch is not None
        return watch

    def checked(self, chat: int = LOCAL) -> None:
        """Look for news, portion by portion."""
        while any(self.newsreader.check(one) for one in self.watches.of(chat)):
            pass

    def delivered(self, chat: int = LOCAL) -> list[str]:
        """Look for news and deliver all of it; return the words."""
        self.checked(chat)
        claimed = [
            one for watch in self.watches.of(chat) for one in self.watches.claim(watch, 999)
        ]
        self.watches.sent(claimed)
        return [one.quote.text for one in claimed]


def dated(entry: Entry, **fields: object) -> Entry:
    """Return the entry with other fields of its article."""
    return replace(entry, article=replace(entry.article, **fields))  # type: ignore[arg-type]
