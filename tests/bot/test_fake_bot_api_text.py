"""Texts come out of the stand-in Bot API as they come out of the real one."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bot.botapi import Refused, clean, formatted, utf16_slice
from tests.bot.botapi.html import parse_html
from tests.bot.botapi.links import BadLink, checked_link
from tests.bot.botapi.marks import as_entities, utf16_length

letters = st.one_of(
    st.sampled_from("ab .\n\t\r<>&\"'🐋👩‍🚀ю\u200e\u200f\u202e\u2028\u030a@#/"),
    st.characters(exclude_categories=["Cs"]),
)
texts = st.text(letters, min_size=1, max_size=60)


def parsed(html):
    """The text and, for each entity, its type, place and whatever else it says."""
    text, marks = parse_html(html)
    return text, [tuple(entity.values()) for entity in as_entities(text, marks)]


def placed(html):
    text, entities = formatted(html, "HTML")
    return text, [(each["type"], each["offset"], each["length"]) for each in entities]


# Parsing: cases of td's own tests of `parse_html`, and what came later


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        pytest.param("&ge;&lt;&gt;&amp;&quot;", '&ge;<>&"', [], id="named-four"),
        pytest.param("&laquo;&raquo;&nbsp;&apos;", "&laquo;&raquo;&nbsp;&apos;", [], id="no-more"),
        pytest.param("&LT;&#0;&#00000065;&;&", "&LT;&#0;&#00000065;&;&", [], id="not-decoded"),
        pytest.param("&#x27;&#39;&lt&#9731", "''<☃", [], id="numbers-and-no-semicolon"),
        pytest.param("➡️ ➡️<i>➡️ ➡️</i>", "➡️ ➡️➡️ ➡️", [("italic", 5, 5)], id="italic"),
        pytest.param("<EM>x</em>", "x", [("italic", 0, 1)], id="em-of-any-case"),
        pytest.param("<b>x</b><strong>y</strong>", "xy", [("bold", 0, 1), ("bold", 1, 1)], id="b"),
        pytest.param(
            "<u>x</u><ins>y</ins>", "xy", [("underline", 0, 1), ("underline", 1, 1)], id="u"
        ),
        pytest.param(
            "<s>x</s><strike>y</strike><del>z</del>",
            "xyz",
            [("strikethrough", 0, 1), ("strikethrough", 1, 1), ("strikethrough", 2, 1)],
            id="s",
        ),
        pytest.param(
            '<span class = "tg-spoiler">x</span><tg-spoiler>y</tg-spoiler>',
            "xy",
            [("spoiler", 0, 1), ("spoiler", 1, 1)],
            id="spoiler",
        ),
        pytest.param(
            "🏟 🏟<i>🏟 &gt;<b aba   =   caba>&lt🏟</b></i>",
            "🏟 🏟🏟 ><🏟",
            [("italic", 5, 7), ("bold", 9, 3)],
            id="nested-with-an-attribute",
        ),
        pytest.param(
            "🏟 🏟&lt;<i    aba  =  '&lt;&gt;&quot;'>a</>",
            "🏟 🏟<a",
            [("italic", 6, 1)],
            id="quoted-attribute-and-nameless-end",
        ),
        pytest.param("<i>a</i   >", "a", [("italic", 0, 1)], id="spaces-in-the-end-tag"),
        pytest.param("🏟&lt;<b></b>", "🏟<", [], id="empty"),
        pytest.param(
            "<i><b> </b> <code> </code></i>",
            "   ",
            [("italic", 0, 3), ("bold", 0, 1), ("code", 2, 1)],
            id="order",
        ),
        pytest.param(
            "<a href=telegram.org> </a>",
            " ",
            [("text_link", 0, 1, "http://telegram.org/")],
            id="bare-address",
        ),
        pytest.param(
            "<a   href=  'telegram.org?&lt;'   > </a>",
            " ",
            [("text_link", 0, 1, "http://telegram.org/?<")],
            id="address-in-quotes",
        ),
        pytest.param(
            "<a>telegram.org</a>",
            "telegram.org",
            [("text_link", 0, 12, "http://telegram.org/")],
            id="text-as-address",
        ),
        pytest.param("<a>telegram.org </a><a> </a>", "telegram.org  ", [], id="no-address"),
        pytest.param('<a href="javascript:alert(1)">t</a>', "t", [], id="javascript"),
        pytest.param('<a href="ftp://a.example">t</a>', "t", [], id="ftp"),
        pytest.param('<a href="http://localhost/">t</a>', "t", [], id="host-without-a-dot"),
        pytest.param('<a href="http://[">t</a>', "t", [], id="broken-address"),
        pytest.param(
            '<a href="tg://user?id=7">t</a>',
            "t",
            [("text_mention", 0, 1, {"id": 7, "is_bot": False, "first_name": "Somebody"})],
            id="user",
        ),
        pytest.param("<pre  >x</><code >y</>", "xy", [("pre", 0, 1), ("code", 1, 1)], id="code"),
        pytest.param(
            '<pre><code class="language-fift">x</></>', "x", [("pre", 0, 1, "fift")], id="language"
        ),
        pytest.param(
            '<code class="language-fift"><pre>x</></>',
            "x",
            [("pre", 0, 1, "fift")],
            id="language-outside",
        ),
        pytest.param(
            '<pre> <code class="language-fift">x</></>',
            " x",
            [("pre", 0, 2), ("code", 1, 1)],
            id="language-of-a-part-is-lost",
        ),
        pytest.param(
            '<tg-emoji emoji-id = "12345">👍</tg-emoji>',
            "👍",
            [("custom_emoji", 0, 2, "12345")],
            id="emoji",
        ),
        pytest.param(
            '<tg-time unix="1647531900" format="wD">17 March</tg-time>',
            "17 March",
            [("date_time", 0, 8, 1647531900, "wD")],
            id="time",
        ),
        pytest.param(
            '<blockquote   cite="">a&lt;<pre  >b;</></><blockquote expandable>c</>',
            "a<b;c",
            [("blockquote", 0, 4), ("pre", 2, 2), ("expandable_blockquote", 4, 1)],
            id="quotations",
        ),
    ],
)
def test_html_becomes_text_and_entities(html, text, entities):
    assert parsed(html) == (text, entities)


@pytest.mark.parametrize(
    ("html", "told"),
    [
        pytest.param("я<x>", 'Unsupported start tag "x" at byte offset 2', id="unknown-tag"),
        pytest.param("1 < 2", 'Unsupported start tag "" at byte offset 2', id="bare-bracket"),
        pytest.param("🏟<b", "Unclosed start tag at byte offset 4", id="tag-without-end"),
        pytest.param("<b ", 'Empty attribute name in the tag "b" at byte offset 0', id="space"),
        pytest.param("<b a", 'Unclosed start tag "b" at byte offset 0', id="attribute-only"),
        pytest.param("<b a=", 'Unclosed start tag "b" at byte offset 0', id="no-value"),
        pytest.param('<b a="x', "Unclosed start tag at byte offset 0", id="open-value"),
        pytest.param("<b a=x_>", "Unexpected end of name token at byte offset 5", id="name-token"),
        pytest.param("<b/>x", 'Unsupported start tag "b/" at byte offset 0', id="xml"),
        pytest.param(
            "<span>x</span>",
            'Tag "span" must have class "tg-spoiler" at byte offset 0',
            id="plain-span",
        ),
        pytest.param(
            "<tg-emoji emoji-id='x'>a</tg-emoji>",
            "Invalid custom emoji identifier specified",
            id="emoji",
        ),
        pytest.param("<tg-time>a</tg-time>", "Invalid date specified", id="no-time"),
        pytest.param(
            "<tg-time unix='1' format='x'>a</tg-time>",
            "Invalid date-time format specified",
            id="time-format",
        ),
        pytest.param("</b>", "Unexpected end tag at byte offset 0", id="end-alone"),
        pytest.param("<b>x</b", "Unclosed end tag at byte offset 4", id="end-without-end"),
        pytest.param(
            "<b><i>x</b>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
            id="crossed",
        ),
        pytest.param("<b>x", 'Can\'t find end tag corresponding to start tag "b"', id="open"),
        pytest.param(
            "&#xd83d;",
            "Text contains invalid Unicode characters after decoding HTML entities, check for"
            " unmatched surrogate code units",
            id="half-a-character",
        ),
    ],
)
def test_wrong_html_is_refused(html, told):
    with pytest.raises(Refused) as refused:
        parse_html(html)
    assert refused.value.description == f"Bad Request: can't parse entities: {told}"


@given(st.text(letters, max_size=60))
def test_any_html_is_read_or_refused(html):
    try:
        text, entities = parsed(html)
    except Refused:
        return
    assert all(
        0 <= start < start + length <= utf16_length(text) for _, start, length, *_ in entities
    )


@given(before=texts, inside=texts, tag=st.sampled_from(["b", "i", "code", "blockquote"]))
def test_what_is_escaped_comes_back_and_is_cleaned(before, inside, tag):
    html = f"{escape(before)}<{tag}>{escape(inside)}</{tag}>!"
    text, entities = formatted(html, "HTML")
    assert text == clean(f"{before}{inside}!")
    kinds = {"b": "bold", "i": "italic", "code": "code", "blockquote": "blockquote"}
    own = [entity for entity in entities if entity["type"] == kinds[tag]]
    shown = "".join(utf16_slice(text, entity) for entity in own)
    assert shown in text
    assert shown == clean(f"!{inside}!")[1:-1] or clean(f"{before}!") == "!"


@given(texts)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


# Addresses


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        pytest.param("https://A.example/B?c#d", "https://a.example/B?c#d", id="https"),
        pytest.param("a.example", "http://a.example/", id="bare"),
        pytest.param("a.example:8080?x", "http://a.example:8080/?x", id="port"),
        pytest.param("http://a.example/a b", "http://a.example/a%20b", id="space"),
        pytest.param("http://[::1]/", "http://[::1]/", id="ipv6"),
        pytest.param("tg:resolve?domain=x", "tg://resolve?domain=x", id="tg"),
    ],
)
def test_a_link_is_kept_in_telegrams_spelling(address, kept):
    assert checked_link(address) == kept


@pytest.mark.parametrize(
    ("address", "told"),
    [
        pytest.param("http://localhost", "Wrong HTTP URL", id="no-dot"),
        pytest.param("file://a.example/x", "Unsupported URL protocol", id="file"),
        pytest.param("javascript:x", "Wrong port number specified in the URL", id="javascript"),
        pytest.param("https://", "URL host is empty", id="no-host"),
        pytest.param("tg://a.b/", "Unallowed characters in URL host", id="tg"),
        pytest.param("http://[x", "Wrong IPv6 address specified in the URL", id="bracket"),
    ],
)
def test_what_is_no_link_says_why(address, told):
    with pytest.raises(BadLink, match=told):
        checked_link(address)


# Arranging entities


@pytest.mark.parametrize(
    ("html", "entities"),
    [
        pytest.param("<b><i>x</i></b>", [("bold", 0, 1), ("italic", 0, 1)], id="nested"),
        pytest.param("<b>a<b>b</b></b>", [("bold", 0, 2)], id="bold-in-bold"),
        pytest.param(
            "<blockquote>a <blockquote>b</blockquote></blockquote>",
            [("blockquote", 0, 3)],
            id="no-quote-in-a-quote",
        ),
        pytest.param(
            "<b>a<blockquote>b</blockquote>c</b>",
            [("bold", 0, 1), ("blockquote", 1, 1), ("bold", 1, 1), ("bold", 2, 1)],
            id="bold-ends-at-a-quote",
        ),
        pytest.param(
            "<b>a @anna_b c</b>",
            [("bold", 0, 2), ("mention", 2, 7), ("bold", 2, 7), ("bold", 9, 2)],
            id="bold-ends-at-what-is-found",
        ),
        pytest.param("<code>a<b>b</b>c</code>", [("code", 0, 3)], id="nothing-in-code"),
        pytest.param(
            '<a href="a.example"><code>x</code></a>', [("code", 0, 1)], id="link-or-code"
        ),
        pytest.param(
            '<a href="a.example">x<blockquote>y</blockquote></a>',
            [("blockquote", 1, 1)],
            id="no-link-around-a-quote",
        ),
        pytest.param("<b>a</b>  \n<i> </i>", [("bold", 0, 1)], id="trimmed"),
        pytest.param("  <b> x </b>  ", [("bold", 0, 1)], id="trimmed-inside"),
    ],
)
def test_entities_do_not_overlap_where_clients_cannot_show_it(html, entities):
    assert placed(html)[1] == entities


def test_entities_may_be_given_instead_of_markup():
    text, entities = formatted("🐋 whale", None, [{"type": "bold", "offset": 3, "length": 5}])
    assert (text, entities) == ("🐋 whale", [{"type": "bold", "offset": 3, "length": 5}])
    with pytest.raises(Refused, match="UTF-16 offset 1"):
        formatted("🐋", None, [{"type": "bold", "offset": 1, "length": 1}])


def test_other_markup_is_not_known():
    with pytest.raises(Refused, match="unsupported parse_mode"):
        formatted("*x*", "MarkdownV2")


# Cleaning and limits


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        pytest.param("a\r\nb", "a\nb", id="carriage-return"),
        pytest.param("a\tb\x00c", "a b c", id="controls"),
        pytest.param("a\u2028\u202a\u202eb", "ab", id="separators-and-directions"),
        pytest.param("a\u200e\u200f\u200eb\u200f", "a\u200c\u200c\u200eb\u200f", id="marks"),
        pytest.param("u\u030a\u0333\u033f\u0301", "u\u0301", id="rings-and-lines"),
        pytest.param("\n x\u00a0y \n", "x\u00a0y", id="trimmed"),
        pytest.param("я" * 20_000, "я" * 17_498, id="bytes"),
    ],
)
def test_text_is_cleaned(text, stored):
    assert clean(text) == stored


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", "message text is empty", id="no-text"),
        pytest.param(" \n\u202e", "text must be non-empty", id="spaces"),
        pytest.param("\u200b\u2800\ufeff", "text must be non-empty", id="invisible"),
        pytest.param("x" * 4097, "message is too long", id="long"),
        pytest.param("x" * 40_000, "message is too long", id="very-long"),
    ],
)
def test_empty_and_long_texts_are_refused(text, told):
    with pytest.raises(Refused, match=told):
        formatted(text)


def test_the_longest_text_counts_without_its_markup_and_by_characters():
    assert formatted("<b>" + "&lt;" * 4096 + "</b>", "HTML")[0] == "<" * 4096
    assert formatted("🐋" * 4096)[0] == "🐋" * 4096


def test_more_than_a_hundred_entities_are_dropped_silently():
    assert len(formatted("<b>x</b> " * 150, "HTML")[1]) == 100


# What is found without being marked


def test_what_is_found_in_a_text_is_marked():
    text, entities = formatted(
        "@anna_b #tag $USD /start /ask@bot_x a@b.example https://a.example/x?y=1. a.bg, 1/2 x.y"
    )
    assert [(each["type"], utf16_slice(text, each)) for each in entities] == [
        ("mention", "@anna_b"),
        ("hashtag", "#tag"),
        ("cashtag", "$USD"),
        ("bot_command", "/start"),
        ("bot_command", "/ask@bot_x"),
        ("email", "a@b.example"),
        ("url", "https://a.example/x?y=1"),
        ("url", "a.bg"),
    ]


def test_what_is_found_does_not_cross_the_edge_of_a_quotation_nor_lie_in_code():
    text, entities = formatted(
        "<blockquote>@anna_b #tag</blockquote>\n#cut<blockquote>off</blockquote>"
        "<code>@in_code</code>",
        "HTML",
    )
    assert [(each["type"], utf16_slice(text, each)) for each in entities] == [
        ("blockquote", "@anna_b #tag"),
        ("mention", "@anna_b"),
        ("hashtag", "#tag"),
        ("blockquote", "off"),
        ("code", "@in_code"),
    ]
