"""A quote within what stands around it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Quote
from bot.context import in_context
from index.records import Article

STORY = (
    "The mayor came late. The bridge is safe, she said. Nobody asked why it was closed.\n"
    "It opens on Monday.\n"
    "Another matter is the tram."
)


def sentences(text):
    ranges, start = [], 0
    for line in text.split("\n"):
        for sentence in line.split(". "):
            end = start + len(sentence) + (not sentence.endswith("."))
            ranges.append((start, min(end, len(text))))
            start = end + 1
        start = ranges[-1][1] + 1
    return ranges


def quote_of(words, text=STORY):
    article = Article("a", text, "T", "S", "en")
    start = text.index(words)
    return Quote(article, article.span(start, start + len(words)), 1.0)


def test_a_quote_stands_in_its_paragraph():
    context = in_context(quote_of("The bridge is safe, she said."), sentences(STORY))
    assert context.parts == (
        "The mayor came late. ",
        "The bridge is safe, she said.",
        " Nobody asked why it was closed.",
    )
    assert not context.goes_before
    assert not context.goes_on


def test_where_the_paragraph_is_the_quote_those_beside_it_come_with_it():
    before, quote, after = in_context(quote_of("It opens on Monday."), sentences(STORY)).parts
    assert before.startswith("The mayor came late.")
    assert (quote, after) == ("It opens on Monday.", "\nAnother matter is the tram.")


def test_a_long_paragraph_is_cut_between_sentences_nearest_to_the_quote():
    text = " ".join(f"Sentence number {number} says a little." for number in range(50))
    quote = quote_of("Sentence number 25 says a little.", text)
    context = in_context(quote, sentences(text), longest=120)
    assert context.parts == (
        "Sentence number 24 says a little. ",
        "Sentence number 25 says a little.",
        " Sentence number 26 says a little.",
    )
    assert context.goes_before
    assert context.goes_on


def test_a_quote_that_is_itself_too_long_stands_alone():
    context = in_context(quote_of("The bridge is safe, she said."), sentences(STORY), longest=5)
    assert context.parts == ("", "The bridge is safe, she said.", "")


@given(
    lines=st.lists(
        st.lists(st.sampled_from(["Yes.", "The whale sang 🐋.", "No ship came at all."])).map(
            " ".join
        ),
        min_size=1,
    ),
    at=st.integers(0, 200),
    longest=st.integers(1, 200),
)
def test_what_is_shown_is_a_slice_of_the_article_and_holds_the_quote(lines, at, longest):
    text = "\n".join(["First of all.", *filter(None, lines)])
    ranges = sentences(text)
    start, end = ranges[at % len(ranges)]
    article = Article("a", text, "T", "S", "en")
    context = in_context(Quote(article, article.span(start, end), 1.0), ranges, longest)
    assert "".join(context.parts) == article.words(context.span)
    assert context.span.covers(context.quote.span)
    assert len(context.span) <= max(longest, end - start)
    shown = article.words(context.span)
    assert shown == shown.strip()
