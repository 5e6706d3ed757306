"""Which quotes are news to a standing question.

Every sentence is weighed once, when it comes in; it keeps its first id when its article is edited,
so that neither an edit nor a new encoding brings it up again. It is news if it is above the bar of
an answer, if the library did not hold the same words when the question was put, and if they were
not delivered yet, in whichever article.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer, Quote, Reason, Understood
from bot.choosing import Candidate, ChoiceSettings, choose
from bot.conversation import Conversation
from bot.narrowing import ALL, Narrowing
from bot.phrases import phrase
from bot.printings import with_copies
from bot.questions.understanding import understand
from bot.sought import Sought
from bot.watches.store import Delivery, Told, Watch, Watches
from index.copies import FEWEST_WORDS, Copy, copies_of, near_copies, same_words, standing_still
from index.library import FIRST_ID, Library
from index.records import Article, Hit, Span
from index.search import Searcher

PORTION = 2000
"""Sentences weighed at a time: readers who ask meanwhile wait no longer than for these."""


class Newsreader:
    """Looks for news over one library."""

    def __init__(self, conversation: Conversation, watches: Watches) -> None:
        self.conversation = conversation
        self.watches = watches

    def check(self, watch: Watch) -> bool:
        """Weigh what came in since the last check; tell whether there is more to be weighed."""
        stale = self.watches.awaited(watch)
        with self.conversation.steady() as searcher:
            again = [first_id for ids in stale.values() for first_id in ids]
            fresh = _Fresh.of(searcher.library, watch, again)
            if fresh.upto == watch.checked and not stale:
                return False
            quotes = self._news(searcher, watch, fresh) if fresh.ids else []
            news = list(_each_once(searcher.library, quotes))
        self.watches.found(watch, news, upto=fresh.upto, instead_of=stale)
        return fresh.more

    def _news(self, searcher: Searcher, watch: Watch, fresh: "_Fresh") -> list[Quote]:
        """Return every quote above the bar that is made of fresh words.

        Unlike in an answer there may be any number of them, and nothing older crowds them out.
        """
        settings = self.conversation.settings
        slots = understand(watch.question, (), self.conversation.archive).slots
        query = searcher.parse(slots.searched, slots.language, aside=slots.aside)
        narrowing, sought = Narrowing.of(slots), Sought.of(slots)
        passages = searcher.library.passages_of_sentences(fresh.ids)
        found = narrowing.search(searcher, query, passages, limit=ALL)
        near = [hit for hit in found if _best_possible(hit, settings) >= settings.threshold]
        uncapped = replace(settings, quotes=ALL, passages=ALL)

        def leads(one: Candidate) -> bool:
            # In an edited article, what stayed in a passage does not lift what is new in it.
            score = min(one.score, one.own) if one.article.id in fresh.edited else one.score
            return score >= settings.threshold

        # Whether words are known takes a search of its own: it is only asked of what is quoted.
        spans = set(fresh.spans)
        while True:
            hits = list(_only(near, spans))
            quotes = choose(searcher, query, hits, uncapped, sought, leads)
            quoted = {span for span in spans for quote in quotes if quote.span.covers(span)}
            known = self._known(searcher.library, watch, quoted)
            if not known:
                return with_copies(searcher, query, quotes, sought, earliest=not narrowing)
            spans -= known

    def _known(self, library: Library, watch: Watch, spans: Collection[Span]) -> set[Span]:
        """Return those of the sentences that were delivered, or printed before the question."""
        delivered = self.watches.delivered(watch)
        texts: defaultdict[str, dict[Span, str]] = defaultdict(dict)
        for span in spans:
            article = library.quoted(span)
            texts[article.language][span] = article.words(span)
        known = set()
        for language, of_language in texts.items():
            same = standing_still([*of_language.values()], delivered.get(language, ()))
            for (span, words), place in zip(of_language.items(), same, strict=True):
                if place is not None or _was_printed(library, watch, span, words):
                    known.add(span)
        return known


def _was_printed(library: Library, watch: Watch, span: Span, words: str) -> bool:
    """Tell whether a sentence was printed before the question, there or elsewhere."""
    former = library.former_id(span.article, words)
    if former is not None and former <= watch.since:
        return True
    return any(
        first_id <= watch.since
        for copy in _copies(library, library.quoted(span), span)
        for first_id, _ in _sentences(library, copy.span)
    )


@dataclass(frozen=True, slots=True)
class _Fresh:
    """Sentences to be weighed, by id and by place; `upto` is the last of them by its first id.

    `edited` are the articles that hold older sentences too.
    """

    ids: Sequence[int]
    spans: Collection[Span]
    edited: Collection[str]
    upto: int
    more: bool

    @classmethod
    def of(cls, library: Library, watch: Watch, again: Sequence[int]) -> "_Fresh":
        """Read what came in since the last check, and the sentences with these first ids."""
        newer = library.rows(
            f"select {FIRST_ID} from sentences s where {FIRST_ID} > ? order by 1 limit ?",  # noqa: S608
            watch.checked,
            PORTION,
        )
        upto = newer[-1][0] if newer else watch.checked
        rows = library.rows(
            f"{_SENTENCES} where {FIRST_ID} > ? and {FIRST_ID} <= ?", watch.checked, upto
        ) + library.rows_in(f"{_SENTENCES} where {FIRST_ID} in", again)
        spans = frozenset(Span(*span) for _, *span in rows)
        edited = library.rows_in(
            "select distinct a.id from articles a join sentences s on s.article = a.key"
            " where s.first_id <= ? and a.id in",
            list({span.article for span in spans}),
            before=(watch.checked,),
        )
        ids = [id_ for id_, *_ in rows]
        return cls(ids, spans, {id_ for (id_,) in edited}, upto, more=len(newer) == PORTION)


_SENTENCES = (
    'select s.id, a.id, a.version, s.start, s."end" from sentences s'
    " join articles a on a.key = s.article"
)


def _best_possible(hit: Hit, settings: ChoiceSettings) -> float:
    """Return what a sentence of the passage would score if it were perfect itself."""
    share = settings.sentence_share
    return share + (1 - share) * hit.score + settings.across_languages


def _only(hits: Iterable[Hit], spans: Collection[Span]) -> Iterator[Hit]:
    """Yield passages with nothing but these of their sentences."""
    for hit in hits:
        if kept := tuple(one for one in hit.sentences if one.sentence.span in spans):
            yield replace(hit, sentences=kept)


def _copies(library: Library, article: Article, span: Span) -> list[Copy]:
    """Return where others print a sentence; a short one counts only in a copied article."""
    words = article.words(span)
    if len(words.split()) >= FEWEST_WORDS:
        return copies_of(library, article, span)
    return [copy for copy in near_copies(library, article) if words in library.words(copy.span)]


def _each_once(library: Library, quotes: Iterable[Quote]) -> Iterator[Told]:
    """Yield the quotes with their sentences, but none that says only what others have said."""
    said: list[tuple[str, str]] = []
    for quote in quotes:
        language, sentences = quote.article.language, _sentences(library, quote.span)
        new = [
            (language, words)
            for _, words in sentences
            if not any(language == other and same_words(words, text) for other, text in said)
        ]
        said += new
        if new:
            yield Told(quote, sentences)


def _sentences(library: Library, span: Span) -> list[tuple[int, str]]:
    """Return the sentences of a span, each by its first id."""
    return library.first_ids(span.article, start=span.start, end=span.end)


def why_not(answer: Answer, language: str) -> str:
    """Return why what was asked cannot be watched, for a reader; `` if it can."""
    if answer.reason not in {Reason.NOT_A_QUESTION, Reason.TOO_LONG}:
        return ""
    return phrase(language, answer.reason.value, **answer.details)


def whole_question(answer: Answer) -> str:
    """Return a question as it can be asked again and again, without those before it."""
    return " ".join(answer.understood.whole.split())


def as_answer(watch: Watch, deliveries: Iterable[Delivery]) -> Answer:
    """Return what was claimed as an answer to its question, for the renderers."""
    quotes = tuple(one.quote for one in deliveries)
    return Answer(Understood(watch.question, watch.language), quotes)
