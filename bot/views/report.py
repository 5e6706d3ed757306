"""A view as one page of HTML that needs nothing else: each quote marked within its article."""

from collections.abc import Iterator
from html import escape

from bot.addresses import domain
from bot.answer import Quote, Reason
from bot.dates import date_in_words
from bot.phrases import phrase
from bot.terminal import also_in, attribution, surroundings
from bot.views.view import View
from index.records import without_surrogates

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """\
:root { color-scheme: light dark; --dim: #666; --line: #ccc; --mark: #ffe28a; }
@media (prefers-color-scheme: dark) { :root { --dim: #aaa; --line: #444; --mark: #6b5200; } }
body { font: 1rem/1.55 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.4rem; }
article { border-top: 1px solid var(--line); padding: 1rem 0; }
article h2 { font-size: 1rem; margin: 0; }
blockquote { margin: .75rem 0; padding-inline-start: 1rem; color: var(--dim);
  border-inline-start: 3px solid var(--line); white-space: pre-wrap;
  overflow-wrap: anywhere; unicode-bidi: plaintext; }
mark { background: var(--mark); color: CanvasText; }
.dim { color: var(--dim); font-size: .9rem; }
"""


def report(view: View, language: str) -> str:
    """Return the page, in the language of the reader."""
    title, *notes = (escape(line) for line in view.told(language))
    body = [f'<h1 dir="auto">{title}</h1>']
    body += [f'<p class="dim" dir="auto">{note}</p>' for note in notes]
    if not view:
        reason = view.reason or Reason.NOTHING_NEAR
        told = escape(phrase(language, reason.value, **view.details))
        body.append(f'<p dir="auto">{told}</p>')
    body += [_article(item.quote, item.note(language), language) for item in view.items]
    if ending := view.ending(language):
        body.append(f'<p class="dim" dir="auto">{escape(ending)}</p>')
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{language}">',
        '<head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>\n{_STYLE}</style></head>",
        "<body>",
        *body,
        "</body>",
        "</html>",
    ]
    return without_surrogates("\n".join(lines))


def _article(quote: Quote, note: str, language: str) -> str:
    lines = _around(quote, note, language)
    return "\n".join(["<article>", *lines, "</article>"])


def _around(quote: Quote, note: str, language: str) -> Iterator[str]:
    said = attribution(quote, language)
    if told := " · ".join(f"<bdi>{escape(part)}</bdi>" for part in (said, note) if part):
        yield f"<h2>{told}</h2>"
    yield _text(quote)
    yield f"<p>{_source(quote, language)}</p>"
    if elsewhere := also_in(quote, language):
        yield f'<p class="dim" dir="auto">{escape(elsewhere)}</p>'


def _text(quote: Quote) -> str:
    """Return the quote within its article; what the tag marks is the article's to the letter."""
    text = quote.article.text
    start, end = surroundings(quote)
    before, after = text[start : quote.span.start], text[quote.span.end : end]
    cut_before, cut_after = "[…] " * (start > 0), " […]" * (end < len(text))
    language = escape(quote.article.language)
    return (
        f'<blockquote dir="auto" lang="{language}">{cut_before}{escape(before)}'
        f"<mark>{escape(quote.text)}</mark>{escape(after)}{cut_after}</blockquote>"
    )


def _source(quote: Quote, language: str) -> str:
    article = quote.article
    date = date_in_words(article.published, language)
    title = f"<bdi>{escape(article.title)}</bdi>"
    host = domain(quote.link or "")
    if host:
        shown = title if article.title else escape(host)
        title = (
            f'<a href="{escape(quote.link or "")}" rel="noreferrer">{shown}</a> ({escape(host)})'
        )
    return f"<bdi>{escape(article.source)}</bdi> · {escape(date)} · {title}"
