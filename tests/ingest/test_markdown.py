"""Markdown loses its marks and not a word of its prose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.markdown import Plain, plain


@pytest.mark.parametrize(
    ("source", "text"),
    [
        pytest.param(
            "**bold** and *italic* and ***both***", "bold and italic and both", id="stars"
        ),
        pytest.param(
            "__bold__ and _italic_ and ~~struck~~", "bold and italic and struck", id="bars"
        ),
        pytest.param("**bold _and italic_**", "bold and italic", id="nested"),
        pytest.param("„*важно*“, каза той", "„важно“, каза той", id="in-quotes"),
        pytest.param("see [the page](https://a.example/x_(y) 'T').", "see the page.", id="link"),
        pytest.param("[![alt](a.png)](b.html)before ![x](c.png)", "before", id="images"),
        pytest.param("<https://a.example/x>", "https://a.example/x", id="autolink"),
        pytest.param("[one][1] [two][]\n\n[1]: https://a\n[two]: /b", "one two", id="references"),
        pytest.param("run `citat ask` now", "run citat ask now", id="code"),
        pytest.param("\\*not italic\\* AT&amp;T", "*not italic* AT&T", id="escapes"),
        pytest.param("> one\n> two", "one two", id="quote"),
        pytest.param("* one\n* two\n  goes on\n+ three", "one\ntwo goes on\nthree", id="bullets"),
        pytest.param("Items:\n- one\n- two", "Items:\none\ntwo", id="bullets-after-colon"),
        pytest.param("1. one\n2. two", "1. one\n2. two", id="numbers-stay"),
        pytest.param("a\n\n---\n\nb\n***\nc", "a\nb\nc", id="rules"),
        pytest.param("## Part ##\ntext", "Part\ntext", id="heading"),
        pytest.param("```py\na  *b*\n# c\n```\nd", "a  *b*\n# c\nd", id="fence"),
        pytest.param("a <!-- hidden\n\n--> b", "a  b", id="comment"),
        pytest.param("one\ntwo\n\nthree", "one two\nthree", id="paragraphs"),
    ],
)
def test_marks_become_plain_text(source, text):
    assert plain(source) == Plain(text, None)


@pytest.mark.parametrize(
    "prose",
    [
        "2 * 3 * 4 = 24 and 2*3*4 as well",
        "a snake_case_name and _another",
        "* ",
        "a lone * star, a 5* hotel and a 4* one",
        "Той каза [sic](да) и [1]",
        "м`яч і комп`ютер",
        "#hashtag and №1 and #1",
        "16. Oktober war ein Montag.",
        "AT&T &c. a < b > c * d > e",
        "– Не знам – каза той.",
    ],
)
def test_prose_is_left_alone(prose):
    assert plain(prose).text == prose.strip()


def test_a_dash_at_the_start_of_a_wrapped_line_is_no_bullet():
    assert plain("каза той\n- в сряда\n2. след обед").text == "каза той - в сряда 2. след обед"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("\n# A *title*\n\nText", Plain("Text", "A title"), id="first"),
        pytest.param("Text\n\n# Later", Plain("Text\nLater", None), id="not-first"),
        pytest.param("## Second level", Plain("Second level", None), id="not-of-level-one"),
        pytest.param("", Plain("", None), id="empty"),
    ],
)
def test_only_a_heading_above_the_text_is_the_title(source, expected):
    assert plain(source) == expected


@given(st.lists(st.text(alphabet="абв xyz.,;–„“012", min_size=1).map(str.split)))
def test_words_without_marks_all_survive_in_order(paragraphs):
    source = "\n\n".join(" ".join(words) for words in paragraphs)
    assert plain(source).text.split() == source.split()


@given(st.text(alphabet="ab *_`~[](){}<>!#-+=|&;:\\/.\n\"'1"))
def test_no_text_raises(source):
    plain(source)


def test_marks_that_never_close_cost_little():
    assert plain("*a " * 20_000 + "[" * 20_000 + "<!--" * 20_000).text
